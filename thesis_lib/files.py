"""Content in, files that are whole or not there at all out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path


def cache_dir() -> Path:
    """The folder for everything that can be computed again: $THESIS_CACHE, or `~/.cache/thesis_lib`."""
    home = os.environ.get("THESIS_CACHE") or Path.home() / ".cache" / "thesis_lib"
    return Path(home).expanduser().absolute()


def digest(*parts: object) -> str:
    """A short name (16 hexadecimal digits) made of the content of its arguments."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes; read once for each state of the file."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _sha256(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Gives a place beside `path` to write to, and renames it when all is written and on disk.

    What a process that is no longer there has left beside `path` is removed.

    Args:
        path: of the file to be; nobody ever reads half of it.

    Yields:
        The path to write to.
    """
    for left in path.parent.glob(f".{path.name}.*.part"):
        if not _runs(left.suffixes[-2][1:]):
            left.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink()


def write_text(path: Path, text: str) -> None:
    """Writes a text file, whole or not at all."""
    with written(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True
