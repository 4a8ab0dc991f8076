"""Build the thesis's architectures by name."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import keras


class Size(NamedTuple):
    """A published size of an architecture.

    Attributes:
        knobs: the builder's keyword arguments.
        n_params: number of trainable parameters of the model built here. A test counts them.
        n_outputs: length of the output. A test checks it.
    """

    knobs: dict
    n_params: int
    n_outputs: int


class Architecture(NamedTuple):
    """An architecture and where it was published.

    Attributes:
        builder: "module:function" in this package, imported only when the architecture is built.
        label: name in figures and tables.
        chapter: numeral of the thesis's chapter; "A" is the appendix on musicnn.
        paper: authors, venue and year.
        signal: the input, "log-mel" or "waveform".
        sizes: the published sizes by name.
        fast: "module:function" of a builder of the same function computed faster, or None.
    """

    builder: str
    label: str
    chapter: str
    paper: str
    signal: str
    sizes: dict[str, Size]
    fast: str | None = None


_RANDOM, _FEW = "Pons & Serra, ICASSP 2019", "Pons, Serrà & Serra, ICASSP 2019"
_CBMI, _TEMPORAL = "Pons, Lidy & Serra, CBMI 2016", "Pons & Serra, ICASSP 2017"
_TIMBRE, _SYLLABLES = "Pons et al., EUSIPCO 2017", "Pons, Gong & Serra, ISMIR 2017"
_RELEASED, _TRAINING = "Pons & Serra, ISMIR 2019 late-breaking", "Pons, musicnn-training, 2019"


def _random(function: str, label: str, signal: str, small: Size, large: Size) -> Architecture:
    return Architecture(f"random_cnns:{function}", label, "IV", _RANDOM, signal, {"small": small, "large": large})


def _few(function: str, label: str, n_params: int) -> Architecture:
    sizes = {"published": Size({}, n_params, 10)}
    return Architecture(f"few_data:{function}", label, "VI", _FEW, "log-mel", sizes, f"fast.few_data:{function}")


def _motivated(function: str, label: str, paper: str, *, fast: str | None = None, **sizes: Size) -> Architecture:
    return Architecture(function, label, "III", paper, "log-mel", sizes, fast)


def _tagger(function: str, label: str, paper: str, **sizes: Size) -> Architecture:
    return Architecture(function, label, "A", paper, "log-mel", sizes)


# fmt: off
ARCHITECTURES: dict[str, Architecture] = {
    # Chapter III in the order of the papers. The sizes of CBMI 2016 are two lengths of the input, and six heights.
    "black_box": _motivated("cbmi2016:black_box", "Black box", _CBMI, short=Size({}, 3_275_312, 8),
                            long=Size({"input_shape": (250, 40), "length": 200}, 2_363_440, 8)),
    "time": _motivated("cbmi2016:time", "Time", _CBMI, short=Size({}, 7_336, 8),
                       long=Size({"input_shape": (250, 40), "length": 200}, 19_496, 8)),
    "frequency": _motivated("cbmi2016:frequency", "Frequency", _CBMI,
                            **{f"height_{height}": Size({"height": height}, n_params, 8) for height, n_params in
                               ((30, 3_816), (32, 3_368), (34, 2_920), (36, 2_472), (38, 2_024), (40, 1_576))}),
    "time_frequency": _motivated("cbmi2016:time_frequency", "Time-frequency", _CBMI, published=Size({}, 196_816, 8)),
    "o_net": _motivated("icassp2017:o_net", "O-net", _TEMPORAL, fast="fast.icassp2017:o_net", once=Size({}, 4_188, 8),
                        twice=Size({"times": 2}, 8_368, 8)),
    "p_net": _motivated("icassp2017:p_net", "P-net", _TEMPORAL, fast="fast.icassp2017:p_net", once=Size({}, 7_428, 8),
                        twice=Size({"times": 2}, 14_848, 8)),
    "o_p_net": _motivated("icassp2017:o_p_net", "O+P-net", _TEMPORAL, fast="fast.icassp2017:o_p_net",
                          once=Size({}, 11_608, 8),
                          **{f"times_{times}": Size({"times": times}, n_params, 8) for times, n_params in
                             ((2, 23_208), (4, 46_408), (8, 92_808))}),
    "phonemes": _motivated("eusipco2017:phonemes", "Timbral", _TIMBRE, published=Size({}, 222_557, 29)),
    "phonemes_small": _motivated("eusipco2017:phonemes_small", "Small filters", _TIMBRE,
                                 published=Size({}, 221_153, 29)),
    "phonemes_mlp": _motivated("eusipco2017:phonemes_mlp", "MLP", _TIMBRE, dan=Size({}, 481_391, 29),
                               laosheng=Size({"units": 475, "dropout": 0.291}, 430_379, 29)),
    "instruments": _motivated("eusipco2017:instruments", "Single-layer", _TIMBRE,
                              fast="fast.eusipco2017:instruments", published=Size({}, 61_867, 11)),
    "instruments_multi": _motivated("eusipco2017:instruments_multi", "Multi-layer", _TIMBRE,
                                    fast="fast.eusipco2017:instruments_multi", published=Size({}, 742_315, 11)),
    "instruments_han": _motivated("eusipco2017:instruments_han", "Han et al.", _TIMBRE,
                                  published=Size({}, 1_446_123, 11)),
    "tags": _motivated("eusipco2017:tags", "Timbral", _TIMBRE, fast="fast.eusipco2017:tags", once=Size({}, 74_526, 50),
                       twice=Size({"times": 2}, 191_006, 50), times_4=Size({"times": 4}, 565_278, 50)),
    "tags_small": _motivated("eusipco2017:tags_small", "Small filters", _TIMBRE, published=Size({}, 73_778, 50)),
    "onsets_temporal": _motivated("ismir2017:onsets_temporal", "Temporal", _SYLLABLES, wide=Size({}, 210_403, 2),
                                  narrow=Size({"width": 20}, 132_127, 2)),
    "onsets_timbral": _motivated("ismir2017:onsets_timbral", "Timbral", _SYLLABLES,
                                 fast="fast.ismir2017:onsets_timbral", wide=Size({}, 185_420, 2),
                                 narrow=Size({"width": 20}, 119_432, 2)),
    "onsets_jan": _motivated("ismir2017:onsets_jan", "Schlüter & Böck", _SYLLABLES, published=Size({}, 535_290, 2)),
    "onsets_jan_deep": _motivated("ismir2017:onsets_jan_deep", "Schlüter & Böck, deep", _SYLLABLES,
                                  published=Size({}, 82_450, 2)),
    # Chapter IV in the order of the paper's figures: spectrogram front-ends, then waveform front-ends. The paper states
    # no parameter counts; tests compare the models with counts derived from the original code's layers.
    "vgg": _random("vgg", "VGG", "log-mel",
                   Size({"width": 32}, 37_312, 160), Size({"width": 717}, 18_517_242, 3585)),
    "7x96": _random("vertical_7x96", "7x96", "log-mel",
                    Size({"width": 160}, 107_680, 160), Size({"width": 3585}, 2_412_705, 3585)),
    "7x86": _random("vertical_7x86", "7x86", "log-mel",
                    Size({"width": 160}, 96_480, 160), Size({"width": 3585}, 2_161_755, 3585)),
    "timbral": _random("timbral", "Timbral", "log-mel",
                       Size({"width": 8}, 16_976, 112), Size({"width": 256}, 543_232, 3584)),
    "temporal": _random("temporal", "Temporal", "log-mel",
                        Size({"width": 8}, 6_798, 112), Size({"width": 256}, 217_536, 3584)),
    "timbral_temporal": _random("timbral_temporal", "Timbral + temporal", "log-mel",
                                Size({"width": 4}, 11_887, 112), Size({"width": 128}, 380_384, 3584)),
    "sample_level": _random("sample_level", "Sample-level", "waveform",
                            Size({"width": 23}, 9_752, 161), Size({"width": 512}, 4_723_712, 3584)),
    "frame_level": _random("frame_level", "Frame-level", "waveform",
                           Size({"width": 40}, 54_240, 160), Size({"width": 896}, 17_321_472, 3584)),
    "frame_level_many": _random("frame_level_many", "Frame-level many", "waveform",
                                Size({"width": 20}, 39_600, 160), Size({"width": 448}, 10_282_496, 3584)),
    # Chapter VI with ten classes. What its slides state is in `data/paper/results.csv`, as for musicnn's training code.
    "sb_cnn": _few("sb_cnn", "SB-CNN", 241_436),
    "few_vgg": _few("vgg", "VGG", 42_764),
    "few_timbre": _few("timbre", "TIMBRE", 7_572),
    "prototypical": _few("prototypical", "prototypical network", 613_642),
    "vggish": Architecture("vggish:vggish", "VGGish", "VI", "Hershey et al., ICASSP 2017", "log-mel",
                           {"published": Size({}, 72_141_184, 128)}),
    # musicnn as released, then the nine models of its training code.
    "musicnn": _tagger("musicnn:musicnn", "musicnn", _RELEASED, released=Size({}, 787_159, 50),
                       big=Size({"mid_width": 512, "dense_width": 500}, 7_980_235, 50)),
    "musicnn_dieleman": _tagger("musicnn_training:dieleman", "Dieleman", _TRAINING,
                                published=Size({}, 66_784, 50)),
    "musicnn_vgg": _tagger("musicnn:vgg", "VGG", _TRAINING, small=Size({"width": 32}, 40_884, 50),
                           released=Size({"width": 128}, 605_748, 50)),
    "musicnn_timbre": _tagger("musicnn_training:timbre", "timbre", _TRAINING,
                              published=Size({}, 185_856, 50)),
    "musicnn_residual": _tagger("musicnn_training:residual", "residual", _TRAINING,
                                published=Size({}, 508_547, 50)),
    "musicnn_dense": _tagger("musicnn_training:dense", "dense", _TRAINING,
                             published=Size({}, 786_903, 50)),
    "musicnn_attention": _tagger("musicnn_training:attention", "attention", _TRAINING,
                                 published=Size({}, 2_406_684, 50)),
    "musicnn_autopool": _tagger("musicnn_training:autopool", "autopool", _TRAINING,
                                published=Size({}, 636_445, 50)),
    "musicnn_recurrent": _tagger("musicnn_training:recurrent", "recurrent", _TRAINING,
                                 published=Size({}, 3_867_011, 50)),
}
# fmt: on


def of_chapter(chapter: str) -> tuple[str, ...]:
    """Return the names of a chapter's architectures."""
    return tuple(name for name, architecture in ARCHITECTURES.items() if architecture.chapter == chapter)


