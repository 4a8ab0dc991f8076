"""Records of chapter IV in, the paper's numbers beside ours out: as a table, as its figure redrawn, in words."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ...records.intervals import interval, interval_over_draws
from ...records.published import SELECTION, random_cnns
from ..style import NAMES, WIDTH

OURS = {"rhythm": "ExtendedBallroom", "genre": "GTZAN"}  # what a data set's sounds are set beside; else UrbanSound8K


def paper_set(sounds: str) -> str:
    """The paper's data set that stands closest to one whose card says `sounds`."""
    return OURS.get(sounds, "UrbanSound8K")


def table(records: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """The paper's accuracies (%) on one of its data sets beside ours, and the places that both give.

    Ours are by the paper's own selection for that data set (`paper.SELECTION`).

    Args:
        records: of chapter IV.
        dataset: "GTZAN", "ExtendedBallroom" or "UrbanSound8K".

    Returns:
        For each classifier the columns paper, here, and the front-ends' places among those that both have.
    """
    ours = 100 * records[records["protocol"] == SELECTION[dataset]].pivot_table("value", "system", "classifier")
    paper = random_cnns().query("dataset == @dataset").pivot_table("value", "system", "classifier")
    found = {}
    for kind in [kind for kind in ("svm", "elm") if kind in ours]:
        both = pd.DataFrame({"paper": paper[kind], "here": ours[kind]})
        places = both.drop("mfcc", errors="ignore").dropna().rank(ascending=False, method="min")
        both = both.join(places.rename(columns={"paper": "place in paper", "here": "place here"}))
        found |= {(kind.upper(), column): both[column] for column in both}
    both = pd.DataFrame(found).reindex([system for system in NAMES if system in ours.index])
    both.index = [NAMES[system] for system in both.index]
    return both


def figure(records: pd.DataFrame, dataset: str, *, here: str) -> plt.Figure:
    """The paper's figure for one of its data sets, with ours in it.

    Args:
        records: of chapter IV.
        dataset: as in `table`.
        here: what ours were measured on, for the legend.

    Returns:
        Accuracy of each front-end, one panel a classifier: the paper's with its error bars, and ours with 95 %
        intervals, over draws where there are several, else over folds.
    """
    ours = records[records["protocol"] == SELECTION[dataset]].fillna({"fold": 0})
    several = ours["seed"].nunique() > 1
    over, by = (interval_over_draws, "seed") if several else (interval, "fold")
    order = [system for system in NAMES if system in set(ours["system"])]
    kinds = [kind for kind in ("svm", "elm") if kind in set(ours["classifier"])]
    size = (WIDTH, 1.2 + 0.36 * len(order))
    drawn, axes = plt.subplots(1, len(kinds), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axis, kind in zip(axes[0], kinds, strict=True):
        published = random_cnns().query("dataset == @dataset and classifier == @kind").set_index("system")
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
            title=kind.upper(), xlabel="accuracy (%)", yticks=rows, yticklabels=[NAMES[system] for system in order]
        )
        axis.margins(y=0.05)
    axes[0][0].invert_yaxis()
    drawn.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    drawn.tight_layout(rect=(0, 0.08, 1, 1))
    return drawn


def agreement(records: pd.DataFrame, dataset: str) -> str:
    """One sentence a classifier on how alike the paper and a run order the front-ends (Spearman's rank correlation)."""
    sentences = []
    for kind, both in table(records, dataset).T.groupby(level=0, sort=False):
        pairs = both.loc[kind].loc[["place in paper", "place here"]].T.dropna()
        if len(pairs) > 2:
            rho = pairs.corr(method="spearman").iloc[0, 1]
            sentences.append(f"{kind}: rank correlation of {len(pairs)} front-ends with the paper {rho:+.2f}.")
    return " ".join(sentences)
