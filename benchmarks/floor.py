"""Measure seconds per call and the current rate of arithmetic, the references of the other benchmarks."""

import time

import numpy as np

A = np.random.default_rng(0).random((2048, 2048), dtype=np.float32)


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def gemm_rate():
    """Measure the current rate of a matrix product in floating-point operations per second."""
    rate = 2 * len(A) ** 3 / timed(lambda: A @ A)
    time.sleep(0.1)  # until its threads, which wait for more work, have gone to sleep
    return rate
