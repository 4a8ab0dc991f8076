"""A notebook and assignments out of the command line in, checked parameters out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import nbformat

from ..datasets import DATASETS, presence
from ..protocols.few_data.systems import SYSTEMS
from ..models import of_chapter

TAG = "parameters"
SCALES = ("smoke", "quick", "full", "paper")
TAGGERS = ("MTT_musicnn", "MTT_vgg", "MSD_musicnn", "MSD_vgg")
PLACES = ("data_home", "audio", "source", "gtzan", "kept")  # files and folders; kept may be several
CHAPTERS = {"03": "III", "04": "IV", "05": "V", "06": "VI"}  # as data sets' cards name them
PRECISIONS = ("", "float32", "mixed_bfloat16")
SOME_OF = {"architectures": of_chapter("IV"), "classifiers": ("svm", "elm", "knn"), "systems": tuple(SYSTEMS)}
ONE_LABEL = ("04", "06")  # chapters that need one label a clip, and folds or a split
AT_LEAST = {"hop": 0.016, "seconds": 3.0, "draws": 1, "n": 1}  # s, s
AT_MOST = {"seed": 2**32 - 1, "n_features": 20_000, "draws": 100, "epochs": 10_000}  # whole numbers from 0


class ParameterError(ValueError):
    """A parameter that cannot be, in one sentence that names it."""


def defaults(notebook: Path) -> dict[str, object]:
    """The parameters of a notebook and their defaults, read from its one tagged cell without running it."""
    cells = nbformat.read(notebook, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if TAG in cell.metadata.get("tags", ()))
    assignments = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return {node.targets[0].id: ast.literal_eval(node.value) for node in assignments}


def check(notebook: Path, assignments: Iterable[str]) -> dict[str, object]:
    """Checks `name=value` assignments against a notebook's parameters.

    Args:
        notebook: with one cell tagged "parameters".
        assignments: "name=value" each.

    Returns:
        The values by name, each of its default's type.

    Raises:
        ParameterError: an unknown parameter, a wrong type, or a value that is not allowed; says what is,
            and the nearest match.
    """
    known = defaults(notebook)
    values = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ParameterError(f"a parameter is given as name=value; got {assignment!r}.")
        if name in values:
            raise ParameterError(f"{name} is given twice; every parameter has one value.")
        if name == "output":
            raise ParameterError("the output folder is given as --output FOLDER, not as a parameter.")
        if name not in known:
            raise ParameterError(f"{notebook.stem} has no parameter {name!r}; {_choices(name, known)}")
        values[name] = _convert(name, text, known[name])
        _check_value(
            name,
            values[name],
            {"dataset": datasets(notebook), "scale": SCALES, "model": TAGGERS, "precision": PRECISIONS},
        )
    for name in PLACES:
        if values.get(name):  # the notebook runs elsewhere than the command
            places = values[name].split(",") if name == "kept" else [values[name]]
            places = [Path(place.strip()).expanduser().absolute() for place in places]
            for place in places if name != "data_home" else ():
                if not place.exists():
                    raise ParameterError(f"{name} must be a file or folder that is there; got {name}={str(place)!r}.")
            values[name] = ",".join(map(str, places))
    merged = known | values
    if "dataset" in merged and not presence.is_rendered(DATASETS[merged["dataset"]]):
        _check_clips(notebook, merged["dataset"], merged["data_home"])
    if merged.get("scale") == "paper" and str(merged.get("dataset")).startswith("rendered"):
        raise ParameterError(
            "scale=paper needs the paper's own kind of data, which a rendered set stands in for; use scale=full."
        )
    return values


def datasets(notebook: Path) -> tuple[str, ...]:
    """The data sets that a chapter can be run on, by name."""
    chapter = CHAPTERS.get(notebook.stem[:2])
    return tuple(name for name, dataset in DATASETS.items() if chapter is None or chapter in dataset.CARD.chapters)


def split(names: str, table: Iterable[str]) -> list[str]:
    """The names in a comma-separated parameter; "all" means the whole table."""
    return list(table) if names == "all" else [name.strip() for name in names.split(",")]


def _convert(name: str, text: str, default: object) -> object:
    kind = type(default)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        return kind(text)
    except (ValueError, KeyError):
        expected = {bool: "True or False", int: "a whole number", float: "a number"}[kind]
        raise ParameterError(
            f"{name} must be {expected}, as its default {default!r} is; got {name}={text!r}."
        ) from None


def _check_value(name: str, value: object, one_of: dict[str, tuple[str, ...]]) -> None:
    if name in one_of and value not in one_of[name]:
        raise ParameterError(
            f"{name} must be {_one_of(one_of[name])}; got {name}={value!r}. {_nearest(value, one_of[name])}".rstrip()
        )
    if name in SOME_OF:
        for item in split(value, SOME_OF[name]):
            if item not in SOME_OF[name]:
                allowed = f"all, or one or more of {', '.join(SOME_OF[name])}, separated by commas"
                raise ParameterError(
                    f"{name} must be {allowed}; got {item!r}. {_nearest(item, SOME_OF[name])}".rstrip()
                )
        if len(set(split(value, SOME_OF[name]))) < len(split(value, SOME_OF[name])):
            raise ParameterError(f"{name} must name each only once; got {name}={value!r}.")
    if name == "counts" and not re.fullmatch(r"([1-9]\d{0,5}(,[1-9]\d{0,5})*)?", value.replace(" ", "")):
        raise ParameterError(f"counts must be numbers of clips a class, as in 1,5,20; got counts={value!r}.")
    if name in AT_LEAST and not value >= AT_LEAST[name]:
        raise ParameterError(f"{name} must be at least {AT_LEAST[name]}; got {name}={value}.")
    if name in AT_MOST and not 0 <= value <= AT_MOST[name]:
        raise ParameterError(f"{name} must be from 0 to {AT_MOST[name]}; got {name}={value}.")


def _check_clips(notebook: Path, dataset: str, data_home: str) -> None:
    """Data that lies somewhere must be there, and be of the kind that the chapter's protocol needs."""
    try:
        clips = DATASETS[dataset].clips(Path(data_home) if data_home else None)
    except ValueError as error:
        raise ParameterError(str(error)) from error
    if notebook.stem.startswith(ONE_LABEL) and any(len(clip.labels) != 1 for clip in clips):
        raise ParameterError(f"this chapter needs one label a clip; {dataset} has several.")
    if notebook.stem.startswith(ONE_LABEL) and not (
        all(c.split for c in clips) or all(c.fold is not None for c in clips)
    ):
        raise ParameterError(f"this chapter needs a fold, or a part of a split, of each clip; {dataset} has neither.")


def _choices(name: str, known: Iterable[str]) -> str:
    return f"it has {', '.join(known)}. {_nearest(name, known)}".rstrip()


def _one_of(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _nearest(name: object, names: Iterable[str]) -> str:
    near = get_close_matches(str(name), list(names), 1)
    return f"Did you mean {near[0]}?" if near else ""
