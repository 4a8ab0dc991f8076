"""Compare the accuracies of front-ends with random and with trained weights."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

from ...protocols.non_trained.systems import LABELS
from ...protocols.non_trained.training import CHECK
from ...records import claims
from ...records.rankings import agreement
from ..style import WIDTH, in_legend

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*", "<")  # distinguishable without colour
LEVEL = 0.05  # of the test whether tau is above zero
FEWEST = 5  # front-ends: of four, no order but the same one is rarer than `LEVEL`

Kept = tuple[pd.DataFrame, dict]  # the records and the provenance of a run of 4t


def both_ways(records: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the accuracies (%) of each front-end with random and with trained weights, means over draws.

    Args:
        records: records of `protocols.non_trained.trained`.

    Returns:
        One row per front-end. Columns: (part, weights) for the parts "validation" and "test" and the weights "random"
        and "trained"; ("", "best epoch") of the training; ("", "parameters"). On validation clips, both are the best
        of several: of the settings of the support vector machine, and of the checks.
    """
    checks = curves(records)
    best = checks.loc[checks.groupby(["system", "seed"])["value"].idxmax()].groupby("system")  # the first of equals
    means = 100 * records.pivot_table("value", "system", "protocol")
    table = pd.DataFrame(
        {
            ("validation", "random"): means["random, validation"],
            ("validation", "trained"): 100 * best["value"].mean(),
            ("test", "random"): means["random"],
            ("test", "trained"): means["trained"],
            ("", "best epoch"): best["epoch"].mean(),
            ("", "parameters"): records.groupby("system")["n_params"].first(),
        }
    )
    return table.loc[[system for system in LABELS if system in table.index]]


def curves(records: pd.DataFrame) -> pd.DataFrame:
    """Return the learning curves: the records of the checks, with the column epoch, and above: points above random.

    Args:
        records: records of `protocols.non_trained.trained`.
    """
    draw = ["system", "seed"]
    checks = records.query("protocol == 'trained, validation'")
    random = records.query("protocol == 'random, validation'").set_index(draw)["value"]
    return checks.assign(
        epoch=CHECK * (1 + checks.groupby(draw).cumcount()),
        above=100 * (checks["value"] - random.reindex(pd.MultiIndex.from_frame(checks[draw])).to_numpy()),
    )


def undertrained(records: pd.DataFrame) -> list[str]:
    """Return the front-ends whose trained weights are less accurate than their random ones on validation clips."""
    table = both_ways(records)["validation"]
    return list(table.index[table["trained"] < table["random"] - 1e-9])


def table(records: pd.DataFrame) -> pd.io.formats.style.Styler:
    """Format `both_ways` for a page; undertrained front-ends are marked."""
    few = undertrained(records)
    named = both_ways(records).rename(index={name: LABELS[name] + (" †" if name in few else "") for name in LABELS})
    named.index.name = None
    whole = [("", "best epoch"), ("", "parameters")]
    return named.style.format("{:.1f}").format("{:,.0f}", subset=whole)


def accuracies(runs: Sequence[Kept]) -> plt.Figure:
    """Draw test accuracies with trained weights over those with random weights, one panel per data set.

    Front-ends that are undertrained have hollow marks.

    Args:
        runs: records and provenance of each data set.
    """
    columns = min(2, len(runs))
    rows = -(-len(runs) // columns)
    size = WIDTH / columns
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, rows * size + 1.1), squeeze=False)
    colours = sns.color_palette(n_colors=len(LABELS))
    for axis, (records, provenance) in zip(axes.flat, runs, strict=False):
        both, few = both_ways(records), undertrained(records)
        for number, system in enumerate(both.index):
            place = list(LABELS).index(system)
            axis.plot(
                *both.loc[system, "test"], MARKERS[place % len(MARKERS)], markersize=8, color=colours[place],
                fillstyle="none" if system in few else "full", label=LABELS[system] if axis is axes[0][0] else None,
                zorder=2 + number,
            )  # fmt: skip
        low, high = both["test"].min().min() - 4, both["test"].max().max() + 4
        axis.plot([low, high], [low, high], color="0.6", linewidth=1, zorder=0)
        axis.set(xlim=(low, high), ylim=(low, high), aspect="equal", title=provenance["parameters"]["dataset"])
    for axis in axes.flat[len(runs) :]:
        axis.set_visible(False)
    figure.supxlabel("random weights: accuracy (%)", fontsize=12, y=1.0 / (rows * size + 1.1))
    figure.supylabel("trained weights: accuracy (%)", fontsize=12)
    figure.legend(loc="lower center", ncols=3, frameon=False, fontsize=9.5, columnspacing=1, handletextpad=0.2)
    figure.tight_layout(rect=(0, 1.0 / (rows * size + 1.1), 1, 1))
    return figure


