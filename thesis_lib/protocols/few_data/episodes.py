"""Train prototypical networks on a few clips.

Prototypical networks (Snell, Swersky & Zemel, NIPS 2017) as in Jordi Pons, Joan Serrà & Xavier Serra, "Training neural
audio classifiers with few data", ICASSP 2019, section 2.2: a class's prototype is the mean embedding of its support, a
patch belongs to the class with the nearest prototype, and the embedding is trained to classify queries in this way.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from ...features.patches import Patches
from ...models.settings import jit
from ..training import Restart
from .regularised import NORM, RATE, predicted

SHOTS = 5  # patches per class in the support, each of another clip if there are enough, and the same number of queries
PATIENCE = 200  # training stops after one more than this number of epochs without a better accuracy


class Prototypical:
    """An embedding that is trained by episodes for one trial after another.

    Args:
        build: builds the network from patches to embeddings.
        inputs: patches of all clips.
        n_classes: number of classes C.
        norm: norm to which gradients are clipped; None does not clip.
    """

    def __init__(
        self, build: Callable[[], keras.Model], inputs: Patches, n_classes: int, *, norm: float | None = NORM
    ) -> None:
        self._build, self._inputs, self._n_classes, self._norm = build, inputs, n_classes, norm
        self._compiled: dict[int, tuple[keras.Model, keras.Model, Restart]] = {}  # by the size of the support
        self.model, self.prototypes = build(), np.zeros(0)

    def fit(
        self, train: np.ndarray, targets: np.ndarray, *, patience: int = PATIENCE, updates: int | None = None,
        longest: int | None = None, seed: int = 0,
    ) -> int:  # fmt: skip
        """Train on some clips.

        Deviation: training stops by the accuracy on the queries of an epoch during its updates; the original uses the
        accuracy on all training clips after the epoch.

        Args:
            train: indices of the training clips, the same number of each class.
            targets: class of each clip of the data set, (N,).
            patience: total number of epochs without a better accuracy on the queries.
            updates: number of updates per epoch; None uses every patch once as a query, as in the original.
            longest: maximum number of updates.
            seed: random seed for the weights, dropout, the support and the queries.

        Returns:
            The number of updates.
        """
        rng = np.random.default_rng(seed)
        clips = np.stack([train[targets[train] == c] for c in range(self._n_classes)])  # (C, n)
        shots = min(SHOTS, clips.shape[1])
        self.model, episode, restart = self._of(shots)
        restart(seed)
        patches = np.stack([self._inputs.all(own) for own in clips])  # (C, n, P, ...)
        which = rng.integers(patches.shape[2], size=(self._n_classes, shots))  # one patch per support clip
        support = np.take_along_axis(patches[:, :shots], np.expand_dims(which, tuple(range(2, patches.ndim))), axis=2)
        support = support.reshape(-1, *patches.shape[3:])  # drawn once
        pool = patches.reshape(self._n_classes, -1, *patches.shape[3:])  # of queries; it contains the support
        queries = min(SHOTS, pool.shape[1])
        labels = np.repeat(np.arange(self._n_classes), queries)
        updates = updates or pool.shape[1] // queries
        best, failed, done = -1.0, 0, 0
        while failed <= patience and done != longest:
            episode.reset_metrics()
            for _ in range(min(updates, (longest or np.inf) - done)):
                asked = np.concatenate([of_class[rng.permutation(len(of_class))[:queries]] for of_class in pool])
                _, accuracy = episode.train_on_batch([support, asked], labels)
                done += 1
            failed, best = failed + (accuracy <= best), max(best, float(accuracy))
        self.prototypes = self.embed(support).reshape(self._n_classes, shots, -1).mean(axis=1)
        return done

    def embed(self, patches: np.ndarray) -> np.ndarray:
        """Compute embeddings: (n, ...) -> (n, D)."""
        return predicted(self.model, patches)

    def predict(self, test: np.ndarray) -> np.ndarray:
        """Predict log-probabilities averaged over each clip's patches: (len(test), C)."""
        patches = self._inputs.all(test)  # (n, P, ...)
        embedded = self.embed(patches.reshape(-1, *patches.shape[2:]))
        logs = ops.convert_to_numpy(ops.log_softmax(nearness(embedded, self.prototypes)))
        return logs.reshape(len(test), patches.shape[1], -1).mean(axis=1)

    def _of(self, shots: int) -> tuple[keras.Model, keras.Model, Restart]:
        """Return the network, its episode for supports of one size, and the reset to its first values."""
        if shots not in self._compiled:
            network = self._build()
            support, queries = (
                keras.layers.Input(network.input_shape[1:], name=name) for name in ("support", "queries")
            )
            # two passes, so that support and queries are normalised separately
            prototypes = ops.mean(ops.reshape(network(support), (self._n_classes, shots, -1)), axis=1)
            episode = keras.Model([support, queries], nearness(network(queries), prototypes))
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            optimizer = keras.optimizers.SGD(RATE, global_clipnorm=self._norm)
            episode.compile(optimizer, loss, metrics=["accuracy"], jit_compile=jit())
            self._compiled[shots] = network, episode, Restart(episode, self._build, network)
        return self._compiled[shots]


def nearness(embedded, prototypes):
    """Compute minus the mean squared difference of each embedding to each prototype: (n, D), (C, D) -> (n, C).

    As in the paper's code, this is the mean over the dimensions of the embedding; Snell et al. use the sum.
    """
    return -ops.mean(ops.square(ops.expand_dims(embedded, 1) - ops.expand_dims(prototypes, 0)), axis=-1)
