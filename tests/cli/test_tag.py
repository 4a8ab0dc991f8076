"""Check that `thesis tag` goes on whatever one file does; a stand-in replaces the network."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from thesis_lib.cli import tag
from thesis_lib.cli.main import main


class Said:
    """What the stand-in returns: two tags, and features."""

    taggram, tags, starts = np.ones((3, 2)), ("slow", "loud"), np.arange(3.0)
    features = {"penultimate": np.ones((3, 4))}

    def top(self, n):
        return [("slow", 0.75), ("loud", 0.25)][:n]


def stand_in(path, **settings):
    """Tag a file; its name says what goes wrong."""
    faults = {"bad": ValueError(f"{path} is bad."), "memory": MemoryError(), "os": PermissionError(13, "no", str(path))}
    if path.stem in faults:
        raise faults[path.stem]
    return Said()


@pytest.fixture
def music(tmp_path, monkeypatch):
    monkeypatch.setattr(tag, "_tagger", lambda *args: stand_in)
    for name in ("a", "bad", "memory", "os", "z"):
        (tmp_path / f"{name}.wav").touch()
    return tmp_path


def test_whatever_one_file_does_the_others_are_tagged(music):
    done = CliRunner().invoke(main, ["tag", str(music), "--json"])
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [f"{music}/a.wav", f"{music}/z.wav"]
    said = done.stderr.splitlines()
    assert len(said) == 4 and said[-1] == "thesis: 3 of 5 files could not be tagged." and done.exit_code == 1
    assert all(name in line for name, line in zip(("bad.wav", "memory.wav", "os.wav"), said, strict=False))


def test_a_name_that_becomes_too_long_is_one_sentence(music):
    long = "x" * 250 + ".wav"
    (music / long).touch()
    done = CliRunner().invoke(main, ["tag", str(music / "a.wav"), str(music / long), "--taggram", str(music / "out")])
    assert done.exit_code == 1 and "the name is too long; rename the audio file" in done.stderr
    assert [path.name for path in (music / "out").iterdir()] == ["a.wav.npz"]
    (music / ("y" * 240 + ".wav")).touch()
    done = CliRunner().invoke(main, ["tag", str(music / ("y" * 240 + ".wav")), "--taggram", str(music / "out")])
    assert done.exit_code == 0, "the temporary name is no longer than the final one"


@pytest.mark.parametrize("hop", ["nan", "inf", "-inf", "0", "-1"])
def test_a_hop_that_is_no_duration_is_refused(music, hop):
    done = CliRunner().invoke(main, ["tag", str(music / "a.wav"), f"--hop={hop}"])
    assert done.exit_code == 2 and "hop" in done.stderr and "Traceback" not in done.output


def test_a_name_that_is_not_utf_8_is_printed_as_it_is(music):
    program = f"""
import sys
sys.path[:0] = [{os.path.dirname(__file__)!r}]
from pathlib import Path
from thesis_lib.cli import tag
from thesis_lib.cli.main import main
class Said:
    features, taggram = {{}}, []
    def top(self, n): return [("slow", 0.75)]
tag._tagger = lambda *args: lambda path, **settings: Said()
main()
"""
    name = os.fsencode(music) + b"/caf\xe9.wav"
    with open(name, "wb"):
        pass
    environment = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", program, "tag", name], capture_output=True, env=environment)
    assert done.stdout == name + b": slow 0.75\n" and done.returncode == 0, done.stderr
    (music / "many").mkdir()
    for number in range(3000):  # more than a pipe holds
        (music / "many" / f"{number:04d}.wav").touch()
    ended = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" tag "$2" | head -1', sys.executable, program, str(music / "many")],
        capture_output=True, env=environment,
    )  # fmt: skip
    assert ended.stderr == b"" and ended.stdout.endswith(b"0000.wav: slow 0.75\n")


def test_a_home_that_cannot_be_written_is_one_sentence_that_names_the_way_out(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "THESIS_CACHE"}
    environment |= {"HOME": os.devnull, "MPLCONFIGDIR": str(tmp_path)}
    command = [sys.executable, "-m", "thesis_lib.cli", "data", "fetch", "rendered_dances"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode in (1, 2) and done.stderr.startswith("thesis: rendered clips cannot be stored in /dev/null/")
    assert done.stderr.endswith("set THESIS_CACHE to a folder that can be written.\n") and done.stderr.count("\n") == 1
