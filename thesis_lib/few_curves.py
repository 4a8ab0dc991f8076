"""Records of chapter VI in, curves over the number of labelled clips and what can be read off them out."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.stats
import seaborn as sns
from sklearn.decomposition import PCA

from .few_table import PRETRAINED, SYSTEMS
from .metrics import Interval, interval, interval_over_draws, paired_p
from .plots import WIDTH

FAMILIES = {"nn": ":", "prototypical": "--", "transfer": "-", "finetuned": "-."}  # lines; networks on clips alone: "-"


def found(trials: pd.DataFrame) -> Interval:
    """Mean accuracy (%) of some trials and its 95 % interval: over folds if there are three or more, else over draws.

    Args:
        trials: records of one system with one number of clips, or differences of two systems.
    """
    values = 100 * trials["value"]
    if trials["fold"].nunique() >= 3:
        return interval(values.groupby(trials["fold"]).mean())
    return interval_over_draws(values.groupby(trials["seed"]).mean())


def accuracies(records: pd.DataFrame) -> pd.DataFrame:
    """Columns system, n_per_class, mean, low, high (%) and seconds a fit, one row a system and number of clips."""
    rows = [
        {"system": system, "n_per_class": int(n), **found(trials)._asdict(), "seconds": trials["seconds"].median()}
        for (system, n), trials in records.groupby(["system", "n_per_class"], sort=False)
    ]
    order = list(SYSTEMS)
    return pd.DataFrame(rows).sort_values(
        ["system", "n_per_class"], key=lambda c: c.map(_rank(order)), ignore_index=True
    )


def _rank(order: list[str]):
    return lambda value: order.index(value) if value in order else value


def curves(records: pd.DataFrame, *, chance: float | None = None) -> plt.Figure:
    """Accuracy of each system over the number of labelled clips a class, with 95 % intervals.

    Thick lines heard other sounds before; dotted ones are nearest neighbours, dashed ones prototypes.

    Args:
        records: of one run.
        chance: accuracy in [0, 1] of guessing.
    """
    table = accuracies(records)
    systems = [name for name in SYSTEMS if name in set(table["system"])]
    colours = dict(zip(systems, sns.color_palette("colorblind", len(systems)), strict=True))
    figure, axis = plt.subplots(figsize=(WIDTH, 4.6))
    counts = sorted(table["n_per_class"].unique())
    for place, name in enumerate(systems):
        rows = table[table["system"] == name]
        x = rows["n_per_class"] * (1.02 ** (place - len(systems) / 2))  # bars side by side
        axis.errorbar(
            x, rows["mean"], np.abs(rows[["low", "high"]].T - rows["mean"].to_numpy()), color=colours[name],
            linestyle=FAMILIES.get(name.split("_")[0], "-"), linewidth=2.6 if name in PRETRAINED else 1.3, marker="o",
            markersize=4, elinewidth=0.9, label=SYSTEMS[name],
        )  # fmt: skip
    if chance is not None:
        axis.axhline(100 * chance, color="0.4", linestyle=":", linewidth=1)
        axis.text(counts[0], 100 * chance + 1, "chance", color="0.4", fontsize=9)
    axis.set_xscale("log")
    axis.set_xticks(counts, [str(n) for n in counts])
    axis.minorticks_off()
    axis.set(xlabel="labelled clips a class", ylabel="accuracy (%)")
    figure.legend(loc="lower center", ncols=2, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.038 * (1 + len(systems) // 2), 1, 1))
    return figure


def table(records: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the curves: mean and 95 % interval (%), values that are learnt and seconds a fit, by system."""
    rows = accuracies(records)
    rows["text"] = [
        f"{row.mean:.1f}" + (f" [{row.low:.1f}, {row.high:.1f}]" if np.isfinite(row.low) else "")
        for row in rows.itertuples(index=False, name="Row")
    ]
    wide = rows.pivot(index="system", columns="n_per_class", values="text")
    order = [name for name in SYSTEMS if name in wide.index]
    wide = wide.loc[order]
    wide.columns = [f"{n} a class" for n in wide.columns]
    learnt = records.groupby("system")["n_params"].first()
    wide["values learnt"] = [f"{int(learnt[name]):,}" if pd.notna(learnt[name]) else "–" for name in order]
    wide["seconds a fit"] = [_seconds(rows, name) for name in order]
    return wide.rename(index=SYSTEMS).rename_axis(None).fillna("–")


