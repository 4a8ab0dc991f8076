"""Check what becomes of worker processes."""

import subprocess
import sys

import joblib
import psutil
import pytest

from thesis_lib.audio.workers import in_workers

START = "import os, signal, time, joblib; from thesis_lib.audio import workers; "
KILLED = (
    START
    + "[*workers.in_workers([joblib.delayed(os.kill)(0, 0)] * 8 + [joblib.delayed(signal.raise_signal)(9)], n_jobs=2, batch_size=1)]"
)  # noqa: E501
WAITING = START + (
    "list(workers.in_workers([joblib.delayed(time.sleep)(0.01)] * 20, n_jobs=2, batch_size=1)); "
    "print('done', flush=True); time.sleep(60)"
)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_results_come_in_order(n_jobs):
    jobs = [joblib.delayed(pow)(number, 2) for number in range(20)]
    assert list(in_workers(jobs, n_jobs=n_jobs, batch_size=4)) == [number**2 for number in range(20)]


def test_a_killed_worker_is_one_sentence():
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith("OSError: a worker process was killed")


def test_workers_of_a_killed_process_end():
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "done\n"
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert workers and not alive
