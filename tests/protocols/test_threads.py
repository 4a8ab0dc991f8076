"""Check that a run's numbers do not depend on the number of cores."""

import os
import subprocess
import sys

import pytest

from thesis_lib.cli.chapters import REPEATABLE

PROGRAM = """
import hashlib, os, sys

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])
import keras
import numpy as np
from thesis_lib import audio
from thesis_lib.protocols.data import separation

rng = np.random.default_rng(0)
log_mel = audio.log_mel(rng.normal(size=(64_000)).astype(np.float32), 16_000)
patches = rng.normal(size=(16, separation.PATCH, 96, 1)).astype(np.float32)
keras.utils.set_random_seed(0)
network = separation._cnn(96, 10, tags=False)
for _ in range(3):
    network.train_on_batch(patches, np.eye(10)[np.arange(16) % 10])
print(hashlib.sha256(b"".join(values.tobytes() for values in [log_mel, *network.get_weights()])).hexdigest())
"""


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or os.cpu_count() < 2, reason="needs two cores, and a system that lends one"
)
def test_training_and_log_mels_are_the_same_on_one_core_and_on_two():
    def computed(cores, **threads):
        command = [sys.executable, "-c", PROGRAM, str(cores)]
        return subprocess.run(command, env=os.environ | threads, check=True, capture_output=True).stdout

    assert computed(1, **REPEATABLE) == computed(2, **REPEATABLE)
