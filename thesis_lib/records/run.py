"""Write the records of a run to disk, with the provenance that makes them traceable.

`records.jsonl` contains one flat JSON object per line. Next to it, `provenance.json` describes the run, and
`predictions.npz` contains what was predicted for each clip. Records are written as soon as they exist: an interrupted
run keeps what it has done, and the same run started again continues from there.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..files import PACKAGE, ROOT, digest, locked, sha256
from . import predictions, storage
from .storage import FIELDS

if TYPE_CHECKING:
    from ..datasets.clip import Clip

PACKAGES = ("keras", "librosa", "numpy", "scikit-learn", "scipy", "soundfile", "soxr")
NO_VALUES = ("cli", "pages", "records")  # folders that compute no recorded value: changes there leave records valid


class Run:
    """A run of a chapter: the folder of its records and what they have in common.

    Args:
        output: folder for `records.jsonl` and `provenance.json`. Records of the same run in this folder are continued,
            those of another run are set aside in a folder within it, named by their run id.
        chapter: name of the notebook, "04_non_trained".
        parameters: everything that the reader can set, including the data set's name, the scale and the seed.
        data_fingerprint: fingerprint of the clips, from `features.fingerprint`.
        clips: the clips, with one label each, if the run keeps what is predicted for them.

    Raises:
        ValueError: another process is writing to the folder.
    """

    def __init__(
        self, output: Path | str, chapter: str, parameters: dict, data_fingerprint: str,
        clips: Sequence[Clip] | None = None,
    ) -> None:  # fmt: skip
        self.folder = Path(output)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = locked(self.folder, ".records.lock")
        computed_with = _computation()
        self.run_id = digest(chapter, parameters, data_fingerprint, code_fingerprint(), _versions(), computed_with)
        self._common = {"run_id": self.run_id, "chapter": chapter} | {
            key: parameters[key] for key in ("dataset", "scale", "seed")
        }
        self._predictions = predictions.Predictions(clips) if clips else None
        self._clock = time.monotonic()
        self.records, self.provenance = self._continue()
        if not self.provenance:
            self.provenance = {
                "run_id": self.run_id,
                "chapter": chapter,
                "parameters": parameters,
                "data_fingerprint": data_fingerprint,
                "code_fingerprint": code_fingerprint(),
                "versions": _versions(),
                "computation": computed_with,
                "starts": [],
                "end": None,
            }
        self._this = {**_commit(), **_machine(), "start": _now(), "records": 0, "seconds": 0.0}

    def has(self, **fields: object) -> bool:
        """Check whether a record with these fields exists."""
        return any(all(record[key] == value for key, value in fields.items()) for record in self.records)

    def add(self, rows: Iterable[dict]) -> None:
        """Append records that belong together, all or none; missing fields are null.

        Args:
            rows: fields of the records; in addition, `predicted` contains the indices of the tested clips and their
                predicted labels.

        Raises:
            ValueError: a field does not exist in records.
        """
        rows = [dict(row) for row in rows]
        predicted = [row.pop("predicted", None) for row in rows]
        records = [dict.fromkeys(FIELDS) | self._common | row for row in rows]
        if unknown := {key for record in records for key in record} - set(FIELDS):
            raise ValueError(f"a record has the fields {', '.join(FIELDS)}; got {', '.join(sorted(unknown))}.")
        if not self._this["records"]:
            self.provenance["starts"].append(self._this)
            if not self.records:  # records without a provenance could not be assigned to this run
                storage.write(self.folder, [], self.provenance)
        self._this |= {"records": self._this["records"] + len(records), "seconds": self._seconds()}
        if self._predictions:
            for found in predicted:
                self._predictions.add(found)
            self._predictions.write(self.folder)
        self.records += records
        storage.write(self.folder, self.records, self.provenance)

    def finish(self) -> pd.DataFrame:
        """Note the end of the run if it has not ended before, and return its records."""
        if self.provenance["end"] is None:
            self.provenance["end"] = _now()
            storage.write(self.folder, self.records, self.provenance)
        self._lock.release()
        return pd.DataFrame(self.records, columns=list(FIELDS))

    def _seconds(self) -> float:
        return round(time.monotonic() - self._clock, 1)

    def _continue(self) -> tuple[list[dict], dict]:
        """Read what an earlier start of this run has left; set the files of another run aside."""
        for _ in range(2):  # in the folder itself, then where this run was set aside
            try:
                records, provenance = storage.read(self.folder)
            except ValueError:  # absent or damaged
                records, provenance = [], {"run_id": "damaged"}
            same = provenance["run_id"] == self.run_id
            if same and (not self._predictions or self._predictions.resume(self.folder, len(records))):
                # of the last start, which was killed before it counted them
                provenance["starts"][-1]["records"] += len(records) - provenance["records"]["number"]
                return records, provenance
            storage.set_aside(self.folder, "damaged" if same else provenance["run_id"])
            storage.restore(self.folder, self.run_id)
        return [], {}


def load(folder: Path | str) -> tuple[pd.DataFrame, dict]:
    """Read the records and the provenance of a finished run.

    Args:
        folder: absolute, or relative to the project.

    Returns:
        One row per record, and the provenance.

    Raises:
        ValueError: the folder has no records, damaged ones, or those of a run that has not ended.
    """
    records, provenance = storage.read(ROOT / folder)
    if provenance["end"] is None:
        raise ValueError(f"{ROOT / folder} contains a run that has not ended; give its command again to continue it.")
    return pd.DataFrame(records, columns=list(FIELDS)), provenance


def code_fingerprint(package: Path = PACKAGE) -> str:
    """Return a name for the code that computes, so that records of other code are never continued.

    Args:
        package: folder of the library.
    """
    sources = [path.relative_to(package) for path in sorted(package.rglob("*.py"))]
    return digest([(path.as_posix(), sha256(package / path)) for path in sources if path.parts[0] not in NO_VALUES])


def _versions() -> dict[str, str]:
    import keras

    backend = keras.backend.backend()
    installed = {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
    return installed | {"backend": f"{backend} {import_module(backend).__version__}"}


def _computation() -> dict[str, str]:
    from ..models.settings import computation  # imports Keras, which takes seconds

    return computation()


def _commit(root: Path = ROOT) -> dict:
    """Return the git commit of this project and whether the tree was dirty; null outside its own checkout."""
    nothing = {"commit": None, "dirty": None}
    try:
        # a copy without its own git may be inside another project's checkout
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return nothing
        commit, status = _git(root, "rev-parse", "HEAD"), _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return nothing
    return {"commit": commit, "dirty": bool(status)}


def _git(root: Path, *command: str) -> str:
    return subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=True).stdout.strip()


def _machine() -> dict:
    """Return the device that computes, and the processor's name and number of cores."""
    from ..models.settings import device

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"device": device(), "processor": _processor(), "cores": cores}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
