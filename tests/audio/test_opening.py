"""Check that files are read to their end, whatever their headers estimate, and refused alike however they are read."""

import os
import struct

import hostile
import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import audio

NOISE = np.random.default_rng(0).normal(scale=0.1, size=3 * RATE).astype(np.float32)


def edited(path, changes):
    """Overwrite bytes of a file, by their place."""
    data = bytearray(path.read_bytes())
    for at, new in changes.items():
        data[at : at + len(new)] = new
    path.write_bytes(data)
    return path


def every_way(path):
    """Load a file in whole and in part, stream it, and return the whole and the stream."""
    whole = audio.load(path, RATE)
    np.testing.assert_array_equal(audio.load(path, RATE, seconds=0.5), whole[: RATE // 2])
    assert audio.duration(path) == pytest.approx(len(whole) / RATE)
    return whole, np.concatenate(list(audio.stream(path, RATE, at_once=0.3)))


def refused(path, reason):
    """Assert that a file is refused with the same sentence in whole, in part and as a stream."""
    for read in (
        lambda: audio.load(path, 12_000),
        lambda: audio.load(path, 12_000, seconds=0.1),
        lambda: list(audio.stream(path, 12_000, at_once=0.1)),
    ):
        with pytest.raises(audio.AudioError, match=reason) as error:
            read()
        assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)


@pytest.mark.parametrize("stated", [0, 0x7F00_0008, 0x7FFF_F000, 0x7FFF_FF00, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_a_wav_file_from_a_pipe_is_read_to_its_end(tmp_path, stated, subtype):
    path = tmp_path / "piped.wav"
    soundfile.write(path, NOISE, RATE, subtype=subtype)
    expected = audio.load(path, RATE)
    at = path.read_bytes().index(b"data")
    edited(path, {4: struct.pack("<I", stated), at + 4: struct.pack("<I", stated)})
    for found in every_way(path):
        np.testing.assert_array_equal(found, expected)


def test_an_empty_chunk_before_the_data_is_not_their_length(tmp_path):
    path = tmp_path / "piped.wav"
    soundfile.write(path, NOISE, RATE, subtype="PCM_16")
    expected, data = audio.load(path, RATE), path.read_bytes()
    at = data.index(b"data")
    path.write_bytes(
        data[:at] + b"LIST" + bytes(4) + b"odd " + struct.pack("<I", 1) + b"x\0data" + bytes(4) + data[at + 8 :]
    )
    np.testing.assert_array_equal(audio.load(path, RATE), expected)
    before = path.read_bytes()
    audio.load(path, RATE)
    assert path.read_bytes() == before, "the file stays as it is"


def stated_in_flac(path, frames):
    """Write another number of frames, of 36 bits, into the first block of a FLAC file."""
    (bits,) = struct.unpack(">Q", path.read_bytes()[18:26])
    return edited(path, {18: struct.pack(">Q", (bits >> 36 << 36) | frames)})


def test_a_flac_file_from_a_pipe_is_read_to_its_end(tmp_path):
    path = tmp_path / "piped.flac"
    soundfile.write(path, NOISE, RATE)
    expected = audio.load(path, RATE)
    stated_in_flac(path, 0)
    for found in every_way(path):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("frames", [3 * RATE + 1, 10 * RATE, 2**36 - 1])
def test_a_flac_file_that_promises_more_is_truncated(tmp_path, frames):
    path = tmp_path / "cut.flac"
    soundfile.write(path, NOISE, RATE)
    refused(stated_in_flac(path, frames), "is truncated")


def test_what_follows_the_stated_frames_is_not_read(tmp_path):
    path = tmp_path / "tagged.flac"  # some programs write an ID3v1 tag to the end of any file
    soundfile.write(path, NOISE, RATE)
    expected = soundfile.read(path, dtype="float32")[0]
    path.write_bytes(path.read_bytes() + b"TAG" + b"title".ljust(125, b"\0"))
    for found in every_way(path):
        np.testing.assert_array_equal(found, expected)


def test_a_decoder_that_seeks_past_the_end_of_a_mended_header_leaves_no_traceback(tmp_path):
    path = tmp_path / "piped.wav"  # A-law of 32 bits, which do not divide the data
    path.write_bytes(hostile.wav(bytes(range(1, 202)), kind=6, bits=32, channels=2, size=0))
    refused(path, "at least")  # a warning of an exception in a callback would fail the test


def mp3(path, mode):
    """Write an MP3 whose first part needs a high bit rate and whose rest a low one, and return its first frame."""
    sound = np.concatenate([tone(440, seconds=2, rate=44_100), 1e-4 * np.resize(NOISE, 10 * 44_100)])
    with soundfile.SoundFile(path, "w", 44_100, 1, format="MP3", bitrate_mode=mode) as file:
        file.write(sound)
    data = path.read_bytes()
    following = min(at for at in range(100, 3000) if data[at : at + 2] == data[:2])
    return data[:following], data[following:], len(sound)


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
@pytest.mark.parametrize("before", [b"", b"ID3\x04\x00\x00\x00\x00\x01\x02" + bytes(130)], ids=["", "ID3v2"])
@pytest.mark.parametrize("after", [b"", b"TAG" + b"title".ljust(125, b"\0")], ids=["", "ID3v1"])
@pytest.mark.parametrize("header", ["absent", "without number", "number of zero"])
def test_an_mp3_without_a_number_of_frames_is_decoded_to_its_end(tmp_path, mode, before, after, header):
    path = tmp_path / "song.mp3"
    first, rest, samples = mp3(path, mode)
    at = max(first.find(b"Xing"), first.find(b"Info"))
    if header == "absent":
        first = b""
    elif header == "without number":
        first = first[: at + 4] + bytes([0, 0, 0, first[at + 7] & ~1]) + first[at + 8 :]
    else:
        first = first[: at + 8] + bytes(4) + first[at + 12 :]
    path.write_bytes(before + first + rest + after)
    whole = audio.load(path, 44_100)
    assert 0 <= len(whole) - samples < 4 * 1152, "without the header, the encoder's padding remains"
    assert audio.duration(path) == len(whole) / 44_100
    assert sum(map(len, audio.stream(path, 44_100, at_once=0.7))) == len(whole)
    spectrum = np.abs(np.fft.rfft(whole[4410:48_510]))  # an early second has the tone, the last one does not
    assert spectrum.argmax() == pytest.approx(440, abs=1) and np.abs(whole[-44_100:]).max() < 1e-3


def test_an_mp3_that_states_its_frames_is_held_to_them(tmp_path):
    path = tmp_path / "song.mp3"
    first, rest, samples = mp3(path, "VARIABLE")
    assert len(audio.load(path, 44_100)) == samples
    path.write_bytes(first + rest[: len(rest) // 2])
    refused(path, "is truncated")


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_file_is_whole_if_its_last_page_is(tmp_path, subtype):
    path = tmp_path / "sound.ogg"
    soundfile.write(path, NOISE, RATE, format="OGG", subtype=subtype)
    expected, data = audio.load(path, RATE), path.read_bytes()
    for zeros in (1, 1000, 200_000):
        path.write_bytes(data + bytes(zeros))
        np.testing.assert_array_equal(audio.load(path, RATE), expected)
    last = data.rindex(b"OggS")
    for cut in (1, 20, (len(data) - last) // 2, len(data) - last - 10, len(data) - last):
        path.write_bytes(data[:-cut])
        refused(path, "is truncated")


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("scale", [2.0**15, 2.0**31, 3e38])
def test_samples_on_another_scale_are_refused(tmp_path, channels, scale):
    path = tmp_path / "scale.wav"
    soundfile.write(path, np.stack([tone(440) / np.abs(tone(440)).max() * scale] * channels, 1), RATE, subtype="FLOAT")
    refused(path, r"has samples of up to [\d,]+, where full scale is 1; export it again")


def test_float_samples_somewhat_beyond_full_scale_are_used(tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, 20 * tone(440), RATE, subtype="FLOAT")
    assert np.isfinite(audio.log_mel(audio.load(path, RATE), RATE)).all()


@pytest.mark.parametrize("extension", ["wav", "flac", "ogg", "mp3"])
def test_channels_that_cancel_out_are_named_in_whole_and_in_part(tmp_path, extension):
    path = tmp_path / f"inverted.{extension}"
    sine = 0.3 * np.sin(np.arange(2 * RATE) / 5)  # of which a lossy codec keeps the channels opposite
    left = np.concatenate([np.zeros(RATE // 2), sine])
    soundfile.write(path, np.stack([left, -left], 1), RATE)
    refused(path, "has channels that cancel out.*keep one channel, or invert one")


def test_quiet_stereo_and_a_sound_in_one_channel_are_heard(tmp_path):
    path = tmp_path / "stereo.wav"
    for left, right in ((1e-4 * NOISE, 1e-4 * NOISE[::-1]), (NOISE, 0 * NOISE), (NOISE, -0.98 * NOISE)):
        soundfile.write(path, np.stack([left, right], 1), RATE, subtype="FLOAT")
        assert audio.load(path, RATE).any()


@pytest.mark.parametrize("rate", [1, 5, 999, 2_000_000_000])
def test_an_impossible_sampling_rate_is_refused(tmp_path, rate):
    path = tmp_path / "slow.wav"
    soundfile.write(path, NOISE, RATE)
    refused(edited(path, {24: struct.pack("<I", rate)}), f"sampling rate of {rate:,} Hz")


def test_what_is_no_file_is_named_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    refused(tmp_path / "pipe.wav", "is not a regular file")
    refused(tmp_path / ("x" * 300 + ".wav"), "does not exist")


@pytest.mark.parametrize("name", [b"caf\xe9.wav", "naïve.wav".encode(), b"a\nb.wav"])
def test_a_name_need_not_be_utf_8(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    soundfile.write(tmp_path / "plain.wav", NOISE, RATE)
    os.rename(tmp_path / "plain.wav", path)
    assert len(audio.load(path, RATE)) == len(NOISE)


def test_a_fault_after_the_requested_part_is_found(tmp_path):
    path = tmp_path / "cut.flac"
    soundfile.write(path, np.tile(NOISE, 4), RATE)
    path.write_bytes(path.read_bytes()[:-3000])
    refused(path, "truncated|cannot be read as audio")
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.where(np.arange(len(NOISE)) == len(NOISE) - 5, np.nan, NOISE), RATE, subtype="FLOAT")
    refused(path, "NaN")
