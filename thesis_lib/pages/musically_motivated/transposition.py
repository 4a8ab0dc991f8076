"""Draw how much of a score is left when the clips to test are transposed."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import pandas as pd

from ...protocols.musically_motivated.faults import SOUND
from ..style import WIDTH
from .scores import LABELS, METRICS, SYSTEMS, metric


def transposed(runs: dict[str, pd.DataFrame]) -> plt.Figure:
    """Draw scores over the semitones by which test clips are transposed; one panel per data set, one line per network.

    Args:
        runs: records of the page on timbre by the data set's name; those without transposed clips have no panel.
    """
    runs = {name: records for name, records in runs.items() if len(_by_shift(records))}
    figure, axes = plt.subplots(max(len(runs), 1), 1, figsize=(WIDTH, 3.2 * max(len(runs), 1)), squeeze=False)
    if not runs:
        axes[0, 0].set_axis_off()
        axes[0, 0].text(0.5, 0.5, "no transposed clips in this run (transpose=False)", ha="center")
    for axis, (title, records) in zip(axes[:, 0], runs.items(), strict=False):
        table = _by_shift(records)
        for number, name in enumerate(table):
            axis.plot(table.index, table[name], marker="os^Dv<>Pp"[number % 9], markersize=5, label=LABELS[name])
        axis.set(ylabel=METRICS[metric(records)], title=title, xlabel="transposed by (semitones)")
        axis.set_xticks(table.index, [f"{shift:+d}" if shift else "0" for shift in table.index])
        axis.legend(frameon=False, fontsize=9.5, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.tight_layout()
    return figure


def _by_shift(records: pd.DataFrame) -> pd.DataFrame:
    """Return mean scores (%): one row per shift in semitones, 0 among them, one column per network; may be empty."""
    rows = records[records["protocol"] == SOUND]
    shift = rows["metric"].str.extract(rf"^{re.escape(metric(records))}, ([+-]\d+) semitones$")[0]
    if shift.isna().all():
        return pd.DataFrame()
    shift = shift.astype(float).where(rows["metric"] != metric(records), 0.0)
    table = 100 * rows.assign(shift=shift).dropna(subset="shift").pivot_table("value", "shift", "system")
    table.index = table.index.astype(int)
    return table[[name for name in SYSTEMS if name in table]]
