"""Draw the phonemes that chapter III's networks predict."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from ...protocols.musically_motivated.faults import SOUND
from ...protocols.musically_motivated.phonemes.systems import LABELS, MAJORITY, SYSTEMS
from ...protocols.musically_motivated.singing import FRONT_END
from ..style import WIDTH
from .examples import load, spectrogram
from .scores import over

SHORTEST = 5  # frames of a phoneme whose symbol is written


def predicted(folder: Path) -> plt.Figure:
    """Draw what is sung in one test phrase, and what each network predicts: grey where correct, red where not.

    Args:
        folder: folder of a run, with its example.
    """
    found = load(folder)
    names = [name for name in SYSTEMS if name in found]
    figure, axes = plt.subplots(
        2 + len(names), 1, figsize=(WIDTH, 2.6 + 0.6 * len(names)), sharex=True,
        height_ratios=[3] + [1] * (1 + len(names)),
    )  # fmt: skip
    spectrogram(axes[0], found)
    rows = {"what is sung": found["truth"]} | {LABELS[name]: found[name] for name in names}
    for axis, (title, row) in zip(axes[1:], rows.items(), strict=True):
        right = row == found["truth"]
        edges = np.flatnonzero(np.diff(row) | np.diff(right.astype(int))) + 1
        for start, end in zip([0, *edges], [*edges, len(row)], strict=True):
            begin, width = start * FRONT_END.hop, (end - start) * FRONT_END.hop
            axis.barh(0, width, left=begin, height=1, color="0.8" if right[start] else "C3", edgecolor="w")
            if end - start >= SHORTEST:
                symbol, colour = str(found["symbols"][row[start]]), "black" if right[start] else "w"
                axis.text(begin + width / 2, 0, symbol, ha="center", va="center", fontsize=9, color=colour)
        axis.set(yticks=(), ylim=(-0.5, 0.5))
        axis.set_title(title, fontsize=10, loc="left", pad=2)
        axis.grid(False)
    axes[-1].set_xlabel("time (s)")
    figure.tight_layout()
    return figure


def recall(folder: Path) -> plt.Figure:
    """Draw the recall of each phoneme by each network, over the test phrases of the fold that the example is from.

    Args:
        folder: folder of a run, with its example.
    """
    found = load(folder)
    confused = {name: found[f"confused_{name}"] for name in SYSTEMS if f"confused_{name}" in found}
    counts = next(iter(confused.values())).sum(axis=1) if confused else np.zeros(0, int)
    order = [place for place in np.argsort(-counts) if counts[place]]
    figure, axis = plt.subplots(figsize=(WIDTH, 1.2 + 0.26 * len(order)))
    for (name, table), marker in zip(confused.items(), "osD", strict=False):
        share = 100 * np.diag(table)[order] / counts[order]
        axis.plot(share, range(len(order)), marker, markersize=6, label=LABELS[name], alpha=0.8)
    symbols = [str(found["symbols"][place]) or "silence" for place in order]
    axis.set_yticks(range(len(order)), [f"{one} ({counts[k]:,})" for one, k in zip(symbols, order, strict=True)])
    axis.set(xlabel="recall (%)", xlim=(-3, 103))
    axis.invert_yaxis()
    axis.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1), ncols=3)
    figure.tight_layout()
    return figure


def guessing(records: pd.DataFrame) -> float:
    """Return the share of correct frames (%) if each is predicted to be the most frequent phoneme in training.

    Args:
        records: records of the page on phonemes.
    """
    found = records[(records["system"] == MAJORITY) & (records["metric"] == "frame accuracy")]
    return 100 * found["value"].mean()


def recalls(runs: dict[str, pd.DataFrame]) -> str:
    """Tabulate the mean recall over phonemes (%) of each network, with intervals, one column per data set."""
    columns = {}
    for name, records in runs.items():
        rows = records[(records["protocol"] == SOUND) & (records["metric"] == "mean recall")]
        unit = "seed" if rows["fold"].isna().all() else "fold"
        table, reach = 100 * rows.pivot_table("value", unit, "system"), over(rows)
        columns[name] = {
            LABELS[system]: f"{one.mean:.1f}" + (f" [{one.low:.1f}, {one.high:.1f}]" if np.isfinite(one.low) else "")
            for system, one in ((system, reach(table[system])) for system in LABELS if system in table)
        }
    return pd.DataFrame(columns).to_html()
