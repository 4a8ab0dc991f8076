"""Compare the accuracies of front-ends with random and with trained weights."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from ...protocols.non_trained.systems import LABELS
from ...records.intervals import rank_correlation
from ..style import WIDTH

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*", "<")  # distinguishable without colour


def both_ways(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the accuracy (%) of each front-end with random and with trained weights on the same folds.

    Args:
        records: records of the front-ends' random features (nested selection) and of their training.

    Returns:
        Columns random (mean over draws), trained and parameters; one row per front-end that has both.
    """
    scores = records.fillna({"fold": 0})  # a fixed split has one test part and no fold
    trained = scores.query("protocol == 'trained'").pivot_table("value", "fold", "system")
    drawn = scores.query("protocol == 'nested'").pivot_table("value", "fold", "system")
    table = pd.DataFrame({"random": drawn.reindex(trained.index).mean(), "trained": trained.mean()}) * 100
    table["parameters"] = records.query("protocol == 'trained'").groupby("system")["n_params"].first()
    return table.dropna().loc[[system for system in LABELS if system in trained and system in drawn]]


def table(records: pd.DataFrame) -> pd.io.formats.style.Styler:
    """Format `both_ways` for a page."""
    named = both_ways(records).rename(index=LABELS).rename_axis(None)
    return named.style.format("{:.1f}").format("{:,.0f}", subset="parameters")


def figure(records: pd.DataFrame, *, chance: float) -> plt.Figure:
    """Draw accuracies with trained weights over those with random weights, one mark per front-end.

    Args:
        records: as in `both_ways`.
        chance: accuracy of guessing in [0, 1].
    """
    both = both_ways(records)
    drawn, axis = plt.subplots(figsize=(WIDTH, WIDTH))
    for number, (system, row) in enumerate(both.iterrows()):
        axis.plot(row["random"], row["trained"], MARKERS[number], markersize=9, label=LABELS[system])
    low, high = 100 * chance, max(both[["random", "trained"]].max()) + 4
    axis.plot([low, high], [low, high], color="0.6", linewidth=1, zorder=0)
    axis.set(xlim=(low, high), ylim=(low, high), xlabel="random weights: accuracy (%)", aspect="equal")
    axis.set_ylabel("trained weights: accuracy (%)")
    drawn.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9.5, columnspacing=1, handletextpad=0.2)
    drawn.tight_layout(rect=(0, 0.13, 1, 1))
    return drawn


def in_words(records: pd.DataFrame) -> str:
    """State the rank correlation of front-ends between random and trained weights."""
    both = both_ways(records)
    if len(both) < 3:
        return "There are too few front-ends to compare rankings; at least three are required."
    found = rank_correlation(both["random"], both["trained"])
    bounds = "" if found.low != found.low else f" [{found.low:+.2f}, {found.high:+.2f}]"
    shared = both["random"].idxmax() == both["trained"].idxmax()
    best = f"{LABELS[both['random'].idxmax()]} at random, {LABELS[both['trained'].idxmax()]} trained"
    return (
        f"Rank correlation of {len(both)} front-ends between random and trained weights: {found.mean:+.2f}{bounds}. "
        f"The best is {best}{', which are the same' if shared else ''}."
    )
