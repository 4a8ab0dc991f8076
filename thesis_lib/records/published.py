"""Read the table of published numbers and their sources."""

from __future__ import annotations

import re

import pandas as pd

from ..files import ROOT

TABLE = ROOT / "data" / "paper" / "results.csv"

# names of chapter IV's systems in the paper's figures -> names here
RANDOM_CNNS = {
    "VGG": "vgg",
    "7x96": "7x96",
    "7x86": "7x86",
    "Timbral": "timbral",
    "Temporal": "temporal",
    "Timbral+temporal": "timbral_temporal",
    "Timbral+time": "timbral_temporal",
    "Sample level": "sample_level",
    "Frame level": "frame_level",
    "Frame level many": "frame_level_many",
    "MFCC(120)": "mfcc",
}
# how the paper chose the classifiers' settings: on GTZAN by the validation part, elsewhere by the reported score
SELECTION = {"GTZAN": "nested", "ExtendedBallroom": "best_of_grid", "UrbanSound8K": "best_of_grid"}
# rows of musicnn's training code -> architecture and size
TAGGERS = {
    "0 Dieleman": ("musicnn_dieleman", "published"),
    "1 VGG32": ("musicnn_vgg", "small"),
    "2 VGG128": ("musicnn_vgg", "released"),
    "3 Timbre": ("musicnn_timbre", "published"),
    "10 residual+globalpool": ("musicnn_residual", "published"),
    "11 dense+globalpool (musicnn)": ("musicnn_dense", "published"),
    "12 attention+positional": ("musicnn_attention", "published"),
    "13 autopool": ("musicnn_autopool", "published"),
    "14 residual+RNN": ("musicnn_recurrent", "published"),
}
# chapter VI's networks in the slides -> architecture and size
FEW_DATA = {"SB-CNN": ("sb_cnn", "published"), "VGG": ("few_vgg", "published"), "TIMBRE": ("few_timbre", "published")}
_MODEL = re.compile(r"(?P<name>.+?)(?: \(~3500 feat\))?\s*\+\s*(?P<classifier>SVM|ELM)$")


def published() -> pd.DataFrame:
    """Return every published number, its source, and whether it was read first-hand.

    Returns:
        Columns system (the publication), dataset, model, metric, value, std_or_err, params (number of parameters as
        published, often rounded), params_counted (counted from the layers of the original code), source, status.
    """
    return pd.read_csv(TABLE, dtype={"params": "Int64", "params_counted": "Int64"})


def random_cnns() -> pd.DataFrame:
    """Return the paper's accuracies for chapter IV, at about 3,500 features per front-end.

    Returns:
        Columns dataset, system (a key of `ARCHITECTURES`, or "mfcc"), classifier, value (%), std_or_err, source,
        status.
    """
    rows = published().query("system == 'elmarc ICASSP2019'")
    rows = rows.join(rows["model"].str.extract(_MODEL))
    rows = rows.assign(system=rows["name"].map(RANDOM_CNNS), classifier=rows["classifier"].str.lower())
    return rows.dropna(subset=["system"])[
        ["dataset", "system", "classifier", "value", "std_or_err", "source", "status"]
    ]


def taggers() -> pd.DataFrame:
    """Return the nine models of musicnn's training code with the scores in its comments (MagnaTagATune).

    Returns:
        Columns model, params, ROC-AUC %, PR-AUC %, source, status.
    """
    return _scores("musicnn-training")


def released() -> pd.DataFrame:
    """Return the scores of musicnn's released models in their training logs; the columns are those of `taggers`."""
    return _scores("musicnn")


def parameters() -> dict[tuple[str, str], int]:
    """Return the published number of parameters, often rounded, by architecture and size."""
    few = published().query("system == 'few data ICASSP2019'")
    stated = [(FEW_DATA[row.model], row.params) for row in few.itertuples()]
    stated += [(TAGGERS[row.model], row.params) for row in taggers().itertuples()]
    counts = {of: int(count) for of, count in stated}
    return counts | {("musicnn", "released"): counts["musicnn_dense", "published"]}  # released from this row


def _scores(system: str) -> pd.DataFrame:
    rows = published().query("system == @system and metric != 'val cost'")
    table = rows.pivot(index=["model", "params", "source", "status"], columns="metric", values="value").reset_index()
    table.columns.name = None
    order = {model: number for number, model in enumerate(rows["model"].unique())}
    columns = ["model", "params", "ROC-AUC %", "PR-AUC %", "source", "status"]
    return table.sort_values("model", key=lambda names: names.map(order))[columns].reset_index(drop=True)
