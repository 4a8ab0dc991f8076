"""Test every pair of chapter VI's systems on the same trials."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.stats

from ...protocols.few_data.systems import LABELS
from ...records.intervals import paired_p
from ..style import WIDTH
from .curves import estimated


def pairs(records: pd.DataFrame) -> pd.DataFrame:
    """Test every pair of systems on the same trials at each number of clips.

    Returns:
        Columns n_per_class, system, other, mean, low, high (points by which the first is better, with the 95 %
        interval), p (two-sided, of the corresponding test) and of_all (p adjusted for the false discovery rate among
        all pairs at that number of clips; Benjamini & Hochberg 1995).
    """
    rows = []
    for n, at in records.groupby("n_per_class"):
        values = at.set_index(["fold", "seed", "system"])["value"].unstack("system")
        start = len(rows)
        for system, other in combinations([name for name in LABELS if name in values], 2):
            both = (values[system] - values[other]).dropna().rename("value").reset_index()
            if len(both):
                row = {"n_per_class": int(n), "system": system, "other": other, "p": _p(both)}
                rows.append(row | estimated(both)._asdict())
        p = np.array([row["p"] for row in rows[start:]])
        of_all = scipy.stats.false_discovery_control(p) if np.isfinite(p).all() else p
        for row, value in zip(rows[start:], of_all, strict=True):
            row["of_all"] = value
    return pd.DataFrame(rows, columns=["n_per_class", "system", "other", "mean", "low", "high", "p", "of_all"])


def _p(both: pd.DataFrame) -> float:
    """Compute p over folds or over draws, like `estimated`."""
    if both["fold"].nunique() >= 3:
        return paired_p(both["value"].groupby(both["fold"]).mean())
    by_draw = both["value"].groupby(both["seed"]).mean()
    return float(scipy.stats.ttest_1samp(by_draw, 0).pvalue) if len(by_draw) > 1 else float("nan")


def differences(records: pd.DataFrame, n: int) -> plt.Figure | None:
    """Draw the points by which the row's system is better than the column's with n clips per class.

    Bold marks p < 5 %; a star marks p < 5 % after the adjustment for all pairs. A single system has no pairs and no
    figure.
    """
    tested = pairs(records[records["n_per_class"] == n])
    if tested.empty:
        return None
    names = [name for name in LABELS if name in {*tested["system"], *tested["other"]}]
    grid, marks = pd.DataFrame(index=names, columns=names, dtype=float), {}
    for row in tested.itertuples():
        for one, other, sign in ((row.system, row.other, 1), (row.other, row.system, -1)):
            grid.loc[one, other] = sign * row.mean
            text = f"{sign * row.mean:+.0f}" + ("*" if row.of_all < 0.05 else "")
            marks[one, other] = text, "bold" if row.p < 0.05 else "normal"
    figure, axis = plt.subplots(figsize=(WIDTH, 1.6 + 0.36 * len(names)))
    most = np.nanmax(np.abs(grid.to_numpy(float)), initial=1)
    axis.imshow(grid.to_numpy(float), cmap="vlag", vmin=-most, vmax=most)
    axis.grid(visible=False)
    for (one, other), (text, weight) in marks.items():
        dark = abs(grid.loc[one, other]) > 0.7 * most
        axis.text(
            names.index(other), names.index(one), text, ha="center", va="center", fontsize=8,
            color="w" if dark else "k", weight=weight,
        )  # fmt: skip
    labels, places = [LABELS[name] for name in names], range(len(names))
    axis.set_xticks(places, labels, rotation=40, ha="right", fontsize=9)
    axis.set_yticks(places, labels, fontsize=9)
    axis.set_title(f"{n} clip{'s' if n > 1 else ''} per class", fontsize=11)
    figure.tight_layout()
    return figure