def _seconds(rows: pd.DataFrame, system: str) -> str:
    seconds = rows[rows["system"] == system]["seconds"]
    return f"{seconds.min():.1f} to {seconds.max():.1f}"


def pairs(records: pd.DataFrame) -> pd.DataFrame:
    """Every pair of systems, tested on the same trials, at each number of clips.

    Returns:
        Columns n_per_class, system, other, mean, low, high (points by which the first is better, with its 95 %
        interval), p (two-sided, of the test that goes with that interval) and of_all (p adjusted so that, of all pairs
        at that number of clips that it calls different, at most that share is not; Benjamini & Hochberg 1995).
    """
    rows = []
    for n, at in records.groupby("n_per_class"):
        values = at.set_index(["fold", "seed", "system"])["value"].unstack("system")
        start = len(rows)
        for system, other in combinations([name for name in SYSTEMS if name in values], 2):
            both = (values[system] - values[other]).dropna().rename("value").reset_index()
            if len(both):
                estimate = found(both)
                row = {"n_per_class": int(n), "system": system, "other": other, **estimate._asdict()}
                rows.append(row | {"p": _p(both)})
        p = np.array([row["p"] for row in rows[start:]])
        of_all = scipy.stats.false_discovery_control(p) if np.isfinite(p).all() else p
        for row, value in zip(rows[start:], of_all, strict=True):
            row["of_all"] = value
    return pd.DataFrame(rows, columns=["n_per_class", "system", "other", "mean", "low", "high", "p", "of_all"])


def _p(both: pd.DataFrame) -> float:
    """Of the differences, over folds or over draws as `found` takes them."""
    if both["fold"].nunique() >= 3:
        return paired_p(both["value"].groupby(both["fold"]).mean())
    by_draw = both["value"].groupby(both["seed"]).mean()
    return float(scipy.stats.ttest_1samp(by_draw, 0).pvalue) if len(by_draw) > 1 else float("nan")


def differences(records: pd.DataFrame, n: int) -> plt.Figure:
    """By how many points the row's system is better than the column's with n clips a class.

    Bold where the test of the pair says so at 5 %, with a star where it still does among so many pairs.
    """
    tested = pairs(records[records["n_per_class"] == n])
    names = [name for name in SYSTEMS if name in {*tested["system"], *tested["other"]}]
    grid, text = (pd.DataFrame(index=names, columns=names, dtype=kind) for kind in (float, object))
    marks = {}
    for row in tested.itertuples():
        for one, other, sign in ((row.system, row.other, 1), (row.other, row.system, -1)):
            grid.loc[one, other] = sign * row.mean
            text.loc[one, other] = f"{sign * row.mean:+.0f}" + ("*" if row.of_all < 0.05 else "")
            marks[one, other] = row.p < 0.05
    figure, axis = plt.subplots(figsize=(WIDTH, 1.6 + 0.36 * len(names)))
    most = np.nanmax(np.abs(grid.to_numpy(float)), initial=1)
    axis.imshow(grid.to_numpy(float), cmap="vlag", vmin=-most, vmax=most)
    axis.grid(visible=False)
    for (one, other), strong in marks.items():
        dark = abs(grid.loc[one, other]) > 0.7 * most
        axis.text(
            names.index(other), names.index(one), text.loc[one, other], ha="center", va="center", fontsize=8,
            color="w" if dark else "k", weight="bold" if strong else "normal",
        )  # fmt: skip
    labels, places = [SYSTEMS[name] for name in names], range(len(names))
    axis.set_xticks(places, labels, rotation=40, ha="right", fontsize=9)
    axis.set_yticks(places, labels, fontsize=9)
    axis.set_title(f"{n} clip{'s' if n > 1 else ''} a class", fontsize=11)
    figure.tight_layout()
    return figure


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
    means = 100 * alone.pivot_table("value", "n_per_class", "system")
    best, reached = means.max(axis=1), 100 * ours.groupby("n_per_class")["value"].mean()
    rows = []
    for n, accuracy in reached.items():
        by_fold = [
            _clips_for(100 * mine[mine["n_per_class"] == n]["value"].mean(), _best(alone[alone["fold"].isin([fold])]))
            for fold, mine in ours.groupby("fold")
        ] or [_clips_for(accuracy, best)]
        rows.append((int(n), accuracy, best.get(n), _clips_for(accuracy, best), min(by_fold), max(by_fold)))
    return pd.DataFrame(rows, columns=columns).replace({"clips": {np.inf: np.nan}})


