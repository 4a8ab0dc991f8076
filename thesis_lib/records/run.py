"""Scores in, records on disk out, with the provenance that makes them worth keeping.

`records.jsonl` holds one flat JSON object a line, `provenance.json` beside it tells what made them. A record is written
as soon as it exists: a run that was stopped, however it was, leaves what it had done, and the same run started again
goes on from there.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from ..files import digest, sha256, write_text

FIELDS = (
    "run_id", "chapter", "system", "dataset", "protocol", "classifier", "scale", "seed", "fold", "n_per_class",
    "train_size", "metric", "value", "n_params", "seconds",
)  # fmt: skip
PACKAGES = ("keras", "librosa", "numpy", "scikit-learn", "scipy", "soundfile", "soxr")
ROOT = Path(__file__).resolve().parent.parent
# Modules that show or start what others compute: a change there leaves every record as it is.
SHOWING = {
    "beside_paper.py", "boxes.py", "chapters.py", "claims.py", "cli.py", "cli_data.py", "cli_tag.py", "data_plots.py",
    "drawings.py", "few_advice.py", "few_curves.py", "few_pairs.py", "listening.py", "musicnn_tables.py",
    "paper.py", "parameters.py", "plots.py", "presence.py", "proxy.py", "quiet.py", "taggrams.py",
}  # fmt: skip


class Run:
    """One run of a chapter: where its records go, and what they have in common.

    Args:
        output: folder for `records.jsonl` and `provenance.json`; records of the same run that lie there are kept.
        chapter: the notebook's name, "04_non_trained".
        parameters: everything that the reader can set, with the dataset's name, the scale and the seed among them.
        data_fingerprint: of the clips, from `features.fingerprint`.
    """

    def __init__(self, output: Path | str, chapter: str, parameters: dict, data_fingerprint: str) -> None:
        self.folder = Path(output)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run_id = digest(chapter, parameters, data_fingerprint, code_fingerprint(), _versions())
        self._path = self.folder / "records.jsonl"
        self._common = {"run_id": self.run_id, "chapter": chapter} | {
            key: parameters[key] for key in ("dataset", "scale", "seed")
        }
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
                "starts": [],
                "end": None,
            }
        self._this = {**_commit(), **_machine(), "start": _now(), "records": 0, "seconds": 0.0}

    def has(self, **fields: object) -> bool:
        """Whether a record with these fields is there already."""
        return any(all(record[key] == value for key, value in fields.items()) for record in self.records)

    def add(self, rows: Iterable[dict]) -> None:
        """Appends records that belong together, all of them or none; fields left out are null.

        Raises:
            ValueError: a field that records do not have.
        """
        records = [dict.fromkeys(FIELDS) | self._common | row for row in rows]
        if unknown := {key for record in records for key in record} - set(FIELDS):
            raise ValueError(f"a record has the fields {', '.join(FIELDS)}; got {', '.join(sorted(unknown))}.")
        if not self._this["records"]:
            self.provenance["starts"].append(self._this)
        self._this |= {"records": self._this["records"] + len(records), "seconds": self._seconds()}
        self._write_provenance()  # first: records without it would not be known as this run's
        self.records += records
        write_text(self._path, "".join(json.dumps(record) + "\n" for record in self.records))

    def finish(self) -> pd.DataFrame:
        """Notes the end of the run, unless it had ended before, and returns its records."""
        if self.provenance["end"] is None:
            self.provenance["end"] = _now()
            self._write_provenance()
        return pd.DataFrame(self.records, columns=list(FIELDS))

    def _seconds(self) -> float:
        return round(time.monotonic() - self._clock, 1)

    def _continue(self) -> tuple[list[dict], dict]:
        """What an earlier start of this run has left; what another run has left is set aside under its name."""
        try:
            records, provenance = _read(self.folder)
        except ValueError:  # nothing there, or damaged
            records, provenance = [], {}
        if records and provenance.get("run_id") == self.run_id:
            return records, provenance
        other = provenance.get("run_id", "damaged")
        for name in ("records.jsonl", "provenance.json"):
            if (self.folder / name).exists():
                os.replace(self.folder / name, self.folder / name.replace(".", f"-{other}."))
        return [], {}

    def _write_provenance(self) -> None:
        write_text(self.folder / "provenance.json", json.dumps(self.provenance, indent=1, default=str) + "\n")


def load(folder: Path | str) -> tuple[pd.DataFrame, dict]:
    """Reads the records and the provenance that a finished run has left.

    Args:
        folder: absolute, or relative to the project.

    Returns:
        One row a record, and the provenance.

    Raises:
        ValueError: no records there, damaged ones, or those of a run that has not ended.
    """
    records, provenance = _read(ROOT / folder)
    if provenance["end"] is None:
        raise ValueError(
            f"{ROOT / folder} holds a run that has not ended; give its command again, it goes on from there."
        )
    return pd.DataFrame(records, columns=list(FIELDS)), provenance


def _read(folder: Path) -> tuple[list[dict], dict]:
    try:
        lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
        provenance = (folder / "provenance.json").read_text(encoding="utf-8")
        return [json.loads(line) for line in lines], json.loads(provenance)
    except FileNotFoundError as error:
        raise ValueError(
            f"{folder} holds no records.jsonl with its provenance.json; name the folder of a run."
        ) from error
    except ValueError as error:
        raise ValueError(f"the records in {folder} are damaged ({error}); run the chapter again.") from error


def code_fingerprint() -> str:
    """A name for the source that computes, so that records of other code are never continued."""
    sources = sorted(path for path in Path(__file__).parent.rglob("*.py") if path.name not in SHOWING)
    return digest([(path.relative_to(ROOT).as_posix(), sha256(path)) for path in sources])


def _versions() -> dict[str, str]:
    import keras

    backend = keras.backend.backend()
    installed = {"python": platform.python_version()} | {package: version(package) for package in PACKAGES}
    return installed | {"backend": f"{backend} {_module_version(backend)}"}


def _module_version(name: str) -> str:
    return __import__(name).__version__


def _commit() -> dict:
    """The git commit and whether the tree was dirty; null outside a git checkout."""
    try:
        git = ["git", "-C", str(ROOT)]
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        status = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}
    return {"commit": commit, "dirty": bool(status.strip())}


def _machine() -> dict:
    """The device that computes, and the processor's name and number of cores."""
    import keras

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"device": keras.distribution.list_devices()[0], "processor": _processor(), "cores": cores}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
