"""Keep the files of one run in a folder, and those of other runs in folders within it, so that no run is lost.

The records are sealed: the provenance contains their number and their checksum.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..files import write_text
from . import predictions

RECORDS, PROVENANCE = "records.jsonl", "provenance.json"
FILES = (RECORDS, PROVENANCE, predictions.FILE)
FIELDS = (
    "run_id", "chapter", "system", "dataset", "protocol", "classifier", "scale", "seed", "fold", "n_per_class",
    "train_size", "metric", "value", "n_params", "seconds",
)  # fmt: skip
NEEDED = {"run_id": str, "chapter": str, "parameters": dict, "starts": list}  # of a provenance


def read(folder: Path) -> tuple[list[dict], dict]:
    """Read records and provenance from a folder, whether or not the run has ended.

    Returns:
        The records and the provenance. A run that was killed may have written records that it had not sealed yet.

    Raises:
        ValueError: there are none, or they are damaged.
    """
    try:
        text = (folder / RECORDS).read_text(encoding="utf-8")
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        lines = text.splitlines(keepends=True)
        records = [json.loads(line) for line in lines]
    except FileNotFoundError as error:
        raise ValueError(f"{folder} contains no {RECORDS} and {PROVENANCE}; give the folder of a run.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, error) from error
    if not _describes_a_run(provenance):
        raise _damaged(folder, f"{PROVENANCE} describes no run")
    seal = provenance.get("records")
    number = seal.get("number") if isinstance(seal, dict) else None
    if not isinstance(number, int) or number > len(lines) or (provenance.get("end") and number < len(lines)):
        raise _damaged(folder, f"{number} records were written, {len(lines)} are there")
    if seal != sealed("".join(lines[:number]), number):
        raise _damaged(folder, "their checksum differs")
    if not all(isinstance(record, dict) and set(record) == set(FIELDS) for record in records):
        raise _damaged(folder, "a line is no record")
    if any(record["run_id"] != provenance["run_id"] for record in records):
        raise _damaged(folder, "a line is of another run")
    return records, provenance


def write(folder: Path, records: Sequence[dict], provenance: dict) -> None:
    """Write records, and then the provenance with their seal.

    Raises:
        OSError: the folder cannot be written; what was written before is complete.
    """
    text = "".join(json.dumps(record) + "\n" for record in records)
    provenance["records"] = sealed(text, len(records))
    try:
        write_text(folder / RECORDS, text)
        write_text(folder / PROVENANCE, json.dumps(provenance, indent=1, default=str) + "\n")
    except OSError as error:
        raise OSError(
            f"records cannot be written to {folder} ({error.strerror or error}); those written before are complete, "
            "and the same command continues once there is space."
        ) from error


def sealed(text: str, number: int) -> dict:
    """Return the number and the checksum of records, as the provenance contains them."""
    return {"number": number, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def set_aside(folder: Path, run_id: str) -> None:
    """Move the files of another run into a folder within this one, named by its run id; nothing is overwritten."""
    aside, number = folder / run_id, 1
    while aside.exists():
        aside, number = folder / f"{run_id}-{number}", number + 1
    for name in FILES:
        if (folder / name).exists():
            aside.mkdir(exist_ok=True)
            os.replace(folder / name, aside / name)


def restore(folder: Path, run_id: str) -> None:
    """Move the files of a run that was set aside back, if there are any."""
    aside = folder / run_id
    for name in FILES:
        if (aside / name).exists():
            os.replace(aside / name, folder / name)
    if aside.is_dir() and not any(aside.iterdir()):
        aside.rmdir()


def _describes_a_run(provenance: object) -> bool:
    if not isinstance(provenance, dict) or "end" not in provenance:
        return False
    typed = all(isinstance(provenance.get(key), kind) for key, kind in NEEDED.items())
    return typed and bool(re.fullmatch(r"\w+", provenance["run_id"]))  # it names a folder


def _damaged(folder: Path, reason: object) -> ValueError:
    return ValueError(f"the records in {folder} are damaged ({reason}); run the chapter again.")
