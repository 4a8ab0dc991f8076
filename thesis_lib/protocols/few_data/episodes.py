"""A network that embeds and a few clips in, prototypes of their classes and the classes of others out.

Prototypical networks (Snell, Swersky & Zemel, NIPS 2017) as in Jordi Pons, Joan Serrà & Xavier Serra, "Training neural
audio classifiers with few data", ICASSP 2019, section 2.2: a class is the mean of its embedded support, a patch is of
the class whose prototype is near, and the embedding is trained so that this comes out right.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from ...models import jit
from .inputs import Patches
from .regularised import NORM, RATE, predicted
from ..training import Restart

SHOTS = 5  # patches of each class in the support, from as many clips or fewer; and as many queries
PATIENCE = 200  # epochs in all that bring no better accuracy; the next one is the last


class Prototypical:
    """An embedding that is trained by episodes, for one trial after the other.

    Args:
        build: makes the network, patches to embeddings.
        inputs: of all clips.
        n_classes: C.
        norm: that gradients are clipped to; None where they are not.
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
        """Trains on some clips.

        Deviation: what must get better is the accuracy on an epoch's queries as they are asked; in the original, that
        on all training clips after it.

        Args:
            train: their indices, as many of each class.
            targets: class of each clip of the set, (N,).
            patience: epochs without a better accuracy on the queries, counted from the first to the last.
            updates: an epoch; None for as many as it takes to ask for every patch once, as in the original.
            longest: updates at most.
            seed: of the first values, the support and the queries.

        Returns:
            The number of updates.
        """
        rng = np.random.default_rng(seed)
        clips = np.stack([train[targets[train] == c] for c in range(self._n_classes)])  # (C, n)
        shots = min(SHOTS, clips.shape[1])
        self.model, episode, restart = self._of(shots)
        restart()
        keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
        self.model.set_weights(self._build().get_weights())
        patches = np.stack([self._inputs.all(own) for own in clips])  # (C, n, P, ...)
        which = rng.integers(patches.shape[2], size=(self._n_classes, shots))  # one patch of each of a few clips
        support = np.take_along_axis(patches[:, :shots], np.expand_dims(which, tuple(range(2, patches.ndim))), axis=2)
        support = support.reshape(-1, *patches.shape[3:])  # drawn once
        pool = patches.reshape(self._n_classes, -1, *patches.shape[3:])  # that queries are of: the support is in it too
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
        """(n, ...) -> (n, D)."""
        return predicted(self.model, patches)

    def predict(self, test: np.ndarray) -> np.ndarray:
        """Log-probabilities of the classes, (len(test), C), each the mean over the clip's patches."""
        patches = self._inputs.all(test)  # (n, P, ...)
        embedded = self.embed(patches.reshape(-1, *patches.shape[2:]))
        logs = ops.convert_to_numpy(ops.log_softmax(nearness(embedded, self.prototypes)))
        return logs.reshape(len(test), patches.shape[1], -1).mean(axis=1)

    def _of(self, shots: int) -> tuple[keras.Model, keras.Model, Restart]:
        """The network, its episodes with supports of one size, and the way back to its first values."""
        if shots not in self._compiled:
            network = self._build()
            support, queries = (
                keras.layers.Input(network.input_shape[1:], name=name) for name in ("support", "queries")
            )
            # one after the other, each normalised by itself
            prototypes = ops.mean(ops.reshape(network(support), (self._n_classes, shots, -1)), axis=1)
            episode = keras.Model([support, queries], nearness(network(queries), prototypes))
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            optimizer = keras.optimizers.SGD(RATE, global_clipnorm=self._norm)
            episode.compile(optimizer, loss, metrics=["accuracy"], jit_compile=jit())
            self._compiled[shots] = network, episode, Restart(episode)
        return self._compiled[shots]


def nearness(embedded, prototypes):
    """Minus the mean squared difference of each embedding to each prototype: (n, D) and (C, D) to (n, C).

    The paper's code takes the mean over the dimensions of the embedding where Snell et al. take the sum.
    """
    return -ops.mean(ops.square(ops.expand_dims(embedded, 1) - ops.expand_dims(prototypes, 0)), axis=-1)
