"""Records in, verdicts on the thesis's claims out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import yaml

from .intervals import Interval, interval, interval_over_draws
from .run import ROOT

TABLE = ROOT / "data" / "claims.yml"
PROTOCOL = "nested"  # accuracies whose settings the test clips have not chosen
PROTOCOLS = (PROTOCOL, "few clips")


def verdicts(records: pd.DataFrame, *, sounds: str = "") -> pd.DataFrame:
    """Judges every claim that the records speak of, for each classifier.

    A claim is a comparison; it is judged by the differences fold by fold and their interval (`metrics.interval`, 95 %).
    It holds when the interval of every comparison lies above zero. It fails when that of one lies below, where the
    intervals are widened for the number of comparisons (Bonferroni), since each of them could fail it by chance.
    Otherwise it is undecided. What is compared in a fold is the mean over the run's draws of random weights, which all
    folds share: what other draws would give is no part of the interval. A fixed split has one test part and no folds:
    there the comparison is made draw by draw, and the interval is over the draws; with a single draw it is undecided.

    Args:
        records: of one run.
        sounds: what the run's data sounds like, as on its card; claims about other sounds are left out.

    Returns:
        Columns id, claim, classifier, verdict ("holds", "fails", "undecided"), against (the comparison that decided
        it), difference, low, high (of that comparison, in percentage points).
    """
    judged = records[records["protocol"].isin(PROTOCOLS)].fillna({"classifier": ""})
    rows = []
    for claim in yaml.safe_load(TABLE.read_text(encoding="utf-8")):
        systems = {claim["better"], *claim["than"]}
        if claim.get("sounds", sounds) != sounds or not systems <= set(records["system"]):
            continue
        for classifier, scores in judged.groupby("classifier", sort=False):
            split = scores["fold"].isna().all()
            values = 100 * scores.pivot_table("value", "seed" if split else "fold", "system")
            differences = {other: values[claim["better"]] - values[other] for other in claim["than"]}
            verdict, against, found = _judge(differences, interval_over_draws if split else interval)
            rows.append(
                {"id": claim["id"], "claim": claim["claim"], "classifier": classifier, "verdict": verdict}
                | {"against": against, "difference": found.mean, "low": found.low, "high": found.high}
            )
    return pd.DataFrame(rows, columns=["id", "claim", "classifier", "verdict", "against", "difference", "low", "high"])


def _judge(differences: dict[str, pd.Series], over: Callable[..., Interval]) -> tuple[str, str, Interval]:
    """The verdict and the comparison that decided it: the worst where it fails, else the closest to failing."""
    widened = {other: over(values, confidence=1 - 0.05 / len(differences)) for other, values in differences.items()}
    worst = min(widened, key=lambda other: widened[other].high)
    if widened[worst].high < 0:
        return "fails", worst, widened[worst]
    plain = {other: over(values) for other, values in differences.items()}
    closest = min(plain, key=lambda other: plain[other].low)
    return "holds" if plain[closest].low > 0 else "undecided", closest, plain[closest]
