"""Compare chapter IV's records with the paper's numbers: as a table, as the paper's figure, and in words."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ...classifiers import LABELS as CLASSIFIERS
from ...protocols.non_trained.systems import BASELINE, IN_FIGURES, LABELS, SYSTEMS
from ...records.intervals import interval, interval_over_draws
from ...records.published import SELECTION, random_cnns
from ..style import WIDTH

OURS = {
    "rhythm": "ExtendedBallroom",
    "genre": "GTZAN",
}  # the paper's data set for a kind of sound; UrbanSound8K for all others
IN_PAPER = ("svm", "elm")  # classifiers that the paper reports


def paper_set(sounds: str) -> str:
    """Return the paper's data set that is closest to a kind of sound."""
    return OURS.get(sounds, "UrbanSound8K")


def table(records: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Tabulate the paper's accuracies (%) on one of its data sets, ours, and the ranks in both.

    Ours use the paper's selection for that data set (`published.SELECTION`).

    Args:
        records: records of chapter IV.
        dataset: "GTZAN", "ExtendedBallroom" or "UrbanSound8K".

    Returns:
        For each classifier, the columns paper and here, and the ranks among the front-ends that both have. Empty if the
        run has no classifier that the paper reports.
    """
    ours = 100 * records[records["protocol"] == SELECTION[dataset]].pivot_table("value", "system", "classifier")
    paper = _published(dataset, records).pivot_table("value", "system", "classifier")
    found = {}
    for kind in [kind for kind in IN_PAPER if kind in ours]:
        both = pd.DataFrame({"paper": paper[kind], "here": ours[kind]})
        places = both.drop(BASELINE, errors="ignore").dropna().rank(ascending=False, method="min")
        both = both.join(places.rename(columns={"paper": "place in paper", "here": "place here"}))
        found |= {(CLASSIFIERS[kind], column): both[column] for column in both}
    both = pd.DataFrame(found).reindex([system for system in LABELS if system in ours.index])
    both.index = [LABELS[system] for system in both.index]
    return both


def _published(dataset: str, records: pd.DataFrame) -> pd.DataFrame:
    """Return the paper's accuracies, under the names of the run's systems that read features in the same way."""
    names = {system.features: name for name, system in SYSTEMS.items() if system.as_published}
    of_run = set(records["system"])
    paper = random_cnns().query("dataset == @dataset")
    return paper.assign(system=[names[name] if names.get(name) in of_run else name for name in paper["system"]])


def figure(records: pd.DataFrame, dataset: str, *, here: str) -> plt.Figure:
    """Redraw the paper's figure for one of its data sets with our accuracies.

    Args:
        records: records of chapter IV.
        dataset: as in `table`.
        here: our data set, for the legend.

    Returns:
        Accuracy of each front-end, one panel per classifier: the paper's with its error bars, ours with 95 % intervals
        over draws if there are several, else over folds.
    """
    ours = records[records["protocol"] == SELECTION[dataset]].fillna({"fold": 0})
    several = ours["seed"].nunique() > 1
    over, by = (interval_over_draws, "seed") if several else (interval, "fold")
    order = [system for system in LABELS if system in set(ours["system"])]
    kinds = [kind for kind in IN_PAPER if kind in set(ours["classifier"])]
    size = (WIDTH, 1.2 + 0.46 * len(order))
    drawn, axes = plt.subplots(1, len(kinds), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axis, kind in zip(axes[0], kinds, strict=True):
        published = _published(dataset, records).query("classifier == @kind").set_index("system")
        values = ours.query("classifier == @kind").groupby(["system", by])["value"].mean() * 100
        found = [over(values[system]) for system in order]
        rows = np.arange(len(order))
        mean = np.array([one.mean for one in found])
        reach = np.nan_to_num([[one.mean - one.low for one in found], [one.high - one.mean for one in found]])
        theirs = published.reindex(order)
        axis.errorbar(
            theirs["value"], rows + 0.15, xerr=theirs["std_or_err"].fillna(0), fmt="D", color="0.45", mfc="none",
            markersize=6, label=f"the paper: {dataset}",
        )  # fmt: skip
        axis.errorbar(mean, rows - 0.15, xerr=reach, fmt="o", color="C0", markersize=6, label=f"here: {here}")
        axis.set(
            title=CLASSIFIERS[kind],
            xlabel="accuracy (%)",
            yticks=rows,
            yticklabels=[IN_FIGURES[system] for system in order],
        )
        axis.margins(y=0.05)
    axes[0][0].invert_yaxis()
    drawn.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    drawn.tight_layout(rect=(0, 0.08, 1, 1))
    return drawn


def agreement(records: pd.DataFrame, dataset: str) -> str:
    """State the rank correlation of front-ends between the paper and a run, one sentence per classifier."""
    sentences, compared = [], table(records, dataset)
    for kind in dict.fromkeys(column[0] for column in compared.columns):
        pairs = compared[kind][["place in paper", "place here"]].dropna()
        if len(pairs) > 2:
            rho = pairs.corr(method="spearman").iloc[0, 1]
            sentences.append(f"{kind}: rank correlation of {len(pairs)} front-ends with the paper {rho:+.2f}.")
    return " ".join(sentences) or "This run has no three front-ends with a classifier that the paper reports."
