"""Tell apart what frame-level front-ends lose by their filters and by how the original code reads their features."""

from __future__ import annotations

import pandas as pd

from ...classifiers import CLASSIFIERS
from ...classifiers import LABELS as CLASSIFIER_LABELS
from ...protocols.non_trained.systems import LABELS
from ...records.intervals import Interval, interval, interval_over_draws, signed

READ = {"all features": "{}", "as published": "{}_as_published"}
STEPS = (("sample_level", "frame_level_many"), ("frame_level_many", "frame_level"))  # better, worse, as claimed
FRAME_LEVEL = ("frame_level", "frame_level_many")


def has_both(records: pd.DataFrame) -> bool:
    """Tell whether a run has the three waveform front-ends, the frame-level ones in both readings."""
    needed = {"sample_level", *(form.format(name) for form in READ.values() for name in FRAME_LEVEL)}
    return needed <= set(records["system"])


def differences(records: pd.DataFrame) -> dict[str, dict[tuple[str, str], Interval]]:
    """Compute the steps of the claim in both readings, and what the reading costs, with nested selection.

    Args:
        records: records of chapter IV for which `has_both` is true.

    Returns:
        By classifier: the difference in points and its 95 % interval by (comparison, reading). Intervals are over
        folds, each the mean of the draws; for a fixed split, over draws.
    """
    found = {}
    nested = records.query("protocol == 'nested'")
    split = nested["fold"].isna().all()
    for kind in [kind for kind in CLASSIFIERS if kind in set(nested["classifier"])]:
        values = nested.query("classifier == @kind").pivot_table("value", "seed" if split else "fold", "system") * 100
        rows = {}
        for reading, form in READ.items():
            for better, worse in STEPS:
                names = [form.format(name) if name in FRAME_LEVEL else name for name in (better, worse)]
                rows[f"{LABELS[better]} − {LABELS[worse]}", reading] = values[names[0]] - values[names[1]]
        for name in FRAME_LEVEL:
            rows[f"the reading, {LABELS[name]}", "all − published"] = values[name] - values[f"{name}_as_published"]
        found[CLASSIFIER_LABELS[kind]] = {
            key: (interval_over_draws if split else interval)(row) for key, row in rows.items()
        }
    return found


def table(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate `differences`, one column per classifier."""
    return pd.DataFrame(
        {kind: {key: signed(one) for key, one in rows.items()} for kind, rows in differences(records).items()}
    )


def in_words(records: pd.DataFrame) -> str:
    """State how much of each step remains when all features are read, for the first classifier of the run."""
    kind, rows = next(iter(differences(records).items()))
    sentences = []
    for better, worse in STEPS:
        step = f"{LABELS[better]} − {LABELS[worse]}"
        published, full = rows[step, "as published"], rows[step, "all features"]
        remains = "remains" if full.low > 0 else "turns around" if full.high < 0 else "is not certain"
        sentences.append(
            f"{LABELS[better]} is {signed(published)} points above {LABELS[worse]} with the features as published and "
            f"{signed(full)} points with all features: the step {remains}."
        )
    return f"{kind}. " + " ".join(sentences)
