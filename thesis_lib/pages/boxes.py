"""Facts about a run in, boxes of html for its page out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

import pandas as pd

from ..datasets.clip import Card, Clip
from ..records.intervals import Interval, signed
from ..records.published import random_cnns
from .style import KINDS, NAMES

NOTHING_CLAIMED = "<p>This run has no records that a claim speaks of.</p>"


def card(card: Card, clips: Sequence[Clip], *, scale: str, seconds: float) -> str:
    """What the data is, how much of it this run uses, and what no result on it says."""
    classes = Counter(label for clip in clips for label in clip.labels)
    counts = ", ".join(f"{name} {number}" for name, number in sorted(classes.items()))
    rows = {
        "data": f"{card.title} ({card.name}, scale {scale})",
        "task": card.task,
        "stands for": card.proxy_for,
        "cannot show": card.cannot_show,
        "clips": f"{len(clips)} ({_parts(clips)}), each brought to {seconds:g} s",
        "classes": f"{len(classes)}: {counts}",
        "licence": card.licence,
        "source": card.source,
    }
    return f'<div class="card-of-data">{_list(rows)}</div>'


def _parts(clips: Sequence[Clip]) -> str:
    if all(clip.split for clip in clips):
        return ", ".join(f"{part} {number}" for part, number in Counter(clip.split for clip in clips).items())
    return f"{len({clip.fold for clip in clips})} folds"


def datasets(cards: Sequence[Card]) -> str:
    """The data sets of a group: what each is, what it cannot show, and how to get it."""
    boxes = []
    for card in cards:
        rows = {key.replace("_", " "): getattr(card, key) for key in ("task", "proxy_for", "cannot_show", "size")}
        rows |= {"licence": card.licence, "source": card.source, "to get it": card.get}
        head = f"<strong>{escape(card.title)}</strong> (<code>{escape(card.name)}</code>)"
        boxes.append(f'<div class="card-of-data">{head}{_list(rows)}</div>')
    return "".join(boxes)


def sources(dataset: str) -> str:
    """Where the paper's numbers on one of its data sets were read; shown as they are, with their marks."""
    rows = random_cnns().query("dataset == @dataset")
    counts = Counter(zip(rows["source"], rows["status"], strict=True))
    marks = "; ".join(f"{number} {status}: {source}" for (source, status), number in counts.items())
    return f"<p><small>Published numbers in this table by how they were obtained: {escape(marks)}.</small></p>"


def claims(table: pd.DataFrame) -> str:
    """Verdicts as a table: the claim, what was found, and the comparison that decided it."""
    if table.empty:
        return NOTHING_CLAIMED
    head = "<tr><th>verdict</th><th>claim</th><th>classifier</th><th>comparison that decided, in points</th></tr>"
    rows = "".join(
        f'<tr><td><span class="{row.verdict}">{row.verdict}</span></td>'
        f"<td>{row.id} {escape(row.claim)}</td><td>{row.classifier.upper()}</td>"
        f"<td>{NAMES[row.against]}: {signed(Interval(row.difference, row.low, row.high))}</td></tr>"
        for row in table.itertuples()
    )
    return f'<table class="claims wide"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def across(runs: dict[str, pd.DataFrame]) -> str:
    """Verdicts of several data sets side by side, each with the difference (points) that decided it.

    Args:
        runs: what `claims.verdicts` gives, by the data set's name.
    """
    rows = pd.concat([table.assign(on=name) for name, table in runs.items()])
    if rows.empty:
        return NOTHING_CLAIMED
    several = set(rows["classifier"]) != {""}
    head = "".join(f"<th>{escape(name)}</th>" for name in ("claim", *["classifier"] * several, *runs))
    body = ""
    for (number, claim), found in rows.groupby(["id", "claim"]):
        kinds = [kind for kind in ("", *KINDS) if kind in set(found["classifier"])]
        for kind in kinds:
            by_set = {row.on: row for row in found[found["classifier"] == kind].itertuples()}
            first = f'<td rowspan="{len(kinds)}">{number} {escape(claim)}</td>' if kind == kinds[0] else ""
            cells = "".join(f"<td>{_verdict(by_set.get(name))}</td>" for name in runs)
            body += f"<tr>{first}{f'<td>{kind.upper()}</td>' * several}{cells}</tr>"
    return f'<table class="claims wide"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _verdict(row: object) -> str:
    return "–" if row is None else f'<span class="{row.verdict}">{row.verdict}</span> {row.difference:+.1f}'


def provenance(facts: dict) -> str:
    """A run's provenance as a box of html; a run that was stopped has had several starts."""
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
    return f'<div class="provenance"><strong>Provenance</strong>{_list(rows)}</div>'


def _commit(start: dict) -> str:
    if start["commit"] is None:
        return "not a git checkout"
    return start["commit"][:12] + (" (with changes)" if start["dirty"] else "")


def _list(rows: dict[str, str]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in rows.items())
    return f"<dl>{items}</dl>"
