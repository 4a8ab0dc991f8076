"""The `thesis data` commands: what is here, how to get what is not, whether it is sound."""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

import click

from ..datasets import DATASETS, presence

WRONG_INPUT, FAILED, INTERRUPTED = 2, 1, 130
BRIEF, MORE = ("size", "licence"), ("task", "proxy_for", "cannot_show", "source", "get")
HOME = click.option(
    "--data-home", type=click.Path(path_type=Path), help="Where the data set lies  [default: its usual place]"
)


@click.group()
def data() -> None:
    r"""Look at the data sets, get them, check them.

    A data set is looked for in --data-home, else in $THESIS_DATA/NAME, else where mirdata and soundata keep it
    (~/mir_datasets, ~/sound_datasets). Rendered sets are made at first use, in $THESIS_CACHE or ~/.cache/thesis_lib.

    \b
    thesis data list                                  what there is, and what of it is here
    thesis data fetch esc50                           download, check and unpack
    thesis data fetch rendered_tags -p n=100000 -p shard=7     render one shard of a large set
    thesis data verify urbansound8k --data-home DIR   check every file
    """


@data.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_data(name: str | None, as_json: bool) -> None:
    """List every data set: whether it is here, where it is looked for, size, licence, chapters; of NAME, all of it."""
    for dataset in [_dataset(name)] if name else DATASETS.values():
        card, place = dataset.CARD, presence.place(dataset)
        files, size = presence.inventory(place)
        if as_json:
            here = {"present": files > 0, "place": place and str(place), "files": files, "bytes": size}
            click.echo(json.dumps(asdict(card) | here))
            continue
        state = f"here: {files:,} files, {_bytes(size)}" if files else "not here"
        place = "give it as data_home" if place is None else f"{place} ({state})"
        rows = {"place": place} | {key: getattr(card, key) for key in BRIEF + (MORE if name else ())}
        click.echo(f"{click.style(card.name, bold=True)}  {card.title} (chapter {', '.join(card.chapters)})")
        for key, text in rows.items():
            wide = shutil.get_terminal_size((100, 0)).columns
            click.echo(click.wrap_text(text, wide, f"    {key.replace('_', ' '):12} ", " " * 17))
    if not name and not as_json:
        click.echo(
            "\nthesis data list NAME tells more of one: its task, its source, what it cannot show, how to get it."
        )


@data.command()
@click.argument("name")
@HOME
@click.option("-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE", help="Of a rendered set.")
def fetch(name: str, data_home: Path | None, assignments: tuple[str, ...]) -> None:
    """Download the data set NAME, or render it.

    A download that was stopped goes on where it was when the same command is given again, and so does a rendering.
    What may not be downloaded is said, with the way to obtain it.
    """
    dataset = _dataset(name)
    try:
        if presence.is_rendered(dataset):
            clips = dataset.clips(data_home, **_settings(dataset, assignments))
            click.echo(f"{len(clips):,} clips in {clips[0].path.parent}")
            return
        if not hasattr(dataset, "fetch") or assignments:
            raise ValueError(f"{name} takes no parameters." if assignments else f"{name}: {dataset.CARD.get}.")
        dataset.fetch(data_home)
        click.echo(f"{len(dataset.clips(data_home)):,} clips in {presence.place(dataset, data_home)}")
    except ValueError as error:
        stop(str(error), WRONG_INPUT)
    except (OSError, ImportError) as error:
        stop(str(error), FAILED)
    except KeyboardInterrupt:
        stop("stopped; the same command goes on from there.", INTERRUPTED)


@data.command()
@click.argument("name", required=False)
@HOME
def verify(name: str | None, data_home: Path | None) -> None:
    """Check every file of the data set NAME, or of all that are here; exit code 1 when something is wrong."""
    if name:
        place = presence.place(_dataset(name), data_home)
        if place is not None and not place.exists():
            get = DATASETS[name].CARD.get
            stop(f"{name} is not here: nothing lies in {place}. {get[0].upper()}{get[1:]}.", WRONG_INPUT)
        names = [name]
    else:
        names = [name for name, dataset in DATASETS.items() if presence.inventory(presence.place(dataset))[0]]
        if not names:
            stop("no data set is here; thesis data list shows where each is looked for.", WRONG_INPUT)
    complaints = 0
    for name in names:
        complaints += _verified(name, data_home)
    if complaints:
        stop(f"{complaints} complaints.", FAILED)


def _verified(name: str, data_home: Path | None) -> int:
    """Prints what is wrong with a data set, or that nothing is; the number of complaints."""
    dataset = DATASETS[name]
    try:
        complaints = presence.verify(dataset, data_home)
    except ValueError as error:
        stop(str(error), WRONG_INPUT)
    for complaint in complaints:
        click.echo(complaint)
    if not complaints:
        place = presence.place(dataset, data_home)
        files, size = presence.inventory(place.parent if place and place.is_file() else place)
        click.echo(f"{name}: all is well, {files:,} files, {_bytes(size)}.")
    return len(complaints)


def _dataset(name: str) -> ModuleType:
    if name not in DATASETS:
        near = get_close_matches(name, DATASETS, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        stop(f"no data set {name!r}; there are {', '.join(DATASETS)}.{hint}", WRONG_INPUT)
    return DATASETS[name]


def _settings(dataset: ModuleType, assignments: tuple[str, ...]) -> dict:
    """Keyword arguments of a rendered set's `clips`, each of its default's type."""
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(dataset.clips).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    settings = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or name not in known:
            raise ValueError(f"{dataset.CARD.name} has the parameters {', '.join(known)}; got {assignment!r}.")
        kind = int if known[name] is None else type(known[name])
        try:
            settings[name] = {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
        except (ValueError, KeyError):
            raise ValueError(
                f"{name} must be of the kind of its default {known[name]!r}; got {assignment!r}."
            ) from None
    return settings


def _bytes(size: float) -> str:
    """A size in the largest unit that gives at least one."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.3g} {unit}"
        size /= 1000
    raise AssertionError


def stop(sentence: str, code: int) -> None:
    """Ends the command with one sentence and its exit code."""
    click.echo(f"thesis: {sentence}", err=True)
    sys.exit(code)
