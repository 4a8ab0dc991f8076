"""Check that damaged files, tables and parameters end in one sentence each, and that nothing else happens."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import hostile
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import RATE
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thesis_lib import audio
from thesis_lib.cli import chapters, parameters, tag
from thesis_lib.cli.main import main
from thesis_lib.datasets import folder, table

# The same examples on every machine; a fixture that all examples share is meant here.
PROFILE = {"deadline": None, "derandomize": True, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
SURROGATES = ("Cs",)  # a name that is not UTF-8 is among the files


@contextmanager
def within(seconds):
    """Raise TimeoutError after some seconds, so that a file that is read for ever is a failure."""

    def late(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def contents(place):
    """The names, sizes and times of everything in a folder."""
    return {(path, (stat := path.lstat()).st_size, stat.st_mtime_ns) for path in place.rglob("*")}


def outcome(read):
    """What reading returns, or the sentence with which it is refused."""
    try:
        return read()
    except audio.AudioError as error:
        return str(error)


def check_every_way(path):
    """Check that a file is read or refused alike in whole, in part and as a stream; return whether it is read."""
    with within(10):
        whole = outcome(lambda: audio.load(path, 12_000))
        part = outcome(lambda: audio.load(path, 12_000, seconds=0.1))
        stream = outcome(lambda: np.concatenate(list(audio.stream(path, 12_000, at_once=0.1))))
        lasts = outcome(lambda: audio.duration(path))
    if isinstance(whole, str):
        assert whole == part == stream
        assert whole.startswith(f"{path} ") and "\n" not in whole.removeprefix(str(path)) and whole[-1] in ".c"
        return False
    assert len(whole) and np.isfinite(whole).all() and whole.any()
    assert len(part) == min(1200, len(whole)) and len(stream) == len(whole)
    loudest = max(1, np.abs(whole).max())
    np.testing.assert_allclose(part, whole[: len(part)], rtol=0, atol=1e-6 * loudest)
    np.testing.assert_allclose(stream, whole, rtol=0, atol=1e-6 * loudest)
    assert lasts == pytest.approx(len(whole) / 12_000, abs=1e-3)
    return True


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """The folder, and the files in it that are whole."""
    home = tmp_path_factory.mktemp("hostile") / "music"
    whole = hostile.make(home)
    assert sum(path.is_file() for path in home.rglob("*")) > 380 and len(whole) > 40
    return home, whole


def test_every_file_is_read_or_refused_alike_however_it_is_read(damaged, capfd):
    home, whole = damaged
    before, files = contents(home), audio.audio_files(home)
    read = {path for path in files if check_every_way(path)}
    assert whole <= read and len(set(files) - read) > 200
    assert contents(home) == before
    assert not any(path.name.startswith(".") for path in files)
    capfd.readouterr()  # the MP3 decoder's notes


class Said:
    """What the stand-in for the network returns."""

    taggram, tags, starts, features = np.ones((1, 2)), ("slow", "loud"), np.zeros(1), {}

    def top(self, n):
        return [("slow", 0.75), ("loud", 0.25)][:n]


def check_tagged(home, whole, code, out, err):
    """Check that each file is tagged or named in one sentence, that whole ones are tagged, and the count."""
    tagged = [Path(json.loads(line)["file"]) for line in out.splitlines()]
    files = audio.audio_files(home)
    named = [path for path in files if f"thesis: {path} " in err and f"{path} is shorter than a patch" not in err]
    assert sorted(tagged + named) == files and whole <= set(tagged)
    assert "Traceback" not in err and code == 1
    assert err.endswith(f"\nthesis: {len(named)} of {len(files)} files could not be tagged.\n")


def test_whatever_is_in_a_folder_the_good_files_are_tagged(damaged, monkeypatch):
    def stand_in(path):
        with within(10):
            return audio.load(path, RATE).any() and Said()

    home, whole = damaged
    before = contents(home)
    monkeypatch.setattr(tag, "_tagger", lambda *args: stand_in)
    done = CliRunner().invoke(main, ["tag", str(home), "--json"])
    check_tagged(home, whole, done.exit_code, done.stdout, done.stderr)
    assert contents(home) == before


def test_the_command_itself_tags_the_good_files_and_writes_nothing(damaged, tmp_path, wheel):
    home, whole = damaged
    before, at = contents(home), tmp_path / "here"
    at.mkdir()
    command = [os.path.join(os.path.dirname(sys.executable), "thesis"), "tag", str(home), "--json", f"--source={wheel}"]
    done = subprocess.run(command, cwd=at, capture_output=True, timeout=300)
    out, err = (text.decode(errors="surrogateescape") for text in (done.stdout, done.stderr))
    check_tagged(home, whole, done.returncode, out, err)
    for path in audio.audio_files(home):
        err = err.replace(str(path), "")
    assert all(line.startswith("thesis: ") for line in err.splitlines()), "a decoder's notes are not the command's"
    assert contents(home) == before and not list(at.iterdir())


CHANNELS = st.sampled_from([0, 1, 1, 2, 3, 8, 1024, 65_535])
SIZES = st.none() | st.integers(0, 2**32 - 1) | st.integers(0, 20_000)
HEADERS = st.builds(
    hostile.wav, data=st.none() | st.binary(max_size=4000), kind=st.sampled_from([0, 1, 1, 1, 3, 6, 7, 0xFFFE]) | st.integers(0, 65_535),
    channels=CHANNELS, rate=st.sampled_from([RATE, 44_100]) | st.integers(0, 2**32 - 1), bits=st.sampled_from([8, 16, 16, 24, 32, 64]) | st.integers(0, 65_535),
    align=st.none() | st.integers(0, 65_535), size=SIZES, riff=SIZES, extra=st.just(b"") | st.binary(max_size=60),
)  # fmt: skip


@settings(max_examples=300, **PROFILE)
@given(content=HEADERS)
def test_any_header_of_a_wav_file_is_read_or_refused_alike(content, tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(content)
    check_every_way(path)


# Fields as people write them, in the wrong places, and any text.
FIELDS = (
    st.sampled_from(["a.wav", "b.wav", "./a.wav", "c.wav", "sub/../a.wav", "low", "high", "low;high", "1", "2", "3", "train"])
    | st.sampled_from(["validation", "test", "", " ", ";", "-1", "1.5", "٣", "None", "=1+1", "~root/a.wav", "/dev/zero", "a\0b"])
    | st.text(st.characters(exclude_categories=SURROGATES), max_size=12)
)  # fmt: skip
COLUMNS = st.lists(st.sampled_from([*table.COLUMNS, "file", "path", "label", "Path", "", "x"]), max_size=5)


@st.composite
def tables(draw, columns=COLUMNS):
    """The bytes of a table: mostly well-formed, with rows of any length, or any bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    names, text = draw(columns), io.StringIO()
    rows = draw(st.lists(st.lists(FIELDS, min_size=len(names), max_size=len(names)), max_size=12))
    if rows and draw(st.integers(0, 4)) == 0:
        rows[-1] = draw(st.lists(FIELDS, max_size=8))
    csv.writer(text).writerows([names, *rows])
    return text.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32"])))


