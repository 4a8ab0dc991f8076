"""Check that files are written completely or not at all."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from thesis_lib import files


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    with files.written(path) as partial:
        partial.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")
    with pytest.raises(KeyboardInterrupt), files.written(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_and_what_a_running_one_writes_is_not(tmp_path):
    path = tmp_path / "a.txt"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, alive = tmp_path / f".a.txt.{gone.pid}.part", tmp_path / ".a.txt.1.part"
    dead.touch()
    alive.touch()
    files.write_text(path, "new")
    assert not dead.exists() and alive.exists()


def test_sha256_is_that_of_the_file_as_it_is_now(tmp_path):
    path = tmp_path / "a"
    for content in (b"one", b"two and more"):
        path.write_bytes(content)
        assert files.sha256(path) == hashlib.sha256(content).hexdigest()


def test_the_cache_is_where_the_reader_says(monkeypatch, tmp_path):
    monkeypatch.setenv("THESIS_CACHE", "relative")
    assert files.cache_dir() == Path.cwd() / "relative"
    monkeypatch.setenv("THESIS_CACHE", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.cache_dir() == tmp_path / ".cache" / "thesis_lib"


@pytest.mark.parametrize("damage", ["content", "checksum", "no checksum", "not text"])
def test_damage_to_a_sealed_file_is_noticed(tmp_path, damage):
    path, checksum = tmp_path / "a.npy", tmp_path / "a.sha256"
    path.write_bytes(b"content")
    files.seal(path)
    assert files.is_sealed(path)
    if damage == "content":
        path.write_bytes(b"contenT ")
    elif damage == "no checksum":
        checksum.unlink()
    else:
        checksum.write_bytes(b"0" * 64 if damage == "checksum" else b"\xff\xfe")
    assert not files.is_sealed(path)
