"""Compare the SVM's grid search and the ELM's least squares with plain scikit-learn and SciPy on the same data.

python benchmarks/classifiers.py [--output data/results/classifiers_speed]     half a minute on 2 cores

The numbers of clips, folds and features are those of ESC-10 and the larger size of chapter IV. A plain search fits
every setting on every fold from the features, with one process per core; ours shares distances and kernels.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import scipy.linalg
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.svm import SVC

from thesis_lib.classifiers.elm import _hidden, solve
from thesis_lib.classifiers.svm import COSTS, GAMMAS, MAX_ITERATIONS, svm
from thesis_lib.records import run as results

CLIPS, FEATURES, CLASSES, FOLDS = 400, 3584, 10, 5


def data(clips=CLIPS):
    """Draw features that are not standardised, like those of random CNNs."""
    values, labels = make_classification(
        clips, FEATURES, n_informative=60, n_redundant=200, n_classes=CLASSES, n_clusters_per_class=1, class_sep=1.5,
        random_state=0,
    )  # fmt: skip
    scales = np.random.default_rng(0).lognormal(-3, 1, FEATURES)
    return (values * scales).astype(np.float32), labels, np.arange(clips) % FOLDS


def seconds(function):
    start = time.perf_counter()
    value = function()
    return time.perf_counter() - start, value


def ours(values, labels, folds):
    """Mean accuracy of every setting."""
    _, predict = svm(values, labels)
    scores = []
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        scores.append((predict(train, test) == labels[test]).mean(axis=1))
    return np.mean(scores, axis=0)


def plain(values, labels, folds):
    """Mean accuracy of every setting, by scikit-learn's search; the same limit on iterations."""
    gammas = [1 / FEATURES if gamma == "auto" else gamma for gamma in GAMMAS]
    grid = [
        {"kernel": ["rbf"], "gamma": gammas, "C": COSTS},
        {"kernel": ["linear"], "C": COSTS},
    ]
    machine = SVC(max_iter=MAX_ITERATIONS)
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    search = GridSearchCV(machine, grid, cv=PredefinedSplit(folds), n_jobs=-1, refit=False).fit(centred, labels)
    asked, scores = search.cv_results_["params"], search.cv_results_["mean_test_score"]
    found = {(p.get("gamma"), p["C"]): score for p, score in zip(asked, scores, strict=True)}
    return np.array([found[gamma, cost] for gamma in (*gammas, None) for cost in COSTS])


def least_squares(values, labels):
    """Measure seconds and training error of our solution and of the pseudo-inverse at 2,500 units."""
    rng = np.random.default_rng(0)
    hidden = _hidden(values.astype(np.float64), 2500, rng)
    targets = np.where(np.eye(CLASSES)[labels] > 0, 1.0, -1.0)
    fast, a = seconds(lambda: solve(hidden, targets))
    slow, b = seconds(lambda: scipy.linalg.pinv(hidden) @ targets)
    return fast, slow, *(float(np.abs(hidden @ weights - targets).max()) for weights in (a, b))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/classifiers_speed"))
    given = options.parse_args()
    described = {"dataset": "drawn", "scale": "full", "seed": 0, "clips": CLIPS, "features": FEATURES}
    run = results.Run(given.output, "IV", described, "drawn")
    values, labels, folds = data()
    fast, a = seconds(lambda: ours(values, labels, folds))
    slow, b = seconds(lambda: plain(values, labels, folds))
    rows = {"ours, s": fast, "plain, s": slow, "times faster": slow / fast, "best accuracy, ours": a.max(),
            "best accuracy, plain": b.max(), "largest difference": abs(a - b).max()}  # fmt: skip
    print("SVM grid", rows, flush=True)
    run.add([{"system": "svm grid", "metric": metric, "value": float(value)} for metric, value in rows.items()])
    for clips in (CLIPS, 4000):
        fast, slow, error, other = least_squares(*data(clips)[:2])
        rows = {"ours, s": fast, "pinv, s": slow, "times faster": slow / fast, "error": error, "error, pinv": other}
        print("ELM", clips, rows, flush=True)
        run.add([{"system": "elm", "train_size": clips, "metric": m, "value": value} for m, value in rows.items()])
    run.finish()


if __name__ == "__main__":
    main()
