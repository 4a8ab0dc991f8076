"""Describe a run in boxes and tables of HTML: its data, verdicts and provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
from pandas.io.formats.style import Styler

from ..classifiers import LABELS as CLASSIFIERS
from ..datasets.clip import Card, Clip
from ..records.intervals import Interval, signed
from ..records.published import random_cnns

NOTHING_CLAIMED = "<p>No claim compares systems of this run.</p>"


def card(card: Card, clips: Sequence[Clip], *, scale: str, seconds: float | None = None) -> str:
    """Describe the data, the part of it that this run uses, and what its results cannot show.

    Args:
        card: card of the data set.
        clips: clips of the run.
        scale: scale of the run.
        seconds: duration to which all clips are cropped or repeated; None if each keeps its own.
    """
    classes = Counter(label for clip in clips for label in clip.labels)
    counts = ", ".join(f"{name} {number}" for name, number in sorted(classes.items()))
    length = f", each cropped or repeated to {seconds:g} s" if seconds else ""
    rows = {
        "data": f"{card.title} ({card.name}, scale {scale})",
        "task": card.task,
        "proxy for": card.proxy_for,
        "cannot show": card.cannot_show,
        "clips": f"{len(clips)} ({_parts(clips)}){length}",
    }
    if classes:
        rows["classes"] = f"{len(classes)}: {counts}"
    if onsets := sum(len(clip.onsets) for clip in clips):
        rows["onsets"] = f"{onsets:,}"
    rows |= {"licence": card.licence, "source": card.source}
    return f'<div class="card-of-data">{_list(rows)}</div>'


def _parts(clips: Sequence[Clip]) -> str:
    if all(clip.split for clip in clips):
        return ", ".join(f"{part} {number}" for part, number in Counter(clip.split for clip in clips).items())
    return f"{len({clip.fold for clip in clips})} folds"


def datasets(cards: Sequence[Card]) -> str:
    """Describe several data sets: what each is, what it cannot show, and how to get it."""
    boxes = []
    for card in cards:
        rows = {key.replace("_", " "): getattr(card, key) for key in ("task", "proxy_for", "cannot_show", "size")}
        rows |= {"licence": card.licence, "source": card.source, "to get it": card.get}
        head = f"<strong>{escape(card.title)}</strong> (<code>{escape(card.name)}</code>)"
        boxes.append(f'<div class="card-of-data">{head}{_list(rows)}</div>')
    return "".join(boxes)


def sources(dataset: str) -> str:
    """State where the paper's numbers on one of its data sets were read."""
    rows = random_cnns().query("dataset == @dataset")
    counts = Counter(zip(rows["source"], rows["status"], strict=True))
    marks = "; ".join(f"{number} {status}: {source}" for (source, status), number in counts.items())
    return f"<p><small>Sources of the published numbers in this table: {escape(marks)}.</small></p>"


def claims(verdicts: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Tabulate verdicts: the claim and the comparison that decided it.

    Args:
        verdicts: from `claims.verdicts`.
        labels: label of each system.
    """
    if verdicts.empty:
        return NOTHING_CLAIMED
    decided = [
        f"{labels[row.against]}: {signed(Interval(row.difference, row.low, row.high))}" for row in verdicts.itertuples()
    ]
    table = {"verdict": verdicts["verdict"], "claim": verdicts["id"] + " " + verdicts["claim"]}
    if set(verdicts["classifier"]) != {""}:
        table["classifier"] = verdicts["classifier"].replace(CLASSIFIERS)
    table["deciding comparison (points)"] = decided
    marked = pd.DataFrame(table).style.hide().format(_marked, subset="verdict")
    return _html(marked.format(escape, subset=[column for column in table if column != "verdict"]))


def across(runs: dict[str, pd.DataFrame]) -> str:
    """Tabulate the verdicts of several data sets, each with the difference (points) that decided it.

    Args:
        runs: the results of `claims.verdicts` by the data set's name.
    """
    rows = pd.concat([table.assign(on=name) for name, table in runs.items()])
    if rows.empty:
        return NOTHING_CLAIMED
    rows["claim"] = rows["id"] + " " + rows["claim"]
    rows["cell"] = rows["verdict"].map(_marked) + rows["difference"].map(" {:+.1f}".format)
    present = list(rows["classifier"])
    order = list(dict.fromkeys([kind for kind in CLASSIFIERS if kind in present] + present))
    rows["classifier"] = pd.Categorical(rows["classifier"], order, ordered=True)
    table = rows.pivot_table("cell", ["claim", "classifier"], "on", aggfunc="first", observed=True, sort=True)
    table = table.reindex(columns=list(runs)).rename_axis(columns=None)
    table = table.droplevel("classifier") if order == [""] else table.rename(index=CLASSIFIERS, level="classifier")
    return _html(table.style.format(na_rep="–").format_index(escape, axis="index").format_index(escape, axis="columns"))


def _marked(verdict: str) -> str:
    return f'<span class="{verdict}">{verdict}</span>'


def _html(styler: Styler) -> str:
    return styler.set_table_attributes('class="claims wide"').to_html()


def provenance(facts: dict) -> str:
    """Describe a run's provenance; a run that was interrupted has several starts."""
    rows = {
        "run": facts["run_id"],
        "parameters": ", ".join(f"{name}={value}" for name, value in facts["parameters"].items()),
        "data": f"fingerprint {facts['data_fingerprint']}",
        "versions": ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
    }
    for number, start in enumerate(facts["starts"], 1):
        which = f" of start {number}" if len(facts["starts"]) > 1 else ""
        rows |= {
            f"commit{which}": _commit(start),
            f"device{which}": f"{start['device']} ({start['processor']}, {start['cores']} cores)",
            f"duration{which}": f"{start['seconds']:.0f} s from {start['start']}, {start['records']} records",
        }
    rows["end"] = facts["end"]
    if "changes" in facts:
        rows["changed later"] = "; ".join(facts["changes"])
    return f'<div class="provenance"><strong>Provenance</strong>{_list(rows)}</div>'


def _commit(start: dict) -> str:
    if start["commit"] is None:
        return "not a git checkout"
    return start["commit"][:12] + (" (with changes)" if start["dirty"] else "")


def _list(rows: dict[str, str]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in rows.items())
    return f"<dl>{items}</dl>"
