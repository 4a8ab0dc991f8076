"""Compare waveforms and spectrograms with librosa, and check the errors for bad files."""

import librosa
import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import audio, files
from thesis_lib.audio import filters

FORMATS = [
    ("wav", "PCM_16", 44_100, 2),
    ("wav", "PCM_16", 22_050, 5),
    ("wav", "PCM_24", 8_000, 1),
    ("wav", "FLOAT", 48_000, 3),
    ("flac", "PCM_16", 22_050, 2),
    ("flac", "PCM_24", 44_100, 2),
    ("ogg", "VORBIS", 44_100, 1),
    ("mp3", "MPEG_LAYER_III", 44_100, 2),
    ("aiff", "PCM_16", 16_000, 2),
]


@pytest.mark.parametrize(("extension", "subtype", "rate", "channels"), FORMATS)
def test_load_equals_librosa_to_the_last_bit(tmp_path, extension, subtype, rate, channels):
    path = tmp_path / f"clip.{extension}"
    waveform = np.random.default_rng(0).normal(scale=0.1, size=(rate, channels)).astype(np.float32)
    soundfile.write(path, waveform, rate, subtype=subtype)
    loaded = audio.load(path, 12_000)
    expected = librosa.load(path, sr=12_000)[0]
    assert loaded.dtype == np.float32
    np.testing.assert_array_equal(loaded, expected)


def test_load_of_the_first_seconds_is_the_start_of_the_whole(tmp_path):
    path = tmp_path / "clip.wav"
    soundfile.write(path, tone(440, seconds=3, rate=44_100), 44_100)
    whole, start = audio.load(path, 12_000), audio.load(path, 12_000, seconds=1.5)
    assert len(start) == 18_000
    np.testing.assert_allclose(start, whole[:18_000], atol=1e-6)


@pytest.mark.filterwarnings("ignore:n_fft=.* is too large")  # 400 samples are meant to be few
@pytest.mark.parametrize("settings", [{}, {"n_mels": 40, "n_fft": 2048, "hop": 1024}, {"fmin": 125.0, "fmax": 7500.0}])
@pytest.mark.parametrize("samples", [400, 16_000, 70_001])
def test_mel_spectrogram_equals_librosa(settings, samples):
    waveform = tone(440, seconds=samples / RATE)
    named = {"n_fft": 512, "n_mels": 96} | {("hop_length" if k == "hop" else k): v for k, v in settings.items()}
    expected = librosa.feature.melspectrogram(y=waveform, sr=RATE, **({"hop_length": 256} | named)).T
    mel = audio.mel_spectrogram(waveform, RATE, **settings)
    assert mel.dtype == np.float32
    np.testing.assert_allclose(mel, expected, rtol=1e-5, atol=0)


def test_decibels_equal_librosa_with_its_floor_of_80_db():
    waveform = np.concatenate([tone(440), np.zeros(8000, np.float32)])
    expected = librosa.power_to_db(audio.mel_spectrogram(waveform, RATE))
    np.testing.assert_allclose(audio.log_mel(waveform, RATE, compression="db80"), expected, atol=1e-4)


def test_compressions_of_known_powers():
    power = np.array([[0.0, 1.0, 0.0001]])
    by_name = {name: compress(power)[0] for name, compress in audio.COMPRESSIONS.items()}
    np.testing.assert_allclose(by_name["log10(10000x+1)"], [0, np.log10(10_001), np.log10(2)])
    np.testing.assert_allclose(by_name["log(100000x+1)"], [0, np.log(100_001), np.log(11)])
    np.testing.assert_allclose(by_name["log(10000x+1)"], [0, np.log(10_001), np.log(2)])
    np.testing.assert_allclose(by_name["log(x+0.01)"], np.log([0.01, 1.01, 0.0101]))
    np.testing.assert_allclose(by_name["log10(x+eps)"][0], -15.653559774527022, rtol=1e-12)  # log10(2^-52)
    np.testing.assert_allclose(by_name["db80"], [-80, 0, -40])


def test_a_compression_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="compression must be one of .*got compression='dB'"):
        audio.log_mel(tone(440), RATE, compression="dB")


def test_patches_are_the_frames_in_order():
    features = np.arange(20).reshape(10, 2)
    cut = audio.patches(features, 4, hop=3)
    assert cut.shape == (3, 4, 2)
    np.testing.assert_array_equal(cut[2], features[6:10])
    assert audio.patches(features, 4).shape == (2, 4, 2)
    with pytest.raises(ValueError, match="at least 11 frames; got 10"):
        audio.patches(features, 11)


