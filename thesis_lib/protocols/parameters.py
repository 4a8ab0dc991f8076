"""Describe what a chapter's parameters may be.

A chapter's notebook declares each parameter's name, default and meaning in its `parameters` cell. The chapter's table
adds a kind from this module: limits or allowed values. The check before a run, `thesis run CHAPTER --help` and the
tables of the book are made from these two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ..datasets import DATASETS
from ..files import expanded

SCALES = ("smoke", "quick", "full", "paper")
SOUNDS = ("", "rhythm", "genre", "instruments", "tags", "singing", "events")


class ParameterError(ValueError):
    """A parameter is not allowed; the message is one sentence that names it."""


@dataclass(frozen=True)
class OneOf:
    """One of several names."""

    names: tuple[str, ...]

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError, with the nearest match, unless the value is allowed."""
        if value not in self.names:
            allowed = ", ".join(map(_shown, self.names[:-1])) + f" or {_shown(self.names[-1])}"
            raise ParameterError(
                f"{name} must be {allowed}; got {name}={value!r}. {nearest(value, self.names)}".rstrip()
            )

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return ", ".join(map(_shown, self.names))


@dataclass(frozen=True)
class DataSet:
    """A data set of a chapter.

    Attributes:
        chapter: numeral of the chapter that uses it; None allows every data set.
    """

    chapter: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The allowed data sets."""
        return tuple(n for n, module in DATASETS.items() if self.chapter in (None, *module.CARD.chapters))

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError, with the nearest match, unless the value is allowed."""
        OneOf(self.names).check(name, value)

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return ", ".join(self.names)


@dataclass(frozen=True)
class SomeOf:
    """One or more of several names, separated by commas, or "all"."""

    names: tuple[str, ...]

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError, with the nearest match, unless every name is allowed and given once."""
        chosen = split(value, self.names)
        for item in chosen:
            if item not in self.names:
                allowed = f"all, or one or more of {', '.join(self.names)}, separated by commas"
                raise ParameterError(f"{name} must be {allowed}; got {item!r}. {nearest(item, self.names)}".rstrip())
        if len(set(chosen)) < len(chosen):
            raise ParameterError(f"{name} must list each name only once; got {name}={value!r}.")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"all, or some of {', '.join(self.names)}"


@dataclass(frozen=True)
class Number:
    """A number within limits, both included."""

    low: float
    high: float

    def check(self, name: str, value: float) -> None:
        """Raise ParameterError unless the value is within the limits."""
        if not self.low <= value <= self.high:
            raise ParameterError(f"{name} must be from {self.low} to {self.high}; got {name}={value}.")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"{self.low} to {self.high}"


@dataclass(frozen=True)
class Counts:
    """Positive integers separated by commas; nothing leaves the choice to the scale."""

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError unless the value is such a list."""
        if not re.fullmatch(r"([1-9]\d{0,5}(,[1-9]\d{0,5})*)?", value.replace(" ", "")):
            raise ParameterError(f"{name} must be integers separated by commas, as in 1,5,20; got {name}={value!r}.")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return "integers separated by commas"


@dataclass(frozen=True)
class Switch:
    """True or False."""

    def check(self, name: str, value: bool) -> None:
        """Accept both values."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return "True or False"


@dataclass(frozen=True)
class Text:
    """Any text."""

    def check(self, name: str, value: str) -> None:
        """Accept every text."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return "any text"


@dataclass(frozen=True)
class Place:
    """A file or folder.

    Attributes:
        exists: whether it must exist before the run.
        several: whether several may be given, separated by commas.
    """

    exists: bool = True
    several: bool = False

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError unless what must exist exists."""
        for place in self.places(value) if self.exists else ():
            if not place.exists():
                raise ParameterError(f"{name} must be an existing file or folder; got {name}={str(place)!r}.")

    def places(self, value: str) -> list[Path]:
        """Return the absolute paths in a value."""
        names = value.split(",") if self.several else [value]
        return [expanded(name.strip()).absolute() for name in names if name.strip()]

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return "paths separated by commas" if self.several else "a path"


@dataclass(frozen=True)
class Records(Place):
    """Folders with the records of finished runs.

    Attributes:
        made_by: name of the notebook that made them.
    """

    made_by: str = ""

    def check(self, name: str, value: str) -> None:
        """Raise ParameterError unless every folder contains a finished run of the notebook."""
        from ..records import storage  # imports NumPy, which other parameters do without

        super().check(name, value)
        for place in self.places(value):
            try:
                _, provenance = storage.read(place)
            except ValueError as error:
                raise ParameterError(f"{name}: {error}") from error
            if provenance["chapter"] != self.made_by:
                raise ParameterError(
                    f"{name} must be a run of {self.made_by}; {place} is one of {provenance['chapter']}."
                )
            if provenance["end"] is None:
                raise ParameterError(
                    f"{name}: the run in {place} has not ended; give its command again to continue it."
                )

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"folders of runs of {self.made_by}" if self.several else f"a folder of a run of {self.made_by}"


Kind = OneOf | DataSet | SomeOf | Number | Counts | Switch | Text | Place | Records
SEED = Number(0, 2**32 - 1)


def data(chapter: str | None) -> dict[str, Kind]:
    """Return the parameters that name a chapter's data set.

    Args:
        chapter: numeral of the chapter; None allows every data set.
    """
    return {
        "dataset": DataSet(chapter),
        "data_home": Place(exists=False),
        "data_name": Text(),
        "sounds": OneOf(SOUNDS),
        "seed": SEED,
    }


def split(names: str, table: Iterable[str]) -> list[str]:
    """Return the names in a parameter separated by commas; "all" means every name of the table."""
    return list(table) if names == "all" else [name.strip() for name in names.split(",")]


def nearest(name: object, names: Iterable[str]) -> str:
    """Return a question about the name that is spelled most like another, or ""."""
    near = get_close_matches(str(name), list(names), 1)
    return f"Did you mean {near[0]}?" if near else ""


def _shown(name: str) -> str:
    return name or '""'
