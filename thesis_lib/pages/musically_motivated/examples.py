"""Show the test phrase that a run on singing has kept: its spectrogram and a player."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML

from ... import audio
from ...datasets.clip import Clip
from ...protocols.musically_motivated.singing import EXAMPLE, FRONT_END
from ..players import players


def load(folder: Path) -> dict[str, np.ndarray]:
    """Return what a run has kept of a phrase, its `path` among it."""
    with np.load(folder / EXAMPLE, allow_pickle=False) as found:
        return dict(found)


def spectrogram(axis: plt.Axes, found: dict[str, np.ndarray]) -> int:
    """Draw the phrase's spectrogram over seconds, and return its number of bands."""
    wave = audio.load(Path(str(found["path"])), FRONT_END.sample_rate)
    log_mel = audio.log_mel(wave, FRONT_END.sample_rate, **FRONT_END.mel)
    extent = (0, len(wave) / FRONT_END.sample_rate, 0, log_mel.shape[1])
    axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="magma", extent=extent)
    axis.set(ylabel="mel bands")
    axis.grid(False)
    return log_mel.shape[1]


def listen(folder: Path) -> HTML:
    """Return an audio player of the phrase."""
    return HTML(players([Clip(Path(str(load(folder)["path"])), ("the phrase",))]))