def test_repeat_to_repeats_and_crops():
    np.testing.assert_array_equal(audio.repeat_to(np.array([1, 2, 3]), 7), [1, 2, 3, 1, 2, 3, 1])
    np.testing.assert_array_equal(audio.repeat_to(np.array([1, 2, 3]), 2), [1, 2])


def bad_files(folder):
    good = tone(440)
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    soundfile.write(folder / "short.wav", good[: RATE // 100], RATE)
    soundfile.write(folder / "nan.wav", np.where(np.arange(RATE) == 7, np.nan, good), RATE, subtype="FLOAT")
    soundfile.write(folder / "headeronly.wav", np.zeros(0), RATE)
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("this is no audio at all\n" * 100)
    (folder / "folder.wav").mkdir()
    for extension in ("wav", "flac", "ogg", "mp3", "aiff", "au", "w64"):
        path = folder / f"cut.{extension}"
        soundfile.write(path, np.tile(good, 3), RATE)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return folder


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("silent.wav", "is silent"),
        ("short.wav", "lasts 0.010 s; at least 0.02 s"),
        ("headeronly.wav", "lasts 0.000 s"),
        ("nan.wav", "NaN"),
        ("empty.wav", r"is empty \(0 bytes\)"),
        ("text.wav", "cannot be read as audio"),
        ("missing.wav", "does not exist"),
        ("folder.wav", "is a folder"),
        ("cut.wav", "truncated"),
        ("cut.flac", "cannot be read as audio|truncated"),
        ("cut.ogg", "truncated"),
        ("cut.mp3", "truncated"),
        ("cut.aiff", "truncated"),
        ("cut.au", "truncated"),
        ("cut.w64", "truncated"),
    ],
)
def test_a_bad_file_gets_one_sentence_that_names_it(tmp_path, name, reason):
    path = bad_files(tmp_path) / name
    with pytest.raises(audio.AudioError, match=reason) as error:
        audio.load(path, 12_000)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_clip_that_starts_silent_is_no_silent_clip(tmp_path):
    path = tmp_path / "late.wav"
    soundfile.write(path, np.concatenate([np.zeros(2 * RATE), tone(440)]), RATE)
    assert not audio.load(path, RATE, seconds=1.0).any()
    assert audio.log_mel(audio.load(path, RATE, seconds=1.0), RATE).shape == (63, 96)


def edited(header):
    """A whole wav file of 8 bits and odd length, with its header's sizes changed."""

    def write(path):
        soundfile.write(path, tone(440)[: RATE - 1], RATE, subtype="PCM_U8", format="WAV")
        content = bytearray(path.read_bytes())
        for place, size in header.items():
            content[place : place + 4] = size
        path.write_bytes(content.rstrip(b"\0") if not header else content)

    return write


@pytest.mark.parametrize(
    "header",
    [{}, {4: b"\xff\xff\xff\xff"}, {4: b"\xff\xff\xff\xff", 40: b"\xff\xff\xff\xff"}, {4: b"\x00\x48\x00\x00"}],
    ids=["odd length", "riff until the end", "written to a pipe", "riff size too large"],
)
def test_a_header_with_a_common_fault_is_not_taken_for_a_cut_file(tmp_path, header):
    path = tmp_path / "clip.wav"
    edited(header)(path)
    assert len(audio.load(path, RATE)) in (RATE - 1, RATE)


def test_duration_of_a_file(tmp_path):
    soundfile.write(tmp_path / "clip.wav", tone(440, seconds=1.5), RATE)
    assert audio.duration(tmp_path / "clip.wav") == 1.5
    with pytest.raises(audio.AudioError, match="does not exist"):
        audio.duration(tmp_path / "nowhere.wav")


def test_real_files_equal_librosa(shared):
    for path in sorted((shared / "librosa-examples").glob("*.ogg"))[:3]:
        np.testing.assert_array_equal(audio.load(path, 12_000), librosa.load(path, sr=12_000)[0])


def test_a_stored_filter_that_is_damaged_is_computed_again():
    filters.mel_filters.cache_clear()
    whole = filters.mel_filters(16_000, 512, 96, 0.0, None)
    stored = next((files.cache_dir() / "filters").glob("mel-*.npy"))
    content = bytearray(stored.read_bytes())
    content[-1000] ^= 1
    stored.write_bytes(content)
    filters.mel_filters.cache_clear()
    np.testing.assert_array_equal(filters.mel_filters(16_000, 512, 96, 0.0, None), whole)
