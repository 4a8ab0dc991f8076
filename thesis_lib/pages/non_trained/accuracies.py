"""Draw and tabulate the accuracies of chapter IV's front-ends."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from ...classifiers import CLASSIFIERS
from ...classifiers import LABELS as CLASSIFIER_LABELS
from ...protocols.non_trained.systems import BASELINE, IN_FIGURES, LABELS
from ...records.intervals import interval, interval_over_draws, signed
from ..style import WIDTH

PROTOCOLS = {"best_of_grid": "best of grid (the paper's)", "nested": "nested selection"}


def accuracies(records: pd.DataFrame, *, chance: float | None = None) -> plt.Figure:
    """Draw the accuracy of each front-end with its 95 % interval, one panel per classifier.

    With several draws of random weights, the interval is over draws, each the mean of its folds; with one draw, it is
    over folds.

    Args:
        records: records of chapter IV.
        chance: accuracy of guessing in [0, 1], drawn as a dotted line.
    """
    several = records["seed"].nunique() > 1
    if several:
        keys = ["system", "classifier", "protocol", "seed"]
        records = records.groupby(keys, sort=False, as_index=False)["value"].mean()
    over = interval_over_draws if several else interval
    rows = records.assign(
        accuracy=100 * records["value"],
        front_end=records["system"].map(IN_FIGURES),
        selection=records["protocol"].map(PROTOCOLS),
    )
    order = [name for system, name in IN_FIGURES.items() if system in set(records["system"])]
    kinds = [kind for kind in CLASSIFIERS if kind in set(records["classifier"])]
    figure, axes = plt.subplots(
        1, len(kinds), figsize=(WIDTH, 1.1 + 0.42 * len(order)), sharex=True, sharey=True, squeeze=False
    )
    for axis, kind in zip(axes[0], kinds, strict=True):
        sns.pointplot(
            rows[rows["classifier"] == kind], x="accuracy", y="front_end", hue="selection", order=order,
            hue_order=PROTOCOLS.values(), errorbar=lambda values: over(values)[1:], linestyle="none", dodge=0.4,
            markers=["o", "D"], markersize=5, err_kws={"linewidth": 1.6}, ax=axis, legend=axis is axes[0][0],
        )  # fmt: skip
        axis.set(title=CLASSIFIER_LABELS[kind], xlabel="accuracy (%)", ylabel="")
        if chance is not None:
            axis.axvline(100 * chance, color="0.4", linestyle=":", label="chance")
    handles, labels = axes[0][0].get_legend_handles_labels()
    axes[0][0].get_legend().remove()
    figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, fontsize=11)
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    return figure


def variants(runs: dict[str, pd.DataFrame], *, chance: float) -> plt.Figure:
    """Draw the accuracy of each front-end on variants of one data set (SVM, nested selection).

    Args:
        runs: records of chapter IV with several draws, by variant.
        chance: accuracy of guessing in [0, 1], drawn as a dotted line.
    """
    by_draw = _by_draw(runs).melt(ignore_index=False, var_name="front-end", value_name="accuracy (%)").reset_index()
    figure, axis = plt.subplots(figsize=(WIDTH, 1.1 + 0.46 * by_draw["front-end"].nunique()))
    sns.pointplot(
        by_draw.replace({"front-end": IN_FIGURES}), x="accuracy (%)", y="front-end", hue="variant", linestyle="none",
        errorbar=lambda values: interval_over_draws(values)[1:], err_kws={"linewidth": 1.6},
        markers=["o", "D", "s", "^"][: len(runs)],
        order=[name for system, name in IN_FIGURES.items() if system in set(by_draw["front-end"])], ax=axis,
    )  # fmt: skip
    axis.axvline(100 * chance, color="0.4", linestyle=":", label="chance")
    axis.set(ylabel="")
    axis.legend(title="", frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1), ncols=2)
    figure.tight_layout()
    return figure


def lost(runs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate how many points each front-end loses from the first variant of a data set to each other one.

    Args:
        runs: as in `variants`. Draws are paired by seed; on one backend, they have the same weights.

    Returns:
        One row per front-end: the points lost and their 95 % interval over draws. MFCC statistics have no draws.
    """
    by_draw = _by_draw(runs)
    by_draw = by_draw[[system for system in LABELS if system in by_draw]].rename(columns=LABELS)
    plain, *others = runs
    differences = {f"points lost, {other}": by_draw.loc[plain] - by_draw.loc[other] for other in others}
    return pd.DataFrame(
        {
            name: rows.apply(lambda draws: signed(interval_over_draws(draws.dropna())))
            for name, rows in differences.items()
        }
    )


def _by_draw(runs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the accuracy (%) of the SVM with nested selection: (variant, seed) x system."""
    chosen = pd.concat(runs, names=["variant"]).query("protocol == 'nested' and classifier == 'svm'")
    return 100 * chosen.pivot_table("value", ["variant", "seed"], "system", sort=False)


def summary(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate mean accuracies (%) with both selections, their difference, and the number of parameters."""
    means = 100 * records.pivot_table(index="system", columns=["classifier", "protocol"], values="value", sort=False)
    kinds = [kind for kind in CLASSIFIERS if kind in means.columns.levels[0]]
    table = {}
    for kind in kinds:
        best, nested = means[kind, "best_of_grid"], means[kind, "nested"]
        table |= {
            (CLASSIFIER_LABELS[kind], "best of grid"): best,
            (CLASSIFIER_LABELS[kind], "nested"): nested,
            (CLASSIFIER_LABELS[kind], "difference"): best - nested,
        }
    table = pd.DataFrame(table)
    table[("", "parameters")] = records.groupby("system")["n_params"].first()
    table.index = [LABELS[system] for system in table.index]
    return table


def baseline_classifier(records: pd.DataFrame) -> str:
    """Return the classifier of the baseline: the SVM, as in the paper, if the run has it."""
    scored = set(records.loc[records["system"] == BASELINE, "classifier"])
    return next(kind for kind in CLASSIFIERS if kind in scored)


def against_baseline(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate how many points each front-end is above the baseline, by classifier (nested selection).

    The baseline is `baseline_classifier` on MFCC statistics. Intervals (95 %) are over draws if there are several, else
    over folds. The baseline is the same in all draws.
    """
    nested = records.query("protocol == 'nested'").fillna({"fold": 0})  # a fixed split has one test part and no fold
    nested = 100 * nested.pivot_table("value", ["seed", "fold"], ["system", "classifier"])
    baseline = nested[BASELINE, baseline_classifier(records)].groupby("fold").mean()
    several, rows = records["seed"].nunique() > 1, []
    for (system, kind), values in nested.items():
        if system == BASELINE:
            continue
        above = values.dropna().sub(baseline, level="fold")
        found = interval_over_draws(above.groupby("seed").mean()) if several else interval(above)
        verdict = "beats it" if found.low > 0 else "is beaten" if found.high < 0 else "undecided"
        rows.append((LABELS[system], CLASSIFIER_LABELS[kind], signed(found), verdict))
    table = pd.DataFrame(rows, columns=["front-end", "classifier", "points above", "verdict"])
    kinds = [label for label in CLASSIFIER_LABELS.values() if label in set(table["classifier"])]
    wide = table.pivot(index="front-end", columns="classifier").swaplevel(axis=1)
    columns = [(kind, column) for kind in kinds for column in ("points above", "verdict")]
    order = [name for name in LABELS.values() if name in wide.index]
    return wide.loc[order, columns].rename_axis(index=None, columns=[None, None])
