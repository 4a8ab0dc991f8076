"""Draw accuracies of chapter VI over the number of labelled clips."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from sklearn.decomposition import PCA

from ...protocols.few_data.systems import LABELS, SYSTEMS
from ...records.intervals import Interval, interval, interval_over_draws
from ..style import WIDTH, in_legend

LINES = {  # by family of systems
    "nearest": ":", "prototypical": "--", "prototypical_transfer": "--", "transfer": "-", "finetuned": "-.",
    "regularised": "-",
}  # fmt: skip


def estimated(trials: pd.DataFrame) -> Interval:
    """Compute the mean accuracy (%) of some trials and its 95 % interval, over folds if there are three, else over
    draws.

    Args:
        trials: records of one system with one number of clips, or differences between two systems.
    """
    values = 100 * trials["value"]
    if trials["fold"].nunique() >= 3:
        return interval(values.groupby(trials["fold"]).mean())
    return interval_over_draws(values.groupby(trials["seed"]).mean())


def accuracies(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate system, n_per_class, mean, low, high (%) and median seconds per fit."""
    return pd.DataFrame(
        [
            {"system": name, "n_per_class": int(n), **estimated(at)._asdict(), "seconds": at["seconds"].median()}
            for name in SYSTEMS
            for n, at in records[records["system"] == name].groupby("n_per_class")
        ]
    )


def curves(records: pd.DataFrame, *, chance: float | None = None) -> plt.Figure:
    """Draw the accuracy of each system over the number of labelled clips per class, with 95 % intervals.

    Thick lines are pretrained systems, dotted lines nearest neighbours, dashed lines prototypes.

    Args:
        records: records of one run.
        chance: accuracy of guessing in [0, 1].
    """
    table = accuracies(records)
    systems = [name for name in SYSTEMS if name in set(table["system"])]
    colours = dict(
        zip(systems, sns.color_palette("colorblind" if len(systems) <= 10 else "husl", len(systems)), strict=True)
    )
    figure, axis = plt.subplots(figsize=(WIDTH, 4.6))
    counts = sorted(table["n_per_class"].unique())
    for place, name in enumerate(systems):
        rows = table[table["system"] == name]
        x = rows["n_per_class"] * (1.02 ** (place - len(systems) / 2))  # shifted so that bars do not overlap
        axis.errorbar(
            x, rows["mean"], np.abs(rows[["low", "high"]].T - rows["mean"].to_numpy()), color=colours[name],
            linestyle=LINES[SYSTEMS[name].family], linewidth=2.6 if SYSTEMS[name].pretrained else 1.3, marker="o",
            markersize=4, elinewidth=0.9, label=LABELS[name],
        )  # fmt: skip
    if chance is not None:
        axis.axhline(100 * chance, color="0.4", linestyle=":", linewidth=1)
        axis.text(counts[-1], 100 * chance - 1, "chance", color="0.4", fontsize=9, ha="right", va="top")
    axis.set_xscale("log")
    axis.set_xticks(counts, [str(n) for n in counts])
    axis.minorticks_off()
    low, high = axis.get_ylim()
    axis.set(xlabel="labelled clips per class", ylabel="accuracy (%)", ylim=(max(0, low), min(100, high)))
    figure.legend(loc="lower center", ncols=2, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.038 * (1 + len(systems) // 2), 1, 1))
    return figure


def table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate mean accuracies with 95 % intervals (%), learnt parameters and seconds per fit, by system."""
    rows = accuracies(records)
    rows["text"] = [
        f"{row.mean:.1f}" + (f" [{row.low:.1f}, {row.high:.1f}]" if np.isfinite(row.low) else "")
        for row in rows.itertuples(index=False, name="Row")
    ]
    wide = rows.pivot(index="system", columns="n_per_class", values="text")
    order = [name for name in SYSTEMS if name in wide.index]
    wide = wide.loc[order]
    wide.columns = [f"{n} per class" for n in wide.columns]
    learnt = records.groupby("system")["n_params"].first()
    wide["learnt parameters"] = [f"{int(learnt[name]):,}" if pd.notna(learnt[name]) else "–" for name in order]
    wide["seconds per fit"] = [_seconds(rows, name) for name in order]
    return wide.rename(index=LABELS).rename_axis(None).fillna("–")


def _seconds(rows: pd.DataFrame, system: str) -> str:
    seconds = rows[rows["system"] == system]["seconds"]
    return f"{seconds.min():.1f} to {seconds.max():.1f}"


def embedding(found: dict[str, np.ndarray]) -> plt.Figure:
    """Draw embedded test clips before and after training; crosses are prototypes.

    The axes are the first two principal components of the prototypes after training, and of the clips before it.

    Args:
        found: the result of `protocols.few_data.embedding.embedded`.
    """
    names, labels = found["names"], found["labels"]
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.9))
    colours = sns.color_palette("colorblind", len(names))
    for axis, when in zip(axes, ("before", "after"), strict=True):
        plane = PCA(2).fit(found["prototypes"] if when == "after" else found[when])
        for kind, name in enumerate(names):
            x, y = plane.transform(found[when][labels == kind]).T
            axis.scatter(x, y, s=14, color=colours[kind], alpha=0.75, label=in_legend(str(name)), linewidths=0)
        if when == "after":
            for kind, (x, y) in enumerate(plane.transform(found["prototypes"])):
                axis.plot(x, y, "X", color=colours[kind], markeredgecolor="k", markersize=9)
        axis.set(title=f"{when} training", xticks=[], yticks=[])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=8, columnspacing=0.8)
    figure.tight_layout(rect=(0, 0.04 + 0.045 * (-(-len(names) // 4)), 1, 1))
    return figure
