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
STATUSES = ("read", "read from figure", "second-hand")
COUNTS = ("params", "params_counted", "params_with_statistics")
_MODEL = re.compile(r"(?P<name>.+?)(?: \(~3500 feat\))?\s*\+\s*(?P<classifier>SVM|ELM)$")


def published() -> pd.DataFrame:
    """Return every published number, its source, and whether it was read first-hand.

    Returns:
        Columns system (the publication), dataset, model, metric, value, std_or_err; params (number of parameters that
        the publication states, most often rounded), params_counted (learnt parameters, counted from the published code
        or weights), params_with_statistics (the same and the statistics of batch normalisation); source, status (one of
        `STATUSES`), note.
    """
    return pd.read_csv(TABLE, dtype=dict.fromkeys(COUNTS, "Int64")).fillna({"note": ""})


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
        Columns model, dataset, params, params_counted, ROC-AUC %, PR-AUC %, source, status.
    """
    return _scores("musicnn-training")


def released() -> pd.DataFrame:
    """Return the models that the package musicnn released with the scores in its logs; columns as in `taggers`."""
    return _scores("musicnn package")


def gtzan() -> pd.DataFrame:
    """Return the published accuracies of transfer to GTZAN: columns model, value (%), source, status."""
    return published().query("system == 'sklearn transfer'")[["model", "value", "source", "status"]]


def parameters() -> dict[tuple[str, str], int]:
    """Return the numbers of parameters that publications state, by architecture and size (`models.ARCHITECTURES`)."""
    table, stated = published(), {}
    for publication, names in (("musicnn-training", TAGGERS), ("few data ICASSP2019", FEW_DATA)):
        rows = table[table["system"] == publication].drop_duplicates("model")
        stated |= {names[row.model]: int(row.params) for row in rows.itertuples()}
    # The comment counts the two normalisations that only the released model uses (`models.musicnn.mid_end`).
    return stated | {("musicnn", "released"): stated["musicnn_dense", "published"]}


def _scores(system: str) -> pd.DataFrame:
    """Return one row per model of a publication, with its two areas under curves as columns."""
    rows = published().query("system == @system")
    models = rows.drop_duplicates("model").set_index("model")[["dataset", *COUNTS[:2], "source", "status"]]
    areas = rows.pivot(index="model", columns="metric", values="value")[["ROC-AUC %", "PR-AUC %"]]
    columns = ["model", "dataset", *COUNTS[:2], "ROC-AUC %", "PR-AUC %", "source", "status"]
    return models.join(areas).reset_index()[columns]
