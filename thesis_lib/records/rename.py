"""Give kept records the true name of their data, and note the change in their provenance.

Runs on the reader's own audio used to record "folder" or "table" as their data set; no run recorded the kind of sound.
"""

from __future__ import annotations

from pathlib import Path

from ..files import ROOT
from .storage import read, write


def rename(folder: Path | str, dataset: str, sounds: str) -> None:
    """Rewrite the data set's name in a run's records, and its name and kind of sound in the parameters.

    Values and the run's id stay as they are. The change is noted under "changes" in the provenance. A second call with
    the same arguments changes nothing.

    Args:
        folder: folder of the run; absolute, or relative to the project.
        dataset: true name of the data set.
        sounds: kind of sound, as in `Card`.

    Raises:
        ValueError: the folder has no records, or damaged ones.

    Example:
        >>> rename("data/results/04_esc10_full", "ESC-10", "events")  # doctest: +SKIP
    """
    records, provenance = read(ROOT / folder)
    before = {"dataset": provenance["parameters"]["dataset"], "sounds": provenance["parameters"].get("sounds")}
    after = {"dataset": dataset, "sounds": sounds}
    if before == after:
        return
    changed = [f"{key} {before[key]!r} -> {after[key]!r}" for key in after if before[key] != after[key]]
    provenance["parameters"] |= after
    provenance.setdefault("changes", []).append(f"records.rename: {', '.join(changed)}")
    records = [record | {"dataset": dataset} for record in records]
    write(ROOT / folder, records, provenance)
