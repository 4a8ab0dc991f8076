"""The `thesis tag` command: tag audio files and folders."""

from __future__ import annotations

import errno
import json
import math
import sys
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

import click

from ..files import written
from ..pretrained.released import RELEASED
from .quiet import native_stderr_hidden
from .stop import FAILED, INTERRUPTED, INVALID_INPUT, stop

NPZ = click.Path(path_type=Path)


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse nan, which is in no range and yet not refused by one, and inf."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number of seconds.")
    return value


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--model",
    default=next(iter(RELEASED)),
    show_default=True,
    type=click.Choice(tuple(RELEASED)),
    help="Released model.",
)
@click.option("--top", default=3, show_default=True, type=click.IntRange(1, 50), help="Number of tags to print.")
@click.option(
    "--hop",
    type=click.FloatRange(min=0.016),
    callback=_finite,
    help="Seconds between the starts of patches  [default: 3, no overlap]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, with all tags.")
@click.option("--taggram", type=NPZ, help="Save probabilities over time to OUT.npz or a folder.")
@click.option("--features", type=NPZ, help="Save the model's features, too, to OUT.npz or a folder.")
@click.option(
    "--feature",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="Save only this feature; may be repeated.",
)
@click.option("--source", type=NPZ, help="Wheel of musicnn 0.1.0 or folder with a checkpoint  [default: downloaded]")
def tag(
    paths: tuple[Path, ...], model: str, top: int, hop: float | None, as_json: bool, taggram: Path | None,
    features: Path | None, chosen: tuple[str, ...], source: Path | None,
) -> None:  # fmt: skip
    """Tag audio files, and all audio in folders, with musicnn.

    A file is cut into patches of three seconds, and its tags are the mean over them. An incomplete last patch is
    dropped; a file shorter than a patch is padded with silence. If a file cannot be used, the command prints the
    reason, tags the other files, and exits with code 1. The first run downloads the released weights (29 MB).

    \b
    thesis tag song.mp3                               print the three most probable tags
    thesis tag music/ --json > tags.jsonl             print all tags of every file, one object per line
    thesis tag song.mp3 --hop 0.5 --taggram song.npz  save probabilities every half second
    thesis tag music/ --features out/ --feature penultimate      save 200 features per patch
    """
    try:
        files = dict(_files(paths))
    except OSError as error:
        stop(f"{error.filename} cannot be read ({error.strerror}).", INVALID_INPUT)
    if not files:
        stop(f"there is no audio in {', '.join(map(str, paths))}.", INVALID_INPUT)
    for out in (taggram, features):
        if out and len(files) > 1 and out.suffix == ".npz":
            stop(f"{len(files)} files cannot be saved to one file {out}; give a folder.", INVALID_INPUT)
        if out and len(set(files.values())) < len(files):
            stop(f"several files would have the same name in {out}; tag them separately.", INVALID_INPUT)
    if chosen and not features:
        stop("--feature selects what --features saves; give --features, too.", INVALID_INPUT)
    failed = 0
    try:
        tagger = _tagger(model, source, (chosen or True) if features else False)
        for path, tagged in _each(tagger, files, hop):
            if not isinstance(tagged, str):
                _print(path, model, tagged, top, as_json)
                places = [
                    out if not out or out.suffix == ".npz" else out / f"{files[path]}.npz"
                    for out in (taggram, features)
                ]
                tagged = _saved(places, tagged)
            if tagged:
                click.echo(f"thesis: {tagged}", err=True)
                failed += 1
    except BrokenPipeError:  # the reader of the output, such as `head`, has ended
        raise
    except OSError as error:
        stop(str(error), FAILED)
    except KeyboardInterrupt:
        stop("interrupted; printed and saved results are complete.", INTERRUPTED)
    if failed:
        stop(f"{failed} of {len(files)} files could not be tagged.", FAILED)


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    """Yield each file with its name in the output folder: its path relative to the given folder."""
    for path in paths:
        if path.is_dir():
            from ..audio import audio_files

            yield from ((inside, inside.relative_to(path)) for inside in audio_files(path))
        else:
            yield path, Path(path.name)


def _tagger(model: str, source: Path | None, features: bool | tuple[str, ...]):
    try:
        with native_stderr_hidden():
            from ..pretrained.tagger import Tagger  # imports Keras, which takes seconds

            return Tagger(model, source=source, features=features)
    except ValueError as error:
        stop(str(error), INVALID_INPUT)


def _each(tagger, files: Collection[Path], hop: float | None) -> Iterator[tuple]:
    """Yield each file with its tags, or with the reason why it has none."""
    from tqdm import tqdm

    settings = {} if hop is None else {"hop": hop}
    for path in tqdm(files, "tagging", unit="file", disable=len(files) < 2 or not sys.stderr.isatty()):
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always", UserWarning)
            try:
                with native_stderr_hidden():  # the MP3 decoder has its own notes about damaged files
                    tagged = tagger(path, **settings)
            except ValueError as error:
                tagged = str(error)
            except Exception as error:  # the other files are tagged, whatever is wrong with this one
                tagged = f"{path} could not be tagged ({type(error).__name__}: {error})."
        for note in noted:
            if issubclass(note.category, UserWarning):
                click.echo(f"thesis: {note.message}", err=True)
        yield path, tagged


def _print(path: Path, model: str, tagged, top: int, as_json: bool) -> None:
    if as_json:
        tags = dict(tagged.top(len(tagged.tags)))
        click.echo(json.dumps({"file": str(path), "model": model, "tags": tags, "patches": len(tagged.taggram)}))
    else:
        click.echo(f"{path}: " + ", ".join(f"{name} {value:.2f}" for name, value in tagged.top(top)))


def _saved(places: list[Path | None], tagged) -> str | None:
    """Save a file's taggram and features; return the reason if the name of its results is too long.

    Raises:
        OSError: they cannot be written for another reason, which concerns the other files, too.
    """
    for out, arrays in zip(places, ({}, tagged.features), strict=True):
        try:
            if out:
                _save(out, tagged, arrays)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise OSError(
                    f"{out} cannot be written ({error.strerror or error}); saved results are complete."
                ) from error
            return f"{out} cannot be written: the name is too long; rename the audio file."
    return None


def _save(out: Path, tagged, arrays: dict) -> None:
    import numpy as np

    out.parent.mkdir(parents=True, exist_ok=True)
    with written(out) as partial, partial.open("wb") as file:
        np.savez(file, taggram=tagged.taggram, tags=np.array(tagged.tags), starts=tagged.starts, **arrays)
