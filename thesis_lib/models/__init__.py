"""The table of architectures: a name in, a Keras model out."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import keras


class Architecture(NamedTuple):
    """Where an architecture is built and where it was published.

    Attributes:
        builder: "module:function" in this package; imported when built, so that looking at the table costs nothing.
        chapter: of the thesis, as a numeral; "A" is the appendix on musicnn.
        paper: authors, venue and year.
        signal: what goes in: "log-mel" or "waveform".
        settings: the published sizes: name -> (knobs, parameters in the paper, or None where it states none).
    """

    builder: str
    chapter: str
    paper: str
    signal: str
    settings: dict[str, tuple[dict, int | None]]


def _random(function: str, signal: str, small: int, large: int) -> Architecture:
    settings = {"small": ({"width": small}, None), "large": ({"width": large}, None)}
    return Architecture(f"random_cnns:{function}", "IV", "Pons & Serra, ICASSP 2019", signal, settings)


def _few(function: str, paper: str, n_params: int | None) -> Architecture:
    return Architecture(function, "VI", paper, "log-mel", {"published": ({}, n_params)})


def _tagger(function: str, paper: str, **settings: tuple[dict, int | None]) -> Architecture:
    return Architecture(function, "A", paper, "log-mel", settings)


_FEW = "Pons, Serrà & Serra, ICASSP 2019"
_RELEASED, _TRAINING = "Pons & Serra, ISMIR 2019 late-breaking", "Pons, musicnn-training, 2019"
# Chapter IV, in the order of the paper's figures: spectrogram front-ends, then waveform front-ends. The paper gives no
# parameter counts; tests hold the built ones against counts made from the original code's layers.
ARCHITECTURES: dict[str, Architecture] = {
    "vgg": _random("vgg", "log-mel", 32, 717),
    "7x96": _random("vertical_7x96", "log-mel", 160, 3585),
    "7x86": _random("vertical_7x86", "log-mel", 160, 3585),
    "timbral": _random("timbral", "log-mel", 8, 256),
    "temporal": _random("temporal", "log-mel", 8, 256),
    "timbral_temporal": _random("timbral_temporal", "log-mel", 4, 128),
    "sample_level": _random("sample_level", "waveform", 23, 512),
    "frame_level": _random("frame_level", "waveform", 40, 896),
    "frame_level_many": _random("frame_level_many", "waveform", 20, 448),
    # Chapter VI, for ten classes; its slides round 250k, 50k and 10k.
    "sb_cnn": _few("few_data:sb_cnn", _FEW, 250_000),
    "few_vgg": _few("few_data:vgg", _FEW, 50_000),
    "few_timbre": _few("few_data:timbre", _FEW, 10_000),
    "prototypical": _few("few_data:prototypical", _FEW, None),
    "vggish": _few("vggish:vggish", "Hershey et al., ICASSP 2017", None),
    # musicnn as released, then the nine models of its training code with the counts that its comments round.
    "musicnn": _tagger(
        "musicnn:musicnn", _RELEASED, released=({}, 787_000), big=({"mid_width": 512, "dense_width": 500}, None)
    ),
    "musicnn_dieleman": _tagger("musicnn_training:dieleman", _TRAINING, published=({}, 66_000)),
    "musicnn_vgg": _tagger("musicnn:vgg", _TRAINING, small=({"width": 32}, 40_000), released=({"width": 128}, 605_000)),
    "musicnn_timbre": _tagger("musicnn_training:timbre", _TRAINING, published=({}, 185_000)),
    "musicnn_residual": _tagger("musicnn_training:residual", _TRAINING, published=({}, 508_000)),
    "musicnn_dense": _tagger("musicnn_training:dense", _TRAINING, published=({}, 787_000)),
    "musicnn_attention": _tagger("musicnn_training:attention", _TRAINING, published=({}, 2_400_000)),
    "musicnn_autopool": _tagger("musicnn_training:autopool", _TRAINING, published=({}, 636_000)),
    "musicnn_recurrent": _tagger("musicnn_training:recurrent", _TRAINING, published=({}, 3_800_000)),
}


def of_chapter(chapter: str) -> tuple[str, ...]:
    """The names of a chapter's architectures."""
    return tuple(name for name, architecture in ARCHITECTURES.items() if architecture.chapter == chapter)


def jit() -> bool | str:
    """What a model is compiled with as `jit_compile`.

    On a CPU, TensorFlow's own kernels are faster than XLA's; JAX cannot do without.
    """
    import keras

    return False if keras.backend.backend() == "tensorflow" else "auto"


def precision() -> str:
    """The dtype policy with which wide convolutions are fast here.

    Products of matrices of 16-bit numbers, summed in 32 bits, where the processor has instructions for them (AMX);
    without those they are slower than 32 bits.
    """
    processor = Path("/proc/cpuinfo")
    has = processor.exists() and "amx_bf16" in processor.read_text("utf-8")
    return "mixed_bfloat16" if has else "float32"


def build(name: str, **knobs: object) -> keras.Model:
    """Builds an architecture.

    Args:
        name: a key of `ARCHITECTURES`.
        **knobs: what its function takes, `width` for instance.

    Returns:
        A Keras model with fresh weights.

    Raises:
        ValueError: an unknown name.

    Example:
        >>> build("vgg", width=32).count_params()
        37312
    """
    if name not in ARCHITECTURES:
        near = get_close_matches(name, ARCHITECTURES, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"name must be one of {', '.join(ARCHITECTURES)}; got name={name!r}.{hint}")
    module, function = ARCHITECTURES[name].builder.split(":")
    return getattr(import_module(f"{__name__}.{module}"), function)(**knobs)
