"""A chapter's name and parameters in, its executed notebook, page and records out."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TextIO

from .quiet import native_stderr_hidden
from ..records.run import ROOT

NOTEBOOKS = ROOT / "notebooks"
DIED = (
    "the notebook's process died, most likely for want of memory; "
    "what was done is kept and the same command goes on from there, or choose fewer n_features."
)


class CellFailed(Exception):
    """What a cell said went wrong, in its own sentence."""


def find(chapter: str) -> Path:
    """The notebook of a chapter: "4", "04" or "04_non_trained".

    Raises:
        ValueError: no such chapter; lists those that are there.
    """
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    found = [path for path in notebooks if chapter in (path.stem, path.stem.split("_", 1)[-1])]
    found += [path for path in notebooks if path.stem.split("_")[0].lstrip("0") == chapter.lstrip("0") != ""]
    if not found:
        raise ValueError(f"no chapter {chapter!r}; there are {', '.join(path.stem for path in notebooks) or 'none'}.")
    return found[0]


def execute(notebook: Path, parameters: dict, output: Path) -> Path:
    """Executes a chapter and leaves its notebook and its page in `output`, beside the records that the chapter writes.

    Args:
        notebook: the chapter.
        parameters: checked values by name.
        output: folder; made when it is not there.

    Returns:
        The executed notebook.

    Raises:
        CellFailed: what a cell said went wrong; what was executed lies in `<name>.failed.ipynb`.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    partial, done = output / f".{notebook.name}", output / notebook.name
    failed = done.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)
    settings = {"cwd": ROOT, "kernel_name": "python3", "progress_bar": False}
    try:
        with native_stderr_hidden() as stream:  # what cells write reaches the terminal through papermill
            papermill.execute_notebook(notebook, partial, parameters, stderr_file=_Terminal(stream), **settings)
    except BaseException as error:
        if partial.exists():
            os.replace(partial, failed)
        if isinstance(error, papermill.PapermillExecutionError):
            raise CellFailed(error.evalue) from error
        if isinstance(error, DeadKernelError):
            raise CellFailed(DIED) from error
        raise
    _without_stderr(partial)
    _page(partial, done.with_suffix(".html"))
    os.replace(partial, done)
    return done


class _Terminal:
    """Passes on what cells write to stderr, progress bars for the most part, but not TensorFlow's start-up notes."""

    _NOTE = re.compile(r"(WARNING: All log messages before absl|[IWE]\d{4} \d\d:).*\n?")

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(self._NOTE.sub("", text))

    def flush(self) -> None:
        self._stream.flush()


def _without_stderr(path: Path) -> None:
    """Progress bars belong to the terminal, not to the page."""
    import nbformat

    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    nbformat.write(book, path)


def _page(notebook: Path, page: Path) -> None:
    """Renders the executed notebook as a page of its own."""
    from nbconvert import HTMLExporter

    from ..files import write_text

    exporter = HTMLExporter(require_js_url="", exclude_input_prompt=True, exclude_output_prompt=True)
    write_text(page, exporter.from_filename(str(notebook))[0])
