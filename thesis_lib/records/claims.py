"""Judge the thesis's claims by the records of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pandas as pd
import yaml

from ..files import ROOT
from .intervals import Interval, interval, interval_over_draws

TABLE = ROOT / "data" / "claims.yml"
PROTOCOLS = ("nested", "few clips", "sound")  # protocols in which test clips choose no setting


def verdicts(records: pd.DataFrame, *, sounds: str = "", protocols: Sequence[str] = PROTOCOLS) -> pd.DataFrame:
    """Judge every claim whose systems are in the records, for each classifier.

    A claim is one or more comparisons, judged by the differences per fold and their 95 % interval (`interval`). It
    holds if the interval of every comparison is above zero. It fails if the interval of one comparison is below zero,
    with intervals widened for the number of comparisons (Bonferroni), because each could fail by chance. Otherwise it
    is undecided. Each fold compares means over the run's draws, which all folds share, so the interval does not cover
    other draws. A fixed split has no folds: there the differences are those of the draws, and a single draw is
    undecided. Systems that learn from a few clips are compared on the draws that both have.

    A claim with a `margin` says that a system is at most so many points worse (non-inferiority): its interval must be
    above minus the margin. A claim with `fewer` says, too, that the others have at least so many times as many
    parameters, and fails otherwise. A claim that is `invariant` compares how much scores change when the clips to test
    are transposed, on average over the transpositions that a run has recorded.

    Trainings that diverged are left out. Of several metrics, the first recorded one is judged.

    Args:
        records: records of one run, or of several runs on the same clips.
        sounds: kind of sound in the run's data, as on its card; claims about other kinds are left out.
        protocols: protocols whose records are judged.

    Returns:
        Columns id, claim, classifier, verdict ("holds", "fails", "undecided"), against (the comparison that decided
        it), difference, low, high (of that comparison, in percentage points).
    """
    honest = records[records["protocol"].isin(protocols)].fillna({"classifier": ""})
    plain, rows = _of_first_metric(honest), []
    for claim in yaml.safe_load(TABLE.read_text(encoding="utf-8")):
        systems = {claim["better"], *claim["than"]}
        if claim.get("sounds", sounds) != sounds or not systems <= set(records["system"]):
            continue
        judged = _changes(honest, plain) if claim.get("invariant") else plain
        for classifier, scores in judged.groupby("classifier", sort=False):
            split = scores["fold"].isna().all()
            differences = {other: _difference(scores, claim["better"], other) for other in claim["than"]}
            if any(found.empty for found in differences.values()):
                continue
            margin = claim.get("margin", 0)
            shifted = {other: values + margin for other, values in differences.items()}
            verdict, against, found = _judge(shifted, interval_over_draws if split else interval)
            found = Interval(*(value - margin for value in found))
            if larger := _not_fewer(scores, claim):
                verdict, against = "fails", larger
            rows.append(
                {"id": claim["id"], "claim": claim["claim"], "classifier": classifier, "verdict": verdict}
                | {"against": against, "difference": found.mean, "low": found.low, "high": found.high}
            )
    return pd.DataFrame(rows, columns=["id", "claim", "classifier", "verdict", "against", "difference", "low", "high"])


def _of_first_metric(records: pd.DataFrame) -> pd.DataFrame:
    if "metric" not in records:
        return records
    records = records[records["metric"] != "diverged"]
    return records[records["metric"] == records["metric"].iloc[0]] if len(records) else records


def _changes(records: pd.DataFrame, plain: pd.DataFrame) -> pd.DataFrame:
    """Return by how much the scores of `plain` change when clips are transposed, on average; empty if none are."""
    if "metric" not in records or plain.empty:
        return plain[:0]
    shifted = re.compile(rf"{re.escape(plain['metric'].iloc[0])}, [+-]\d+ semitones")
    moved = records[records["metric"].map(lambda metric: bool(shifted.fullmatch(metric)))]
    unit = ["system", "protocol", "classifier", "fold", "seed"]
    plain, moved = (rows.assign(fold=rows["fold"].astype(float)) for rows in (plain, moved))  # null without folds
    both = plain.merge(moved.groupby(unit, dropna=False)["value"].mean().rename("moved").reset_index(), on=unit)
    return both.assign(value=both["moved"] - both["value"])


def _not_fewer(scores: pd.DataFrame, claim: dict) -> str | None:
    """Return a system that has fewer times as many parameters as the claim says; None if there is none."""
    if "fewer" not in claim:
        return None
    size = scores.groupby("system")["n_params"].first()
    return next((other for other in claim["than"] if size[other] < claim["fewer"] * size[claim["better"]]), None)


def _difference(scores: pd.DataFrame, better: str, other: str) -> pd.Series:
    """Return the difference of two systems in points for each fold, or for each draw of a fixed split.

    Networks that learn from a few clips are slow, so they may have fewer draws than others: these systems are compared
    on the draws that both have.
    """
    both = scores[scores["system"].isin([better, other])]
    learnt = both.groupby(["n_per_class", "fold", "seed"], dropna=False)["system"].transform("nunique")
    both = both[both["n_per_class"].isna() | (learnt == 2)]
    values = 100 * both.pivot_table("value", "seed" if both["fold"].isna().all() else "fold", "system")
    return (values[better] - values[other]) if len(values) else pd.Series(dtype=float)


def _judge(differences: dict[str, pd.Series], over: Callable[..., Interval]) -> tuple[str, str, Interval]:
    """Return the verdict and the comparison that decided it: the worst if it fails, else the closest to failing."""
    widened = {other: over(values, confidence=1 - 0.05 / len(differences)) for other, values in differences.items()}
    worst = min(widened, key=lambda other: widened[other].high)
    if widened[worst].high < 0:
        return "fails", worst, widened[worst]
    plain = {other: over(values) for other, values in differences.items()}
    closest = min(plain, key=lambda other: plain[other].low)
    return "holds" if plain[closest].low > 0 else "undecided", closest, plain[closest]
