"""Draw and tabulate what chapter III's networks reach, against their size, and what the papers' faults are worth."""

from __future__ import annotations

from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import HTML

from ...models import ARCHITECTURES
from ...protocols.musically_motivated.faults import FAULTS, PAPER, SOUND
from ...protocols.musically_motivated.systems import LABELS, SYSTEMS
from ...records import predictions
from ...records.intervals import Interval, interval, interval_over_draws, signed
from ...records.published import published
from ..style import WIDTH

# The paper's name of a system, by which its row is found.
IN_PAPER = {
    "black_box": "Black-box (40,80)/(12,8)", "black_box_long": "Black-box (40,250)/(12,200)",
    "time": "Time (40,80)/(1,60)", "time_long": "Time (40,250)/(1,200)",
    **{f"frequency_{m}": f"Frequency ({m},1)" for m in (30, 32, 34, 36, 38, 40)},
    "time_frequency": "Time-Frequency", "time_frequency_init": "Time-FrequencyInit",
}  # fmt: skip


def by_fold(records: pd.DataFrame, protocol: str | None = None) -> pd.DataFrame:
    """Return accuracies (%), means over draws: one row per fold (per draw of a fixed split), one column per system.

    Args:
        records: records of chapter III.
        protocol: one of the records' protocols; by default "sound", or the first if the run has only faulty ones.
    """
    found = list(records["protocol"])
    protocol = protocol or (SOUND if SOUND in found else found[0])
    rows = records.query("protocol == @protocol and metric == 'accuracy'")
    fixed = rows["fold"].isna().all()
    table = 100 * rows.pivot_table("value", "seed" if fixed else "fold", "system")
    return table[[name for name in SYSTEMS if name in table]]


def guessing(folder: Path | str, records: pd.DataFrame) -> float:
    """Return the accuracy (%) of guessing among the classes of a kept run.

    Args:
        folder: folder of the run.
        records: all its records.
    """
    return 100 / predictions.load(folder, records)["label"].nunique()


