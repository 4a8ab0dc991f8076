"""Read the scores of chapter III's networks from records, by the metric of the task, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ...protocols.musically_motivated.faults import SOUND
from ...protocols.musically_motivated.phonemes import systems as phonemes
from ...protocols.musically_motivated.rhythm import systems as rhythm
from ...protocols.musically_motivated.timbre import systems as timbre
from ...records import predictions
from ...records.intervals import Interval, interval, interval_over_draws

SYSTEMS = rhythm.SYSTEMS | timbre.SYSTEMS | phonemes.SYSTEMS
LABELS = {name: system.label for name, system in SYSTEMS.items()}
# The metric in words, and the paper's name of a data set and metric, by which its rows are found.
METRICS = {
    "accuracy": "accuracy (%)", "micro F1": "micro-averaged F1 (%)", "macro F1": "macro-averaged F1 (%)",
    "ROC-AUC": "ROC-AUC (%)", "frame accuracy": "correct frames (%)",
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
    records = records[records["system"].isin(list(SYSTEMS))]  # without the most frequent phoneme, a baseline
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


def over(records: pd.DataFrame) -> Callable[..., Interval]:
    """Return the interval over draws if the split is fixed, or else that over folds."""
    return interval_over_draws if records["fold"].isna().all() else interval


def means(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate mean, low and high of the score (%) of each system, and its number of parameters."""
    found = by_fold(records)
    reach = over(records)
    table = pd.DataFrame({name: reach(found[name].dropna()) for name in found}, index=Interval._fields).T
    return table.assign(parameters=records.groupby("system")["n_params"].first().reindex(table.index).astype(int))
