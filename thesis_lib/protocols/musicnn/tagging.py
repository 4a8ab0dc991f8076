"""Tag pieces of music with every released model."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from ...datasets.clip import Clip
from ...pretrained.released import RELEASED
from ...pretrained.tagger import Tagger


def evaluate(
    clips: Sequence[Clip], *, source: Path | str | None = None, done: Callable[..., bool] = lambda **fields: False
) -> Iterator[list[dict]]:
    """Tag each piece with each model of the released package.

    Args:
        clips: pieces with their titles as labels.
        source: location of the weights, as in `load_musicnn`.
        done: tells for (system=...) whether its records exist, like `Run.has`.

    Yields:
        The records of one model, one per piece and tag: the metric is the tag, the value its mean over patches.
    """
    for name, released in RELEASED.items():
        if not released.in_package or done(system=name):
            continue
        tagger, rows = Tagger(name, source=source), []
        for clip in tqdm(clips, name, unit="piece", leave=False):
            start = time.perf_counter()
            tagged = tagger(clip.path)
            common = {"system": name, "dataset": ", ".join(clip.labels), "protocol": "mean over patches",
                      "seconds": round(time.perf_counter() - start, 3)}  # fmt: skip
            rows += [common | {"metric": tag, "value": value} for tag, value in tagged.top(len(tagged.tags))]
        yield rows
