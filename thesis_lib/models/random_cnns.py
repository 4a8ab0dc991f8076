"""Build the randomly weighted CNNs of chapter IV.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, section 2. There
is no training and no batch normalisation: the weights keep their random initial values, and the mean of each feature
map of the chosen layers is one feature. With `n_outputs`, a softmax layer on the features makes a classifier that can
be trained.

Shapes in the margin: B clips, T frames or samples, F mel bands, C feature maps. `width` is the number of filters of the
smallest layer; the two published sizes are in `ARCHITECTURES`.
"""

from __future__ import annotations

import keras
from keras import layers

from . import settings  # noqa: F401  configures Keras

FRAMES, MELS = 1376, 96  # 29.3 s at 12 kHz with a hop of 256 samples
SAMPLES = 350_000  # 29.2 s at 12 kHz
MUSIC_LENGTHS = (165, 128, 64, 32)  # frames: temporal filters for rhythm and genre, up to 3.5 s
EVENT_LENGTHS = (64, 32, 16, 8)  # frames: temporal filters for UrbanSound8K's clips of 4 s


def vgg(input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 32) -> keras.Model:
    """Build five layers of 3x3 filters as in computer vision: minimal filters, no domain knowledge.

    After Choi et al., ISMIR 2016. Input (T, F); 5 x width features.
    """
    x = inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(x)  # (B, T, F, 1)
    pooled = []
    for i, (time, frequency) in enumerate([(4, 2), (4, 3), (5, 2), (4, 2), (4, 4)], start=1):
        x = _conv2d(width, (3, 3), "same", "elu", f"front_end_{i}")(x)
        # Deviation: the original's pools need 1,280 frames; here a pool is never larger than its input.
        x = layers.MaxPooling2D((min(time, x.shape[1]), min(frequency, x.shape[2])), name=f"pool_{i}")(x)
        pooled.append(x)
    return _means(inputs, pooled, n_outputs, "vgg")


def vertical_7x96(input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 160) -> keras.Model:
    """Build one layer of filters as high as the spectrogram, 7 frames x all bands: no shift in pitch is possible.

    Input (T, F); width features.
    """
    x = inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(x)  # (B, T, F, 1)
    x = _conv2d(width, (7, input_shape[1]), "valid", "relu", "front_end")(x)  # (B, T-6, 1, C)
    return _means(inputs, [x], n_outputs, "vertical_7x96")


def vertical_7x86(input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 160) -> keras.Model:
    """Build one layer of filters nine tenths as high as the spectrogram, and the maximum over pitch shifts.

    Input (T, F); width features.
    """
    x = inputs = layers.Input(input_shape, name="log_mel")
    x = layers.Reshape((*input_shape, 1), name="channel")(x)  # (B, T, F, 1)
    x = _conv2d(width, (7, int(0.9 * input_shape[1])), "valid", "relu", "front_end")(x)  # (B, T-6, 11, C)
    x = layers.MaxPooling2D((1, x.shape[2]), name="pool")(x)  # (B, T-6, 1, C)
    return _means(inputs, [x], n_outputs, "vertical_7x86")


def timbral(input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 8) -> keras.Model:
    """Build many vertical filters, nine and four tenths as high as the spectrogram (Pons et al., EUSIPCO 2017).

    Input (T, F); 14 x width features.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    return _means(inputs, _timbral(inputs, width), n_outputs, "timbral")


def temporal(
    input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 8, lengths=MUSIC_LENGTHS
) -> keras.Model:
    """Build many horizontal filters on the energy envelope (Pons & Serra, ICASSP 2017).

    Input (T, F); 14 x width features; `width` a multiple of four. `lengths` of the filters in frames.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    return _means(inputs, _temporal(inputs, width, lengths), n_outputs, "temporal")


def timbral_temporal(
    input_shape=(FRAMES, MELS), n_outputs: int | None = None, *, width: int = 4, lengths=MUSIC_LENGTHS
) -> keras.Model:
    """Build vertical and horizontal filters in parallel (Pons et al., CBMI 2016).

    Input (T, F); 28 x width features; `width` a multiple of four. `lengths` of the temporal filters in frames.
    """
    inputs = layers.Input(input_shape, name="log_mel")
    maps = _timbral(inputs, width) + _temporal(inputs, width, lengths)
    return _means(inputs, maps, n_outputs, "timbral_temporal")


def sample_level(input_shape=(SAMPLES, 1), n_outputs: int | None = None, *, width: int = 23) -> keras.Model:
    """Build seven layers of filters of three samples (Lee et al., SMC 2017): minimal filters on the waveform.

    Input (T, 1), T at least 3^7 = 2,187 samples; 7 x width features.
    """
    inputs = layers.Input(input_shape, name="waveform")
    x = _conv1d(width, 3, "valid", "front_end_1", strides=3)(inputs)  # (B, T/3, C)
    maps = [x]
    for i in range(2, 8):
        x = _conv1d(width, 3, "same", f"front_end_{i}")(x)
        x = layers.MaxPooling1D(3, name=f"pool_{i}")(x)  # (B, T/3^i, C)
        maps.append(x)
    return _means(inputs, maps, n_outputs, "sample_level")