def _best(alone: pd.DataFrame) -> pd.Series:
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
            "fold by fold": f"{ends[0]} to {ends[1]}",
        }
    return pd.DataFrame(rows).T


def advice(records: pd.DataFrame) -> pd.DataFrame:
    """What to take with each number of labelled clips, and what to expect of it.

    Returns:
        Index n_per_class; columns best (the system of the highest mean), accuracy (its mean, %), low and high (between
        them lie eight of ten trials, %), quickest (of those that the pair's test does not tell from the best at 5 %,
        the one with the shortest fit), alone and alone_accuracy (the best that heard no other sounds; None and NaN
        where no such system was tried).
    """
    tested, rows = pairs(records), {}
    for n, at in records.groupby("n_per_class"):
        means = (100 * at.groupby("system")["value"].mean()).sort_values(ascending=False)
        best = means.index[0]
        against = tested[(tested["n_per_class"] == n) & ((tested["system"] == best) | (tested["other"] == best))]
        behind = against[against["p"] < 0.05]
        equals = set(means.index) - ({*behind["system"], *behind["other"]} - {best})
        seconds = at[at["system"].isin(equals)].groupby("system")["seconds"].median()
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
        other = f"{SYSTEMS[row.alone]} ({row.alone_accuracy:.0f} %)" if row.alone else "–"
        rows[f"{row.Index} clip{'s' if row.Index > 1 else ''} a class"] = {
            "most accurate": f"{SYSTEMS[row.best]} ({row.accuracy:.0f} %)",
            "expect": f"{row.low:.0f} to {row.high:.0f} %",
            "quickest of those not told from it": SYSTEMS[row.quickest],
            "without other sounds": other,
        }
    return pd.DataFrame(rows).T


def advice_for(records: pd.DataFrame, n: int) -> str:
    """What to take with n clips a class, in a sentence; from the nearest number that was tried."""
    table = advice(records)
    tried = min(table.index, key=lambda count: abs(np.log(count / n)))
    row = table.loc[tried]
    nearest = "" if tried == n else f" (the nearest number that was tried is {tried})"
    cheap = "" if row["quickest"] == row["best"] else f" {SYSTEMS[row['quickest']]} is quicker and not told from it."
    return (
        f"With {n} labelled clip{'s' if n > 1 else ''} a class{nearest}: {SYSTEMS[row['best']]}. Expect "
        f"{row['low']:.0f} to {row['high']:.0f} % on sounds like these.{cheap}"
    )


def embedding(found: dict[str, np.ndarray]) -> plt.Figure:
    """Tested clips before and after training; crosses are the prototypes.

    They are seen from where most can be told apart: the first two principal components of the prototypes after
    training, and of the clips before it.

    Args:
        found: as `protocols.few_embedding.drawn` gives.
    """
    names, labels = found["names"], found["labels"]
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.9))
    colours = sns.color_palette("colorblind", len(names))
    for axis, when in zip(axes, ("before", "after"), strict=True):
        plane = PCA(2).fit(found["prototypes"] if when == "after" else found[when])
        for kind, name in enumerate(names):
            x, y = plane.transform(found[when][labels == kind]).T
            axis.scatter(x, y, s=14, color=colours[kind], alpha=0.75, label=str(name), linewidths=0)
        if when == "after":
            for kind, (x, y) in enumerate(plane.transform(found["prototypes"])):
                axis.plot(x, y, "X", color=colours[kind], markeredgecolor="k", markersize=9)
        axis.set(title=f"{when} training", xticks=[], yticks=[])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=8, columnspacing=0.8)
    figure.tight_layout(rect=(0, 0.04 + 0.045 * (-(-len(names) // 4)), 1, 1))
    return figure
