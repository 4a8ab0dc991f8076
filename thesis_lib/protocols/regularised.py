"""A network and a few clips in, the network trained on them and its classes out: the regularised models of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.1:
plain gradient descent at a rate of 0.1, gradients clipped to a norm of 5, 200 epochs of one random patch a clip, and
the weights as they are at the end: what few clips there are, all teach.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from ..models import jit
from .few_inputs import Patches
from .restart import Restart

RATE, NORM, BATCH, EPOCHS = 0.1, 5.0, 256, 200
PREDICTED = 64  # patches at once


class Regularised:
    """A network that is fitted to one trial after the other: compiled and traced once.

    Args:
        build: makes the network, patches to probabilities.
        inputs: of all clips.
    """

    def __init__(self, build: Callable[[], keras.Model], inputs: Patches) -> None:
        self.model, self._build, self._inputs = build(), build, inputs
        self.model.compile(
            keras.optimizers.SGD(RATE, global_clipnorm=NORM), "sparse_categorical_crossentropy", jit_compile=jit()
        )
        self._restart = Restart(self.model)

    def fit(self, train: np.ndarray, targets: np.ndarray, *, epochs: int = EPOCHS, seed: int = 0) -> None:
        """Trains on some clips, from first values that the seed decides.

        Args:
            train: their indices; more than a batch are taken in batches, the last of which is filled up.
            targets: class of each clip of the set, (N,).
            epochs: the first of them only evaluates, as in the original.
            seed: of the first values, the order and the patches.
        """
        self._restart()
        keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
        self.model.set_weights(self._build().get_weights())
        rng, size = np.random.default_rng(seed), min(BATCH, len(train))
        for _ in range(epochs - 1):
            for rows in np.resize(rng.permutation(train), (-(-len(train) // size), size)):
                self.model.train_on_batch(self._inputs.random(rows, rng), targets[rows])

    def predict(self, test: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, (len(test), C), each the mean over the clip's patches."""
        patches = self._inputs.all(test)  # (n, P, ...)
        flat = patches.reshape(-1, *patches.shape[2:])
        batches = [flat[start : start + PREDICTED] for start in range(0, len(flat), PREDICTED)]
        found = [
            self.model.predict_on_batch(np.resize(batch, (PREDICTED, *batch.shape[1:])))[: len(batch)]
            for batch in batches
        ]
        return np.concatenate(found).reshape(len(test), patches.shape[1], -1).mean(axis=1)