def builder(name: str, *, fast: bool = False):
    """Return the function that builds an architecture.

    Args:
        name: a key of `ARCHITECTURES`.
        fast: whether to return the faster form, for architectures that have one.

    Raises:
        ValueError: the name is unknown, or there is no faster form.
    """
    if name not in ARCHITECTURES:
        near = get_close_matches(name, ARCHITECTURES, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"name must be one of {', '.join(ARCHITECTURES)}; got name={name!r}.{hint}")
    found = ARCHITECTURES[name].fast if fast else ARCHITECTURES[name].builder
    if found is None:
        raise ValueError(f"fast must be False for an architecture without a faster form; got name={name!r}.")
    module, function = found.split(":")
    return getattr(import_module(f"{__name__}.{module}"), function)


def build(name: str, *, fast: bool = False, **knobs: object) -> keras.Model:
    """Build an architecture with new weights.

    Args:
        name: a key of `ARCHITECTURES`.
        fast: whether to build the form that is computed faster. It is the same function of the input, with the same
            number of parameters, written for speed instead of for reading.
        **knobs: keyword arguments of the architecture's function, for example `width`.

    Returns:
        The Keras model.

    Raises:
        ValueError: the name is unknown, or there is no faster form.

    Example:
        >>> build("vgg", width=32).count_params()
        37312
    """
    return builder(name, fast=fast)(**knobs)