def frame_level(input_shape=(SAMPLES, 1), n_outputs: int | None = None, *, width: int = 40) -> keras.Model:
    """Build filters of 512 samples with a stride of 32 (after Dieleman & Schrauwen, ICASSP 2014) and a residual
    back-end.

    Input (T, 1); 4 x width features.
    """
    inputs = layers.Input(input_shape, name="waveform")
    x = _conv1d(width, 512, "valid", "front_end", strides=32)(inputs)  # (B, T/32, C)
    return _means(inputs, [x, *_back_end(x, width)], n_outputs, "frame_level")


def frame_level_many(input_shape=(SAMPLES, 1), n_outputs: int | None = None, *, width: int = 20) -> keras.Model:
    """Build filters of 512 to 32 samples with a stride of 32 (after Zhu et al., 2016) and a residual back-end.

    Input (T, 1); 8 x width features.
    """
    inputs = layers.Input(input_shape, name="waveform")
    lengths = (512, 256, 128, 64, 32)  # samples
    maps = [_conv1d(width, length, "same", f"front_end_{length}", strides=32)(inputs) for length in lengths]
    x = layers.Concatenate(name="front_end")(maps)  # (B, T/32, 5C)
    return _means(inputs, [x, *_back_end(x, width)], n_outputs, "frame_level_many")


def _timbral(inputs, width: int) -> list:
    """Apply the vertical filters: (B, T, F) -> six maps (B, T, C), each the maximum over frequency."""
    x = layers.Reshape((*inputs.shape[1:], 1), name="channel")(inputs)  # (B, T, F, 1)
    maps = []
    for share in (0.9, 0.4):
        height = int(share * inputs.shape[2])
        for frames, times in ((7, 1), (3, 2), (1, 4)):
            name = f"front_end_{frames}x{height}"
            y = layers.ZeroPadding2D((frames // 2, 0), name=f"{name}_padded")(x)  # 'same' padding in time only
            y = _conv2d(times * width, (frames, height), "valid", "relu", name)(y)  # (B, T, F-height+1, C)
            y = layers.MaxPooling2D((1, y.shape[2]), name=f"{name}_pool")(y)  # (B, T, 1, C)
            maps.append(layers.Reshape((y.shape[1], y.shape[3]), name=f"{name}_maps")(y))
    return maps


def _temporal(inputs, width: int, lengths) -> list:
    """Apply the horizontal filters: (B, T, F) -> four maps (B, T, C)."""
    if width % 4:
        raise ValueError(f"width must be a multiple of four; got width={width}.")
    frames, bands = inputs.shape[1:]
    x = layers.Reshape((frames, bands, 1), name="envelope_channel")(inputs)  # (B, T, F, 1)
    x = layers.AveragePooling2D((1, bands), name="envelope_mean")(x)  # (B, T, 1, 1)
    envelope = layers.Reshape((frames, 1), name="envelope")(x)  # (B, T, 1)
    fewer = width // 4  # for as many temporal as timbral filters: 15 widths less 4 quarters
    return [
        _conv1d(times * width - fewer, length, "same", f"front_end_{length}x1")(envelope)
        for length, times in zip(lengths, (1, 2, 4, 8), strict=True)
    ]


def _back_end(x, width: int) -> list:
    """Apply a convolution that adapts the dimensions, and two residual ones around a pool of two: three maps."""
    first = _conv1d(width, 7, "valid", "back_end_1")(x)  # (B, T-6, C), without padding in time, as in the original code
    second = layers.Add(name="residual_2")([first, _conv1d(width, 7, "same", "back_end_2")(first)])
    pooled = layers.MaxPooling1D(2, name="back_end_pool")(second)  # (B, (T-6)/2, C)
    third = layers.Add(name="residual_3")([pooled, _conv1d(width, 7, "same", "back_end_3")(pooled)])
    return [first, second, third]


def _means(inputs, maps: list, n_outputs: int | None, name: str) -> keras.Model:
    """Return a model that outputs the mean of each feature map, or with `n_outputs` a softmax layer on the means."""
    means = []
    for i, x in enumerate(maps, start=1):
        mean = layers.GlobalAveragePooling2D if len(x.shape) == 4 else layers.GlobalAveragePooling1D
        means.append(mean(name=f"mean_{i}")(x))  # (B, C)
    join = layers.Concatenate if len(means) > 1 else layers.Identity
    features = join(name="features")(means if len(means) > 1 else means[0])
    if n_outputs is None:
        return keras.Model(inputs, features, name=name)
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(features), name=name)


# He's truncated normal by fan-in. Deviation: the original's standard deviation, sqrt(2.6 / n) before truncation, is 0.3
# % larger.
def _conv2d(filters: int, shape: tuple[int, int], padding: str, activation: str, name: str) -> layers.Conv2D:
    return layers.Conv2D(
        filters, shape, padding=padding, activation=activation, kernel_initializer="he_normal", name=name
    )


def _conv1d(filters: int, length: int, padding: str, name: str, *, strides: int = 1) -> layers.Conv1D:
    return layers.Conv1D(
        filters, length, strides, padding, activation="relu", kernel_initializer="he_normal", name=name
    )
