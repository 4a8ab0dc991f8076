"""Draw and tabulate what chapter III's networks reach, against their size, and what the papers' faults are worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import HTML

from ...models import ARCHITECTURES
from ...protocols.musically_motivated.faults import RHYTHM, SOUND, TIMBRE
from ...protocols.musically_motivated.rhythm import systems as rhythm
from ...protocols.musically_motivated.timbre import systems as timbre
from ...records import predictions
from ...records.intervals import Interval, interval, interval_over_draws, signed
from ...records.published import published
from ..style import WIDTH

SYSTEMS = rhythm.SYSTEMS | timbre.SYSTEMS
LABELS = {name: system.label for name, system in SYSTEMS.items()}
FAULTY = [name for name in dict.fromkeys((*RHYTHM, *TIMBRE)) if name != SOUND]
# The metric in words, and the paper's name of a data set and metric, by which its rows are found.
METRICS = {
    "accuracy": "accuracy (%)", "micro F1": "micro-averaged F1 (%)", "macro F1": "macro-averaged F1 (%)",
    "ROC-AUC": "ROC-AUC (%)",
}  # fmt: skip
# The paper's name of a system, by which its row is found.
IN_PAPER = {
    "black_box": "Black-box (40,80)/(12,8)", "black_box_long": "Black-box (40,250)/(12,200)",
    "time": "Time (40,80)/(1,60)", "time_long": "Time (40,250)/(1,200)",
    **{f"frequency_{m}": f"Frequency ({m},1)" for m in (30, 32, 34, 36, 38, 40)},
    "time_frequency": "Time-Frequency", "time_frequency_init": "Time-FrequencyInit",
    "instruments": "single-layer", "instruments_multi": "multi-layer", "instruments_han": "Han et al.",
}  # fmt: skip


def metric(records: pd.DataFrame) -> str:
    """Return the metric by which records are compared: the first recorded one, or "" if every training diverged."""
    found = records.loc[records["metric"] != "diverged", "metric"]
    return found.iloc[0] if len(found) else ""


def by_fold(records: pd.DataFrame, protocol: str | None = None) -> pd.DataFrame:
    """Return scores (%), means over draws: one row per fold (per draw of a fixed split), one column per system.

    Args:
        records: records of chapter III.
        protocol: one of the records' protocols; by default "sound", or the first if the run has only faulty ones.
    """
    found = list(records["protocol"])
    protocol = protocol or (SOUND if SOUND in found else found[0])
    rows = records[(records["protocol"] == protocol) & (records["metric"] == metric(records))]
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


def _over(records: pd.DataFrame) -> Callable[..., Interval]:
    """Return the interval over draws if the split is fixed, or else that over folds."""
    return interval_over_draws if records["fold"].isna().all() else interval


def means(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate mean, low and high of the score (%) of each system, and its number of parameters."""
    found = by_fold(records)
    over = _over(records)
    table = pd.DataFrame({name: over(found[name].dropna()) for name in found}, index=Interval._fields).T
    return table.assign(parameters=records.groupby("system")["n_params"].first().reindex(table.index).astype(int))


def accuracy_and_size(runs: dict[str, pd.DataFrame], chance: dict[str, float]) -> plt.Figure:
    """Draw scores against the number of parameters, with 95 % intervals over folds; one panel per data set.

    Args:
        runs: records of chapter III by the data set's name.
        chance: score (%) of guessing by the data set's name, drawn as a dotted line where it is known.
    """
    figure, axes = plt.subplots(len(runs), 1, figsize=(WIDTH, 3.6 * len(runs)), sharex=True, squeeze=False)
    drawn = set().union(*(records["system"] for records in runs.values()))
    papers = {name: ARCHITECTURES[system.network].paper for name, system in SYSTEMS.items() if name in drawn}
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
        if title in chance:
            axis.axhline(chance[title], color="0.4", linestyle=":", linewidth=1)
        axis.set(xscale="log", ylabel=METRICS.get(metric(records), ""), title=title)
        axis.xaxis.set_major_formatter("{x:,.0f}")  # powers would need matplotlib's markup
        axis.margins(x=0.25)
    axes[-1, 0].set(xlabel="trainable parameters")
    for paper, colour in colours.items():
        axes[0, 0].plot([], [], "o", color=colour, label=paper)
    axes[0, 0].legend(frameon=False, fontsize=9.5, loc="lower center", bbox_to_anchor=(0.5, 1.1), ncols=2)
    figure.tight_layout()
    return figure


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
        axis.legend(frameon=False, fontsize=9.5)
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


