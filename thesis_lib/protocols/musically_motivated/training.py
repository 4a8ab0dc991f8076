"""Train a network on chunks of tracks, and stop when it no longer improves."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from ...models.settings import jit
from ..training import Restart, predict
from .chunks import Chunks

# Deviation: the originals use plain gradient descent (learning rate 0.01, batches of 10 or 50, 250 to 2,000 epochs) and
# keep the epoch with the best validation accuracy of chunks. Adam needs fewer epochs.
RATE, BATCH, EPOCHS, PATIENCE = 1e-3, 32, 100, 15
AT_ONCE = 64  # batches of chunks that are read for one prediction


class Diverged(ArithmeticError):
    """The training loss is no longer a finite number."""


class Trained:
    """A network that is trained on one split after another, but compiled and traced only once.

    Args:
        build: builds the network from chunks (B, T, F) to probabilities (B, C): of classes, if its last layer is a
            softmax, or of independent labels, if it is a sigmoid.
        size: number of chunks per batch.
    """

    def __init__(self, build: Callable[[], keras.Model], size: int = BATCH) -> None:
        self.model, self._size = build(), size
        self.independent = self.model.layers[-1].activation is keras.activations.sigmoid
        loss = "binary_crossentropy" if self.independent else "categorical_crossentropy"
        self.model.compile(keras.optimizers.Adam(RATE), loss, jit_compile=jit())
        self._restart = Restart(self.model, build)

    def fit(
        self, chunks: Chunks, targets: np.ndarray, *, weights: np.ndarray | None = None, epochs: int = EPOCHS,
        patience: int = PATIENCE, seed: int = 0, start: Callable[[keras.Model], None] = lambda model: None,
    ) -> int:  # fmt: skip
        """Train from new random weights, and keep those of the epoch with the smallest validation loss.

        Args:
            chunks: what to train on and what to stop by.
            targets: 1 for the labels of each track and 0 for others, (N, C).
            weights: of each track in the loss, (N,); 1 by default.
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
        rng, size = np.random.default_rng(seed), min(self._size, len(chunks.train))
        best, kept, found = np.inf, 0, self.model.get_weights()
        weights = np.ones(len(targets), np.float32) if weights is None else weights
        for epoch in range(1, epochs + 1):
            loss = 0.0
            for batch in np.resize(rng.permutation(chunks.train), (-(-len(chunks.train) // size), size, 2)):
                rows = batch[:, 0]
                loss = loss + self.model.train_on_batch(chunks.take(batch), targets[rows], weights[rows])
            if not np.isfinite(loss):
                raise Diverged(f"the training loss was not finite after {epoch} epochs")
            if (loss := self._loss(chunks, targets, weights)) < best:
                best, kept, found = loss, epoch, self.model.get_weights()
            elif epoch - kept >= patience:
                break
        self.model.set_weights(found)
        return kept

    def outputs(self, chunks: Chunks, places: np.ndarray) -> np.ndarray:
        """Predict the probabilities of the chunks at some places, (n, 2): (n, C)."""
        step = AT_ONCE * self._size
        blocks = [places[start : start + step] for start in range(0, len(places), step)]
        return np.concatenate([predict(self.model, chunks.take(block), self._size) for block in blocks])

    def _loss(self, chunks: Chunks, targets: np.ndarray, weights: np.ndarray) -> float:
        """Compute the validation loss."""
        rows = chunks.validation[:, 0]
        found, wanted = np.clip(self.outputs(chunks, chunks.validation), 1e-7, 1 - 1e-7), targets[rows]
        of_labels = (wanted * np.log(found)).sum(axis=1)
        if self.independent:
            of_labels = (of_labels + ((1 - wanted) * np.log(1 - found)).sum(axis=1)) / found.shape[1]
        return float(-(weights[rows] * of_labels).mean())
