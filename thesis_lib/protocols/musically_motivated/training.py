"""Train a network on chunks of tracks, stop when it no longer improves, and let the chunks of a track vote."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from ...models.settings import jit
from ..training import Restart, predict
from .chunks import Chunks, places

# Deviation: the originals use plain gradient descent (learning rate 0.01, batches of 10 or 50, 250 to 2,000 epochs) and
# keep the epoch with the best validation accuracy of chunks. Adam needs fewer epochs.
RATE, BATCH, EPOCHS, PATIENCE = 1e-3, 32, 100, 15


class Diverged(ArithmeticError):
    """The training loss is no longer a finite number."""


class Trained:
    """A network that is trained on one split after another, but compiled and traced only once.

    Args:
        build: builds the network from chunks (B, T, F) to class probabilities.
    """

    def __init__(self, build: Callable[[], keras.Model]) -> None:
        self.model = build()
        self.model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", jit_compile=jit())
        self._restart = Restart(self.model, build)

    def fit(
        self, chunks: Chunks, targets: np.ndarray, *, epochs: int = EPOCHS, patience: int = PATIENCE, seed: int = 0,
        start: Callable[[keras.Model], None] = lambda model: None,
    ) -> int:  # fmt: skip
        """Train from new random weights, and keep those of the epoch with the smallest validation loss.

        Args:
            chunks: what to train on and what to stop by.
            targets: class of each track, (N,).
            epochs: number of epochs at most. The last batch of each is filled up with chunks of its first.
            patience: number of epochs without a smaller validation loss, after which the training stops.
            seed: random seed for the weights, dropout and the order of the chunks.
            start: changes the new weights before the training.

        Returns:
            The number of the epoch whose weights are kept.

        Raises:
            Diverged: the training loss is infinite or not a number.
        """
        self._restart(seed)
        start(self.model)
        rng, size = np.random.default_rng(seed), min(BATCH, len(chunks.train))
        best, kept, weights = np.inf, 0, self.model.get_weights()
        for epoch in range(1, epochs + 1):
            loss = 0.0
            for batch in np.resize(rng.permutation(chunks.train), (-(-len(chunks.train) // size), size, 2)):
                loss = loss + self.model.train_on_batch(chunks.take(batch), targets[batch[:, 0]])
            if not np.isfinite(loss):
                raise Diverged(f"the training loss was not finite after {epoch} epochs")
            if (found := self._cross_entropy(chunks, targets)) < best:
                best, kept, weights = found, epoch, self.model.get_weights()
            elif epoch - kept >= patience:
                break
        self.model.set_weights(weights)
        return kept

    def votes(self, chunks: Chunks, tracks: np.ndarray) -> np.ndarray:
        """Predict the class of every chunk of some tracks: (len(tracks), P)."""
        n_chunks = chunks.x.shape[1]
        found = predict(self.model, chunks.take(places(tracks, n_chunks)), BATCH)
        return found.argmax(axis=1).reshape(len(tracks), n_chunks)

    def _cross_entropy(self, chunks: Chunks, targets: np.ndarray) -> float:
        found = predict(self.model, chunks.take(chunks.validation), BATCH)
        of_class = found[np.arange(len(found)), targets[chunks.validation[:, 0]]]
        return float(-np.log(np.maximum(of_class, 1e-7)).mean())


def majority(votes: np.ndarray) -> np.ndarray:
    """Return the class with the most votes of each track; of several, the one whose first vote is the earliest.

    Args:
        votes: class of each chunk, (tracks, P), in the order of time.
    """
    counts = (votes[:, :, None] == votes[:, None, :]).sum(axis=2)  # how often each vote's class occurs
    return votes[np.arange(len(votes)), counts.argmax(axis=1)]
