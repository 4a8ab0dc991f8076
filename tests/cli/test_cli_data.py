"""Check the `thesis data` commands through the command line's runner."""

import json

import pytest
import soundfile
from click.testing import CliRunner
from conftest import RATE, tone

from thesis_lib.cli.main import main
from thesis_lib.datasets import DATASETS

REAL = ("ballroom", "extended_ballroom", "gtzan", "irmas", "jingju", "jamendo_moodtheme", "esc10", "esc50",
        "urbansound8k", "magnatagatune", "million_song", "tut_scenes_2017")  # fmt: skip


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Data sets are looked for where there are none."""
    monkeypatch.setenv("THESIS_DATA", str(tmp_path / "data"))


def run(*arguments):
    return CliRunner().invoke(main, ["data", *map(str, arguments)])


def test_the_list_has_every_data_set_of_the_thesis():
    rows = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert [row["name"] for row in rows] == list(DATASETS)
    assert {*REAL, "folder", "table", "rendered_dances"} <= set(DATASETS)
    for row in rows:
        assert row["present"] is False and row["files"] == row["bytes"] == 0
        assert row["licence"] and row["size"] and row["chapters"] and row["get"]
        assert (row["place"] is None) == (row["name"] in ("folder", "table"))


def test_the_list_tells_what_is_here_and_where(tmp_path):
    home = tmp_path / "data" / "extended_ballroom" / "Waltz"
    home.mkdir(parents=True)
    soundfile.write(home / "a.wav", tone(440), RATE)
    done = run("list", "extended_ballroom")
    text = "".join(done.output.split())  # wherever a line was broken
    assert f"{home.parent}(present:1files,32kB)" in text
    assert "cannotshow" in text and "obtainitfrom" in text
    assert "stands for" not in run("list").output


def test_an_unknown_data_set_is_one_sentence_with_the_nearest():
    for command in ("list", "fetch", "verify"):
        done = run(command, "urbansond8k")
        assert done.exit_code == 2 and "Did you mean urbansound8k?" in done.output


def test_what_is_not_here_is_said_with_the_next_step(tmp_path):
    done = run("verify", "esc50")
    assert done.exit_code == 2 and "thesis data fetch esc50" in done.output
    done = run("fetch", "extended_ballroom")
    assert done.exit_code == 2 and "authors" in done.output
    done = run("fetch", "folder")
    assert done.exit_code == 2 and "subfolder" in done.output


def test_a_folder_is_verified_to_the_end_of_each_file(audio_folder):
    assert "12 files verified" in run("verify", "folder", "--data-home", audio_folder).output
    path = audio_folder / "low" / "1-0.wav"
    path.write_bytes(path.read_bytes()[:-5000])
    done = run("verify", "folder", "--data-home", audio_folder)
    assert done.exit_code == 1 and f"{path} is truncated" in done.output and "1 fault found" in done.output


def test_without_a_name_all_that_is_here_is_verified(tmp_path):
    done = run("verify")
    assert done.exit_code == 2 and "no data set is present" in done.output
    home = tmp_path / "data" / "extended_ballroom" / "Waltz"
    home.mkdir(parents=True)
    (home / "a.mp3").write_text("no audio")
    done = run("verify")
    assert done.exit_code == 1 and "extended_ballroom" in done.output and "all is well" not in done.output


def test_a_rendered_set_is_fetched_by_rendering_it(tmp_path):
    pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
    some = ["-p", "per_class=2", "-p", "seconds=3", "-p", "n_folds=2", "--data-home", tmp_path / "dances"]
    done = run("fetch", "rendered_dances", *some)
    assert done.exit_code == 0 and "16 clips in" in done.output
    assert "16 files verified" in run("verify", "rendered_dances", "--data-home", tmp_path / "dances").output
    clip = next((tmp_path / "dances").rglob("Samba-0000.flac"))
    clip.write_bytes(clip.read_bytes()[:2000])
    done = run("verify", "rendered_dances", "--data-home", tmp_path / "dances")
    assert done.exit_code == 1 and str(clip) in done.output


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("per_clas=3", "has the parameters per_class"),
        ("per_class", "must be given as name=value"),
        ("per_class=few", "must be an integer, like its default 24"),
        ("per_class=0", "got per_class=0"),
    ],
)
def test_a_wrong_parameter_of_a_rendered_set_is_one_sentence(assignment, sentence):
    done = run("fetch", "rendered_dances", "-p", assignment)
    assert done.exit_code == 2 and sentence in done.output


def test_a_real_set_takes_no_parameters():
    done = run("fetch", "esc50", "-p", "n=3")
    assert done.exit_code == 2 and "takes no parameters" in done.output
