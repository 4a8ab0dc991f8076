"""Measure which share of the machine's rate of arithmetic the randomly weighted front-ends reach.

python benchmarks/front_ends.py [--output data/results/front_ends_speed]     2 minutes on 2 cores

Both published sizes on clips of 5 s, in the batches of the feature extraction. The floor is the convolutions'
floating-point operations over the rate of a 2048 x 2048 matrix product, measured before and after each batch; medians.
"""

import argparse
import math
from pathlib import Path

import keras
import numpy as np
from floor import gemm_rate, timed

from thesis_lib.models import of_chapter
from thesis_lib.models.settings import jit
from thesis_lib.protocols.non_trained import extraction, sizes
from thesis_lib.records import run as results

SECONDS, ROUNDS = 5.0, 7


def operations(model):
    """Floating-point operations of all convolutions on one clip: twice the multiplications."""
    return 2 * sum(
        math.prod(layer.output.shape[1:-1]) * math.prod(layer.kernel.shape)
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv1D | keras.layers.Conv2D)
    )


def measured(name, n_features):
    model = sizes.at_size(name, n_features, SECONDS)
    model.compile(jit_compile=jit())
    size = extraction.batch_size(model)
    batch = np.random.default_rng(0).normal(size=(size, *model.input_shape[1:])).astype(np.float32)
    model.predict_on_batch(batch)
    shares, times = [], []
    for _ in range(ROUNDS):
        before = gemm_rate()
        took = timed(lambda: model.predict_on_batch(batch))
        floor = size * operations(model) / ((before + gemm_rate()) / 2)
        times.append(took / size)
        shares.append(floor / took)
    return {"share of GEMM": np.median(shares), "ms a clip": 1000 * np.median(times), "GFLOP": operations(model) / 1e9}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/front_ends_speed"))
    given = options.parse_args()
    run = results.Run(given.output, "IV", {"dataset": "noise", "scale": "full", "seed": 0, "seconds": SECONDS}, "noise")
    for n_features in (120, 3500):
        for name in of_chapter("IV"):
            found = {key: float(value) for key, value in measured(name, n_features).items()}
            print(n_features, name, {key: round(value, 3) for key, value in found.items()}, flush=True)
            common = {"system": name, "protocol": f"about {n_features} features"}
            run.add([common | {"metric": metric, "value": value} for metric, value in found.items()])
    run.finish()


if __name__ == "__main__":
    main()
