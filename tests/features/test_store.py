"""Check the store: rows are computed once and are complete, also after an interruption."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from thesis_lib import files
from thesis_lib.features import store

SHAPE = (10, 3, 2)
VALUES = np.arange(60, dtype=np.float32).reshape(SHAPE)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(store, "PART_BYTES", 4 * 24)  # four rows of float32


@pytest.fixture
def asked():
    return []


@pytest.fixture
def compute(asked):
    def rows_of(rows):
        for row in rows:
            asked.append(row)
            yield VALUES[row]

    return rows_of


def test_rows_come_back_as_an_array_would_give_them(compute):
    rows = store.stored({"a": 1}, SHAPE, compute)
    assert len(rows) == 10 and rows.shape == SHAPE and len(rows.parts) == 3
    for key in (0, -1, slice(2, 9), slice(None, None, 3), slice(5, 5), np.array([9, 0, 4]), [7, 7], VALUES[:, 0, 0] > 20,
                (3, slice(1, 3)), (slice(3, 6), 1, 0)):  # fmt: skip
        np.testing.assert_array_equal(rows[key], VALUES[key])
        assert rows[key].dtype == np.float32
    np.testing.assert_array_equal(np.asarray(rows), VALUES)
    np.testing.assert_array_equal(list(rows), VALUES)
    with pytest.raises(IndexError):
        rows[10]


def test_parts_are_opened_no_more_than_so_many_at_once(compute, monkeypatch):
    monkeypatch.setattr(store, "OPEN_PARTS", 1)
    rows = store.stored({"a": 1}, SHAPE, compute)
    np.testing.assert_array_equal(rows[[0, 9, 0, 5]], VALUES[[0, 9, 0, 5]])
    assert len(rows._open) == 1


def test_half_precision_on_disk_is_single_in_memory(compute):
    """Powers of loud music times 10,000 overflow in float16, which NumPy 2 keeps: 65,504 is its largest number."""
    half = store.stored({"a": 1}, SHAPE, compute, dtype=np.float16)
    assert np.load(half.parts[0]).dtype == np.float16
    assert half[0].dtype == half[2:4].dtype == np.asarray(half).dtype == np.float32
    np.testing.assert_array_equal(half[9] * 10_000, VALUES[9] * 10_000)  # small whole numbers are exact
    assert np.isfinite(half[9] * 10_000).all()


def test_rows_are_computed_once(compute, asked):
    store.stored({"a": 1}, SHAPE, compute)
    store.stored({"a": 1}, SHAPE, compute)
    assert asked == list(range(10))
    store.stored({"a": 2}, SHAPE, compute)
    store.stored({"a": 1}, SHAPE, compute, dtype=np.float16)
    assert len(asked) == 30, "another recipe and another precision stand beside the first"


def test_another_version_of_the_library_computes_again(compute, asked, monkeypatch):
    store.stored({"a": 1}, SHAPE, compute)
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    store.stored({"a": 1}, SHAPE, compute)
    assert len(asked) == 20


@pytest.mark.parametrize("damage", ["flipped byte", "cut", "no seal", "half a seal", "gone"])
def test_a_damaged_part_alone_is_computed_again(compute, asked, damage):
    part = store.stored({"a": 1}, SHAPE, compute).parts[1]
    if damage == "flipped byte":
        content = bytearray(part.read_bytes())
        content[-3] ^= 1
        part.write_bytes(content)
    elif damage == "cut":
        part.write_bytes(part.read_bytes()[:-5])
    elif damage == "gone":
        part.unlink()
    elif damage == "no seal":
        part.with_suffix(".sha256").unlink()
    else:
        part.with_suffix(".sha256").write_text(files.sha256(part)[:20])
    np.testing.assert_array_equal(np.asarray(store.stored({"a": 1}, SHAPE, compute)), VALUES)
    assert asked == [*range(10), 4, 5, 6, 7]


def test_what_was_interrupted_goes_on_with_the_next_part(compute, asked):
    def interrupted(rows):
        for row in rows:
            if row == 6:
                raise KeyboardInterrupt
            yield VALUES[row]

    with pytest.raises(KeyboardInterrupt):
        store.stored({"a": 1}, SHAPE, interrupted)
    np.testing.assert_array_equal(np.asarray(store.stored({"a": 1}, SHAPE, compute)), VALUES)
    assert asked == [4, 5, 6, 7, 8, 9]


PROCESS = """
import sys, time
import numpy as np
from thesis_lib.features import store
store.PART_BYTES = 4 * 24
def slowly(rows):
    for row in rows:
        time.sleep(0.05)
        print(row, flush=True)
        yield np.arange(6 * row, 6 * row + 6, dtype=np.float32).reshape(3, 2)
print(np.asarray(store.stored({"a": 1}, (10, 3, 2), slowly)).sum())
"""


def test_killed_without_warning_and_started_again(compute, asked):
    with subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.strip() == "6":
                process.send_signal(signal.SIGKILL)
                break
    np.testing.assert_array_equal(np.asarray(store.stored({"a": 1}, SHAPE, compute)), VALUES)
    assert asked == [4, 5, 6, 7, 8, 9]


def test_two_processes_at_once_leave_one_whole_store(compute, asked):
    processes = [subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [process.communicate()[0].split()[-1] for process in processes]
    assert ends == [str(VALUES.sum())] * 2
    np.testing.assert_array_equal(np.asarray(store.stored({"a": 1}, SHAPE, compute)), VALUES)
    assert asked == []
    left = sorted(path.suffix for path in (files.cache_dir() / "features").glob("*/*"))
    assert left == [".json", *[".npy"] * 3, *[".sha256"] * 3]


def test_a_full_disk_is_one_sentence_and_leaves_the_store_whole(compute, asked, monkeypatch):
    write_bytes = Path.write_bytes
    parts = []

    def full(path, content):
        parts.append(path)
        if len(parts) == 2:
            write_bytes(path, content[:30])
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"cannot be stored in .*No space left on device.*stay complete.*THESIS_CACHE"):
        store.stored({"a": 1}, SHAPE, compute)
    assert not list((files.cache_dir() / "features").glob("*/.*"))
    del asked[:]
    np.testing.assert_array_equal(np.asarray(store.stored({"a": 1}, SHAPE, compute)), VALUES)
    assert asked == [4, 5, 6, 7, 8, 9]


def test_a_store_that_cannot_be_written_says_where(compute, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError, match="cannot be stored in .*set THESIS_CACHE"):
        store.stored({}, SHAPE, compute)


def test_nothing_is_unpickled(compute):
    part = store.stored({"a": 1}, SHAPE, compute).parts[0]
    np.save(part, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    files.seal(part)
    with pytest.raises(ValueError, match="Python objects"):
        store.stored({"a": 1}, SHAPE, compute)[0]
