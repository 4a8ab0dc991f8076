"""Compare classifiers with scikit-learn and the closed form, and their selection with a plain grid search."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from thesis_lib.classifiers import CLASSIFIERS, prepare
from thesis_lib.classifiers.elm import HIDDEN, elm, solve
from thesis_lib.classifiers.nearest import NEIGHBOURS, nearest
from thesis_lib.classifiers.svm import COSTS, GAMMAS, SETTINGS, svm
from thesis_lib.protocols.selection import by_folds, on_split


@pytest.fixture
def data():
    values, labels = make_classification(
        n_samples=120, n_features=12, n_informative=6, n_classes=3, class_sep=0.8, flip_y=0.1, random_state=0
    )
    folds = np.arange(120) % 4 + 1
    return values.astype(np.float32) + 100, np.array(["a", "b", "c"])[labels], folds


def test_svm_equals_scikit_learn_setting_by_setting(data):
    values, labels, folds = data
    train, test = np.flatnonzero(folds != 1), np.flatnonzero(folds == 1)
    names, predict = svm(values, labels)
    plain = [
        SVC(kernel="rbf", gamma=1 / 12 if gamma == "auto" else gamma, C=cost) for gamma in GAMMAS for cost in COSTS
    ]
    plain += [SVC(kernel="linear", C=cost) for cost in COSTS]
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    expected = [machine.fit(centred[train], labels[train]).predict(centred[test]) for machine in plain]
    assert names == SETTINGS and len(names) == 32
    np.testing.assert_array_equal(predict(train, test), expected)


def scored(predicted, labels, folds):
    """The accuracy on each fold."""
    return {int(fold): (predicted == labels)[folds == fold].mean() for fold in np.unique(folds)}


def test_best_of_grid_equals_scikit_learns_grid_search(data):
    values, labels, folds = data
    rbf = {"kernel": ["rbf"], "gamma": [1 / 12 if gamma == "auto" else gamma for gamma in GAMMAS], "C": COSTS}
    search = GridSearchCV(SVC(), [rbf, {"kernel": ["linear"], "C": COSTS}], cv=PredefinedSplit(folds))
    search.fit(values - values.mean(axis=0), labels)
    ours = scored(by_folds(svm(values, labels)[1], labels, folds)["best_of_grid"], labels, folds)
    assert np.mean(list(ours.values())) == pytest.approx(search.best_score_)


def test_nested_selection_equals_the_plain_loops(data):
    values, labels, folds = data
    _, predict = svm(values, labels)
    expected = {}
    for fold in (1, 2, 3, 4):
        inner = [
            (predict(np.flatnonzero((folds != fold) & (folds != other)), np.flatnonzero(folds == other))
             == labels[folds == other]).mean(axis=1)
            for other in (1, 2, 3, 4) if other != fold
        ]  # fmt: skip
        chosen = np.mean(inner, axis=0).argmax()
        test = np.flatnonzero(folds == fold)
        expected[fold] = (predict(np.flatnonzero(folds != fold), test)[chosen] == labels[test]).mean()
    assert scored(by_folds(predict, labels, folds)["nested"], labels, folds) == pytest.approx(expected)


def test_no_test_clip_is_ever_trained_on_or_selects():
    labels, folds = np.repeat(["a", "b"], 8), np.arange(16) % 4
    seen = []

    def predict(train, test):
        seen.append((set(folds[train]), set(folds[test])))
        return np.stack([labels[test], labels[test][::-1]])

    assert (by_folds(predict, labels, folds)["nested"] == labels).all()
    assert all(not train & test for train, test in seen)


def test_selection_on_noise_is_flattered_only_by_the_best_of_grid():
    """With labels of pure chance, nested selection stays at chance where the best of many settings does not."""
    rng = np.random.default_rng(0)
    labels, folds = rng.integers(2, size=400), np.arange(400) % 5

    def predict(train, test):
        return np.random.default_rng(int(test.sum())).integers(2, size=(200, len(test)))

    predicted = by_folds(predict, labels, folds)
    best, nested = ((predicted[name] == labels).mean() for name in ("best_of_grid", "nested"))
    assert best > 0.55
    assert nested < 0.53


@pytest.mark.parametrize(("n", "units"), [(200, 40), (60, 150)])
def test_elm_output_weights_equal_the_pseudo_inverse(n, units):
    rng = np.random.default_rng(0)
    hidden, targets = np.maximum(rng.normal(size=(n, units)), 0), np.sign(rng.normal(size=(n, 3)))
    expected = np.linalg.pinv(hidden) @ targets
    np.testing.assert_allclose(solve(hidden, targets), expected, rtol=1e-3, atol=1e-4)


def test_elm_learns_what_is_not_linear():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 2))
    labels = np.where(values[:, 0] * values[:, 1] > 0, "same", "other")
    names, predict = elm(values, labels, rng=rng)
    predicted = predict(np.arange(300), np.arange(300, 400))
    assert predicted.shape == (len(HIDDEN), 100) and len(names) == len(HIDDEN)
    assert (predicted[0] == labels[300:]).mean() > 0.9


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_same_seed_gives_the_same_predictions(data, name):
    values, labels, _ = data
    train, test = np.arange(80), np.arange(80, 120)
    first, second = (prepare(name, values, labels, rng=np.random.default_rng(0))[1](train, test) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_nearest_neighbours_equal_scikit_learn_for_every_k(data):
    values, labels, folds = data
    train, test = np.flatnonzero(folds != 1), np.flatnonzero(folds == 1)
    names, predict = nearest(values, labels)
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    for name, k, got in zip(names, NEIGHBOURS, predict(train, test), strict=True):
        plain = KNeighborsClassifier(min(k, len(train))).fit(centred[train], labels[train])
        np.testing.assert_array_equal(got, plain.predict(centred[test]), err_msg=name)
    assert (predict(train[:30], test)[-1] == predict(train[:30], test)[-2]).all()  # 50 and 100 of 30: all of them


def test_with_two_folds_the_setting_is_chosen_within_the_one_that_learns(data):
    values, labels, _ = data
    folds, groups = np.arange(120) // 60, np.arange(120) // 2
    asked = []

    def watched(train, test):
        asked.append((set(folds[train]), set(folds[test]), set(groups[train]) & set(groups[test])))
        return nearest(values, labels)[1](train, test)

    found = scored(by_folds(watched, labels, folds, groups)["nested"], labels, folds)
    assert all(not shared for _, _, shared in asked)
    outer = [(a, b) for a, b, _ in asked if a != b]
    assert len(outer) == 2 and len(asked) == 2 + 2 * 3
    grid = [nearest(values, labels)[1](np.flatnonzero(folds != f), np.flatnonzero(folds == f)) for f in (0, 1)]
    for fold, predicted in enumerate(grid):
        scores = (predicted == labels[folds == fold]).mean(axis=1)
        assert found[fold] in scores and found[fold] <= scores.max()


@pytest.mark.parametrize("parted", [True, False])
def test_on_a_fixed_split_the_setting_is_chosen_on_validation_and_learnt_from_training_alone(data, parted):
    values, labels, _ = data
    parts = np.repeat(["train", "validation", "test"], 40) if parted else np.repeat(["train", "test"], (80, 40))
    asked = []

    def watched(train, test):
        asked.append((train, test))
        return nearest(values, labels)[1](train, test)

    learnt, tested = (np.flatnonzero(parts == part) for part in ("train", "test"))
    found = {name: (predicted == labels)[tested].mean() for name, predicted in on_split(watched, labels, parts).items()}
    assert all(set(train) | set(test) <= set(learnt) for train, test in asked[1:]), "the test part only scores"
    plain = [KNeighborsClassifier(min(k, len(learnt))).fit(values[learnt], labels[learnt]) for k in NEIGHBOURS]
    scores = [one.score(values[tested], labels[tested]) for one in plain]
    assert found["best_of_grid"] == pytest.approx(max(scores))
    if parted:
        held = np.flatnonzero(parts == "validation")
        chosen = np.argmax([one.score(values[held], labels[held]) for one in plain])
        assert found["nested"] == pytest.approx(scores[chosen])
    else:
        assert min(abs(found["nested"] - np.array(scores))) < 1e-9 and len(asked) == 1 + 3
