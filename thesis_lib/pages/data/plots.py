"""Draw what a data set contains and how systems score on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from ...datasets.clip import Clip
from ...datasets.rendered import shelf
from ...datasets.splits import PARTS
from ...protocols.data.systems import LABELS
from ...records.intervals import interval
from ..style import WIDTH


def counts(clips: Sequence[Clip]) -> plt.Figure:
    """Draw the number of clips per label, the most frequent first, by part of the split if there is one."""
    rows = pd.DataFrame([(label, clip.split) for clip in clips for label in clip.labels], columns=["label", "part"])
    order = [label for label, _ in Counter(rows["label"]).most_common()]
    figure, axis = plt.subplots(figsize=(WIDTH, 0.8 + 0.24 * len(order)))
    colours = {"hue": "part", "hue_order": PARTS} if rows["part"].notna().all() else {"color": sns.color_palette()[0]}
    sns.histplot(
        rows.assign(label=pd.Categorical(rows["label"], order)),
        y="label",
        multiple="stack",
        shrink=0.8,
        ax=axis,
        **colours,
    )
    axis.set(xlabel="clips", ylabel="")
    axis.grid(axis="y", visible=False)
    if axis.get_legend():
        _legend_above(axis)
    figure.tight_layout()
    return figure


def truths(clips: Sequence[Clip], fact: str, label: str, *, by: str) -> plt.Figure:
    """Draw one fact of the composition of each clip, one row per class.

    Args:
        clips: rendered clips.
        fact: a key of `shelf.truth` with a number.
        label: label of the axis, with the unit.
        by: another key, shown by colour.
    """
    rows = [(clip.label, truth[fact], truth[by]) for clip in clips for truth in [shelf.truth(clip)]]
    return _strip(pd.DataFrame(rows, columns=["class", label, by]))


def pitches(clips: Sequence[Clip]) -> plt.Figure:
    """Draw the lowest and highest pitch of the predominant instruments of each clip, by part of the split."""
    rows = [
        (name, played[end], clip.split)
        for clip in clips
        for name, played in shelf.truth(clip)["predominant"].items()
        for end in ("lowest", "highest")
    ]
    return _strip(pd.DataFrame(rows, columns=["class", "lowest and highest pitch (MIDI)", "part"]))


def _strip(table: pd.DataFrame) -> plt.Figure:
    """Draw one mark per row of a table of class, value and colour."""
    name, value, by = table.columns
    order = sorted(set(table[name]))
    figure, axis = plt.subplots(figsize=(WIDTH, 1.2 + 0.26 * len(order)))
    sns.stripplot(table, x=value, y=name, hue=by, order=order, size=3.5, alpha=0.7, jitter=0.25, ax=axis)
    axis.set(ylabel="")
    _legend_above(axis)
    figure.tight_layout()
    return figure


def _legend_above(axis: plt.Axes) -> None:
    sns.move_legend(axis, "lower center", bbox_to_anchor=(0.4, 1), ncols=4, title=None, frameon=False, fontsize=10)


def separation(records: pd.DataFrame) -> plt.Figure:
    """Draw the scores of weak and strong systems: the mean over splits, with its 95 % interval if there are several."""
    metrics = list(dict.fromkeys(records["metric"]))
    rows = records.assign(percent=100 * records["value"], name=records["system"].map(LABELS))
    order = [name for system, name in LABELS.items() if system in set(records["system"])]
    figure, axes = plt.subplots(1, len(metrics), figsize=(WIDTH, 2.1), sharey=True, squeeze=False)
    for axis, metric in zip(axes[0], metrics, strict=True):
        sns.pointplot(
            rows.query("metric == @metric"), x="percent", y="name", order=order, linestyle="none", markersize=5,
            errorbar=lambda values: interval(values)[1:], err_kws={"linewidth": 1.6}, ax=axis,
        )  # fmt: skip
        axis.set(xlabel=f"{metric} (%)", ylabel="", xlim=(0, 100))
    figure.tight_layout()
    return figure


def separation_table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate means over splits (%) by system and metric."""
    means = 100 * records.pivot_table("value", "system", "metric", sort=False)
    means = means.reindex([system for system in LABELS if system in means.index])
    means.index = [LABELS[system] for system in means.index]
    means.columns.name = None
    return means
