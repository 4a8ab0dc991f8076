"""Decode, analyse or render audio in worker processes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool

import joblib


def in_workers(jobs: Iterable, *, n_jobs: int, batch_size: int) -> Iterator:
    """Yield the results of joblib's delayed calls in order. Workers end with this process, even if it is killed.

    Args:
        jobs: calls made with `joblib.delayed`.
        n_jobs: number of processes; -1 for one per core, 1 for none but this one.
        batch_size: number of calls that are sent to a process together.

    Raises:
        OSError: a process was killed.
    """
    parallel = joblib.Parallel(
        n_jobs, return_as="generator", batch_size=batch_size, initializer=_end_with, initargs=(os.getpid(),)
    )
    try:
        yield from parallel(jobs)
    except BrokenProcessPool as error:
        raise OSError(
            "a worker process was killed, probably because memory ran out; the results so far are kept, and the same "
            "command continues."
        ) from error


def _end_with(parent: int) -> None:
    """End this worker once its parent process has ended; joblib's own would wait for five minutes."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
