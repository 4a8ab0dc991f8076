"""Draw the filters of chapter III's networks to scale, with the movement that their pools permit."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from ... import audio
from ...datasets.clip import Clip
from ...models.eusipco2017 import INSTRUMENT_INPUT, LOW_AND_TALL, TAG_FILTERS, TAG_INPUT
from ...protocols.musically_motivated.rhythm.systems import FRONT_END, LABELS, SYSTEMS
from ...protocols.musically_motivated.timbre import systems as timbre
from ..drawings import box
from ..style import WIDTH

# Of each architecture: shapes (frames, bands) of some filters, and whether its pool joins time, frequency or both.
SHAPES = {
    "black_box": ([(8, 12)], "a few bands"), "time": ([(60, 1)], "frequency"), "frequency": ([(1, 32)], "time"),
    "time_frequency": ([(60, 1), (1, 32)], "both"),
    "o_net": ([(6, 1), (21, 1), (41, 1)], "time"), "p_net": ([(46, 1), (131, 1), (216, 1)], "time"),
    "o_p_net": ([(6, 1), (41, 1), (131, 1), (216, 1)], "time"),
}  # fmt: skip


def filters(clip: Clip, systems: Sequence[str]) -> plt.Figure:
    """Draw filters on the log-mel spectrogram that a network sees.

    Args:
        clip: clip to draw on.
        systems: keys of `SYSTEMS`.

    Returns:
        One panel per system. An arrow is the direction in which a filter may move without a change of the output.
    """
    rows = -(-len(systems) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 1.75 * rows), squeeze=False)
    frames = 250
    wave = audio.repeat_to(audio.load(clip.path, FRONT_END.sample_rate), frames * FRONT_END.mel["hop"])
    log_mel = audio.log_mel(wave, FRONT_END.sample_rate, **FRONT_END.mel)[:frames]
    for axis, name in zip(axes.flat, systems, strict=False):
        shapes, moves = SHAPES[SYSTEMS[name].network]
        axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="gray_r", vmax=1.8 * log_mel.max())
        places = np.linspace(4, 30, len(shapes)) if all(bands == 1 for _, bands in shapes) else np.full(len(shapes), 8)
        left = 12.0
        for (length, bands), low in zip(shapes, places, strict=True):
            colour = "C0" if bands == 1 else "C3"
            low = 4 if bands > 1 else float(low)
            axis.add_patch(box(left, low, length, bands, colour))
            if moves in ("time", "both") and (bands > 1 or moves == "time"):
                _arrow(axis, (left + length + 1, low + bands / 2), (14, 0))
            if moves in ("frequency", "both", "a few bands") and not (moves == "both" and bands > 1):
                _arrow(axis, (left + length / 2, low + bands), (0, 4 if moves == "a few bands" else 9))
            left += length + 30 if bands > 1 or len(shapes) < 3 else 0
        axis.set_title(LABELS[name], fontsize=11, loc="left")
        axis.set(xlim=(0, frames), ylim=(0, 40), xlabel="frames of 23 ms", ylabel="mel bands")
        axis.grid(False)
    for axis in axes.flat[len(systems) :]:
        axis.set_axis_off()
    figure.tight_layout()
    return figure


def timbral(clip: Clip) -> plt.Figure:
    """Draw the filters for instruments and for tags on the log-mel spectrograms that the networks see.

    Returns:
        One panel per network. An arrow is the direction in which a filter may move without a change of the output.
    """
    of_tags = [(length, height) for height in TAG_FILTERS for length in (1, 3, 5, 7)]
    drawn = {"instruments": (INSTRUMENT_INPUT, list(LOW_AND_TALL)), "tags": (TAG_INPUT, of_tags)}
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.4), squeeze=False)
    for axis, (name, (shape, filters)) in zip(axes.flat, drawn.items(), strict=True):
        system = timbre.SYSTEMS[name]
        (frames, bands), front = shape, system.front_end
        wave = audio.repeat_to(audio.load(clip.path, front.sample_rate), frames * front.mel["hop"])
        log_mel = audio.log_mel(wave, front.sample_rate, **front.mel)[:frames]
        axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="gray_r")
        for place, (length, height) in enumerate(filters):
            left = 6 + place * (frames - 12) / len(filters)
            axis.add_patch(box(left, 2, length, height, "C0" if height < 10 else "C3"))
            _arrow(axis, (left + length / 2, height + 2), (0, min(10, bands - height)))
        axis.set_title(system.label, fontsize=11, loc="left")
        axis.set(xlim=(0, frames), ylim=(0, bands), ylabel="mel bands")
        axis.set_xlabel(f"frames of {1000 * front.hop:.0f} ms")
        axis.grid(False)
    figure.tight_layout()
    return figure


def _arrow(axis: plt.Axes, start: tuple[float, float], along: tuple[float, float]) -> None:
    end = (start[0] + along[0], start[1] + along[1])
    axis.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "black", "linewidth": 1.4})
