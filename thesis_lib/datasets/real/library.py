"""A data set that mirdata or soundata knows in, its tracks or clips out.

Theirs are the indexes, checksums, addresses and the meaning of every annotation. Ours are the transfer, which goes on
where it was cut, and the place of the index: it lies with the data, so that an installation that cannot be written to
will do.
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
ITEMS = {"mirdata": "track", "soundata": "clip"}  # what they call a piece of audio


class Held(NamedTuple):
    """What a library holds of a data set, and what of it is used here.

    Attributes:
        card: of the data set.
        library: "mirdata" or "soundata".
        dataset: the library's name for it.
        remotes: names of the archives and tables that are downloaded.
        n_items: pieces of audio of the whole data set that have every file of `keys`; None where that is not known.
        keys: which files of a piece are used; a piece without one of them is left out.
        tables: files that belong to it and that the index does not name.
    """

    card: Card
    library: str
    dataset: str
    remotes: tuple[str, ...]
    n_items: int | None
    keys: tuple[str, ...] = ("audio",)
    tables: tuple[str, ...] = ()


def home(held: Held, data_home: Path | None = None) -> Path:
    """Where the data set is looked for."""
    return places.home(held.card.name, data_home, shelf=SHELVES[held.library], kept_as=held.dataset)


def items(held: Held, data_home: Path | None = None, *, only: Iterable[str] | None = None) -> dict[str, Any]:
    """The library's tracks or clips by their id, in the order of its index.

    Args:
        held: the data set.
        data_home: its folder.
        only: ids that are needed; all by default.

    Raises:
        ValueError: it is not there or incomplete, or the ids are not in the index.
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
    """Turns what the library says of annotations that it cannot read into one sentence."""
    try:
        yield
    except (OSError, ValueError, LookupError, AttributeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"the annotations of {held.card.name} in {home(held, data_home)} cannot be read ({error!r}). "
            f"{places.sentence(held.card.get)}"
        ) from error


def fetch(held: Held, data_home: Path | None = None) -> None:
    """Downloads and unpacks what is missing; the archives are removed once every file is there.

    Raises:
        ValueError: something cannot be had, is not the published file, or is still missing afterwards.
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
    """What is wrong: files that are missing or differ from the published ones, and tables that cannot be read."""
    folder = home(held, data_home)
    try:
        found = _compare(held, folder)
        if not found:
            clips(folder)
    except ValueError as error:
        return [str(error)]
    return found


def _compare(held: Held, folder: Path) -> list[str]:
    """Every file against its published md5 sum."""
    files = _index(held, folder)
    _paths(held, folder, files)  # none leads out
    check = importlib.import_module(f"{held.library}.validate").validate_files
    missing, changed = check(files, str(folder), True)
    lost = [path for path in _paths(held, folder, {}) if not path.is_file()]
    lost += [path for each in missing.values() for path in each]
    found = [f"{path} is missing; fetch {held.card.name} again." for path in lost]
    found += [
        f"{path} is not the published file (its md5 sum is another one); remove it and fetch {held.card.name} again."
        for each in changed.values()
        for path in each
    ]
    if held.n_items is not None and len(files) != held.n_items:
        found.append(f"the index names {len(files):,} pieces of audio; {held.card.name} has {held.n_items:,}.")
    return found


def _fetch(remote: Any, folder: Path) -> Path | None:
    """Gets one file and unpacks it; gives its path if it was an archive."""
    folder = folder / (remote.destination_dir or "")
    # What GitHub packs on request has another sum after every change of a repository's least file: the files are
    # compared instead.
    checksum = None if _made_on_request(remote.url) else f"md5:{remote.checksum}"
    path = download(remote.url, folder / remote.filename, checksum=checksum)
    if not remote.filename.endswith((".zip", ".tar.gz", ".tar")):
        return None
    unpack(path, folder, take=remote.unpack_directories or ())
    return path


def _made_on_request(url: str) -> bool:
    return url.startswith("https://github.com/") and "/archive/" in url


def _index(held: Held, folder: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """Path and md5 sum of each file that is used, by the piece of audio and by what it is."""
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
    """The library's module of a data set; imported late, since it takes a second or two."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        return importlib.import_module(f"{held.library}.datasets.{held.dataset}")
    except ImportError as error:
        raise ValueError(
            f"{held.card.name} needs the package {held.library}; install it with pip install 'thesis_lib[real]'."
        ) from error
    finally:  # both libraries set up everybody's logging when they are imported
        root.setLevel(level)
        root.handlers[:] = handlers
