"""Records of chapter VI in, what a reader with a few labelled clips wants to know out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...protocols.few_data.systems import PRETRAINED, SYSTEMS

NEAR = 3.0  # points that an approach may lie behind the most accurate one and still be taken for being quicker


def worth(records: pd.DataFrame, pretrained: str = "transfer_musicnn") -> pd.DataFrame:
    """How many labelled clips a class the best system without other sounds needs for what transfer reaches with n.

    Read off the curve of the best such system at each number of clips, a straight line between two of them over the
    logarithm of their number, held where more clips make it worse.

    Args:
        records: of one run.
        pretrained: the system that heard other sounds before.

    Returns:
        Columns n_per_class, accuracy (% of the pretrained system), alone (% of the best other one with as many clips),
        clips (needed; NaN beyond the largest number tried), from_folds and to_folds (the same fold by fold, fewest and
        most; infinite beyond the largest number). Empty where a side is missing.
    """
    alone = records[~records["system"].isin(PRETRAINED)]
    ours = records[records["system"] == pretrained]
    columns = ["n_per_class", "accuracy", "alone", "clips", "from_folds", "to_folds"]
    if alone.empty or ours.empty:
        return pd.DataFrame(columns=columns)
    best, reached = _best(alone), 100 * ours.groupby("n_per_class")["value"].mean()
    rows = []
    for n, accuracy in reached.items():
        by_fold = [
            _clips_for(100 * mine[mine["n_per_class"] == n]["value"].mean(), _best(alone[alone["fold"].isin([fold])]))
            for fold, mine in ours.groupby("fold")
        ] or [_clips_for(accuracy, best)]
        rows.append((int(n), accuracy, best.get(n), _clips_for(accuracy, best), min(by_fold), max(by_fold)))
    return pd.DataFrame(rows, columns=columns).replace({"clips": {np.inf: np.nan}})


def _best(alone: pd.DataFrame) -> pd.Series:
    """The highest mean accuracy (%) at each number of clips."""
    return (100 * alone.pivot_table("value", "n_per_class", "system")).max(axis=1)


def _clips_for(accuracy: float, curve: pd.Series) -> float:
    """Clips a class at which a curve reaches an accuracy: infinite if it never does, the first if it starts there."""
    rising = curve.cummax()
    if accuracy > rising.iloc[-1]:
        return float("inf")
    after = int(np.argmax(rising.to_numpy() >= accuracy))
    if after == 0:
        return float(rising.index[0])
    x, y = np.log(rising.index[after - 1 : after + 1].to_numpy(float)), rising.iloc[after - 1 : after + 1].to_numpy()
    return float(np.exp(np.interp(accuracy, y, x)))


def worth_in_words(records: pd.DataFrame, pretrained: str = "transfer_musicnn") -> pd.DataFrame:
    """`worth` as a table for a page."""
    most = records["n_per_class"].max()
    rows = {}
    for row in worth(records, pretrained).itertuples():
        clips = f"more than {most:.0f}" if np.isnan(row.clips) else f"{row.clips:.1f}"
        ends = [
            f"more than {most:.0f}" if np.isinf(value) else f"{value:.1f}" for value in (row.from_folds, row.to_folds)
        ]
        rows[f"{row.n_per_class} a class"] = {
            f"{SYSTEMS[pretrained]} (%)": f"{row.accuracy:.1f}",
            "best without other sounds (%)": f"{row.alone:.1f}",
            "clips that it would need": clips,
            "fold by fold": " to ".join(dict.fromkeys(ends)),
        }
    return pd.DataFrame(rows).T


def advice(records: pd.DataFrame) -> pd.DataFrame:
    """What to take with each number of labelled clips, and what to expect of it.

    Returns:
        Index n_per_class; columns best (the system of the highest mean), accuracy (its mean, %), low and high (between
        them lie eight of ten trials, %), quickest (of those at most `NEAR` points behind the best, the one with the
        shortest fit), alone and alone_accuracy (the best that heard no other sounds; None and NaN where no such system
        was tried).
    """
    rows = {}
    for n, at in records.groupby("n_per_class"):
        means = (100 * at.groupby("system")["value"].mean()).sort_values(ascending=False)
        best, near = means.index[0], means.index[means >= means.iloc[0] - NEAR]
        seconds = at[at["system"].isin(near)].groupby("system")["seconds"].median()
        alone = means[~means.index.isin(PRETRAINED)]
        low, high = 100 * at[at["system"] == best]["value"].quantile([0.1, 0.9])
        rows[int(n)] = {
            "best": best, "accuracy": means[best], "low": low, "high": high, "quickest": seconds.idxmin(),
            "alone": alone.index[0] if len(alone) else None,
            "alone_accuracy": alone.iloc[0] if len(alone) else float("nan"),
        }  # fmt: skip
    return pd.DataFrame(rows).T.rename_axis("n_per_class")


def advice_in_words(records: pd.DataFrame) -> pd.DataFrame:
    """`advice` as a table for a page."""
    rows = {}
    for row in advice(records).itertuples():
        other = f"{SYSTEMS[row.alone]} ({row.alone_accuracy:.0f}\N{NO-BREAK SPACE}%)" if row.alone else "–"
        rows[f"{row.Index} clip{'s' if row.Index > 1 else ''} a class"] = {
            "most accurate": f"{SYSTEMS[row.best]} ({row.accuracy:.0f}\N{NO-BREAK SPACE}%)",
            "expect": f"{row.low:.0f} to {row.high:.0f}\N{NO-BREAK SPACE}%",
            "quickest that is near": SYSTEMS[row.quickest],
            "without other sounds": other,
        }
    return pd.DataFrame(rows).T


def advice_for(records: pd.DataFrame, n: int) -> str:
    """What to take with n clips a class, in a sentence or two; from the nearest number that was tried."""
    table = advice(records)
    tried = min(table.index, key=lambda count: abs(np.log(count / n)))
    row = table.loc[tried]
    nearest = "" if tried == n else f" (the nearest number that was tried is {tried})"
    quick = SYSTEMS[row["quickest"]]
    cheap = "" if row["quickest"] == row["best"] else f" Quicker, and at most {NEAR:.0f} points behind: {quick}."
    return (
        f"With {n} labelled clip{'s' if n > 1 else ''} a class{nearest}: {SYSTEMS[row['best']]}. Expect "
        f"{row['low']:.0f} to {row['high']:.0f} % on sounds like these.{cheap}"
    )
