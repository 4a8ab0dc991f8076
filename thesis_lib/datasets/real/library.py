"""Load and download data sets with mirdata or soundata.

The libraries provide the indexes, checksums, addresses and readers of annotations. This module downloads, because an
interrupted transfer has to resume, and keeps the index with the data, because the installation may be read-only.
"""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ..archives import unpack
from ..clip import Card, Clip
from ..download import download
from . import places

SHELVES = {"mirdata": places.MUSIC, "soundata": places.SOUNDS}
ITEMS = {"mirdata": "track", "soundata": "clip"}  # the libraries' words for a piece of audio


class Held(NamedTuple):
    """The part of a library's data set that is used here.

    Attributes:
        card: card of the data set.
        library: "mirdata" or "soundata".
        dataset: name of the data set in the library.
        remotes: names of the archives and tables to download.
        n_items: number of pieces of audio that have every file of `keys`, or None if it is not known.
        keys: the files of a piece that are used; a piece that lacks one of them is left out.
        tables: files of the data set that the index does not name.
    """

    card: Card
    library: str
    dataset: str
    remotes: tuple[str, ...]
    n_items: int | None
    keys: tuple[str, ...] = ("audio",)
    tables: tuple[str, ...] = ()


def home(held: Held, data_home: Path | None = None) -> Path:
    """Return the folder of the data set."""
    return places.home(held.card.name, data_home, shelf=SHELVES[held.library], kept_as=held.dataset)


def items(held: Held, data_home: Path | None = None, *, only: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the library's tracks or clips by id, in the order of its index.

    Args:
        held: the data set.
        data_home: folder of the data set, or None for its usual place.
        only: ids to return, or None for all.

    Raises:
        ValueError: the data set is missing or incomplete, or the ids are not in the index.
    """
    folder = home(held, data_home)
    files = _index(held, folder)
    if only is not None:
        if unknown := [key for key in only if key not in files]:
            raise ValueError(f"{held.card.name}: the index does not know {unknown[0]!r} (one of {len(unknown):,}).")
        files = {key: files[key] for key in only}
    places.require(held.card, folder, _paths(held, folder, files))
    with annotations(held, data_home):
        dataset = module(held).Dataset(data_home=str(folder))
        dataset.index_path = str(folder / _index_facts(held).filename)
        item = getattr(dataset, ITEMS[held.library])
        return {key: item(key) for key in files}


@contextmanager
def annotations(held: Held, data_home: Path | None = None) -> Iterator[None]:
    """Report annotations that the library cannot read in one sentence."""
    try:
        yield
    except (OSError, ValueError, LookupError, AttributeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"the annotations of {held.card.name} in {home(held, data_home)} cannot be read ({error!r}). "
            f"{places.sentence(held.card.get)}"
        ) from error


def fetch(held: Held, data_home: Path | None = None) -> None:
    """Download and unpack missing files; the archives are removed once every file is there.

    Raises:
        ValueError: a file cannot be downloaded, differs from the published one, or is still missing afterwards.
    """
    folder, facts = home(held, data_home), _index_facts(held)
    download(facts.remote.url, folder / facts.filename, checksum=f"md5:{facts.remote.checksum}")
    paths = _paths(held, folder, _index(held, folder))
    if all(path.is_file() for path in paths):
        return
    remotes = [module(held).REMOTES[name] for name in held.remotes]
    try:
        archives = [path for remote in remotes if (path := _fetch(remote, folder))]
    except ValueError as error:
        raise ValueError(f"{error} {places.sentence(held.card.get)}") from error
    places.require(held.card, folder, paths)
    if any(_made_on_request(remote.url) for remote in remotes) and (found := _compare(held, folder)):
        raise ValueError(found[0])
    for archive in archives:
        archive.unlink()


def verify(held: Held, clips: Callable[[Path], list[Clip]], data_home: Path | None = None) -> list[str]:
    """Return what is wrong: files that are missing or differ from the published ones, unreadable tables."""
    folder = home(held, data_home)
    try:
        found = _compare(held, folder)
        if not found:
            clips(folder)
    except ValueError as error:
        return [str(error)]
    return found


def _compare(held: Held, folder: Path) -> list[str]:
    """Compare every file with its published MD5 checksum."""
    files = _index(held, folder)
    _paths(held, folder, files)  # checks that no path leads out of the folder
    check = importlib.import_module(f"{held.library}.validate").validate_files
    missing, changed = check(files, str(folder), True)
    lost = [path for path in _paths(held, folder, {}) if not path.is_file()]
    lost += [path for each in missing.values() for path in each]
    found = [f"{path} is missing; fetch {held.card.name} again." for path in lost]
    found += [
        f"{path} is not the published file (its MD5 checksum differs); remove it and fetch {held.card.name} again."
        for each in changed.values()
        for path in each
    ]
    if held.n_items is not None and len(files) != held.n_items:
        found.append(f"the index names {len(files):,} pieces of audio; {held.card.name} has {held.n_items:,}.")
    return found


def _fetch(remote: Any, folder: Path) -> Path | None:
    """Download one file and unpack it; return its path if it is an archive."""
    folder = folder / (remote.destination_dir or "")
    # GitHub builds these archives on request, so their checksums change: `fetch` compares the files instead.
    checksum = None if _made_on_request(remote.url) else f"md5:{remote.checksum}"
    path = download(remote.url, folder / remote.filename, checksum=checksum)
    if not remote.filename.endswith((".zip", ".tar.gz", ".tar")):
        return None
    unpack(path, folder, take=remote.unpack_directories or ())
    return path


def _made_on_request(url: str) -> bool:
    return url.startswith("https://github.com/") and "/archive/" in url


def _index(held: Held, folder: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """Return path and MD5 checksum of each file that is used, by the piece of audio and the kind of file."""
    path = folder / _index_facts(held).filename
    places.require(held.card, folder, [path])
    try:
        pieces = json.loads(path.read_text(encoding="utf-8"))[f"{ITEMS[held.library]}s"]
        used = {key: {kind: tuple(files[kind]) for kind in held.keys} for key, files in pieces.items()}
        used = {key: files for key, files in used.items() if all(name for name, _ in files.values())}
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not {held.library}'s index ({error!r}); fetch {held.card.name} again.") from error
    return used


def _paths(held: Held, folder: Path, files: dict[str, dict[str, tuple[str, str]]]) -> list[Path]:
    names = [name for piece in files.values() for name, _ in piece.values()]
    return [places.inside(folder, name) for name in [*held.tables, *names]]


def _index_facts(held: Held) -> Any:
    indexes = module(held).INDEXES
    return indexes[indexes["default"]]


def module(held: Held) -> ModuleType:
    """Import the library's module of a data set, which takes a second or two."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        return importlib.import_module(f"{held.library}.datasets.{held.dataset}")
    except ImportError as error:
        raise ValueError(
            f"{held.card.name} needs the package {held.library}; install it with pip install 'thesis_lib[real]'."
        ) from error
    finally:  # both libraries change the root logger when they are imported
        root.setLevel(level)
        root.handlers[:] = handlers
