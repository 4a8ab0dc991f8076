"""Embed test clips with a prototypical network before and after its training."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ...datasets.clip import Clip
from ...files import written
from ...models import build
from .draws import trials
from .episodes import Prototypical
from .inputs import log_mels


def embedded(
    clips: Sequence[Clip], keep: Path, *, n: int, seed: int, epochs: int, width: int, precision: str
) -> dict[str, np.ndarray]:  # fmt: skip
    """Train a prototypical network on the first draw of the first fold, or read what an earlier call has stored.

    Args:
        clips: N clips.
        keep: file for the result.
        n: number of labelled clips per class.
        seed: random seed for the draw and the network.
        epochs: maximum number of updates.
        width: number of filters per layer.
        precision: Keras' dtype policy for the convolutions.

    Returns:
        Embeddings before and after training, (clips, D), one per test clip; the prototypes after training, (C, D); the
        clips' labels, and the names of the labels.
    """
    if not keep.is_file():
        names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
        trial = next(iter(trials(clips, counts=(n,), folds=1, seed=seed)))
        inputs = log_mels(clips)
        network = Prototypical(
            partial(build, "prototypical", fast=True, width=width, precision=precision), inputs, len(names)
        )
        found = {}
        for when, updates in (("before", 0), ("after", epochs)):
            network.fit(trial.train, targets, longest=updates, seed=seed)
            found[when] = network.embed(inputs.first(trial.test))
        with written(keep) as partial_file, partial_file.open("wb") as file:
            np.savez(file, **found, prototypes=network.prototypes, labels=targets[trial.test], names=names)
    with np.load(keep, allow_pickle=False) as kept:
        return dict(kept)
