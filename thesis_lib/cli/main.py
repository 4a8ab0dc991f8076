"""The `thesis` command: run chapters, tag music, list architectures and data sets."""

from __future__ import annotations

import sys

import click

from .data import data
from .models import models
from .run import run
from .stop import INTERRUPTED, stop
from .tag import tag


class _Group(click.Group):
    """The commands, none of which ends with a traceback when it is interrupted."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            stop("interrupted.", INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="thesis_lib")
def main() -> None:
    """Run the experiments of Jordi Pons' thesis on any data.

    \b
    Start here:
      thesis run 4 -p scale=smoke            run chapter IV in under a minute
      thesis run 4 --help                    list the parameters of chapter IV
      thesis run 4 -p dataset=folder -p data_home=my_audio     use your own audio, one subfolder per class
      thesis tag song.mp3                    tag audio with the thesis's musicnn
      thesis models                          list every architecture and its size
      thesis data list                       list every data set and what it can show
    """
    sys.stdout.reconfigure(errors="surrogateescape")  # names of files need not be UTF-8


for command in (run, models, data, tag):
    main.add_command(command)
