"""Records in, figures and tables out."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from ..records.intervals import interval, interval_over_draws, signed

WIDTH = 5.6  # inches: as wide as a page's column, and still legible when a phone shrinks it to two thirds
PROTOCOLS = {"best_of_grid": "best of grid (the paper's)", "nested": "nested selection"}
KINDS = ("svm", "elm", "knn")
NAMES = {
    "vgg": "VGG",
    "7x96": "7x96",
    "7x86": "7x86",
    "timbral": "Timbral",
    "temporal": "Temporal",
    "timbral_temporal": "Timbral + temporal",
    "sample_level": "Sample-level",
    "frame_level": "Frame-level",
    "frame_level_many": "Frame-level many",
    "mfcc": "MFCC statistics",
}


def style() -> None:
    """Type that can be read on a phone, and colours that are told apart without colour vision."""
    sns.set_theme("notebook", "whitegrid", "colorblind", rc={"figure.dpi": 150, "font.size": 11, "axes.titlesize": 12})


def accuracies(records: pd.DataFrame, *, chance: float | None = None) -> plt.Figure:
    """Accuracy of each front-end with its 95 % interval, one panel a classifier.

    The interval is one over the draws of random weights where there are several, each the mean of its folds, and one
    over the folds where there is one draw.

    Args:
        records: of chapter IV.
        chance: accuracy in [0, 1] of guessing, drawn as a dotted line.
    """
    several = records["seed"].nunique() > 1
    if several:
        keys = ["system", "classifier", "protocol", "seed"]
        records = records.groupby(keys, sort=False, as_index=False)["value"].mean()
    over = interval_over_draws if several else interval
    rows = records.assign(
        accuracy=100 * records["value"],
        front_end=records["system"].map(NAMES),
        selection=records["protocol"].map(PROTOCOLS),
    )
    order = [name for system, name in NAMES.items() if system in set(records["system"])]
    kinds = [kind for kind in KINDS if kind in set(records["classifier"])]
    figure, axes = plt.subplots(
        1, len(kinds), figsize=(WIDTH, 1.1 + 0.42 * len(order)), sharex=True, sharey=True, squeeze=False
    )
    for axis, kind in zip(axes[0], kinds, strict=True):
        sns.pointplot(
            rows[rows["classifier"] == kind], x="accuracy", y="front_end", hue="selection", order=order,
            hue_order=PROTOCOLS.values(), errorbar=lambda values: over(values)[1:], linestyle="none", dodge=0.4,
            markers=["o", "D"], markersize=5, err_kws={"linewidth": 1.6}, ax=axis, legend=axis is axes[0][0],
        )  # fmt: skip
        axis.set(title=kind.upper(), xlabel="accuracy (%)", ylabel="")
        if chance is not None:
            axis.axvline(100 * chance, color="0.4", linestyle=":", label="chance")
    handles, labels = axes[0][0].get_legend_handles_labels()
    axes[0][0].get_legend().remove()
    figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, fontsize=11)
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    return figure


def summary(records: pd.DataFrame) -> pd.DataFrame:
    """Mean accuracy (%) of each system under both selections, what the first adds, and the number of parameters."""
    means = 100 * records.pivot_table(index="system", columns=["classifier", "protocol"], values="value", sort=False)
    kinds = [kind for kind in KINDS if kind in means.columns.levels[0]]
    table = {}
    for kind in kinds:
        best, nested = means[kind, "best_of_grid"], means[kind, "nested"]
        table |= {
            (kind.upper(), "best of grid"): best,
            (kind.upper(), "nested"): nested,
            (kind.upper(), "difference"): best - nested,
        }
    table = pd.DataFrame(table)
    table[("", "parameters")] = records.groupby("system")["n_params"].first()
    table.index = [NAMES[system] for system in table.index]
    return table


def against_baseline(records: pd.DataFrame) -> pd.DataFrame:
    """How far each front-end lies above the SVM on MFCC statistics (points, nested selection), by classifier.

    Intervals (95 %) are over draws where there are several, else over folds. With several draws, the baseline is the
    one accuracy that it has.
    """
    nested = records.query("protocol == 'nested'").fillna({"fold": 0})  # a fixed split has one test part and no fold
    nested = 100 * nested.pivot_table("value", ["seed", "fold"], ["system", "classifier"])
    baseline = nested["mfcc", "svm"].groupby("fold").mean()
    several, rows = records["seed"].nunique() > 1, []
    for (system, kind), values in nested.items():
        if system == "mfcc":
            continue
        above = values.dropna().sub(baseline, level="fold")
        found = interval_over_draws(above.groupby("seed").mean()) if several else interval(above)
        verdict = "beats it" if found.low > 0 else "is beaten" if found.high < 0 else "not told apart"
        rows.append((NAMES[system], kind.upper(), signed(found), verdict))
    table = pd.DataFrame(rows, columns=["front-end", "classifier", "points above", "verdict"])
    kinds = [kind.upper() for kind in KINDS if kind.upper() in set(table["classifier"])]
    wide = table.pivot(index="front-end", columns="classifier").swaplevel(axis=1)
    columns = [(kind, column) for kind in kinds for column in ("points above", "verdict")]
    order = [name for name in NAMES.values() if name in wide.index]
    return wide.loc[order, columns].rename_axis(index=None, columns=[None, None])


def show(table: pd.DataFrame) -> pd.io.formats.style.Styler:
    """A table of percentages and counts for a page; what is not known is a dash."""
    counts = [column for column in table.columns if column[-1] == "parameters" or column[-1].startswith("place")]
    signed = [column for column in table.columns if column[-1] == "difference"]
    styler = table.style.format("{:.1f}", na_rep="–").format("{:+.1f}", subset=signed, na_rep="–")
    return styler.format("{:,.0f}", subset=counts, na_rep="–")
