"""The `thesis data` commands: list, fetch and verify data sets."""

from __future__ import annotations

import inspect
import json
import shutil
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

import click

from ..datasets import DATASETS
from .stop import FAILED, INTERRUPTED, INVALID_INPUT, stop
from .values import assignments as parse

BRIEF, MORE = ("size", "licence"), ("task", "proxy_for", "cannot_show", "source", "get")
HOME = click.option(
    "--data-home", type=click.Path(path_type=Path), help="Folder of the data set  [default: its usual place]"
)


@click.group()
def data() -> None:
    """List, fetch and verify data sets.

    A data set is looked for in --data-home, else in $THESIS_DATA/NAME, else where mirdata and soundata store it
    (~/mir_datasets, ~/sound_datasets). Rendered sets are made on first use, in $THESIS_CACHE or ~/.cache/thesis_lib.

    \b
    thesis data list                                  list all data sets and those on this machine
    thesis data fetch esc50                           download, verify and unpack a data set
    thesis data fetch rendered_tags -p n=100000 -p shard=7     render one shard of a large set
    thesis data verify urbansound8k --data-home DIR   verify every file
    """


@data.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_data(name: str | None, as_json: bool) -> None:
    """List data sets with their place, size, licence and chapters; with NAME, everything about one."""
    from ..datasets import presence

    for dataset in [_dataset(name)] if name else DATASETS.values():
        card, place = dataset.CARD, presence.place(dataset)
        files, size = presence.inventory(place)
        if as_json:
            here = {"present": files > 0, "place": place and str(place), "files": files, "bytes": size}
            click.echo(json.dumps(asdict(card) | here))
            continue
        state = f"present: {files:,} files, {_bytes(size)}" if files else "not present"
        place = "give it as data_home" if place is None else f"{place} ({state})"
        rows = {"place": place} | {key: getattr(card, key) for key in BRIEF + (MORE if name else ())}
        click.echo(f"{click.style(card.name, bold=True)}  {card.title} (chapter {', '.join(card.chapters)})")
        for key, text in rows.items():
            wide = shutil.get_terminal_size((100, 0)).columns
            click.echo(click.wrap_text(text, wide, f"    {key.replace('_', ' '):12} ", " " * 17))
    if not name and not as_json:
        click.echo(
            "\nthesis data list NAME shows the task, the source, what the data set cannot show, and how to get it."
        )


@data.command()
@click.argument("name")
@HOME
@click.option(
    "-p",
    "--parameter",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter of a rendered set; may be repeated.",
)
def fetch(name: str, data_home: Path | None, assignments: tuple[str, ...]) -> None:
    """Download or render the data set NAME.

    An interrupted download or rendering continues when the same command is given again. For data that may not be
    downloaded, the command explains how to obtain them.
    """
    from ..datasets import presence

    dataset = _dataset(name)
    try:
        if dataset.CARD.rendered:
            clips = dataset.clips(data_home, **_settings(dataset, assignments))
            click.echo(f"{len(clips):,} clips in {clips[0].path.parent}")
            return
        if not hasattr(dataset, "fetch") or assignments:
            raise ValueError(f"{name} takes no parameters." if assignments else f"{name}: {dataset.CARD.get}.")
        dataset.fetch(data_home)
        click.echo(f"{len(dataset.clips(data_home)):,} clips in {presence.place(dataset, data_home)}")
    except ValueError as error:
        stop(str(error), INVALID_INPUT)
    except (OSError, ImportError) as error:
        stop(str(error), FAILED)
    except KeyboardInterrupt:
        stop("interrupted; the same command continues.", INTERRUPTED)


@data.command()
@click.argument("name", required=False)
@HOME
def verify(name: str | None, data_home: Path | None) -> None:
    """Verify every file of the data set NAME, or of all data sets present; exit with code 1 if a file is faulty."""
    from ..datasets import presence

    if name:
        place = presence.place(_dataset(name), data_home)
        if place is not None and not place.exists():
            get = DATASETS[name].CARD.get
            stop(f"{name} is not present: {place} does not exist. {get[0].upper()}{get[1:]}.", INVALID_INPUT)
        names = [name]
    else:
        names = [name for name, dataset in DATASETS.items() if presence.inventory(presence.place(dataset))[0]]
        if not names:
            stop("no data set is present; thesis data list shows where each is looked for.", INVALID_INPUT)
    complaints = 0
    for name in names:
        complaints += _verified(name, data_home)
    if complaints:
        stop(f"{complaints} fault{'s' if complaints > 1 else ''} found.", FAILED)


def _verified(name: str, data_home: Path | None) -> int:
    """Print the faults of a data set, or that there are none; return their number."""
    from ..datasets import presence

    dataset = DATASETS[name]
    try:
        complaints = presence.verify(dataset, data_home)
    except ValueError as error:
        stop(str(error), INVALID_INPUT)
    for complaint in complaints:
        click.echo(complaint)
    if not complaints:
        place = presence.place(dataset, data_home)
        files, size = presence.inventory(place.parent if place and place.is_file() else place)
        click.echo(f"{name}: {files:,} files verified, {_bytes(size)}.")
    return len(complaints)


def _dataset(name: str) -> ModuleType:
    if name not in DATASETS:
        near = get_close_matches(name, DATASETS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        stop(f"there is no data set {name!r}; choose one of {', '.join(DATASETS)}.{hint}", INVALID_INPUT)
    return DATASETS[name]


def _settings(dataset: ModuleType, assignments: tuple[str, ...]) -> dict:
    """Return the keyword arguments for a rendered set's `clips`."""
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(dataset.clips).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return parse(assignments, known, f"{dataset.CARD.name} has the parameters {', '.join(known)}; got {{name}}.")


def _bytes(size: float) -> str:
    """Format a size in the largest unit in which it is at least one."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError
