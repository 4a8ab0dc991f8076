"""Tabulate and draw what the faults of chapter III's papers are worth."""

from __future__ import annotations

from html import escape

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from IPython.display import HTML

from ...protocols.musically_motivated.faults import PAPER, PHONEMES, RHYTHM, SOUND, TIMBRE
from ...records.intervals import interval, signed
from ..style import WIDTH
from .scores import LABELS, by_fold, over

FAULTY = [name for name in dict.fromkeys((*RHYTHM, *TIMBRE, *PHONEMES)) if name not in (SOUND, PAPER)] + [PAPER]


def prices(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate by how many points each fault raises a system's score, paired by fold, with 95 % intervals.

    Args:
        records: records with the protocol "sound" and at least one with faults.

    Returns:
        One row per system and one column per fault; "paper" is all faults together.
    """
    sound, reach = by_fold(records), over(records)
    columns = {}
    for protocol in [name for name in FAULTY if name in set(records["protocol"])]:
        raised = by_fold(records, protocol) - sound
        columns[protocol] = {LABELS[name]: signed(reach(raised[name].dropna())) for name in raised}
    return pd.DataFrame(columns)


def prices_of(runs: dict[str, pd.DataFrame]) -> HTML:
    """Format `prices` for the data sets whose records contain faults."""
    faulty = {name: records for name, records in runs.items() if set(records["protocol"]) - {SOUND}}
    return HTML("".join(prices(one).style.set_caption(escape(name)).to_html() for name, one in faulty.items()))


def price_figure(records: pd.DataFrame) -> plt.Figure:
    """Draw `prices`: points above the sound protocol, one row per system and one mark per fault."""
    sound = by_fold(records)
    faults = [name for name in FAULTY if name in set(records["protocol"])]
    rows = pd.concat(
        {name: (by_fold(records, name) - sound).rename(columns=LABELS) for name in faults}, names=["fault"]
    ).melt(ignore_index=False, var_name="network", value_name="points above the sound protocol")
    figure, axis = plt.subplots(figsize=(WIDTH, 1.3 + 0.5 * sound.shape[1]))
    axis.axvline(0, color="0.4", linewidth=1)
    sns.pointplot(
        rows.reset_index(), x="points above the sound protocol", y="network", hue="fault", linestyle="none",
        dodge=0.4 * (len(faults) > 1),
        errorbar=lambda values: interval(values)[1:], markers=["o", "D", "s", "^"][: len(faults)], markersize=5,
        err_kws={"linewidth": 1.4}, ax=axis,
    )  # fmt: skip
    axis.set(ylabel="")
    axis.legend(title="", frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1), ncols=3)
    figure.tight_layout()
    return figure
