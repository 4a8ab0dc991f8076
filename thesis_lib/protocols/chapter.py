"""Find the chapter that a notebook belongs to, with the limits of its parameters."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from .parameters import Kind


class Chapter(NamedTuple):
    """A chapter of the book, or one of its pages: a package in `protocols/` whose module `chapter` defines `CHAPTER`.

    Attributes:
        notebooks: prefix of the names of its notebooks, "04" for 04_non_trained and 04t_proxy.
        numeral: the thesis's number of the chapter, as data sets' cards name it; "" for other pages of the book.
        parameters: kind of each parameter of its notebooks.
        examples: assignments that make a good first run, by the number of a notebook, "4t".
        one_label: whether every clip needs exactly one label, and a fold or a part of a split.
        needs: the attribute of `Clip` that the clips must have: "labels", or "onsets" or "segments" of sung phrases.
    """

    notebooks: str
    numeral: str
    parameters: dict[str, Kind]
    examples: dict[str, str] = {}
    one_label: bool = False
    needs: str = "labels"


def chapter_of(notebook: str) -> Chapter:
    """Return the chapter of a notebook.

    Args:
        notebook: name without its suffix, "04_non_trained".

    Raises:
        ValueError: no package in `protocols/` declares the notebook's prefix.
    """
    package = __name__.rpartition(".")[0]
    found = [one for one in _chapters(package) if notebook.startswith(one.notebooks)]
    if not found:
        raise ValueError(
            f"the notebook {notebook} belongs to no chapter; add a package with CHAPTER to thesis_lib/protocols."
        )
    return max(found, key=lambda one: len(one.notebooks))  # a page's own parameters before its chapter's


def _chapters(package: str) -> Iterator[Chapter]:
    """Yield the `CHAPTER` of every module named `chapter` in a package's packages."""
    for found in pkgutil.iter_modules(import_module(package).__path__):
        if found.ispkg:
            yield from _chapters(f"{package}.{found.name}")
        elif found.name == "chapter" and package != __name__.rpartition(".")[0]:
            yield import_module(f"{package}.chapter").CHAPTER
