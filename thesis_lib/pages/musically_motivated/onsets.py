"""Draw and tabulate how well chapter III's networks find the onsets of syllables, with and without a score."""

from __future__ import annotations

from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from ...protocols.musically_motivated.singing import FRONT_END
from ...protocols.musically_motivated.syllables.systems import LABELS
from ...records.intervals import Interval, interval, interval_over_draws, signed
from ..style import WIDTH
from .examples import load, spectrogram

DECODERS = {"peaks": "peaks as published", "maxima": "peaks, looking ahead", "score": "with the score"}
MARKS = {"peaks": ("C0", "o", -0.2), "maxima": ("C2", "s", 0.0), "score": ("C3", "D", 0.2)}
MAIN = "onset F, 50 ms"
GAINS = {
    ("maxima", "peaks"): "On the mean of the networks, to look ahead changes F by {} points.",
    ("score", "maxima"): "Beside that, the score changes F by {} points.",
}


def scores(records: pd.DataFrame, decoder: str, metric: str = MAIN) -> pd.DataFrame:
    """Return F (%), means over draws: one row per fold (per draw of a fixed split), one column per network.

    Args:
        records: records of the page on syllables.
        decoder: a key of `DECODERS`.
        metric: one of the records' metrics.
    """
    rows = records[(records["classifier"] == decoder) & (records["metric"] == metric)]
    fixed = rows["fold"].isna().all()
    table = 100 * rows.pivot_table("value", "seed" if fixed else "fold", "system")
    return table[[name for name in LABELS if name in table]]


def _over(records: pd.DataFrame, values: pd.Series) -> Interval:
    return (interval_over_draws if records["fold"].isna().all() else interval)(values.dropna())


def answers(runs: dict[str, pd.DataFrame]) -> str:
    """State in words, for each data set, which network finds the onsets best, and what the score is worth."""
    items = []
    for name, records in runs.items():
        found = {decoder: scores(records, decoder) for decoder in DECODERS}
        said = [
            f"{' '.join((words, _best(found[decoder])))}"
            for decoder, words in (("peaks", "By peaks as published,"), ("maxima", "By peaks looking ahead,"),
                                   ("score", "With the score,"))
            if found[decoder].size
        ]  # fmt: skip
        for (one, other), sentence in GAINS.items():
            if found[one].size and found[other].size:
                gained = (found[one] - found[other]).mean(axis=1)
                said.append(sentence.format(signed(_over(records, gained))))
        items.append(f"<li><strong>{escape(name)}</strong>: {' '.join(said) or 'every training diverged.'}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _best(found: pd.DataFrame) -> str:
    name = found.mean().idxmax()
    return f"{escape(LABELS[name])} finds the onsets best (F {found[name].mean():.1f} %)."


def figure(runs: dict[str, pd.DataFrame]) -> plt.Figure:
    """Draw F of onsets within 50 ms of each network by every decoder, with 95 % intervals; one panel per data set."""
    rows = [len(set(records["system"])) for records in runs.values()]
    figure, axes = plt.subplots(
        len(runs), 1, figsize=(WIDTH, sum(0.55 * count + 0.9 for count in rows)), sharex=True, squeeze=False,
        height_ratios=rows,
    )  # fmt: skip
    for axis, (title, records) in zip(axes[:, 0], runs.items(), strict=True):
        sizes = records.groupby("system")["n_params"].first()
        for decoder, said in DECODERS.items():
            colour, marker, shift = MARKS[decoder]
            found = scores(records, decoder)
            means = [_over(records, found[name]) for name in found]
            reach = np.nan_to_num([[one.mean - one.low for one in means], [one.high - one.mean for one in means]])
            axis.errorbar(
                [one.mean for one in means], np.arange(len(means)) + shift, xerr=reach.reshape(2, -1), fmt=marker,
                color=colour, linewidth=1.4, markersize=5, label=said,
            )  # fmt: skip
        names = [name for name in LABELS if name in set(records["system"])]
        axis.set_yticks(range(len(names)), [f"{LABELS[name]} ({sizes[name]:,.0f})" for name in names])
        axis.invert_yaxis()
        axis.set_title(title)
    axes[-1, 0].set_xlabel("F of onsets within 50 ms (%)")
    axes[0, 0].legend(frameon=False, fontsize=9.5, loc="lower center", bbox_to_anchor=(0.4, 1.1), ncols=3)
    sns.despine(figure)
    figure.tight_layout()
    return figure


def tables(runs: dict[str, pd.DataFrame]) -> str:
    """Tabulate F (%) of onsets and of syllables by every decoder and tolerance, one table per data set."""
    shown = []
    for name, records in runs.items():
        metrics = [metric for metric in dict.fromkeys(records["metric"]) if metric != "diverged"]
        columns = {
            (metric, DECODERS[decoder]): scores(records, decoder, metric).mean()
            for metric in metrics
            for decoder in DECODERS
            if decoder in set(records["classifier"])
        }
        table = pd.DataFrame(columns).rename(index=LABELS).reindex([LABELS[one] for one in LABELS], fill_value=np.nan)
        style = table.dropna(how="all").style.format("{:.1f}", na_rep="–").set_caption(escape(name))
        shown.append(style.set_table_attributes('class="wide"').to_html())
    return "".join(shown)


def diverged(records: pd.DataFrame) -> str:
    """Name the trainings that diverged; "" if none did."""
    rows = records.query("metric == 'diverged'")
    named = ", ".join(f"{LABELS[row.system]} (fold {row.fold})" for row in rows.itertuples())
    return f"<p>These trainings diverged and have no score: {escape(named)}.</p>" if named else ""


def example(folder: Path) -> plt.Figure:
    """Draw the curves of one test phrase under its spectrogram.

    Args:
        folder: folder of a run, with its example.
    """
    found = load(folder)
    names = [name for name in LABELS if name in found]
    figure, axes = plt.subplots(
        1 + len(names), 1, figsize=(WIDTH, 1.8 + 0.8 * len(names)), sharex=True, height_ratios=[2] + [1] * len(names)
    )
    bands = spectrogram(axes[0], found)
    axes[0].set_title("the phrase and its onsets")
    axes[0].vlines(found["onsets"], 0, bands, color="w", linewidth=1)
    for axis, name in zip(axes[1:], names, strict=True):
        curve = found[name]
        axis.plot(found["first"] + np.arange(len(curve)) * FRONT_END.hop, curve, linewidth=1)
        axis.vlines(found["onsets"], 0, 1, color="0.5", linewidth=0.8, linestyle=":")
        axis.set(ylim=(0, 1.05), yticks=(0, 1))
        axis.set_title(LABELS[name], fontsize=10, loc="left", pad=2)
    if len(found["score"]) and names:
        axes[1].plot(found["score"], np.full(len(found["score"]), 0.5), "v", color="C3", markersize=5)
    axes[-1].set_xlabel("time (s)")
    figure.tight_layout()
    return figure
