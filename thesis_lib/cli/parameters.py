"""Check the parameters of a chapter, and describe them.

A parameter is declared once: name, default and meaning in the notebook's cell tagged "parameters", limits in the table
of its chapter (`protocols/*/chapter.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..datasets import DATASETS
from ..protocols.chapter import Chapter, chapter_of
from ..protocols.parameters import Kind, ParameterError, Place, nearest
from .values import assignments as parse

OUTPUT = "output"  # set by --output


class Parameter(NamedTuple):
    """A parameter of a notebook.

    Attributes:
        default: its default.
        help: what it sets.
        kind: its limits.
    """

    default: object
    help: str
    kind: Kind


def declared(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook, read without running it.

    Raises:
        ValueError: the chapter's table has no kind for a parameter.
    """
    kinds, found = chapter_of(notebook.stem).parameters, _inspected(notebook)
    if missing := [name for name in found if name not in (*kinds, OUTPUT)]:
        raise ValueError(f"{notebook.stem} has the parameter {missing[0]}; add its kind to the table of its chapter.")
    return {
        name: Parameter(ast.literal_eval(one["default"]), one["help"], kinds[name])
        for name, one in found.items()
        if name != OUTPUT
    }


def writes_records(notebook: Path) -> bool:
    """Check whether a notebook writes records to an output folder."""
    return OUTPUT in _inspected(notebook)


@cache
def _inspected(notebook: Path) -> dict[str, dict]:
    from papermill import inspect_notebook  # takes a second

    return inspect_notebook(str(notebook))


def check(notebook: Path, assignments: Iterable[str]) -> dict[str, object]:
    """Check `name=value` assignments against a notebook's parameters.

    Args:
        notebook: a chapter's notebook.
        assignments: "name=value" each.

    Returns:
        The values by name, each with the type of its default; paths are absolute.

    Raises:
        ParameterError: a parameter is unknown, or its value has the wrong type or is not allowed. The message states
            what is allowed and the nearest match.
    """
    known, chapter = declared(notebook), chapter_of(notebook.stem)
    given = tuple(assignments)
    if any(assignment.startswith(f"{OUTPUT}=") for assignment in given):
        raise ParameterError("the output folder must be given as --output FOLDER, not as a parameter.")
    names = ", ".join(known)
    unknown = f"{notebook.stem} has no parameter {{name}}; it has {names}."
    defaults = {name: parameter.default for name, parameter in known.items()}
    try:
        values = parse(given, defaults, unknown)
    except ValueError as error:
        raise ParameterError(f"{error} {_hint(given, known)}".rstrip()) from error
    for name, value in values.items():
        known[name].kind.check(name, value)
        if isinstance(known[name].kind, Place):  # the notebook runs in another folder than the command
            values[name] = ",".join(map(str, known[name].kind.places(value)))
    merged = defaults | values
    if "dataset" in merged:
        _check_data(chapter, merged)
    return values


def describe(notebook: Path) -> list[tuple[str, str, str, str]]:
    """Return name, default, allowed values and meaning of each parameter, as text."""
    return [
        (name, repr(one.default) if one.default != "" else '""', one.kind.allowed, one.help)
        for name, one in declared(notebook).items()
    ]


_NEEDS = {
    "labels": "this chapter needs labels; {} has none.",
    "onsets": "this page needs sung phrases with the onsets of their syllables; {} has none.",
    "segments": "this page needs sung phrases with their phonemes, as rendered_singing and jingju have; {} has none.",
}


def _check_data(chapter: Chapter, values: dict) -> None:
    """Check that the data are there and of the kind that the chapter needs."""
    name, card = values["dataset"], DATASETS[values["dataset"]].CARD
    for own in ("data_name", "sounds"):
        if values.get(own) and not card.own:
            raise ParameterError(
                f"{own} describes your own data and needs dataset=folder or dataset=table; got {name}."
            )
    if chapter.numeral and not card.own and chapter.needs not in card.has:
        raise ParameterError(_NEEDS[chapter.needs].format(name))
    if chapter.one_label and not card.one_label:
        raise ParameterError(f"this chapter needs one label per clip; {name} has several.")
    if card.rendered:
        if values.get("scale") == "paper":
            raise ParameterError("scale=paper needs the paper's kind of data, not a rendered proxy; use scale=full.")
        return
    try:
        clips = DATASETS[name].clips(Path(values["data_home"]) if values["data_home"] else None)
    except ValueError as error:
        raise ParameterError(str(error)) from error
    found = [bool(getattr(clip, chapter.needs)) for clip in clips]
    if not (any(found) if chapter.needs == "labels" else all(found)):
        raise ParameterError(_NEEDS[chapter.needs].format(name))
    if not chapter.one_label:
        return
    if any(len(clip.labels) != 1 for clip in clips):
        raise ParameterError(f"this chapter needs one label per clip; {name} has several.")
    if not (all(clip.split for clip in clips) or all(clip.fold is not None for clip in clips)):
        raise ParameterError(f"this chapter needs a fold, or a part of a split, for each clip; {name} has neither.")


def _hint(given: tuple[str, ...], known: dict) -> str:
    """Return the nearest match of the first unknown name."""
    names = [assignment.partition("=")[0] for assignment in given if "=" in assignment]
    return next((nearest(name, known) for name in names if name not in known), "")
