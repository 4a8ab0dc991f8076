"""Records in, verdicts on the thesis's claims out."""

from __future__ import annotations

import pandas as pd
import yaml

from .metrics import Interval, interval
from .results import ROOT

TABLE = ROOT / "data" / "claims.yml"
PROTOCOL = "nested"  # accuracies whose settings the test clips have not chosen


def verdicts(records: pd.DataFrame) -> pd.DataFrame:
    """Judges every claim that the records speak of, for each classifier.

    A claim is a comparison; it is judged by the differences fold by fold and their 95 % interval (Student's t). It
    holds when the interval of every comparison lies above zero, fails when that of one lies below, and is undecided
    otherwise.

    Args:
        records: of one run.

    Returns:
        Columns id, claim, classifier, verdict ("holds", "fails", "undecided"), against (the closest comparison),
        difference, low, high (of that comparison, in percentage points).
    """
    rows = []
    dataset = records["dataset"].iloc[0]
    for claim in yaml.safe_load(TABLE.read_text()):
        systems = {claim["better"], *claim["than"]}
        if dataset not in claim.get("data", [dataset]) or not systems <= set(records["system"]):
            continue
        for classifier, by_classifier in records.query("protocol == @PROTOCOL").groupby("classifier", sort=False):
            by_fold = 100 * by_classifier.pivot_table("value", ["seed", "fold"], "system")
            against = {other: interval(by_fold[claim["better"]] - by_fold[other]) for other in claim["than"]}
            closest, difference = min(against.items(), key=lambda item: item[1].high)
            rows.append(
                {"id": claim["id"], "claim": claim["claim"], "classifier": classifier, "verdict": _verdict(against)}
                | {"against": closest, "difference": difference.mean, "low": difference.low, "high": difference.high}
            )
    return pd.DataFrame(rows, columns=["id", "claim", "classifier", "verdict", "against", "difference", "low", "high"])


def _verdict(against: dict[str, Interval]) -> str:
    if any(difference.high < 0 for difference in against.values()):
        return "fails"
    return "holds" if all(difference.low > 0 for difference in against.values()) else "undecided"
