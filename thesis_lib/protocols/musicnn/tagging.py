"""Pieces of music in, probability of every tag by each published model out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from ...datasets.clip import Clip
from ...cli.parameters import TAGGERS
from ...pretrained.tagger import Tagger


def evaluate(
    clips: Sequence[Clip], *, source: Path | str | None = None, done: Callable[..., bool] = lambda **fields: False
) -> Iterator[list[dict]]:
    """Tags each piece with each model.

    Args:
        clips: with the piece's title as labels.
        source: where the weights are, as in `load_musicnn`.
        done: whether a record with some fields is there already.

    Yields:
        The records of one model: one for each piece and tag, the tag as metric, the mean over patches as value.
    """
    for name in TAGGERS:
        if done(system=name):
            continue
        tagger, rows = Tagger(name, source=source), []
        for clip in tqdm(clips, name, unit="piece", leave=False):
            start = time.perf_counter()
            tagged = tagger(clip.path)
            common = {"system": name, "dataset": ", ".join(clip.labels), "protocol": "mean over patches",
                      "seconds": round(time.perf_counter() - start, 3)}  # fmt: skip
            rows += [common | {"metric": tag, "value": value} for tag, value in tagged.top(len(tagged.tags))]
        yield rows
