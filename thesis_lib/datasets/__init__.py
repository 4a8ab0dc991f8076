"""The table of datasets: a name in, a module with `CARD` and `clips()` out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType

from .clip import Card, Clip

# In the order of the chapters that use them: what stands in, then the real ones.
MODULES = {
    "rendered_dances": "rendered.dances",
    "folder": "folder",
    "table": "table",
}


class _Datasets(Mapping[str, ModuleType]):
    """Modules by name, imported when they are asked for: looking at the table costs nothing."""

    def __getitem__(self, name: str) -> ModuleType:
        return import_module(f".{MODULES[name]}", __package__)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


DATASETS = _Datasets()

__all__ = ["DATASETS", "Card", "Clip"]
