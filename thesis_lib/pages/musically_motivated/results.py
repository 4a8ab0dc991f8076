"""Draw and tabulate what chapter III's networks reach, against their size and beside the papers."""

from __future__ import annotations

from html import escape

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import HTML

from ...models import ARCHITECTURES
from ...records.published import published
from ..style import WIDTH
from .scores import LABELS, METRICS, SYSTEMS, means, metric

# The paper's name of a system, by which its row is found.
IN_PAPER = {
    "black_box": "Black-box (40,80)/(12,8)", "black_box_long": "Black-box (40,250)/(12,200)",
    "time": "Time (40,80)/(1,60)", "time_long": "Time (40,250)/(1,200)",
    **{f"frequency_{m}": f"Frequency ({m},1)" for m in (30, 32, 34, 36, 38, 40)},
    "time_frequency": "Time-Frequency", "time_frequency_init": "Time-FrequencyInit",
    "phonemes": "Proposed", "phonemes_small": "Small-rectangular (Choi)", "phonemes_mlp": "MLP",
    "instruments": "single-layer", "instruments_multi": "multi-layer", "instruments_han": "Han et al.",
}  # fmt: skip


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


def table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate scores (%) beside the paper's: accuracies on Ballroom, F1 on IRMAS, frames of jingju (role type dan)."""
    ours, judged = means(records), metric(records)
    dataset, unit = {"accuracy": ("Ballroom", 1), "frame accuracy": ("jingju phonemes dan", 100)}.get(
        judged, ("IRMAS", 100)
    )
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