def table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate scores (%) beside the paper's: accuracies on Ballroom, F1 on IRMAS."""
    ours, judged = means(records), metric(records)
    dataset, unit = ("Ballroom", 1) if judged == "accuracy" else ("IRMAS", 100)
    rows = published().query("dataset == @dataset")
    if dataset == "IRMAS":
        rows = rows[rows["metric"] == judged.replace(" ", "-")]
    paper = rows.set_index("model")["value"]
    stated = [paper.get(IN_PAPER.get(name)) for name in ours.index]
    found = pd.DataFrame(
        {
            "here": [_between(row) for row in ours.itertuples()],
            "parameters": ours["parameters"],
            f"the paper, {dataset}": [None if value is None else unit * float(value) for value in stated],
        }
    )
    found.index = [LABELS[name] for name in ours.index]
    return found


def tables(runs: dict[str, pd.DataFrame]) -> HTML:
    """Format `table` for several data sets."""
    shown = [
        one.style.format("{:,}", subset="parameters")
        .format("{:.1f}", subset=one.columns[-1], na_rep="–")
        .set_caption(escape(name))
        .to_html()
        for name, one in ((name, table(records)) for name, records in runs.items())
    ]
    return HTML("".join(shown))


def _between(row) -> str:
    return f"{row.mean:.1f}" + (f" [{row.low:.1f}, {row.high:.1f}]" if np.isfinite(row.low) else "")


def prices(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate by how many points each fault raises a system's score, paired by fold, with 95 % intervals.

    Args:
        records: records with the protocol "sound" and at least one with faults.

    Returns:
        One row per system and one column per fault; "paper" is all faults together.
    """
    sound, over = by_fold(records), _over(records)
    columns = {}
    for protocol in [name for name in FAULTY if name in set(records["protocol"])]:
        raised = by_fold(records, protocol) - sound
        columns[protocol] = {LABELS[name]: signed(over(raised[name].dropna())) for name in raised}
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


# Networks that an answer names beside the best one, and pairs of which it states the difference.
NAMED = ("black_box", "time_frequency", "time", "frequency_32", "instruments", "instruments_han", "tags", "tags_small")
APART = {
    ("time", "frequency_32"): "From filters over frequency to filters over time, the difference is {} points.",
    (
        "trained_7x86",
        "trained_7x96",
    ): "From filters that fill the spectrum to filters that may move in pitch, the difference is {} points.",
}
UNITS = {
    "accuracy": "%", "micro F1": "% micro-averaged F1", "macro F1": "% macro-averaged F1", "ROC-AUC": "% ROC-AUC"
}  # fmt: skip


def answers(runs: dict[str, pd.DataFrame]) -> str:
    """State in words, for each data set, which network is the best, and what shape and size are worth."""
    items = []
    for name, records in runs.items():
        found, folds = means(records), by_fold(records)
        if found.empty:
            items.append(f"<li><strong>{escape(name)}</strong>: every training diverged.</li>")
            continue
        best, unit = found["mean"].idxmax(), UNITS[metric(records)]
        text = f"<strong>{escape(name)}</strong>: {_said(found, best, unit)}, more than any other network."
        others = [other for other in NAMED if other in found.index and other != best]
        text += "".join(f" {_said(found, other, unit)}." for other in others)
        over = _over(records)
        for (one, other), sentence in APART.items():
            if {one, other} <= set(folds):
                text += " " + sentence.format(signed(over((folds[one] - folds[other]).dropna())))
        items.append(f"<li>{text}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _said(found: pd.DataFrame, name: str, unit: str) -> str:
    label = {"black_box": "The black box"}.get(name, LABELS[name])
    return f"{label} reaches {found.loc[name, 'mean']:.1f} {unit} with {found.loc[name, 'parameters']:,} parameters"


def diverged(records: pd.DataFrame) -> str:
    """Name the trainings that diverged; "" if none did."""
    rows = records.query("metric == 'diverged'")
    named = dict.fromkeys(
        LABELS[row.system] + (f" (fold {row.fold:g})" if pd.notna(row.fold) else f" (seed {row.seed})")
        for row in rows.itertuples()
    )
    return f"<p>These trainings diverged and have no score: {escape(', '.join(named))}.</p>" if named else ""
