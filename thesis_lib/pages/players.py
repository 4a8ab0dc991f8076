"""Clips in, audio players and pictures of what they play out."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape

import matplotlib.pyplot as plt
import numpy as np
import soundfile

from .. import audio
from ..datasets.clip import Clip
from .style import WIDTH


def one_a_class(clips: Sequence[Clip], *, at_most: int = 10) -> list[Clip]:
    """The first clip of each of the first classes."""
    first = {clip.label: clip for clip in reversed(clips) if clip.labels}
    return [first[label] for label in sorted(first)][:at_most]


def players(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 16_000) -> str:
    """Audio players as html that needs no file beside it: the start of each clip as MP3, about 4 kB a second.

    Args:
        clips: to be heard.
        seconds: of each.
        sample_rate: in Hz.
    """
    items = []
    for clip in clips:
        encoded = io.BytesIO()
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        soundfile.write(encoded, waveform, sample_rate, format="MP3", bitrate_mode="CONSTANT", compression_level=0.9)
        source = f"data:audio/mpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"
        name = escape(", ".join(clip.labels) or "no label")
        player = f'<audio controls preload="none" aria-label="{name}" src="{source}"></audio>'
        items.append(f"<figure><figcaption>{name}</figcaption>{player}</figure>")
    return f'<div class="listening">{"".join(items)}</div>'


def waveforms(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 12_000) -> plt.Figure:
    """Waveforms of the same starts."""
    rows = -(-len(clips) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 0.9 * rows), sharex=True, sharey=True, squeeze=False)
    for axis, clip in zip(axes.flat, clips, strict=False):
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        axis.plot(np.arange(len(waveform)) / sample_rate, waveform, linewidth=0.3, rasterized=True)
        axis.set_title(_name(clip), fontsize=11, loc="left", parse_math=False)
        axis.set(ylim=(-1, 1), yticks=(-1, 0, 1))
    for axis in axes.flat[len(clips) :]:
        axis.set_axis_off()
    figure.supxlabel("time (s)", fontsize=11)
    figure.tight_layout()
    return figure


def _name(clip: Clip) -> str:
    """The labels of a clip; of many, the first three."""
    return ", ".join(clip.labels[:3]) + (" ..." if len(clip.labels) > 3 else "") or "no label"


def spectrograms(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 12_000) -> plt.Figure:
    """Log-mel spectrograms of the same starts, as the spectrogram front-ends see them."""
    rows = -(-len(clips) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 1.5 * rows), sharex=True, sharey=True, squeeze=False)
    for axis, clip in zip(axes.flat, clips, strict=False):
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        log_mel = audio.log_mel(waveform, sample_rate, fmax=sample_rate / 2)
        extent = (0, len(waveform) / sample_rate, 0, log_mel.shape[1])
        axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="magma", extent=extent)
        axis.set_title(_name(clip), fontsize=11, loc="left", parse_math=False)
        axis.grid(False)
    for axis in axes.flat[len(clips) :]:
        axis.set_axis_off()
    figure.supxlabel("time (s)", fontsize=11)
    figure.supylabel("mel band", fontsize=11)
    figure.tight_layout()
    return figure
