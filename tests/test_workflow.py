"""Check what the workflow executes again; scripts replace the chapters and the build of the book."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
THESIS = """#!/bin/sh
# thesis run CHAPTER ... --output DIR
echo "$2" >> {log}
[ -e {fail} ] && exit 1
for last; do :; done
mkdir -p "$last" && echo "$@" > "$last/$2.ipynb"
"""
BOOK = """#!/bin/sh
# jupyter-book build SITE ...
echo book >> {log}
mkdir -p "$2/_build/html" && touch "$2/_build/html/index.html"
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the project whose chapters take no time."""
    for name in ("book", "notebooks", "data", "thesis_lib", "workflow"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in (("thesis", THESIS), ("jupyter-book", BOOK)):
        (commands / name).write_text(text.format(log=tmp_path / "log", fail=tmp_path / "fail"))
        (commands / name).chmod(0o755)
    return tmp_path


def build(project, *config):
    """Builds the book; what was executed, and the exit code."""
    (project / "log").write_text("")
    snakemake = [Path(sys.executable).parent / "snakemake", "book", "--snakefile", "workflow/Snakefile", "--cores", "1"]
    environment = {"PATH": f"{project / 'bin'}:/usr/bin:/bin", "HOME": str(project)}
    done = subprocess.run([*snakemake, *config], cwd=project, env=environment, capture_output=True, text=True)
    return (project / "log").read_text().split(), done.returncode


def test_only_what_changed_is_executed_again(project):
    everything = {*(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")), "book"}
    executed, code = build(project)
    assert set(executed) == everything and code == 0
    assert build(project) == ([], 0), "nothing changed"
    one = ("--config", "classifiers=svm")
    assert build(project, *one)[0] == ["04_non_trained", "book"], "a parameter executes its chapter alone"
    seed = ("--config", "seed=1")
    computed = {"04_non_trained", "04t_proxy", "06_few_data", "book"}
    assert set(build(project, *seed)[0]) == computed, "a parameter of several chapters executes them all"
    assert (
        (project / "build/site/notebooks/04_non_trained.ipynb").read_text().startswith("run 04_non_trained -p seed=1")
    )
    assert build(project, *seed) == ([], 0)
    (project / "book" / "intro.md").write_text("# changed\n")
    assert build(project, *seed)[0] == ["book"], "prose executes no chapter"
    assert (project / "build/site/book/intro.md").read_text() == "# changed\n"
    notebook = project / "notebooks" / "04r_real_audio.ipynb"
    notebook.write_text(notebook.read_text() + "\n")
    assert build(project, *seed)[0] == ["04r_real_audio", "book"], "a notebook executes its chapter alone"
    with (project / "thesis_lib" / "audio" / "damage.py").open("a") as module:
        module.write("# changed\n")
    assert set(build(project, *seed)[0]) == everything, "the library executes them all"


def test_a_failed_chapter_fails_the_build_and_is_tried_again(project):
    (project / "fail").touch()
    executed, code = build(project)
    assert code != 0 and "book" not in executed
    (project / "fail").unlink()
    assert build(project)[1] == 0
