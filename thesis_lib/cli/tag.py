"""The `thesis tag` command: files and folders in, tags out."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

import click

from .data import FAILED, INTERRUPTED, WRONG_INPUT, stop
from ..datasets.folder import READABLE
from ..files import written
from .quiet import native_stderr_hidden

MODELS = ("MTT_musicnn", "MTT_vgg", "MSD_musicnn", "MSD_vgg", "MSD_musicnn_big")
NPZ = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--model", default=MODELS[0], show_default=True, type=click.Choice(MODELS), help="Published weights.")
@click.option("--top", default=3, show_default=True, type=click.IntRange(1, 50), help="Tags that are printed.")
@click.option("--hop", type=click.FloatRange(min=0.016), help="Seconds between patches  [default: 3 s, no overlap]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, with all tags.")
@click.option("--taggram", type=NPZ, help="Save probabilities over time: OUT.npz, or a folder.")
@click.option("--features", type=NPZ, help="Save the model's features, too: OUT.npz, or a folder.")
@click.option(
    "--feature",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="Save this feature only; may be repeated.",
)
@click.option("--source", type=NPZ, help="Wheel of musicnn 0.1.0, or folder with a checkpoint  [default: downloaded]")
def tag(
    paths: tuple[Path, ...], model: str, top: int, hop: float | None, as_json: bool, taggram: Path | None,
    features: Path | None, chosen: tuple[str, ...], source: Path | None,
) -> None:  # fmt: skip
    r"""Tag audio files, and all audio in folders, with musicnn.

    A file is cut into patches of three seconds; its tags are the mean over them. A last part shorter than a patch is
    left out, a file shorter than a patch is filled up with silence. A file that cannot be used does not stop the
    others: its reason is printed, and the exit code is 1 at the end. The first run downloads the published weights
    (29 MB).

    \b
    thesis tag song.mp3                               the three most probable tags
    thesis tag music/ --json > tags.jsonl             all tags of every file, one object a line
    thesis tag song.mp3 --hop 0.5 --taggram song.npz  probabilities every half second
    thesis tag music/ --features out/ --feature penultimate      200 numbers a patch, to describe music with
    """
    files = dict(_files(paths))
    if not files:
        stop(f"there is no audio in {', '.join(map(str, paths))}.", WRONG_INPUT)
    for out in (taggram, features):
        if out and len(files) > 1 and out.suffix == ".npz":
            stop(f"{len(files)} files cannot go into one {out}; name a folder.", WRONG_INPUT)
        if out and len(set(files.values())) < len(files):
            stop(f"several of the files have the same name in {out}; tag them apart.", WRONG_INPUT)
    if chosen and not features:
        stop("--feature chooses what --features saves; name a place with --features.", WRONG_INPUT)
    failed = 0
    try:
        tagger = _tagger(model, source, (chosen or True) if features else False)
        for path, tagged in _each(tagger, files, hop):
            if isinstance(tagged, str):
                click.echo(f"thesis: {tagged}", err=True)
                failed += 1
                continue
            _print(path, model, tagged, top, as_json)
            for out, arrays in ((taggram, {}), (features, tagged.features)):
                if out:
                    _save(out / f"{files[path]}.npz" if out.suffix != ".npz" else out, tagged, arrays)
    except OSError as error:
        stop(str(error), FAILED)
    except KeyboardInterrupt:
        stop("stopped; what was printed and saved is whole.", INTERRUPTED)
    if failed:
        stop(f"{failed} of {len(files)} files could not be tagged.", FAILED)


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    """Each file with its name among the results: below a folder, the way from there."""
    for path in paths:
        if path.is_dir():
            found = sorted(inside for inside in path.rglob("*") if inside.suffix.lower() in READABLE)
            yield from ((inside, inside.relative_to(path)) for inside in found)
        else:
            yield path, Path(path.name)


def _tagger(model: str, source: Path | None, features: bool | tuple[str, ...]):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with native_stderr_hidden():
            from ..pretrained.tagger import Tagger  # takes seconds, and --help should not

            return Tagger(model, source=source, features=features)
    except ValueError as error:
        stop(str(error), WRONG_INPUT)


def _each(tagger, files: Collection[Path], hop: float | None) -> Iterator[tuple]:
    """Each file with its tags, or with the sentence that says why it has none."""
    from tqdm import tqdm

    settings = {} if hop is None else {"hop": hop}
    for path in tqdm(files, "tagging", unit="file", disable=len(files) < 2 or not sys.stderr.isatty()):
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always", UserWarning)
            try:
                tagged = tagger(path, **settings)
            except ValueError as error:
                tagged = str(error)
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


def _save(out: Path, tagged, arrays: dict) -> None:
    import numpy as np

    out.parent.mkdir(parents=True, exist_ok=True)
    with written(out) as partial, partial.open("wb") as file:
        np.savez(file, taggram=tagged.taggram, tags=np.array(tagged.tags), starts=tagged.starts, **arrays)
