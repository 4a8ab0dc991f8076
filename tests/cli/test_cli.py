"""Check the `thesis` command as users run it."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest
import soundfile
from click.testing import CliRunner
from conftest import RATE, tone

from thesis_lib.cli import chapters, parameters, tables
from thesis_lib.cli import main as cli
from thesis_lib.models import ARCHITECTURES
from thesis_lib.protocols.chapter import chapter_of


def thesis(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


@pytest.fixture
def no_kernel(monkeypatch):
    """Fails a test in which a notebook would be executed."""
    monkeypatch.setattr(chapters, "execute", lambda *args: pytest.fail("a kernel was started"))


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("scalle=quick", "no parameter 'scalle'; it has dataset, data_home, .*Did you mean scale?"),
        ("scale=quikc", "scale must be smoke, quick, full or paper; got scale='quikc'. Did you mean quick?"),
        ("dataset=rendered_dance", "dataset must be .*got dataset='rendered_dance'. Did you mean rendered_dances?"),
        ("architectures=vgg,tempral", "architectures must be all, or one.*got 'tempral'. Did you mean temporal?"),
        ("classifiers=mlp", "classifiers must be all, or one or more of svm, elm, .*got 'mlp'"),
        ("seed=one", "seed must be an integer, like its default 0; got seed='one'"),
        ("n_features=12.5", "n_features must be an integer"),
        ("seed=-1", "seed must be from 0 to 4294967295; got seed=-1"),
        ("seed=5000000000", "seed must be from 0 to 4294967295"),
        ("n_features=1000000", "n_features must be from 0 to 20000"),
        ("draws=0", "draws must be from 1 to 100; got draws=0"),
        ("architectures=vgg,vgg", "architectures must list each name only once"),
        ("architectures=", "architectures must be all, or one or more"),
        ("output=here", "the output folder must be given as --output FOLDER"),
        ("scale", "a parameter must be given as name=value; got 'scale'"),
        ("scale=paper", "scale=paper needs the paper's kind of data"),
        ("dataset=folder", "give it as data_home=FOLDER"),
        ("sounds=rythm", "sounds must be .*got sounds='rythm'. Did you mean rhythm?"),
        (
            "sounds=rhythm",
            "sounds describes your own data and needs dataset=folder or dataset=table; got rendered_dances",
        ),
        ("data_name=mine", "data_name describes your own data"),
    ],
)
def test_a_wrong_parameter_ends_at_once(no_kernel, tmp_path, assignment, sentence):
    result = thesis("run", "4", "-p", assignment, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert pd.Series([result.output]).str.contains(sentence)[0], result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("chapter", "assignment", "sentence"),
    [
        ("A", "audio=no/such.mp3", "audio must be an existing file or folder; got audio='.*no/such.mp3'"),
        ("A", "gtzan=no/such", "gtzan must be an existing file or folder"),
        ("A", "model=MTT_musicn", "model must be .*got model='MTT_musicn'. Did you mean MTT_musicnn?"),
        ("A", "hop=0", "hop must be from 0.016 to 3600.0; got hop=0.0"),
        ("A", "hop=nan", "hop must be from 0.016 to 3600.0; got hop=nan"),
        (
            "3",
            "dataset=rendered_instruments",
            "this chapter needs one label per clip; rendered_instruments has several",
        ),
        ("3", "dataset=rendered_singing", "this chapter needs labels; rendered_singing has none"),
        ("3t", "dataset=rendered_singing", "this chapter needs labels; rendered_singing has none"),
        (
            "3s",
            "dataset=rendered_dances",
            "needs sung phrases with the onsets of their syllables; rendered_dances has none",
        ),
        (
            "3p",
            "dataset=rendered_dances",
            "needs sung phrases with their phonemes, as rendered_singing and jingju have",
        ),
        ("3p", "protocol=threshold", "protocol must be all, or one or more of sound, overlap, log, paper"),
        ("3s", "dataset=jingju", "needs sung phrases with the onsets of their syllables; jingju has none"),
        ("3t", "systems=instrument", "systems must be all, .*got 'instrument'. Did you mean instruments?"),
        ("3t", "transpose=yes", "transpose"),
        ("3", "protocol=loud", "protocol must be all, or one or more of sound, leak, whole, paper.*got 'loud'"),
        ("4t", "epochs=-1", "epochs must be from 0 to 10000; got epochs=-1"),
        ("4t", "dataset=magnatagatune", "dataset must be rendered_dances, .*got dataset='magnatagatune'"),
        ("6", "systems=few_vg", "systems must be all, or one or more of .*got 'few_vg'. Did you mean few_vgg?"),
        ("6", "counts=1;5", "counts must be integers separated by commas, as in 1,5,20; got counts='1;5'"),
        ("6", "counts=1,5,", "counts must be integers separated by commas"),
        ("6", "counts=0,5", "counts must be integers separated by commas"),
        ("6", "precision=float16", "precision must be .*got precision='float16'"),
        ("6", "dataset=gtzan", "dataset must be .*got dataset='gtzan'"),
        ("6w", "n=0", "n must be from 1 to 1000000; got n=0"),
        ("4t", "kept=/etc", "kept: /etc contains no records.jsonl"),
        ("6w", "kept=data/results/04_esc10_quick", "kept must be a run of 06_few_data; .* is one of 04_non_trained"),
        ("4g", "esc_large=data/results/A_gtzan", "esc_large must be a run of 04_non_trained"),
        ("6w", "kept=data,no/such", "kept must be an existing file or folder; got kept='.*no/such'"),
        ("4t", "classifiers=svm", "04t_proxy has no parameter 'classifiers'"),
    ],
)
def test_a_wrong_parameter_of_another_page_ends_at_once(no_kernel, chapter, assignment, sentence):
    result = thesis("run", chapter, "-p", assignment)
    assert result.exit_code == 2
    assert pd.Series([result.output]).str.contains(sentence)[0], result.output


def test_a_folder_that_cannot_be_used_ends_at_once(no_kernel, tmp_path):
    (tmp_path / "one" / "class").mkdir(parents=True)
    soundfile.write(tmp_path / "one" / "class" / "a.wav", tone(440), RATE)
    result = thesis("run", "4", "-p", "dataset=folder", "-p", f"data_home={tmp_path / 'one'}")
    assert result.exit_code == 2 and "contains only one class (class)" in result.output


def test_an_output_folder_that_cannot_be_written_ends_at_once(no_kernel, tmp_path):
    (tmp_path / "file").touch()
    result = thesis("run", "4", "--output", tmp_path / "file" / "out")
    assert result.exit_code == 2 and "results cannot be written to" in result.output


def test_a_parameter_given_twice_ends_at_once(no_kernel):
    result = thesis("run", "4", "-p", "seed=1", "-p", "seed=2")
    assert result.exit_code == 2 and "seed is given twice" in result.output


def test_a_relative_data_home_means_the_readers_folder(audio_folder, monkeypatch):
    monkeypatch.chdir(audio_folder.parent)
    values = parameters.check(chapters.find("4"), ["dataset=folder", "data_home=audio"])
    assert values["data_home"] == str(audio_folder)


def test_an_unknown_chapter_lists_those_there_are(no_kernel):
    result = thesis("run", "12")
    assert result.exit_code == 2 and "there is no chapter '12'; choose one of 03_musically_motivated" in result.output


@pytest.mark.parametrize("name", ["4", "04", "04_non_trained", "non_trained"])
def test_a_chapter_has_several_names(name):
    assert chapters.find(name).stem == "04_non_trained"
    assert chapters.find("4r").stem == "04r_real_audio"


def test_models_lists_every_architecture_at_its_sizes():
    rows = [json.loads(line) for line in thesis("models", "--json").output.splitlines()]
    assert [(row["name"], row["size"]) for row in rows] == [(n, s) for n, a in ARCHITECTURES.items() for s in a.sizes]
    (vgg,) = [row for row in rows if (row["name"], row["size"]) == ("vgg", "small")]
    assert vgg | {"knobs": None} == {
        "name": "vgg", "size": "small", "chapter": "IV", "paper": "Pons & Serra, ICASSP 2019", "knobs": None,
        "parameters_in_paper": None, "parameters_built": 37_312, "features": 160,
    }  # fmt: skip
    assert "37,312" in thesis("models").output


def test_data_lists_every_dataset():
    output = thesis("data", "list").output
    assert "rendered_dances" in output and "folder" in output and "cannot show" in output
    assert json.loads(thesis("data", "list", "--json").output.splitlines()[0])["name"] == "rendered_dances"


@pytest.mark.parametrize("command", [[], ["run"], ["models"], ["data"], ["data", "list"], ["tag"]])
def test_help_teaches(command):
    result = thesis(*command, "--help")
    assert result.exit_code == 0 and "Usage:" in result.output
    assert "\\b" not in result.output
    assert all(line.split()[0] == "thesis" for line in result.output.splitlines()[1:] if "thesis run 4" in line)


@pytest.mark.parametrize("notebook", chapters.all_notebooks(), ids=lambda path: path.stem)
def test_the_help_of_a_chapter_lists_its_parameters_with_limits(notebook):
    output = thesis("run", chapters.number(notebook), "--help").output
    text = " ".join(output.split())
    for name, default, allowed, meaning in parameters.describe(notebook):
        assert f"{name} {meaning}" in text and f"{allowed}; default".split()[0] in text and name in text
        assert len(default) > 60 or f"default {default}" in text


@pytest.mark.parametrize("notebook", chapters.all_notebooks(), ids=lambda path: path.stem)
def test_the_example_of_a_chapter_is_a_command_that_is_accepted(notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "song.mp3").touch()
    example = chapter_of(notebook.stem).examples.get(chapters.number(notebook), "")
    assignments = example.replace("-p ", "").split()
    assert len(parameters.check(notebook, assignments)) == len(assignments)
    assert not example or example in thesis("run", chapters.number(notebook), "--help").output


def test_the_table_of_parameters_is_markdown(tmp_path):
    tables.main(tmp_path)
    lines = (tmp_path / "4.md").read_text().splitlines()
    assert "| `seed` | random seed" in "\n".join(lines) and all(line.count("|") == 5 for line in lines)
    assert {path.stem for path in tmp_path.iterdir()} == {chapters.number(path) for path in chapters.all_notebooks()}


# From here on, notebooks are executed: one run of two front-ends takes about 15 seconds.

SMALL = [
    "-p",
    "dataset=folder",
    "-p",
    "scale=smoke",
    "-p",
    "architectures=temporal,7x96,timbral",
    "-p",
    "classifiers=svm",
]
ROWS = 4 * 2 * 3  # three front-ends and the baseline, two protocols, three folds


def command(audio_folder, output):
    return [
        sys.executable,
        "-m",
        "thesis_lib.cli",
        "run",
        "4",
        *SMALL,
        "-p",
        f"data_home={audio_folder}",
        "-o",
        str(output),
    ]


def records(output):
    path = output / "records.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def scores(output):
    return {(r["system"], r["protocol"], r["fold"]): r["value"] for r in records(output)}


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory):
    """Enough clips that a run can be stopped half way."""
    home = tmp_path_factory.mktemp("long") / "audio"
    for label, frequency in (("low", 300), ("high", 900), ("higher", 2000)):
        (home / label).mkdir(parents=True)
        for index in range(9):
            soundfile.write(home / label / f"{index % 3 + 1}-{index}.wav", tone(frequency, 2.0, seed=index), RATE)
    return home


@pytest.fixture(scope="module")
def whole_run(long_folder, tmp_path_factory):
    """One run from start to end, with a cache of its own."""
    output = tmp_path_factory.mktemp("whole") / "run {seed} {b}"  # papermill formats paths that contain braces
    environment = os.environ | {"THESIS_CACHE": str(output.parent / "cache")}
    done = subprocess.run(command(long_folder, output), env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return output, done


def test_run_leaves_notebook_page_records_and_provenance(whole_run):
    output, done = whole_run
    shown = sorted(path.name for path in output.iterdir() if path.suffix != ".lock" and path.name != ".lock")
    assert shown == [
        "04_non_trained.html", "04_non_trained.ipynb", "predictions.npz", "provenance.json", "records.jsonl",
    ]  # fmt: skip
    assert len(records(output)) == ROWS
    assert {r["system"] for r in records(output)} == {"temporal", "7x96", "timbral", "mfcc"}
    assert json.loads((output / "provenance.json").read_text())["end"]
    assert done.stdout.strip() == str(output / "04_non_trained.html")


def test_run_shows_its_progress_but_not_the_librarys_notes(whole_run):
    _, done = whole_run
    assert "features: 100%" in done.stderr and "classifiers, draw 1 of 1: 100%" in done.stderr
    assert "oneDNN" not in done.stderr and "Warning" not in done.stderr


def test_the_page_has_figures_tables_players_and_provenance_and_no_progress_bars(whole_run):
    page = (whole_run[0] / "04_non_trained.html").read_text()
    assert page.count("data:image/png") >= 3 and page.count("<audio") == 3
    assert "Provenance" in page and "nested" in page and "Timbral" in page
    assert "front-ends: 100%" not in page and "Traceback" not in page


def stop(process, how):
    """Stop a command; a kill stops its kernel, too, which would end on its own but may finish a short run first."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    for child in children if how == signal.SIGKILL else ():
        child.kill()
    return process.communicate(timeout=60)[1]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_a_stopped_run_goes_on_where_it_was(how, long_folder, whole_run, tmp_path):
    output = tmp_path / "run"
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background commands ignore it
    process = subprocess.Popen(command(long_folder, output), **streams)
    signal.signal(signal.SIGINT, heard)
    deadline = time.monotonic() + 120
    while not records(output):
        assert time.monotonic() < deadline and process.poll() is None, process.communicate()
        time.sleep(0.02)
    said = stop(process, how)
    assert how == signal.SIGKILL or said.splitlines()[-1].startswith("thesis: interrupted; the results so far are in")
    left = len(records(output))
    assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert not (output / "04_non_trained.ipynb").exists()
    again = subprocess.run(command(long_folder, output), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    starts = json.loads((output / "provenance.json").read_text())["starts"]
    assert (
        len(starts) == 2 and starts[0]["records"] >= left >= 6 and starts[0]["records"] + starts[1]["records"] == ROWS
    )
    assert scores(output) == scores(whole_run[0])


def test_a_bad_clip_is_one_sentence_and_exit_code_1(audio_folder, tmp_path):
    path = audio_folder / "low" / "1-0.wav"
    path.write_bytes(path.read_bytes()[:10_000])
    done = subprocess.run(command(audio_folder, tmp_path / "run"), capture_output=True, text=True)
    assert done.returncode == 1
    assert f"thesis: {path} is truncated" in done.stderr.replace("\r", "\n")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "run" / "04_non_trained.failed.ipynb").exists()
    assert not (tmp_path / "run" / "04_non_trained.ipynb").exists()


def test_a_clip_that_is_no_audio_is_one_sentence(audio_folder, tmp_path):
    (audio_folder / "low" / "1-0.wav").write_text("no audio")
    done = subprocess.run(command(audio_folder, tmp_path / "run"), capture_output=True, text=True)
    assert done.returncode == 1
    assert "low/1-0.wav cannot be read as audio" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Unix")
def test_a_notebook_that_cannot_be_written_is_one_sentence(audio_folder, tmp_path):
    """As on a full disk: no file may grow beyond 2 kB."""
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    output = tmp_path / "run"
    done = subprocess.run(command(audio_folder, output), preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"thesis: {output} cannot be written (File too large)")
    assert not list(output.glob("*.ipynb")) and not list(output.glob(".*.ipynb"))
