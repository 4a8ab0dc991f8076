"""The `thesis` command: rerun chapters, look at architectures and data sets."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import click

from . import chapters, parameters
from .data import FAILED, INTERRUPTED, WRONG_INPUT, data, stop
from .tag import tag
from ..models import ARCHITECTURES, build


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="thesis_lib")
def main() -> None:
    r"""The executable companion to Jordi Pons' thesis: rerun its chapters on any data.

    \b
    Start here:
      thesis run 4 -p scale=smoke            chapter IV in under a minute
      thesis run 4 -p dataset=folder -p data_home=my_audio     on your own audio, one sub-folder a class
      thesis tag song.mp3                    tags of any audio, with the thesis's musicnn
      thesis models                          every architecture and its size
      thesis data list                       every data set, and what it can show
    """


@main.command()
@click.argument("chapter")
@click.option(
    "-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE", help="Set a parameter; may be repeated."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder for the results  [default: runs/CHAPTER-PARAMETERS]"
)
def run(chapter: str, assignments: tuple[str, ...], output: Path | None) -> None:
    r"""Execute CHAPTER (4, 04 or its name) with the given parameters.

    Leaves the executed notebook, a page (html), records.jsonl and provenance.json in the output folder. A run that was
    stopped goes on from its last record when the same command is given again.

    \b
    Parameters of chapter 4:
      dataset        rendered_dances (default), or folder: your own audio, one sub-folder a class
      data_home      where the data set lies; for dataset=folder, that folder
      scale          smoke (under a minute), quick (minutes), full (about 3,500 features), paper
      seed           of the random weights, of the rendered music and of drawn folds
      architectures  all, or names separated by commas: vgg,temporal
      classifiers    all, or some of svm,elm,knn
      n_features     features a front-end gives; 0 leaves it to the scale
      draws          of random weights: seed, seed + 1, ...

    \b
    Parameters of 4t, random against trained, beside those:
      epochs         passes over the training clips; 0 leaves it to the scale

    \b
    Parameters of chapter 6, few training data; dataset, data_home, scale and seed as above, and:
      systems        all, or names separated by commas: nn_mfcc, nn_musicnn, nn_vggish; sb_cnn, few_vgg, few_timbre,
                     each with _validated; prototypical; prototypical_, transfer_ or finetuned_ with musicnn or vggish
      counts         labelled clips a class, as in 1,5,20; by default those of the scale
      draws          of the labelled clips, for each fold
      epochs         of training; 0 leaves it to the scale
      precision      of wide convolutions: float32 or mixed_bfloat16; by default what is fast here

    \b
    Parameters of 6w, which approach to take:
      n              labelled clips a class that you have
      kept           folders of runs of chapter 6, separated by commas; by default those on ESC-10

    \b
    Parameters of A, musicnn:
      audio          your own file or folder
      model          MTT_musicnn (default), MTT_vgg, MSD_musicnn or MSD_vgg
      hop, seconds   from patch to patch, and shown of each piece
    """
    try:
        notebook = chapters.find(chapter)
        values = parameters.check(notebook, assignments)
        output = _writable(
            output or Path("runs") / "-".join([notebook.stem, *(a.replace("/", "_") for a in assignments)])
        )
    except ValueError as error:
        stop(str(error), WRONG_INPUT)
    if "output" in parameters.defaults(notebook):
        inside = output.is_relative_to(chapters.ROOT)  # then a page tells no more of the machine than it has to
        values["output"] = str(output.relative_to(chapters.ROOT) if inside else output)
    try:
        executed = chapters.execute(notebook, values, output)
    except KeyboardInterrupt:
        stop(f"stopped; what was done lies in {output}, and the same command goes on from there.", INTERRUPTED)
    except chapters.CellFailed as error:
        stop(f"{error} (see {output / notebook.stem}.failed.ipynb)", FAILED)
    click.echo(f"{executed.with_suffix('.html')}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def models(as_json: bool) -> None:
    """List every architecture at its published sizes, with its number of trainable parameters."""
    if not as_json:
        click.echo(f"{'name':20}{'size':10}{'chapter':9}{'parameters: paper':>18}{'built':>12}{'outputs':>10}  paper")
    for name, architecture in ARCHITECTURES.items():
        for size, (knobs, in_paper) in architecture.settings.items():
            model = build(name, **knobs)
            built = sum(math.prod(weight.shape) for weight in model.trainable_weights)
            row = {
                "name": name, "size": size, "chapter": architecture.chapter, "paper": architecture.paper,
                "knobs": knobs, "parameters_in_paper": in_paper, "parameters_built": built,
                "features": model.output_shape[-1],
            }  # fmt: skip
            if as_json:
                click.echo(json.dumps(row))
                continue
            stated = "not stated" if in_paper is None else f"{in_paper:,}"
            click.echo(
                f"{name:20}{size:10}{architecture.chapter:9}{stated:>18}{built:12,}"
                f"{model.output_shape[-1]:10,}  {architecture.paper}"
            )


main.add_command(data)
main.add_command(tag)


def _writable(output: Path) -> Path:
    """Makes the output folder, absolute; says so when that cannot be done."""
    output = output.expanduser().absolute()
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe = output / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(
            f"results cannot be written to {output} ({error.strerror}); name another folder with --output."
        ) from error
    return output


if __name__ == "__main__":
    main()
