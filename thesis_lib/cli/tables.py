"""Write tables of every notebook's parameters for the book: `python -m thesis_lib.cli.tables FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from ..files import write_text
from . import chapters, parameters


def table(notebook: Path) -> str:
    """Return a notebook's parameters as a table in Markdown."""
    rows = ["| Parameter | What it sets | Allowed | Default |", "|---|---|---|---|"]
    for name, default, allowed, meaning in parameters.describe(notebook):
        shown = ", ".join(f"`{value}`" for value in default.strip("'").split(",")) if default != '""' else ""
        rows.append(f"| `{name}` | {meaning} | {allowed} | {shown} |")
    return "\n".join(rows) + "\n"


def main(folder: Path) -> None:
    """Write one table per notebook, named by its number: `4t.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in chapters.all_notebooks():
        write_text(folder / f"{chapters.number(notebook)}.md", table(notebook))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
