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

from ..models import jit
from .few_inputs import Patches
from .regularised import NORM, RATE, predicted
from .restart import Restart

SHOTS = 5  # patches of each class in the support, from as many clips or fewer; and as many queries
PATIENCE = 200  # updates in all that bring no better accuracy, before it ends
LONGEST = 1000  # updates


class Prototypical:
    """An embedding that is trained by episodes, for one trial after the other.

    Args:
        build: makes the network, patches to embeddings.
        inputs: of all clips.
        n_classes: C.
    """

    def __init__(self, build: Callable[[], keras.Model], inputs: Patches, n_classes: int) -> None:
        self._build, self._inputs, self._n_classes = build, inputs, n_classes
        self._compiled: dict[int, tuple[keras.Model, Restart]] = {}  # by the size of the support, which is traced
        self.model, self.prototypes = build(), np.zeros(0)

    def fit(
        self, train: np.ndarray, targets: np.ndarray, *, patience: int = PATIENCE, longest: int = LONGEST, seed: int = 0
    ) -> int:
        """Trains on some clips.

        Args:
            train: their indices, as many of each class.
            targets: class of each clip of the set, (N,).
            patience: updates without a better accuracy on the queries, counted from the first update to the last.
            longest: updates at most.
            seed: of the first values, the support and the queries.

        Returns:
            The number of updates.
        """
        rng, by_class = np.random.default_rng(seed), [train[targets[train] == c] for c in range(self._n_classes)]
        shots = min(SHOTS, *map(len, by_class))
        self.model, restart = self._of(shots)
        restart()
        keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
        self.model.set_weights(self._build().get_weights())
        # drawn once; queries may be of the same clips, which are all there are
        support = self._inputs.random(np.concatenate([rng.permutation(own)[:shots] for own in by_class]), rng)
        classes = np.repeat(np.arange(self._n_classes), SHOTS)
        labels = np.concatenate([np.repeat(np.arange(self._n_classes), shots), classes])
        best, failed, updates = -1.0, 0, 0
        while failed < patience and updates < longest:
            rows = np.concatenate([rng.choice(own, SHOTS) for own in by_class])
            self.model.reset_metrics()
            _, accuracy = self.model.train_on_batch(np.concatenate([support, self._inputs.random(rows, rng)]), labels)
            updates, failed = updates + 1, failed + (accuracy <= best)
            best = max(best, float(accuracy))
        embedded = self.embed(support).reshape(self._n_classes, shots, -1)
        self.prototypes = embedded.mean(axis=1)
        return updates

    def embed(self, patches: np.ndarray) -> np.ndarray:
        """(n, ...) -> (n, D)."""
        return predicted(self.model, patches)

    def predict(self, test: np.ndarray) -> np.ndarray:
        """Log-probabilities of the classes, (len(test), C), each the mean over the clip's patches."""
        patches = self._inputs.all(test)  # (n, P, ...)
        embedded = self.embed(patches.reshape(-1, *patches.shape[2:]))
        logs = ops.convert_to_numpy(ops.log_softmax(nearness(embedded, self.prototypes)))
        return logs.reshape(len(test), patches.shape[1], -1).mean(axis=1)

    def _of(self, shots: int) -> tuple[keras.Model, Restart]:
        """The network compiled for supports of one size."""
        if shots not in self._compiled:
            model, n_support = self._build(), self._n_classes * shots

            def logits(embedded):
                support = ops.reshape(embedded[:n_support], (self._n_classes, shots, -1))
                return nearness(embedded[n_support:], ops.mean(support, axis=1))

            def loss(labels, embedded):
                return keras.losses.sparse_categorical_crossentropy(
                    ops.reshape(labels, (-1,))[n_support:], logits(embedded), from_logits=True
                )

            def accuracy(labels, embedded):
                return keras.metrics.sparse_categorical_accuracy(
                    ops.reshape(labels, (-1,))[n_support:], logits(embedded)
                )

            model.compile(keras.optimizers.SGD(RATE, global_clipnorm=NORM), loss, metrics=[accuracy], jit_compile=jit())
            self._compiled[shots] = model, Restart(model)
        return self._compiled[shots]


def nearness(embedded, prototypes):
    """Minus the mean squared difference of each embedding to each prototype: (n, D) and (C, D) to (n, C).

    The paper's code takes the mean over the dimensions of the embedding where Snell et al. take the sum.
    """
    return -ops.mean(ops.square(ops.expand_dims(embedded, 1) - ops.expand_dims(prototypes, 0)), axis=-1)