def refused(load, place):
    """Load a table; if it is refused, check the sentence."""
    try:
        with within(10):
            return load()
    except ValueError as error:
        said = str(error).replace(repr(str(place)), str(place))
        assert type(error) is ValueError and said.startswith(str(place)) and said[-1] in ".)", said
        assert "Traceback" not in said and len(said) < 2000
    return None


@settings(max_examples=400, **PROFILE)
@given(content=tables())
@example(content=b"path,label\n" + b"".join(f"{n}.wav,{'ab'[n % 2]}\n".encode() for n in range(12)))
def test_any_table_is_read_or_refused_in_one_sentence(content, tmp_path):
    for name in ("a", "b", "c", *range(12)):
        (tmp_path / f"{name}.wav").touch()
    (tmp_path / "list.csv").write_bytes(content)
    if clips := refused(lambda: table.clips(tmp_path / "list.csv"), tmp_path / "list.csv"):
        assert all(clip.path.is_file() and clip.labels for clip in clips)
        assert len({os.path.realpath(clip.path) for clip in clips}) == len(clips)


@settings(max_examples=200, **PROFILE)
@given(content=tables(st.permutations(["file", "fold"]) | COLUMNS))
@example(content=b"file,fold\n" + b"".join(f"{label}/{n}.wav,{n}\n".encode() for label in "ab" for n in range(5)))
def test_any_table_of_folds_is_read_or_refused_in_one_sentence(content, tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir(exist_ok=True)
        for number in range(5):
            (tmp_path / label / f"{number}.wav").touch()
    (tmp_path / "folds.csv").write_bytes(content)
    if clips := refused(lambda: folder.clips(tmp_path), tmp_path):
        assert len(clips) == 10 and all(isinstance(clip.fold, int) for clip in clips)


CHAPTERS = sorted(path for path in (chapters.ROOT / "notebooks").glob("*.ipynb") if parameters.writes_records(path))
NAMES = sorted({name for notebook in CHAPTERS for name in parameters.declared(notebook)})
VALUES = (
    st.sampled_from(["", "all", "smoke", "full", "nan", "inf", "-inf", "1e999", "-1", "0", "1,5", "1,,5", "True", "true", "None"])
    | st.sampled_from(["folder", "table", "/dev/zero", "/dev/null", "~nosuchuser/x", "x" * 300, "{seed}", "$(touch pwned)"])
    | st.integers().map(str) | st.floats().map(str) | st.text(st.characters(exclude_categories=SURROGATES), max_size=20)
)  # fmt: skip
ASSIGNMENTS = st.lists(
    st.builds("{}={}".format, st.sampled_from([*NAMES, "output", "sead", ""]), VALUES) | VALUES, min_size=1, max_size=3
)


@settings(max_examples=500, **PROFILE)
@given(notebook=st.sampled_from(CHAPTERS), given_=ASSIGNMENTS)
@example(notebook=CHAPTERS[0], given_=["data_home=/dev/zero", "dataset=table"])
@example(notebook=CHAPTERS[0], given_=["seed=3"])
def test_any_parameter_is_taken_or_refused_in_one_sentence(notebook, given_, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir(exist_ok=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(chapters, "execute", lambda notebook, values, output: output / notebook.name)
    before = contents(tmp_path / "here")
    options = [part for assignment in given_ for part in ("-p", assignment)]
    with within(20):
        done = CliRunner().invoke(main, ["run", notebook.stem, *options, "--output", str(tmp_path / "out")])
    said = done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code, bool(said)) in ((0, False), (2, True)) and "Traceback" not in said
    if said:
        assert said.startswith(("thesis: ", "Usage: ")) and said.rstrip()[-1] in ".?)", said
    assert contents(tmp_path / "here") == before


@settings(max_examples=150, **PROFILE)
@given(name=st.text(st.characters(exclude_categories=SURROGATES, exclude_characters="/\0"), max_size=40))
@example(name="a{b}")
@example(name="x" * 300)
@example(name="~nosuchuser")
def test_any_name_of_an_output_folder_is_that_folder_or_refused(name, tmp_path, monkeypatch):
    here = tmp_path / "some" / "where"
    here.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(here)
    written = []
    monkeypatch.setattr(chapters, "execute", lambda notebook, values, output: written.append(output) or output)
    with within(20):
        done = CliRunner().invoke(main, ["run", CHAPTERS[0].stem, "--output", name])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (0, 2) and "Traceback" not in done.stderr
    if done.exit_code == 0 and name not in ("", ".", "..", "~"):
        assert written[0] == here / name and written[0].is_dir()