def means(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate mean, low and high of the accuracy (%) of each system, and its number of parameters."""
    found = by_fold(records)
    over = interval_over_draws if records["fold"].isna().all() else interval
    table = pd.DataFrame({name: over(found[name].dropna()) for name in found}, index=Interval._fields).T
    return table.assign(parameters=records.groupby("system")["n_params"].first().reindex(table.index).astype(int))


def accuracy_and_size(runs: dict[str, pd.DataFrame], chance: dict[str, float]) -> plt.Figure:
    """Draw accuracy against the number of parameters, with 95 % intervals over folds; one panel per data set.

    Args:
        runs: records of chapter III by the data set's name.
        chance: accuracy (%) of guessing by the data set's name, drawn as a dotted line.
    """
    figure, axes = plt.subplots(len(runs), 1, figsize=(WIDTH, 3.6 * len(runs)), sharex=True, squeeze=False)
    papers = {name: ARCHITECTURES[system.network].paper for name, system in SYSTEMS.items()}
    colours = dict(zip(dict.fromkeys(papers.values()), sns.color_palette(), strict=False))
    for axis, (title, records) in zip(axes[:, 0], runs.items(), strict=True):
        for place, row in enumerate(means(records).sort_values("parameters").itertuples()):
            reach = np.nan_to_num([[row.mean - row.low], [row.high - row.mean]])
            colour = colours[papers[row.Index]]
            axis.errorbar(row.parameters, row.mean, reach, fmt="o", color=colour, linewidth=1.4, markersize=6)
            left = place % 2  # labels of neighbours are on opposite sides of their marks
            axis.annotate(
                LABELS[row.Index], (row.parameters, row.mean), (-5, 4) if left else (5, -4), fontsize=9,
                textcoords="offset points", ha="right" if left else "left", va="bottom" if left else "top",
            )  # fmt: skip
        axis.axhline(chance[title], color="0.4", linestyle=":", linewidth=1)
        axis.set(xscale="log", ylabel="accuracy (%)", title=title)
        axis.xaxis.set_major_formatter("{x:,.0f}")  # powers would need matplotlib's markup
        axis.margins(x=0.2)
    axes[-1, 0].set(xlabel="trainable parameters")
    for paper, colour in colours.items():
        axes[0, 0].plot([], [], "o", color=colour, label=paper)
    axes[0, 0].legend(frameon=False, fontsize=9.5, loc="lower right")
    figure.tight_layout()
    return figure


def table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate accuracies (%) beside the paper's on Ballroom, with both numbers of parameters."""
    ours = means(records)
    paper = published().query("dataset == 'Ballroom'").set_index("model")
    stated = [paper["value"].get(IN_PAPER.get(name)) for name in ours.index]
    found = pd.DataFrame(
        {
            "here": [_between(row) for row in ours.itertuples()],
            "parameters": ours["parameters"],
            "the paper, Ballroom": [None if value is None else float(value) for value in stated],
        }
    )
    found.index = [LABELS[name] for name in ours.index]
    return found


def tables(runs: dict[str, pd.DataFrame]) -> HTML:
    """Format `table` for several data sets."""
    shown = [
        table(records)
        .style.format("{:,}", subset="parameters")
        .format("{:.1f}", subset="the paper, Ballroom", na_rep="–")
        .set_caption(escape(name))
        .to_html()
        for name, records in runs.items()
    ]
    return HTML("".join(shown))


def _between(row) -> str:
    return f"{row.mean:.1f}" + (f" [{row.low:.1f}, {row.high:.1f}]" if np.isfinite(row.low) else "")


def prices(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate by how many points each fault raises a system's accuracy, paired by fold, with 95 % intervals.

    Args:
        records: records with the protocol "sound" and at least one with faults.

    Returns:
        One row per system and one column per fault; "paper" is all faults together.
    """
    sound = by_fold(records)
    columns = {}
    for protocol in [name for name in (*FAULTS, PAPER) if name in set(records["protocol"])]:
        raised = by_fold(records, protocol) - sound
        columns[protocol] = {LABELS[name]: signed(interval(raised[name].dropna())) for name in raised}
    return pd.DataFrame(columns)


def price_figure(records: pd.DataFrame) -> plt.Figure:
    """Draw `prices`: points above the sound protocol, one row per system and one mark per fault."""
    sound = by_fold(records)
    faults = [name for name in (*FAULTS, PAPER) if name in set(records["protocol"])]
    rows = pd.concat(
        {name: (by_fold(records, name) - sound).rename(columns=LABELS) for name in faults}, names=["fault"]
    ).melt(ignore_index=False, var_name="network", value_name="points above the sound protocol")
    figure, axis = plt.subplots(figsize=(WIDTH, 1.3 + 0.5 * sound.shape[1]))
    axis.axvline(0, color="0.4", linewidth=1)
    sns.pointplot(
        rows.reset_index(), x="points above the sound protocol", y="network", hue="fault", linestyle="none",
        dodge=0.4 * (len(faults) > 1),
        errorbar=lambda values: interval(values)[1:], markers=["o", "D", "s"][: len(faults)], markersize=5,
        err_kws={"linewidth": 1.4}, ax=axis,
    )  # fmt: skip
    axis.set(ylabel="")
    axis.legend(title="", frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1), ncols=3)
    figure.tight_layout()
    return figure


def answers(runs: dict[str, pd.DataFrame]) -> str:
    """State in words, for each data set, which network is the most accurate, and what shape and size are worth."""
    items = []
    for name, records in runs.items():
        found, folds = means(records), by_fold(records)
        if found.empty:
            items.append(f"<li><strong>{escape(name)}</strong>: every training diverged.</li>")
            continue
        best = found["mean"].idxmax()
        text = f"<strong>{escape(name)}</strong>: {_said(found, best)}, more than any other network."
        others = [other for other in ("black_box", "time_frequency", "time", "frequency_32") if other in found.index]
        text += "".join(f" {_said(found, other)}." for other in others if other != best)
        if {"time", "frequency_32"} <= set(folds):
            apart = signed(interval((folds["time"] - folds["frequency_32"]).dropna()))
            text += f" Filters over time are {apart} points above filters over frequency."
        items.append(f"<li>{text}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _said(found: pd.DataFrame, name: str) -> str:
    label = {"black_box": "The black box"}.get(name, LABELS[name])
    return f"{label} reaches {found.loc[name, 'mean']:.1f} % with {found.loc[name, 'parameters']:,} parameters"


def diverged(records: pd.DataFrame) -> str:
    """Name the trainings that diverged; "" if none did."""
    rows = records.query("metric == 'diverged'")
    named = ", ".join(f"{LABELS[row.system]} (fold {row.fold:g})" for row in rows.itertuples())
    return f"<p>These trainings diverged and have no accuracy: {escape(named)}.</p>" if len(rows) else ""
