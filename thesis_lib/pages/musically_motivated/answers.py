"""State in words which of chapter III's networks is the best, and what shape and size are worth."""

from __future__ import annotations

from html import escape

import pandas as pd

from ...records.intervals import signed
from .scores import LABELS, by_fold, means, metric, over

# Networks that an answer names beside the best one, and pairs of which it states the difference.
NAMED = (
    "black_box",
    "time_frequency",
    "time",
    "frequency_32",
    "instruments",
    "instruments_han",
    "tags",
    "tags_small",
    "phonemes",
    "phonemes_small",
    "phonemes_mlp",
)
APART = {
    ("time", "frequency_32"): "From filters over frequency to filters over time, the difference is {} points.",
    (
        "trained_7x86",
        "trained_7x96",
    ): "From filters that fill the spectrum to filters that may move in pitch, the difference is {} points.",
}
WORDS = {
    "black_box": "The black box", "phonemes_mlp": "The MLP",
    **dict.fromkeys(("tags", "phonemes"), "The timbral network"),
    **dict.fromkeys(("tags_small", "phonemes_small"), "The network of small filters"),
}  # fmt: skip
UNITS = {
    "accuracy": "%", "micro F1": "% micro-averaged F1", "macro F1": "% macro-averaged F1", "ROC-AUC": "% ROC-AUC",
    "frame accuracy": "% correct frames",
}  # fmt: skip


def in_words(runs: dict[str, pd.DataFrame]) -> str:
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
        reach = over(records)
        for (one, other), sentence in APART.items():
            if {one, other} <= set(folds):
                text += " " + sentence.format(signed(reach((folds[one] - folds[other]).dropna())))
        items.append(f"<li>{text}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _said(found: pd.DataFrame, name: str, unit: str) -> str:
    label = WORDS.get(name, LABELS[name])
    return f"{label} reaches {found.loc[name, 'mean']:.1f} {unit} with {found.loc[name, 'parameters']:,} parameters"


def diverged(records: pd.DataFrame) -> str:
    """Name the trainings that diverged; "" if none did."""
    rows = records.query("metric == 'diverged'")
    named = dict.fromkeys(
        LABELS[row.system] + (f" (fold {row.fold:g})" if pd.notna(row.fold) else f" (seed {row.seed})")
        for row in rows.itertuples()
    )
    return f"<p>These trainings diverged and have no score: {escape(', '.join(named))}.</p>" if named else ""
