"""Find a chapter's notebook and execute it."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import TextIO

from ..files import ROOT, write_text
from .quiet import native_stderr_hidden

NOTEBOOKS = ROOT / "notebooks"
# Names of files and classes are the reader's; one that is shown unescaped must not run as a script.
POLICY = """<meta http-equiv="Content-Security-Policy" content="script-src-attr 'none'; object-src 'none'">"""
# Sums depend on the number of threads that make them. With these, a run has the same records on one core and on many.
REPEATABLE = {"OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "2", "TF_DETERMINISTIC_OPS": "1"}
DIED = (
    "the notebook's process died, probably because memory ran out; the results so far are kept and the same command "
    "continues from there. Choose a smaller n_features if it dies again."
)


class CellFailed(Exception):
    """A cell of a notebook failed; the message is the cell's own error."""


def number(notebook: Path) -> str:
    """Return the number by which a command names a notebook: "4t" for 04t_proxy."""
    return notebook.stem.split("_")[0].lstrip("0")


def all_notebooks() -> list[Path]:
    """Return the notebooks of the book in order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def find(chapter: str) -> Path:
    """Return the notebook of a chapter given as "4", "04" or "04_non_trained".

    Raises:
        ValueError: there is no such chapter; the message lists those that exist.
    """
    notebooks = all_notebooks()
    found = [path for path in notebooks if chapter in (path.stem, path.stem.split("_", 1)[-1])]
    found += [path for path in notebooks if number(path) == chapter.lstrip("0") != ""]
    if not found:
        names = ", ".join(path.stem for path in notebooks) or "none"
        raise ValueError(f"there is no chapter {chapter!r}; choose one of {names}.")
    return found[0]


def execute(notebook: Path, parameters: dict, output: Path) -> Path:
    """Execute a chapter; write its notebook and its page next to the records that the chapter writes.

    Args:
        notebook: the chapter.
        parameters: checked values by name.
        output: folder for the results; created if it does not exist.

    Returns:
        The executed notebook.

    Raises:
        CellFailed: a cell failed; `<name>.failed.ipynb` contains what was executed.
        OSError: the folder cannot be written.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    partial, done = output / f".{notebook.name}", output / notebook.name
    failed = done.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)
    for name, value in REPEATABLE.items():
        os.environ.setdefault(name, value)  # the notebook's process inherits them
    settings = {"cwd": ROOT, "kernel_name": "python3", "progress_bar": False}
    # papermill formats both paths with the parameters
    source, target = (str(path).replace("{", "{{").replace("}", "}}") for path in (notebook, partial))
    try:
        with native_stderr_hidden() as stream:  # papermill passes on what cells write to stderr
            papermill.execute_notebook(source, target, parameters, stderr_file=_Terminal(stream), **settings)
        _without_stderr(partial)
        page(partial, done.with_suffix(".html"))
        os.replace(partial, done)
    except OSError:
        partial.unlink(missing_ok=True)  # cut, where the disk is full
        raise
    except BaseException as error:
        logging.getLogger("asyncio").disabled = True  # at exit, it would report tasks that still wait for the kernel
        if partial.exists():
            os.replace(partial, failed)
        if isinstance(error, papermill.PapermillExecutionError):
            raise CellFailed(error.evalue) from error
        if isinstance(error, DeadKernelError):
            raise CellFailed(DIED) from error
        raise
    return done


class _Terminal:
    """A stream that passes on what cells write to stderr, but not TensorFlow's start-up messages."""

    _NOTE = re.compile(r"(WARNING: All log messages before absl|[IWE]\d{4} \d\d:).*\n?")

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(self._NOTE.sub("", text))

    def flush(self) -> None:
        self._stream.flush()


def _without_stderr(path: Path) -> None:
    """Remove stderr outputs: progress bars belong to the terminal, not to the page."""
    import nbformat

    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    nbformat.write(book, path)


def page(notebook: Path, target: Path) -> None:
    """Render an executed notebook as a page of its own, on which no event handler runs."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(require_js_url="", exclude_input_prompt=True, exclude_output_prompt=True)
    html = exporter.from_filename(str(notebook))[0]
    write_text(target, html.replace("<head>", f"<head>{POLICY}", 1))
