"""Unpack archives safely."""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, NamedTuple

from tqdm import tqdm

from ..files import alone

BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)
NAMES_ARE_UTF8 = 0x800  # flag of a zip member; without it the encoding of its name is unknown


class Member(NamedTuple):
    """A file of an archive: its path in the archive, its size in bytes, and a function that opens it."""

    name: str
    size: int
    opened: Callable[[], IO[bytes]]


def unpack(archive: Path, folder: Path, *, take: Sequence[str] = ()) -> None:
    """Unpack a zip or tar archive.

    All names are checked before anything is written. Files become visible only when all of them are unpacked; files
    of the same name are then replaced. Of two processes that unpack into one folder, the second waits.

    Args:
        archive: a zip archive, or a tar archive with any compression.
        folder: folder for the content.
        take: folders of the archive to unpack, without their own names; () for the whole archive.

    Raises:
        ValueError: a member is a link or a device or has a path that leads out of the folder; the archive is damaged,
            of another format, or lacks a folder of `take`; the disk is full.
    """
    folder = Path(folder).resolve()
    try:
        with _opened(archive) as opened:
            members = _zipped(opened) if isinstance(opened, zipfile.ZipFile) else _tarred(opened)
            if not members:
                raise ValueError(f"{archive} holds no file; it is not the archive that was expected.")
            _check_room(folder, sum(member.size for member in members))
            with alone(folder), _staging(folder / f".{archive.name}.unpacking") as staging:
                for member in tqdm(members, f"unpacking {archive.name}", unit="file"):
                    target = staging / member.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with member.opened() as source, target.open("wb") as file:
                        shutil.copyfileobj(source, file, 1 << 20)
                for part in take or ("",):
                    if not (staging / part).is_dir():
                        raise ValueError(
                            f"{archive} holds no folder {part!r}; it is not the archive that was expected."
                        )
                    _move(staging / part, folder)
    except BROKEN as error:
        raise ValueError(
            f"{archive} cannot be unpacked ({error}); remove it and fetch it again, or make room."
        ) from error


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)  # left by a process that was killed
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(archive: Path) -> zipfile.ZipFile | tarfile.TarFile:
    return zipfile.ZipFile(archive) if zipfile.is_zipfile(archive) else tarfile.open(archive)


def _zipped(opened: zipfile.ZipFile) -> list[Member]:
    members = []
    for info in opened.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where the archive was not made on Unix
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ValueError(f"{opened.filename} is refused: {info.filename!r} in it is a link or a device.")
        name = _zip_name(info)
        _check_name(opened.filename, name)
        if not info.is_dir():
            members.append(Member(name, info.file_size, lambda info=info: opened.open(info)))
    return members


def _tarred(opened: tarfile.TarFile) -> list[Member]:
    members = []
    for info in opened.getmembers():
        if not (info.isreg() or info.isdir()):
            raise ValueError(f"{opened.name} is refused: {info.name!r} in it is a link or a device.")
        _check_name(opened.name, info.name)
        if info.isreg():
            members.append(Member(info.name, info.size, lambda info=info: opened.extractfile(info)))
    return members


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; if it is not UTF-8, guess its encoding as mirdata does for its indexes."""
    raw = info.filename.encode("utf-8" if info.flag_bits & NAMES_ARE_UTF8 else "cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        import chardet  # installed with mirdata; only its data sets need it

        return raw.decode(chardet.detect(raw)["encoding"] or "cp437", "replace")


def _check_name(archive: str, name: str) -> None:
    """Raise ValueError if a path is empty or absolute or leads upwards, on Unix or on Windows."""
    if not name:
        raise ValueError(f"{archive} is refused: a file in it has no name.")
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.anchor or ".." in path.parts:
            raise ValueError(f"{archive} is refused: {name!r} in it leads out of the folder it is unpacked into.")


def _check_room(folder: Path, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise ValueError(f"{folder} has room for {free / 1e9:.1f} GB, and {size / 1e9:.1f} GB are needed; make room.")


def _move(source: Path, folder: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)
