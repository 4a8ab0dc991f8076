"""Tabulate musicnn's layers, tags, scores and costs."""

from __future__ import annotations

import math
from html import escape

import keras
import pandas as pd
from pandas.io.formats.style import Styler
from scipy.stats import binomtest

from ...models import ARCHITECTURES
from ...records import published

# Step of musicnn, named by its output layer -> prefixes of its layers' names, and what it does.
STEPS = {
    "input_norm": (("input_norm",), "one mean and one standard deviation for all bands"),
    "timbral": (("timbral_",), "204 filters of 7 frames × 38 bands and 204 of 7 × 67; maximum over frequency"),
    "temporal": (("temporal_",), "51 filters each of 128, 64 and 32 frames × 1 band; maximum over frequency"),
    "cnn1": (("mid_conv_1", "cnn1"), "64 filters of 7 frames over all feature maps"),
    "cnn2": (("mid_conv_2", "mid_norm_2"), "the same, with a residual connection"),
    "cnn3": (("mid_conv_3", "mid_norm_3"), "the same, with a residual connection"),
    "pools": (("pool_norm",), "maximum and mean over time of all feature maps so far"),
    "penultimate": (("dense", "penultimate"), "200 units"),
    "taggram": (("taggram",), "50 probabilities"),
}
PROSE = 'class="wide prose"'  # cells contain words, which are left-aligned
TRACKS = 290  # in the test part of GTZAN's filtered split


def steps(model: keras.Model) -> Styler:
    """Tabulate musicnn's steps: what each does, its output shape, and its number of parameters."""
    rows = []
    for name, (begins, what) in STEPS.items():
        layers = [layer for layer in model.layers if layer.name.startswith(begins)]
        learnt = _parameters(weight for layer in layers for weight in layer.weights if "moving" not in weight.path)
        rows.append((name, what, " × ".join(map(str, model.get_layer(name).output.shape[1:])), learnt))
    table = pd.DataFrame(rows, columns=["step", "what it does", "output", "parameters"])
    return table.style.hide().format({"parameters": "{:,}"}).set_table_attributes(PROSE)


def side_by_side(records: pd.DataFrame, *, top: int = 4) -> Styler:
    """Tabulate the most probable tags of each piece, one column per model.

    Args:
        records: records whose metric is a tag.
        top: number of tags.
    """
    best = records.sort_values("value", ascending=False, kind="stable").groupby(["dataset", "system"]).head(top)
    named = best.assign(tag=best["metric"] + " " + best["value"].map("{:.2f}".format))
    table = named.groupby(["dataset", "system"], sort=False)["tag"].agg(", ".join).unstack()
    table = table.reindex(index=records["dataset"].unique(), columns=records["system"].unique())
    named = table.rename_axis(index=None, columns=None).style.format_index(escape, axis="index")  # names of files
    return named.set_table_attributes(PROSE)


def agreement(records: pd.DataFrame) -> Styler:
    """Tabulate the rank correlation over tags between models of one vocabulary, averaged over pieces."""
    means = {}
    for piece, rows in records.groupby("dataset"):
        means[piece] = rows.pivot_table("value", "metric", "system").corr(method="spearman", min_periods=50)
    table = pd.concat(means).groupby(level=1, sort=False).mean().rename_axis(index=None, columns=None)
    return table.loc[list(records["system"].unique()), list(records["system"].unique())].style.format(
        "{:.2f}", na_rep="–"
    )


def released() -> Styler:
    """Tabulate the released models with the scores that their logs state (%)."""
    table = published.released().rename(columns={"dataset": "trained on"})
    return table[["model", "trained on", "ROC-AUC %", "PR-AUC %"]].style.hide().format(precision=2)


def candidates() -> Styler:
    """Tabulate the training code's nine models: its scores and rounded parameters, and the parameters built here."""
    rows = published.taggers()
    keys = [published.TAGGERS[model] for model in rows["model"]]
    built = [ARCHITECTURES[name].sizes[size].n_params for name, size in keys]
    table = rows.assign(name=[" ".join(key) for key in keys], built=built, stated=rows["params"].astype(int))
    table = table[["model", "name", "stated", "built", "ROC-AUC %", "PR-AUC %"]]
    return table.style.hide().format({"stated": "{:,}", "built": "{:,}"}, precision=2).set_table_attributes(PROSE)


def best_candidate() -> str:
    """State which of the nine models has the best published scores, and how far the released one's are from them."""
    table = published.taggers().set_index("model")
    best, roc = table["PR-AUC %"].idxmax(), table["ROC-AUC %"].idxmax()
    dense = next(model for model, (name, _) in published.TAGGERS.items() if name == "musicnn_dense")
    row, own = table.loc[best], table.loc[dense]
    both = "in both" if best == roc else "in PR-AUC"
    return (
        f"The best of the nine {both} is {best} ({row['ROC-AUC %']:.2f} and {row['PR-AUC %']:.2f} %), which was not "
        f"released; {dense}, which was, has {own['ROC-AUC %']:.2f} and {own['PR-AUC %']:.2f} %."
    )


def transfer(records: pd.DataFrame) -> Styler:
    """Tabulate accuracies (%) on GTZAN by classifier with Wilson's interval, next to the published ones."""
    rows = []
    for row in records.query("protocol != 'single embeddings'").itertuples():
        found = binomtest(round(row.value * TRACKS), TRACKS).proportion_ci(method="wilson")
        bounds = f"{100 * found.low:.1f} to {100 * found.high:.1f}"
        rows.append((f"{row.system}, {row.classifier}", 100 * row.value, bounds, "measured here"))
    for row in published.gtzan().itertuples():
        rows.append((row.model, row.value, "", f"published ({row.source})"))
    table = pd.DataFrame(rows, columns=["embedding and classifier", "accuracy (%)", "95 % interval", "source"])
    return table.style.hide().format(precision=2).set_table_attributes(PROSE)


def costs(records: pd.DataFrame) -> Styler:
    """Tabulate the time per file (ms), its parts, and its ratio to the shortest possible time."""
    rows = records[records["protocol"].str.contains(", ")]
    table = rows.pivot_table("value", ["system", "protocol"], "metric", sort=False)
    shares = {f"{part} (ms)": 1000 * table[f"{part}, s"] for part in ("decoding", "log-mel", "network")}
    table = pd.DataFrame({"per file (ms)": 1000 * table["s a file"], **shares,
                          "network over floor": table["network over floor"],
                          "total over floor": table["all over floor"],
                          "speed-up over the original": table["original over ours"]})  # fmt: skip
    return (
        table.rename_axis(index=[None, None])
        .style.format("{:.0f}", subset=["per file (ms)", *shares])
        .format("{:.2f}", subset=list(table.columns[4:]))
    )


def sharing(records: pd.DataFrame) -> Styler:
    """Tabulate the seconds for overlapping patches of a minute of audio with a shared and a separate front-end."""
    table = records[records["protocol"].str.startswith("hop")].pivot_table("value", "protocol", "metric", sort=False)
    table = table[["shared", "anew", "times faster", "difference"]].rename_axis(index=None, columns=None)
    table = table.rename(columns={"anew": "separate", "times faster": "speed-up"})
    return table.style.format("{:.2f}").format("{:.1e}", subset=["difference"])


def _parameters(weights) -> int:
    return sum(math.prod(weight.shape) for weight in weights)
