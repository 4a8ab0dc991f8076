"""End a command with one sentence and an exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

FAILED, INVALID_INPUT, INTERRUPTED = 1, 2, 130


def stop(sentence: str, code: int) -> NoReturn:
    """Print a sentence to stderr and exit."""
    click.echo(f"thesis: {sentence}", err=True)
    sys.exit(code)
