"""A network and a few clips in, the network trained on them and its classes out: the regularised models of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.1:
plain gradient descent at a rate of 0.1, gradients clipped to a norm of 5, 200 epochs of one random patch a clip, and
the weights as they are at the end: what few clips there are, all teach. With clips to validate on, the weights are kept
from where these were predicted best.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from ...models import jit
from .inputs import Patches
from ..training import Restart

RATE, NORM, BATCH, EPOCHS = 0.1, 5.0, 256, 200
PREDICTED = 64  # patches at once


class Regularised:
    """A network that is fitted to one trial after the other: compiled and traced once.

    Args:
        build: makes the network, patches to probabilities.
        inputs: of all clips.
        batch: patches an update.
        norm: that gradients are clipped to; None where they are not.
    """

    def __init__(
        self, build: Callable[[], keras.Model], inputs: Patches, *, batch: int = BATCH, norm: float | None = NORM
    ) -> None:
        self.model, self._build, self._inputs, self._batch = build(), build, inputs, batch
        optimizer = keras.optimizers.SGD(RATE, global_clipnorm=norm)
        self.model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=jit())
        self._restart = Restart(self.model)

    def fit(
        self, train: np.ndarray, targets: np.ndarray, *, validation: np.ndarray | None = None, epochs: int = EPOCHS,
        seed: int = 0,
    ) -> None:  # fmt: skip
        """Trains on some clips, from first values that the seed decides.

        Args:
            train: their indices; more than a batch are taken in batches, the last of which is filled up.
            targets: class of each clip of the set, (N,).
            validation: indices of clips to choose the epoch by: that of the least cross-entropy on a patch of each;
                without them it is the last.
            epochs: the first of them only evaluates, as in the original.
            seed: of the first values, the order and the patches.
        """
        self._restart()
        keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
        self.model.set_weights(self._build().get_weights())
        rng, size = np.random.default_rng(seed), min(self._batch, len(train))
        best, kept = np.inf, self.model.get_weights()
        for _ in range(epochs - 1):
            for rows in np.resize(rng.permutation(train), (-(-len(train) // size), size)):
                self.model.train_on_batch(self._inputs.random(rows, rng), targets[rows])
            if validation is not None and (found := self._cross_entropy(validation, targets)) < best:
                best, kept = found, self.model.get_weights()
        if validation is not None:
            self.model.set_weights(kept)

    def predict(self, test: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, (len(test), C), each the mean over the clip's patches."""
        patches = self._inputs.all(test)  # (n, P, ...)
        found = predicted(self.model, patches.reshape(-1, *patches.shape[2:]))
        return found.reshape(len(test), patches.shape[1], -1).mean(axis=1)

    def _cross_entropy(self, rows: np.ndarray, targets: np.ndarray) -> float:
        """Of the first patch of each clip."""
        of_class = predicted(self.model, self._inputs.first(rows))[np.arange(len(rows)), targets[rows]]
        return float(-np.log(np.maximum(of_class, 1e-7)).mean())


def predicted(model: keras.Model, patches: np.ndarray) -> np.ndarray:
    """(n, ...) -> (n, D), in batches of one size, so that nothing is traced anew."""
    batches = [patches[start : start + PREDICTED] for start in range(0, len(patches), PREDICTED)]
    return np.concatenate([model.predict_on_batch(np.resize(x, (PREDICTED, *x.shape[1:])))[: len(x)] for x in batches])
