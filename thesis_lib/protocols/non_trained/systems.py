"""List the systems of chapter IV: nine front-ends, the published readings of two of them, and the baseline."""

from __future__ import annotations

from typing import NamedTuple

from ...models import ARCHITECTURES, of_chapter

BASELINE = "mfcc"


class System(NamedTuple):
    """A system of chapter IV.

    Attributes:
        label: name in figures and tables.
        features: the system whose features it uses, an architecture or `BASELINE`.
        as_published: whether the features are read as the original code reads them (`as_published`).
    """

    label: str
    features: str
    as_published: bool = False


SYSTEMS = {name: System(ARCHITECTURES[name].label, name) for name in of_chapter("IV")} | {
    "frame_level_as_published": System("Frame-level, as published", "frame_level", as_published=True),
    "frame_level_many_as_published": System("Frame-level many, as published", "frame_level_many", as_published=True),
    BASELINE: System("MFCC statistics", BASELINE),
}
LABELS = {name: system.label for name, system in SYSTEMS.items()}
IN_FIGURES = {name: label.replace(", ", ",\n") for name, label in LABELS.items()}


def requested(architectures: list[str], *, as_published: bool) -> list[str]:
    """Return the systems of a run: the architectures, their published readings if wanted, and the baseline."""
    return [
        name
        for name, system in SYSTEMS.items()
        if name == BASELINE or (system.features in architectures and (as_published or not system.as_published))
    ]
