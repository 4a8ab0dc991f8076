"""musicnn, and records of what it says and costs, in; tables out."""

from __future__ import annotations

import math

import keras
import pandas as pd
from pandas.io.formats.style import Styler
from scipy.stats import binomtest

from ...records import published as paper
from ...models import ARCHITECTURES, build
from ...pretrained.musicnn import MODELS

# Step of a musicnn, by the layer that gives its output -> how its layers' names begin, and what it does.
STEPS = {
    "input_norm": (("input_norm",), "one mean and one deviation for the whole spectrogram"),
    "timbral": (("timbral_",), "204 filters of 7 frames × 38 bands, 204 of 7 × 67; maximum over frequency"),
    "temporal": (("temporal_",), "51 filters each of 128, 64 and 32 frames, one band wide; maximum over frequency"),
    "cnn1": (("mid_conv_1", "cnn1"), "64 filters of 7 frames over all maps"),
    "cnn2": (("mid_conv_2", "mid_norm_2"), "the same again, added to what came before"),
    "cnn3": (("mid_conv_3", "mid_norm_3"), "once more"),
    "pools": (("pool_norm",), "maximum and mean over time of all maps so far"),
    "penultimate": (("dense", "penultimate"), "200 units"),
    "taggram": (("taggram",), "50 probabilities"),
}
PROSE = 'class="wide prose"'  # cells hold words, which run from the left
TRACKS = 290  # of GTZAN's filtered test part


def steps(model: keras.Model) -> Styler:
    """The named steps of a musicnn: what each does, the shape that it gives, and how much it has to learn."""
    rows = []
    for name, (begins, what) in STEPS.items():
        layers = [layer for layer in model.layers if layer.name.startswith(begins)]
        learnt = _parameters(weight for layer in layers for weight in layer.weights if "moving" not in weight.path)
        rows.append((name, what, " × ".join(map(str, model.get_layer(name).output.shape[1:])), learnt))
    table = pd.DataFrame(rows, columns=["step", "what it does", "gives", "parameters"])
    return table.style.hide().format({"parameters": "{:,}"}).set_table_attributes(PROSE)


def side_by_side(records: pd.DataFrame, *, top: int = 4) -> Styler:
    """The most probable tags of each piece, one column a model.

    Args:
        records: with a tag as metric.
        top: how many tags.
    """
    best = records.sort_values("value", ascending=False, kind="stable").groupby(["dataset", "system"]).head(top)
    named = best.assign(said=best["metric"] + " " + best["value"].map("{:.2f}".format))
    table = named.groupby(["dataset", "system"], sort=False)["said"].agg(", ".join).unstack()
    table = table.reindex(index=records["dataset"].unique(), columns=records["system"].unique())
    return table.rename_axis(index=None, columns=None).style.set_table_attributes(PROSE)


def agreement(records: pd.DataFrame) -> Styler:
    """Rank correlation over tags between models of one vocabulary, mean over pieces."""
    means = {}
    for piece, rows in records.groupby("dataset"):
        means[piece] = rows.pivot_table("value", "metric", "system").corr(method="spearman", min_periods=50)
    table = pd.concat(means).groupby(level=1, sort=False).mean().rename_axis(index=None, columns=None)
    return table.loc[list(records["system"].unique()), list(records["system"].unique())].style.format(
        "{:.2f}", na_rep="–"
    )


def released() -> Styler:
    """The published models with the scores that their own logs state (%)."""
    rows = [(name, of.trained_on, 100 * of.roc_auc, 100 * of.pr_auc) for name, of in MODELS.items()]
    table = pd.DataFrame(rows, columns=["model", "trained on", "ROC-AUC (%)", "PR-AUC (%)"])
    return table.style.hide().format(precision=2)


def candidates() -> Styler:
    """The nine models of the training code: scores and parameters as it gives them, and parameters as built here."""
    rows = paper.taggers()
    built = []
    for model in rows["model"]:
        name, size = paper.TAGGERS[model]
        built.append(_parameters(build(name, **ARCHITECTURES[name].settings[size][0]).trainable_weights))
    names = [" ".join(paper.TAGGERS[model]) for model in rows["model"]]
    table = rows.assign(name=names, built=built, parameters=rows["params"].astype(int))
    table = table[["model", "name", "parameters", "built", "ROC-AUC %", "PR-AUC %"]]
    return table.style.hide().format({"parameters": "{:,}", "built": "{:,}"}, precision=2).set_table_attributes(PROSE)


def transfer(records: pd.DataFrame) -> Styler:
    """Accuracy (%) on GTZAN by classifier with its interval (Wilson), beside what was published."""
    rows = []
    for row in records.query("protocol != 'single embeddings'").itertuples():
        found = binomtest(round(row.value * TRACKS), TRACKS).proportion_ci(method="wilson")
        bounds = f"{100 * found.low:.1f} to {100 * found.high:.1f}"
        rows.append((f"{row.system}, {row.classifier}", 100 * row.value, bounds, "measured here"))
    for row in paper.published().query("system == 'sklearn transfer' and status == 'read'").itertuples():
        rows.append((row.model, row.value, "", f"published ({row.source})"))
    table = pd.DataFrame(rows, columns=["embedding and classifier", "accuracy (%)", "95 % interval", "where from"])
    return table.style.hide().format(precision=2).set_table_attributes(PROSE)


def costs(records: pd.DataFrame) -> Styler:
    """Time a file (ms), where it goes, and its relation to the least time possible."""
    rows = records[records["protocol"].str.contains(", ")]
    table = rows.pivot_table("value", ["system", "protocol"], "metric", sort=False)
    shares = {f"{part} (ms)": 1000 * table[f"{part}, s"] for part in ("decoding", "log-mel", "network")}
    table = pd.DataFrame({"a file (ms)": 1000 * table["s a file"], **shares,
                          "network over floor": table["network over floor"], "all over floor": table["all over floor"],
                          "times faster than the original": table["original over ours"]})  # fmt: skip
    return (
        table.rename_axis(index=[None, None])
        .style.format("{:.0f}", subset=["a file (ms)", *shares])
        .format("{:.2f}", subset=list(table.columns[4:]))
    )


def sharing(records: pd.DataFrame) -> Styler:
    """Overlapping patches of a minute of audio: seconds with the front-end shared and computed anew."""
    table = records[records["protocol"].str.startswith("hop")].pivot_table("value", "protocol", "metric", sort=False)
    table = table[["shared", "anew", "times faster", "difference"]].rename_axis(index=None, columns=None)
    return table.style.format("{:.2f}").format("{:.1e}", subset=["difference"])


def _parameters(weights) -> int:
    return sum(math.prod(weight.shape) for weight in weights)
