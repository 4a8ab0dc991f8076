"""A trial in, where its tested patches lie in a trained embedding out: what prototypical networks learn, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ...datasets.clip import Clip
from ...files import written
from ...models import build
from .episodes import Prototypical
from .draws import trials
from .inputs import log_mels


def drawn(
    clips: Sequence[Clip], keep: Path, *, n: int, seed: int, epochs: int, width: int, precision: str
) -> dict[str, np.ndarray]:  # fmt: skip
    """Trains a prototypical network on the first fold's first draw, or takes what an earlier call has kept.

    Args:
        clips: N clips.
        keep: file for what is found.
        n: labelled clips a class.
        seed: of the draw and the network.
        epochs: updates at most.
        width: filters of a layer.
        precision: of the convolutions, Keras' dtype policy.

    Returns:
        Embeddings before and after training, (clips, D), one a tested clip; the prototypes after it, (C, D); labels
        and, in their order, names.
    """
    if not keep.is_file():
        names, targets = np.unique([clip.label for clip in clips], return_inverse=True)
        trial = next(iter(trials(clips, counts=(n,), folds=1, seed=seed)))
        inputs = log_mels(clips)
        network = Prototypical(partial(build, "prototypical", width=width, precision=precision), inputs, len(names))
        found = {}
        for when, updates in (("before", 0), ("after", epochs)):
            network.fit(trial.train, targets, longest=updates, seed=seed)
            found[when] = network.embed(inputs.first(trial.test))
        with written(keep) as partial_file, partial_file.open("wb") as file:
            np.savez(file, **found, prototypes=network.prototypes, labels=targets[trial.test], names=names)
    with np.load(keep, allow_pickle=False) as kept:
        return dict(kept)
