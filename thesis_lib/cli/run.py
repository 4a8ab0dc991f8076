"""The `thesis run` command: execute a chapter with parameters."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..files import expanded, locked
from .stop import FAILED, INTERRUPTED, INVALID_INPUT, stop


class _Run(click.Command):
    """A command whose help describes the chapter that is named."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if set(args) & set(context.help_option_names):
            named = [arg for arg in args if not arg.startswith("-")]
            if named:
                click.echo(_help(named[0]))
                context.exit()
        return super().parse_args(context, args)


@click.command(cls=_Run)
@click.argument("chapter")
@click.option(
    "-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder for the results  [default: runs/CHAPTER-PARAMETERS]"
)
def run(chapter: str, assignments: tuple[str, ...], output: Path | None) -> None:
    """Execute CHAPTER (4, 04 or its name) with the given parameters.

    `thesis run CHAPTER --help` lists the chapter's parameters with their defaults and limits.

    The command writes the executed notebook, an HTML page, records.jsonl and provenance.json to the output folder. An
    interrupted run continues from its last record when the same command is given again.

    \b
    thesis run 4 -p scale=smoke                               chapter IV in under a minute
    thesis run 4 -p dataset=folder -p data_home=my_audio      on your own audio, one subfolder per class
    thesis run 6 --help                                       the parameters of chapter VI
    """
    from . import chapters, parameters

    try:
        notebook = chapters.find(chapter)
        values = parameters.check(notebook, assignments)
        output = _writable(
            output or Path("runs") / "-".join([notebook.stem, *(a.replace("/", "_") for a in assignments)])
        )
        lock = locked(output, ".lock")
    except ValueError as error:
        stop(str(error), INVALID_INPUT)
    if parameters.writes_records(notebook):
        inside = output.is_relative_to(chapters.ROOT)  # a relative path reveals less of the machine on the page
        values[parameters.OUTPUT] = str(output.relative_to(chapters.ROOT) if inside else output)
    try:
        executed = chapters.execute(notebook, values, output)
    except KeyboardInterrupt:
        stop(f"interrupted; the results so far are in {output}, and the same command continues the run.", INTERRUPTED)
    except chapters.CellFailed as error:
        stop(f"{error} (see {output / notebook.stem}.failed.ipynb)", FAILED)
    except OSError as error:
        stop(
            f"{error.filename or output} cannot be written ({error.strerror or error}); the records so far are "
            "kept, and the same command continues: free some space, or choose another folder with --output.",
            FAILED,
        )
    lock.release()
    click.echo(f"{executed.with_suffix('.html')}")


def _help(chapter: str) -> str:
    """Return the help of a chapter: its parameters with defaults, limits and meaning, and an example."""
    from ..protocols.chapter import chapter_of
    from . import chapters, parameters

    try:
        notebook = chapters.find(chapter)
    except ValueError as error:
        stop(str(error), INVALID_INPUT)
    number = chapters.number(notebook)
    example = chapter_of(notebook.stem).examples.get(number, "")
    lines = [f"Usage: thesis run {number} [-p NAME=VALUE ...] [-o FOLDER]", "", f"Parameters of {notebook.stem}:"]
    for name, default, allowed, meaning in parameters.describe(notebook):
        first = f"  {name:14}{meaning}" if meaning else f"  {name}"
        lines.append(click.wrap_text(first, 100, "", " " * 16, preserve_paragraphs=False))
        limits = f"{allowed}; default {default}"
        lines.append(click.wrap_text(limits, 100, " " * 16, " " * 16))
    if example:
        lines += ["", "Example:", f"  thesis run {number} {example}"]
    return "\n".join(lines)


def _writable(output: Path) -> Path:
    """Create the output folder and return its absolute path; ValueError if it cannot be written."""
    output = expanded(output).absolute()
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe = output / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(
            f"results cannot be written to {output} ({error.strerror}); choose another folder with --output."
        ) from error
    return output
