"""Train regularised networks on a few clips.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.1:
plain gradient descent with a learning rate of 0.1, gradients clipped to a norm of 5, and 200 epochs of one random patch
per clip. Without a validation part, all labelled clips are used for training and the last weights are kept. With one,
the weights of the epoch with the smallest validation loss are kept.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from ...features.patches import Patches
from ...models.settings import jit
from ..training import Restart
from ..training import predict as predict_batches

RATE, NORM, BATCH, EPOCHS = 0.1, 5.0, 256, 200
PREDICTED = 64  # patches per batch


class Regularised:
    """A network that is fitted to one trial after another, but compiled and traced only once.

    Args:
        build: builds the network from patches to probabilities.
        inputs: patches of all clips.
        batch: number of patches per update.
        norm: norm to which gradients are clipped; None does not clip.
    """

    def __init__(
        self, build: Callable[[], keras.Model], inputs: Patches, *, batch: int = BATCH, norm: float | None = NORM
    ) -> None:
        self.model, self._inputs, self._batch = build(), inputs, batch
        optimizer = keras.optimizers.SGD(RATE, global_clipnorm=norm)
        self.model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=jit())
        self._restart = Restart(self.model, build)

    def fit(
        self, train: np.ndarray, targets: np.ndarray, *, validation: np.ndarray | None = None, epochs: int = EPOCHS,
        seed: int = 0,
    ) -> None:  # fmt: skip
        """Train on some clips, starting from new random weights.

        Args:
            train: indices of the training clips. Deviation: if they exceed a batch, the last batch is filled up with
                clips of the first, so that the network is traced for one size; the original's last batch is smaller.
            targets: class of each clip of the data set, (N,).
            validation: indices of the clips that choose the epoch, by the cross-entropy on one patch of each; without
                them the last epoch is used.
            epochs: number of epochs; the first only evaluates, as in the original.
            seed: random seed for the weights, dropout, the order of the clips and the patches.
        """
        self._restart(seed)
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
        """Predict class probabilities averaged over each clip's patches: (len(test), C)."""
        patches = self._inputs.all(test)  # (n, P, ...)
        found = predicted(self.model, patches.reshape(-1, *patches.shape[2:]))
        return found.reshape(len(test), patches.shape[1], -1).mean(axis=1)

    def _cross_entropy(self, rows: np.ndarray, targets: np.ndarray) -> float:
        """Compute the mean cross-entropy on each clip's first patch."""
        of_class = predicted(self.model, self._inputs.first(rows))[np.arange(len(rows)), targets[rows]]
        return float(-np.log(np.maximum(of_class, 1e-7)).mean())


def predicted(model: keras.Model, patches: np.ndarray) -> np.ndarray:
    """Predict patches in batches of one size: (n, ...) -> (n, D)."""
    return predict_batches(model, patches, PREDICTED)
