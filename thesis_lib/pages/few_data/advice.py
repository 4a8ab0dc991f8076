"""Advise a reader who has a few labelled clips, by the records of chapter VI."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...protocols.few_data.systems import LABELS, SYSTEMS

NEAR = 3.0  # points below the most accurate system within which a faster one is recommended


def worth(records: pd.DataFrame, pretrained: str = "transfer_musicnn") -> pd.DataFrame:
    """Estimate how many labelled clips per class match transfer without pretraining on other sounds.

    The number is read off the curve of the best system without pretraining at each number of clips. The curve is linear
    in the logarithm of the number of clips, and its running maximum is used.

    Args:
        records: records of one run.
        pretrained: the pretrained system.

    Returns:
        Columns n_per_class, accuracy (% of the pretrained system), alone (% of the best system without pretraining with
        the same number of clips), clips (number that it would need; NaN beyond the largest number tried), from_folds
        and to_folds (fewest and most among single folds; infinite beyond the largest number). Empty if a side is
        missing.
    """
    alone = records[~records["system"].isin(_pretrained())]
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


def _pretrained() -> list[str]:
    return [name for name, system in SYSTEMS.items() if system.pretrained]


def _best(alone: pd.DataFrame) -> pd.Series:
    """Return the highest mean accuracy (%) at each number of clips."""
    return (100 * alone.pivot_table("value", "n_per_class", "system")).max(axis=1)


def _clips_for(accuracy: float, curve: pd.Series) -> float:
    """Return the number of clips at which a curve reaches an accuracy; infinite if it never does."""
    rising = curve.cummax()
    if accuracy > rising.iloc[-1]:
        return float("inf")
    after = int(np.argmax(rising.to_numpy() >= accuracy))
    if after == 0:
        return float(rising.index[0])
    x, y = np.log(rising.index[after - 1 : after + 1].to_numpy(float)), rising.iloc[after - 1 : after + 1].to_numpy()
    return float(np.exp(np.interp(accuracy, y, x)))


def worth_in_words(records: pd.DataFrame, pretrained: str = "transfer_musicnn") -> pd.DataFrame:
    """Format `worth` as a table for a page."""
    most = records["n_per_class"].max()
    rows = {}
    for row in worth(records, pretrained).itertuples():
        clips = f"more than {most:.0f}" if np.isnan(row.clips) else f"{row.clips:.1f}"
        ends = [
            f"more than {most:.0f}" if np.isinf(value) else f"{value:.1f}" for value in (row.from_folds, row.to_folds)
        ]
        rows[f"{row.n_per_class} per class"] = {
            f"{LABELS[pretrained]} (%)": f"{row.accuracy:.1f}",
            "best without pretraining (%)": f"{row.alone:.1f}",
            "clips it would need": clips,
            "range over folds": " to ".join(dict.fromkeys(ends)),
        }
    return pd.DataFrame(rows).T


def advice(records: pd.DataFrame) -> pd.DataFrame:
    """Choose a system for each number of labelled clips, with the accuracy to expect.

    Returns:
        Index n_per_class; columns best (the system with the highest mean), accuracy (its mean, %), low and high (the
        range of eight of ten trials, %), quickest (the system with the shortest fit within `NEAR` points of the best),
        alone and alone_accuracy (the best system without pretraining; None and NaN if there is none).
    """
    rows = {}
    for n, at in records.groupby("n_per_class"):
        means = (100 * at.groupby("system")["value"].mean()).sort_values(ascending=False)
        best, near = means.index[0], means.index[means >= means.iloc[0] - NEAR]
        seconds = at[at["system"].isin(near)].groupby("system")["seconds"].median()
        alone = means[~means.index.isin(_pretrained())]
        low, high = 100 * at[at["system"] == best]["value"].quantile([0.1, 0.9])
        rows[int(n)] = {
            "best": best, "accuracy": means[best], "low": low, "high": high, "quickest": seconds.idxmin(),
            "alone": alone.index[0] if len(alone) else None,
            "alone_accuracy": alone.iloc[0] if len(alone) else float("nan"),
        }  # fmt: skip
    return pd.DataFrame(rows).T.rename_axis("n_per_class")


def advice_in_words(records: pd.DataFrame) -> pd.DataFrame:
    """Format `advice` as a table for a page."""
    rows = {}
    for row in advice(records).itertuples():
        other = f"{LABELS[row.alone]} ({row.alone_accuracy:.0f}\N{NO-BREAK SPACE}%)" if row.alone else "–"
        rows[f"{row.Index} clip{'s' if row.Index > 1 else ''} per class"] = {
            "most accurate": f"{LABELS[row.best]} ({row.accuracy:.0f}\N{NO-BREAK SPACE}%)",
            "expect": f"{row.low:.0f} to {row.high:.0f}\N{NO-BREAK SPACE}%",
            "fastest nearly as good": LABELS[row.quickest],
            "without pretraining": other,
        }
    return pd.DataFrame(rows).T


def advice_for(records: pd.DataFrame, n: int) -> str:
    """Recommend a system for n clips per class in one or two sentences, by the nearest number that was tried."""
    table = advice(records)
    tried = min(table.index, key=lambda count: abs(np.log(count / n)))
    row = table.loc[tried]
    nearest = "" if tried == n else f" (the nearest number tried is {tried})"
    quick = LABELS[row["quickest"]]
    cheap = "" if row["quickest"] == row["best"] else f" Faster, and at most {NEAR:.0f} points worse: {quick}."
    return (
        f"With {n} labelled clip{'s' if n > 1 else ''} per class{nearest}: {LABELS[row['best']]}. Expect "
        f"{row['low']:.0f} to {row['high']:.0f} % correct on similar sounds.{cheap}"
    )
