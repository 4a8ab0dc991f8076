"""Write files completely or not at all, hash them, and locate the project's folders."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

PACKAGE = Path(__file__).resolve().parent
# A checkout keeps notebooks and tables next to the package; an installed wheel carries them inside it.
ROOT = PACKAGE / "project" if (PACKAGE / "project").is_dir() else PACKAGE.parent


def cache_dir() -> Path:
    """Return the folder for everything that can be recomputed: $THESIS_CACHE, or `~/.cache/thesis_lib`."""
    home = expanded(os.environ.get("THESIS_CACHE") or "~/.cache/thesis_lib")
    if home.parts[0].startswith("~"):
        raise ValueError("this user has no home folder for the cache; set THESIS_CACHE to a folder.")
    return home.absolute()


def expanded(path: Path | str) -> Path:
    """Return a path with the home folder in place of "~"; unchanged, and so never found, if there is no such home."""
    return Path(os.path.expanduser(path))


def digest(*parts: object) -> str:
    """Return a short name (16 hexadecimal digits) derived from the arguments' content."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file; it is read again only if its size or modification time changes."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _sha256(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(path: Path) -> None:
    """Write the checksum of a file next to it, with the suffix `.sha256`."""
    write_text(path.with_suffix(".sha256"), sha256(path))


def is_sealed(path: Path) -> bool:
    """Return whether a file is as it was when it was sealed."""
    with suppress(OSError):
        return path.with_suffix(".sha256").read_bytes() == sha256(path).encode()
    return False


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Provide a temporary path next to `path`, and rename it to `path` once everything is on disk.

    Temporary files left by processes that no longer run are removed.

    Args:
        path: the file to write; no reader ever sees an incomplete version.

    Yields:
        The temporary path to write to.
    """
    short = path.name if len(os.fsencode(path.name)) < 200 else digest(path.name)  # names have at most 255 bytes
    for left in path.parent.glob(f".{glob.escape(short)}.*.part"):
        if not _runs(left.suffixes[-2][1:]):
            left.unlink(missing_ok=True)
    partial = path.with_name(f".{short}.{os.getpid()}.part")
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text file completely or not at all."""
    with written(path) as partial:
        partial.write_text(text, encoding="utf-8")


def locked(folder: Path, name: str) -> BaseFileLock:
    """Lock a folder for this process, which may lock it several times, until the release or the end of the process.

    Args:
        folder: a folder that exists.
        name: name of the lock, a file that stays in the folder.

    Raises:
        ValueError: another process has locked it.
    """
    lock = FileLock(folder / name, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        raise ValueError(
            f"another process is writing to {folder}; wait until it has ended, or choose another folder."
        ) from None
    return lock


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process works in a folder, and keep others out of it."""
    lock = FileLock(folder / ".in-use.lock", is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"another process is working in {folder}; waiting until it has finished.", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True
