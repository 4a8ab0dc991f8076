"""Draw the first filters of architectures to scale on the audio of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from .. import audio
from ..datasets.clip import Clip
from ..models import ARCHITECTURES, build
from .style import WIDTH

SAMPLE_RATE, HOP = 12_000, 256
FRAMES = 360  # 7.7 s: enough for two of the longest temporal filters
SAMPLES = 1_200  # 0.1 s: enough for two of the longest filters on the waveform


@cache
def first_filters(name: str) -> list[tuple[int, ...]]:
    """Return the shapes of the filters on the input: (frames, bands), (frames,) on an envelope, or (samples,)."""
    layers = [layer for layer in build(name, width=4).layers if hasattr(layer, "kernel_size")]
    return [layer.kernel_size for layer in layers if layer.kernel.shape[-2] == 1]


def front_ends(clip: Clip, names: Sequence[str]) -> plt.Figure:
    """Draw the first filters of front-ends on the spectrogram and the waveform of a clip.

    Args:
        clip: clip to draw on.
        names: keys of `ARCHITECTURES`.
    """
    waveform = audio.load(clip.path, SAMPLE_RATE, seconds=FRAMES * HOP / SAMPLE_RATE)
    waveform = audio.repeat_to(waveform, FRAMES * HOP)
    rows = -(-len(names) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 1.7 * rows), squeeze=False)
    for axis, name in zip(axes.flat, names, strict=False):
        on_waveform = ARCHITECTURES[name].signal == "waveform"
        filters = first_filters(name)
        (_on_waveform if on_waveform else _on_spectrogram)(axis, waveform, filters)
        shape = f" {'×'.join(map(str, filters[0]))}" if len(filters) == 1 and ARCHITECTURES[name].label != name else ""
        axis.set_title(ARCHITECTURES[name].label + shape, fontsize=11, loc="left")
        axis.grid(False)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    figure.tight_layout()
    return figure


def _on_spectrogram(axis: plt.Axes, waveform: np.ndarray, shapes: list[tuple[int, ...]]) -> None:
    """Draw time x frequency rectangles; filters on the envelope average all bands first."""
    log_mel = audio.log_mel(waveform, SAMPLE_RATE)
    axis.imshow(
        log_mel.T,
        origin="lower",
        aspect="auto",
        cmap="gray_r",
        vmin=log_mel.min() - 40,
        extent=(0, len(log_mel), 0, 96),
    )
    envelopes = [shape for shape in shapes if len(shape) == 1]
    left = 8
    for shape in shapes:
        if len(shape) == 2:
            frames, bands = shape
            axis.add_patch(box(left, (96 - bands) / 2, frames, bands, "C3"))
            left += frames + 12
    for row, (frames,) in enumerate(envelopes):
        axis.add_patch(box(left + 8, 78 - 22 * row, frames, 6, "C0"))
    axis.set(xlim=(0, len(log_mel)), ylim=(0, 96), xlabel="frames", ylabel="mel bands")


def _on_waveform(axis: plt.Axes, waveform: np.ndarray, shapes: list[tuple[int, ...]]) -> None:
    """Draw bars as long as the filters over a tenth of a second around the loudest sample."""
    start = int(np.clip(np.abs(waveform).argmax() - SAMPLES // 2, 0, len(waveform) - SAMPLES))
    excerpt = waveform[start : start + SAMPLES] / np.abs(waveform).max()
    axis.plot(excerpt, color="0.6", linewidth=0.8)
    for row, (samples,) in enumerate(shapes):
        axis.add_patch(box(60, 0.62 - 0.32 * row, samples, 0.18, "C3"))
    axis.set(xlim=(0, SAMPLES), ylim=(-1.05, 1.05), xlabel="samples", yticks=[])


def box(x: float, y: float, width: float, height: float, color: str) -> Rectangle:
    """Return the rectangle of a filter."""
    return Rectangle((x, y), width, height, facecolor=color, alpha=0.75, edgecolor=color, linewidth=1.5)


def on_patch(log_mel: np.ndarray, shapes: Sequence[tuple[int, int]]) -> plt.Figure:
    """Draw filters side by side on a patch of their input.

    Args:
        log_mel: shape (T, F).
        shapes: (frames, bands) of each filter; those one band wide are drawn below each other.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 2.6))
    axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="gray_r", vmax=1.6 * log_mel.max())
    left, low = 8, 16
    for frames, bands in shapes:
        if bands > 1:
            axis.add_patch(box(left, (log_mel.shape[1] - bands) / 2, frames, bands, "C3"))
            left += frames + 8
        else:
            axis.add_patch(box(left + 10, low, frames, 1, "C0"))
            low += 26
    axis.set(xlabel="frames of 16 ms", ylabel="mel bands", ylim=(0, log_mel.shape[1]))
    axis.grid(False)
    figure.tight_layout()
    return figure
