"""Check what the workflow executes again; scripts replace the chapters and the build of the book."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
THESIS = """#!/bin/sh
# thesis run CHAPTER ... --output DIR
echo "$2" >> {log}
[ -e {fail} ] && exit 1
[ -e {slow} ] && sleep 60
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
        (commands / name).write_text(text.format(log=tmp_path / "log", fail=tmp_path / "fail", slow=tmp_path / "slow"))
        (commands / name).chmod(0o755)
    return tmp_path


@pytest.fixture
def one_chapter(project):
    """The same copy with a single chapter."""
    for path in (project / "notebooks").glob("*.ipynb"):
        if path.stem != "04_non_trained":
            path.unlink()
    return project


def command(project, *config, **given):
    """The arguments of a process that builds the book as `make book` does."""
    environment = {"PATH": f"{project / 'bin'}:/usr/bin:/bin", "HOME": str(project)} | given
    build = [sys.executable, "workflow/build.py", "--cores", "1", *config]
    return {"args": build, "cwd": project, "env": environment, "text": True}


def build(project, *config, **given):
    """Build the book; return what was executed, and the exit code."""
    (project / "log").write_text("")
    done = subprocess.run(**command(project, *config, **given), capture_output=True)
    return (project / "log").read_text().split(), done.returncode


def test_only_what_changed_is_executed_again(project):
    everything = {*(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")), "book"}
    executed, code = build(project)
    assert set(executed) == everything and code == 0
    assert build(project) == ([], 0), "nothing changed"
    one = ("--config", "classifiers=svm")
    assert build(project, *one)[0] == ["04_non_trained", "book"], "a parameter executes its chapter alone"
    seed = ("--config", "seed=1")
    computed = {
        "03_musically_motivated",
        "03t_timbre",
        "03p_phonemes",
        "03s_syllables",
        "04_non_trained",
        "04t_proxy",
        "06_few_data",
        "book",
    }
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
    with (project / "thesis_lib" / "audio" / "waveform.py").open("a") as module:
        module.write("# changed\n")
    assert set(build(project, *seed)[0]) == everything, "the library executes them all"


def test_a_failed_chapter_fails_the_build_and_is_tried_again(project):
    (project / "fail").touch()
    executed, code = build(project)
    assert code != 0 and "book" not in executed
    (project / "fail").unlink()
    assert build(project)[1] == 0


def test_a_changed_table_or_clip_executes_the_chapters_that_use_it(one_chapter):
    table, folder = one_chapter / "own.csv", one_chapter / "own"
    folder.mkdir()
    for home, name in ((table, table), (folder, folder / "x{0}[a]*.wav")):
        name.write_text("one")
        assert build(one_chapter, DATASET="table", DATA_HOME=str(home))[1] == 0
        name.write_text("other")
        assert "04_non_trained" in build(one_chapter, DATASET="table", DATA_HOME=str(home))[0]


def test_a_folder_may_have_any_name(one_chapter):
    home = """/x/Bob's "; touch evil; "$(touch evil)`touch evil` {a}: [b] #c"""
    executed, code = build(one_chapter, DATA_HOME=home)
    assert code == 0 and "04_non_trained" in executed
    arguments = (one_chapter / "build/site/notebooks/04_non_trained.ipynb").read_text()
    assert arguments.startswith(f"run 04_non_trained -p data_home={home} --output")
    assert not (one_chapter / "evil").exists()
    shown = subprocess.run(["make", "-n", "-o", ".venv/ready", "book"], cwd=ROOT, env={"PATH": "/usr/bin:/bin", "DATA_HOME": home},
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert "workflow/build.py" in shown.stdout and home not in shown.stdout


def test_a_build_that_was_killed_is_continued_and_two_at_once_are_refused(one_chapter):
    (one_chapter / "slow").touch()
    (one_chapter / "log").write_text("")
    killed = subprocess.Popen(**command(one_chapter), start_new_session=True, stdout=subprocess.DEVNULL)
    while not (one_chapter / "log").read_text() and killed.poll() is None:
        time.sleep(0.1)
    second = subprocess.run(**command(one_chapter), capture_output=True)
    assert second.returncode == 1 and second.stderr == (
        "another build is running in this folder; wait until it has ended.\n"
    )
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    (one_chapter / "slow").unlink()
    executed, code = build(one_chapter)
    assert code == 0 and "book" in executed


def test_what_ci_runs_takes_no_arguments():
    refused = subprocess.run(["bash", ROOT / ".ci/run", "--help"], capture_output=True, text=True)
    assert refused.returncode == 2 and refused.stderr.startswith("usage: .ci/run")
