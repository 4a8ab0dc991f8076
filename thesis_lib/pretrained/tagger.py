"""Tag audio files with musicnn.

As in the original (Pons & Serra, ISMIR 2019 late-breaking), a file is cut into patches of three seconds, each patch is
tagged, and the file's tags are the mean over its patches; an incomplete last patch is dropped. Unlike the original, a
file shorter than a patch is padded with silence, files of any length need little memory, the model is built once for
all files, and overlapping patches share computations.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from threadpoolctl import ThreadpoolController

from .. import audio
from ..models.fast.musicnn import folded, overlapping
from ..models.musicnn import FRAMES, MELS
from ..models.settings import jit
from .musicnn import load_musicnn
from .released import RELEASED
from .tags import TAGS

SAMPLE_RATE, HOP, N_FFT = 16_000, 256, 512  # Hz, samples, samples
PIECE = 10.0  # seconds of audio to read at once
FRAMES_A_SECOND = SAMPLE_RATE / HOP
BATCH = 2  # patches per batch; 4 are 5 to 10 % faster on a CPU, but ten minutes need up to 0.15 GB more
SHARING_BATCH = 12  # overlapping patches per batch; they share more computations in larger batches
SHARED_BELOW = 120  # frames between patches; with fewer, timbral filters are computed once for all patches


class Tagged(NamedTuple):
    """The tags of one file.

    Attributes:
        taggram: probabilities, float32 (patches, 50).
        tags: names of the tags.
        features: requested features by name, float32 (patches, ...).
        starts: start of each patch in seconds.
    """

    taggram: np.ndarray
    tags: tuple[str, ...]
    features: dict[str, np.ndarray]
    starts: np.ndarray

    def top(self, n: int = 3) -> list[tuple[str, float]]:
        """Return the most probable tags of the file with their probabilities averaged over patches."""
        mean = self.taggram.mean(axis=0)
        return [(self.tags[index], float(mean[index])) for index in np.argsort(-mean, kind="stable")[:n]]


class Tagger:
    """A released model, built once for any number of files.

    Args:
        model: a key of `pretrained.released.RELEASED`.
        source: location of its weights, as in `load_musicnn`.
        features: features to return with the taggram: False for none, True for all, or a list of names such as
            `["penultimate"]`. All features of a patch need 0.6 MB (musicnn) or 3 MB (VGG).

    Raises:
        ValueError: the model or a feature is unknown.

    Example:
        >>> Tagger("MTT_musicnn")("song.mp3").top(3)  # doctest: +SKIP
        [('guitar', 0.61), ('slow', 0.32), ('classical', 0.3)]
    """

    def __init__(
        self, model: str = "MTT_musicnn", *, source: Path | str | None = None, features: bool | Iterable[str] = False
    ) -> None:
        original = load_musicnn(model, source=source)
        self.model, self.tags = model, TAGS[RELEASED[model].trained_on]
        self._whole = _compiled(folded(original, features=bool(features)))
        named = [name for name in self._whole.output if name != "taggram"] if features else []
        self.features = named if features is True else list(features or ())
        if unknown := set(self.features) - set(named):
            raise ValueError(f"features of {model} must be among {', '.join(named)}; got {', '.join(sorted(unknown))}.")
        self._overlapping = None
        if original.name == "musicnn":
            self._overlapping = _compiled(overlapping(original, features=bool(features)))

    def __call__(self, path: Path | str, *, hop: float = FRAMES / FRAMES_A_SECOND) -> Tagged:
        """Tag a file. Apart from the result, memory does not grow with the duration of the file.

        Args:
            path: any file that libsndfile reads.
            hop: seconds between the starts of two patches; no overlap by default.

        Raises:
            AudioError: the file cannot be used.
            ValueError: the hop is shorter than a frame (16 ms).
        """
        frames = int(hop * FRAMES_A_SECOND + 1e-9)
        if frames < 1:
            raise ValueError(f"hop must be at least one frame, {1 / FRAMES_A_SECOND} s; got hop={hop}.")
        size = SHARING_BATCH if self._shares(frames) else BATCH
        outputs = [self._tagged(*batch, frames, size) for batch in _batches(_log_mels(path), frames, size, path)]
        joined = {name: np.concatenate([output[name] for output in outputs]) for name in outputs[0]}
        starts = np.arange(len(joined["taggram"])) * frames / FRAMES_A_SECOND
        return Tagged(joined.pop("taggram"), self.tags, joined, starts)

    def _shares(self, hop: int) -> bool:
        return self._overlapping is not None and hop < SHARED_BELOW

    def _tagged(self, spectrogram: np.ndarray, starts: np.ndarray, hop: int, size: int) -> dict[str, np.ndarray]:
        """Compute the outputs for at most `size` patches that start at given frames, `hop` apart."""
        count = len(starts)
        if keras.backend.backend() != "tensorflow":  # TensorFlow compiles once for all sizes, the others once per size
            starts = np.resize(starts, size)
            spectrogram = np.pad(spectrogram, ((0, max(0, hop * (size - 1) + FRAMES - len(spectrogram))), (0, 0)))
        if self._shares(hop):
            span = spectrogram[: hop * (size - 1) + FRAMES]
            output = self._overlapping.predict_on_batch([span[None], starts[None].astype(np.int32)])
        else:
            output = self._whole.predict_on_batch(np.stack([spectrogram[s : s + FRAMES] for s in starts]))
        output = output if self.features else {"taggram": output}
        return {name: output[name][:count] for name in ("taggram", *self.features)}


def log_mel(path: Path | str) -> np.ndarray:
    """Compute the input of musicnn for a file of any length: log10(10000 x + 1) of the power in 96 mel bands.

    Args:
        path: any file that libsndfile reads.

    Returns:
        float32 of shape (1 + samples // 256, 96), at 16 kHz.

    Raises:
        AudioError: the file cannot be used.
    """
    return np.concatenate(list(_log_mels(path)))


def _log_mels(path: Path | str) -> Iterator[np.ndarray]:
    """Compute `log_mel` piece by piece."""
    for piece in _overlapping(audio.stream(path, SAMPLE_RATE, at_once=PIECE)):
        with _blas().limit(limits=1):  # more BLAS threads would compete with the network for cores
            power = audio.mel_spectrogram(piece, SAMPLE_RATE, n_mels=MELS, n_fft=N_FFT, hop=HOP, pad="none")
        # rounded to float16 as in the original, then float32 before the product, which would overflow float16
        yield np.log10(10_000 * power.astype(np.float16).astype(np.float32) + 1)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


def _overlapping(pieces: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield overlapping pieces whose frames are those of the complete waveform, reflected at both ends."""
    half, held, begun = N_FFT // 2, np.zeros(0, np.float32), False
    for piece in pieces:
        held = np.concatenate([held, piece])
        if not begun and len(held) <= N_FFT:
            continue
        held, begun = held if begun else np.pad(held, (half, 0), mode="reflect"), True
        # half a window and one sample are kept, because the end is reflected
        frames = (len(held) - N_FFT - 1) // HOP + 1
        if frames > 0:
            yield held[: (frames - 1) * HOP + N_FFT]
            held = held[frames * HOP :]
    yield np.pad(held, (0 if begun else half, half), mode="reflect")


def _batches(
    pieces: Iterator[np.ndarray], hop: int, size: int, path: Path | str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield log-mel spectrograms with the start frames of up to `size` patches in each."""
    held, any_yet = np.zeros((0, MELS), np.float32), False
    for piece in pieces:
        held = np.concatenate([held, piece])
        while (
            len(held) >= (2 * size - 1) * hop + FRAMES
        ):  # the rest makes two equal batches instead of a small last one
            yield held, np.arange(size) * hop
            held, any_yet = held[size * hop :], True
    if len(held) < FRAMES and not any_yet:
        warnings.warn(f"{path} is shorter than a patch of 3 s and is padded with silence.", stacklevel=3)
        held = np.pad(held, ((0, FRAMES - len(held)), (0, 0)))  # log10(0 + 1) is 0
    starts = np.arange(0, len(held) - FRAMES + 1, hop)
    for batch in np.array_split(starts, -(-len(starts) // size)):
        yield held[batch[0] :], batch - batch[0]


def _compiled(model: keras.Model) -> keras.Model:
    model.compile(jit_compile=jit())
    return model