def learning_curves(runs: Sequence[Kept]) -> plt.Figure:
    """Draw the learning curve of each front-end on validation clips, in points above its random features.

    Args:
        runs: records and provenance of each data set; each is a colour, and each draw a line.
    """
    found = {provenance["parameters"]["dataset"]: curves(records) for records, provenance in runs}
    systems = [system for system in LABELS if any(system in set(curve["system"]) for curve in found.values())]
    columns = min(3, len(systems))
    rows = -(-len(systems) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, 1.5 * rows + 0.9), sharex=True, sharey=True, squeeze=False
    )
    colours = sns.color_palette(n_colors=len(found))
    for axis, system in zip(axes.flat, systems, strict=False):
        axis.axhline(0, color="0.4", linewidth=1)
        for colour, (name, curve) in zip(colours, found.items(), strict=True):
            for number, (_, one) in enumerate(curve[curve["system"] == system].groupby("seed")):
                label = in_legend(name) if not number and axis is axes[0][0] else None
                axis.plot(one["epoch"], one["above"], color=colour, linewidth=1.2, label=label)
        axis.set_title(LABELS[system], fontsize=10)
        axis.tick_params(labelsize=9)
    for axis in axes.flat[len(systems) :]:
        axis.set_visible(False)
    figure.supxlabel("epochs", fontsize=11, y=0.07)
    figure.supylabel("points above random", fontsize=11)
    figure.legend(loc="lower center", ncols=3, frameon=False, fontsize=9.5)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    return figure


def in_words(runs: Sequence[Kept]) -> str:
    """State, for each data set and for all together, whether front-ends rank alike with random and trained weights.

    Without a verdict if a front-end is undertrained: its rank says how long it was trained, not what it can learn.

    Args:
        runs: records and provenance of each data set.

    Returns:
        HTML: a list with an item per data set, and one for their mean if several have a verdict.
    """
    items, judged = [], {}
    for records, provenance in runs:
        name, both, few = provenance["parameters"]["dataset"], both_ways(records), undertrained(records)
        if few:
            names = ", ".join(LABELS[system] for system in few)
            said = (
                f"<b>no verdict</b>. Undertrained, less accurate on validation clips than their own random features: "
                f"{names} ({len(few)} of {len(both)})."
            )
        elif len(both) < FEWEST:
            said = f"<b>no verdict</b>. {len(both)} front-ends are too few to compare rankings; use at least {FEWEST}."
        else:
            judged[name] = both["test"]
            best = [LABELS[both["test", weights].idxmax()] for weights in ("random", "trained")]
            same = f"{best[0]} is the best with both" if best[0] == best[1] else f"{best[0]} is the best at random, "
            said = f"{_verdict([judged[name]])} {same}{'' if best[0] == best[1] else f'{best[1]} when trained'}."
        items.append(f"<li>{escape(name)}: {said}</li>")
    if len(judged) > 1 and len({tuple(both.index) for both in judged.values()}) == 1:
        items.append(f"<li>Mean of the {len(judged)} data sets: {_verdict(list(judged.values()))}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _verdict(sets: list[pd.DataFrame]) -> str:
    found = agreement([(both["random"], both["trained"]) for both in sets])
    if np.isnan(found.tau):
        return "<b>no verdict</b>. All front-ends are equally accurate."
    verdict = "is above zero" if found.p <= LEVEL else "is not shown to be above zero"
    return f"Kendall's tau <b>{verdict}</b> ({found.tau:+.2f}, p = {found.p:.3f})."


def judged(records: pd.DataFrame, provenance: dict) -> tuple[str, pd.DataFrame]:
    """Judge chapter IV's claims with trained weights; claims about undertrained front-ends are left out.

    Returns:
        The name of the data set, and the verdicts.
    """
    described = provenance["parameters"]
    trained = records[(records["protocol"] == "trained") & ~records["system"].isin(undertrained(records))]
    return described["dataset"], claims.verdicts(trained, sounds=described["sounds"], protocols=("trained",))
