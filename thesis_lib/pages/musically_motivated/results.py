"""Draw and tabulate what chapter III's networks reach, against their size and beside the papers."""

from __future__ import annotations

from html import escape

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import HTML
from matplotlib.ticker import NullFormatter
from matplotlib.transforms import Bbox

from ...models import ARCHITECTURES
from ...records.published import published
from ..style import WIDTH
from .scores import LABELS, METRICS, SYSTEMS, means, metric

# Of a name beside its mark, in points.
PLACES = ((5, -4), (-5, 4), (5, 4), (-5, -4), (5, 16), (-5, 16), (5, -16), (-5, -16))
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
        for row in means(records).itertuples():
            reach = np.nan_to_num([[row.mean - row.low], [row.high - row.mean]])
            colour = colours[papers[row.Index]]
            axis.errorbar(row.parameters, row.mean, reach, fmt="o", color=colour, linewidth=1.4, markersize=6)
        if title in chance:
            axis.axhline(chance[title], color="0.4", linestyle=":", linewidth=1)
        axis.set(xscale="log", ylabel=METRICS.get(metric(records), ""), title=title)
        axis.xaxis.set_major_formatter("{x:,.0f}")  # powers would need matplotlib's markup
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.margins(y=0.2)
    sizes = pd.concat(list(runs.values())).query("system in @SYSTEMS")["n_params"]
    axes[-1, 0].set(xlabel="trainable parameters", xlim=(sizes.min() / 6, 6 * sizes.max()))  # room for the names
    for paper, colour in colours.items():
        axes[0, 0].plot([], [], "o", color=colour, label=paper)
    axes[0, 0].legend(frameon=False, fontsize=9.5, loc="lower center", bbox_to_anchor=(0.5, 1.1), ncols=2)
    figure.tight_layout()
    for axis, records in zip(axes[:, 0], runs.values(), strict=True):
        _name(axis, means(records))
    return figure


def _name(axis: plt.Axes, found: pd.DataFrame) -> None:
    """Write the name of each network beside its mark, at the first of `PLACES` that is free."""
    renderer = axis.figure.canvas.get_renderer()
    inside = axis.get_window_extent(renderer)
    marks = axis.transData.transform(found[["parameters", "mean"]].to_numpy(float))
    taken = [Bbox.from_bounds(x - 4, y - 4, 8, 8) for x, y in marks]
    for row in found.itertuples():
        for across, up in PLACES:
            text = axis.annotate(
                LABELS[row.Index], (row.parameters, row.mean), (across, up), fontsize=9,
                textcoords="offset points", ha="left" if across > 0 else "right", va="bottom" if up > 0 else "top",
            )  # fmt: skip
            place = text.get_window_extent(renderer)
            if not place.count_overlaps(taken) and inside.containsx(place.x0) and inside.contains(place.x1, place.y1):
                break
            text.remove()
        else:
            axis.add_artist(text)  # none is free: the last one
        taken.append(place)


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
    """Format `table` for the data sets with a network of which a paper states a score."""
    shown = [
        one.style.format("{:,}", subset="parameters")
        .format("{:.1f}", subset=one.columns[-1], na_rep="–")
        .set_caption(escape(name))
        .to_html()
        for name, one in ((name, table(records)) for name, records in runs.items())
        if one.iloc[:, -1].notna().any()
    ]
    return HTML("".join(shown))


def _between(row) -> str:
    return f"{row.mean:.1f}" + (f" [{row.low:.1f}, {row.high:.1f}]" if np.isfinite(row.low) else "")
