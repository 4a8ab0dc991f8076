"""Find the chapter that a notebook belongs to, with the limits of its parameters."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import NamedTuple

from .parameters import Kind


class Chapter(NamedTuple):
    """A chapter of the book: a package in `protocols/` whose module `chapter` defines `CHAPTER`.

    Attributes:
        notebooks: prefix of the names of its notebooks, "04" for 04_non_trained and 04t_proxy.
        numeral: the thesis's number of the chapter, as data sets' cards name it; "" for other pages of the book.
        parameters: kind of each parameter of its notebooks.
        examples: assignments that make a good first run, by the number of a notebook, "4t".
        one_label: whether every clip needs exactly one label, and a fold or a part of a split.
    """

    notebooks: str
    numeral: str
    parameters: dict[str, Kind]
    examples: dict[str, str] = {}
    one_label: bool = False


def chapter_of(notebook: str) -> Chapter:
    """Return the chapter of a notebook.

    Args:
        notebook: name without its suffix, "04_non_trained".

    Raises:
        ValueError: no package in `protocols/` declares the notebook's prefix.
    """
    package = __name__.rpartition(".")[0]
    for found in pkgutil.iter_modules(import_module(package).__path__):
        if found.ispkg:
            chapter = import_module(f"{package}.{found.name}.chapter").CHAPTER
            if notebook.startswith(chapter.notebooks):
                return chapter
    raise ValueError(
        f"the notebook {notebook} belongs to no chapter; add a package with CHAPTER to thesis_lib/protocols."
    )
