"""Make a folder of files that go wrong: damaged audio, odd headers, hostile names, things that are no files."""

import io
import os
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from conftest import RATE, tone

SOUND = np.stack([tone(440, 0.5), tone(660, 0.5, seed=1)], axis=1)
ENCODINGS = {
    "wav": ("WAV", "PCM_16"), "float.wav": ("WAV", "FLOAT"), "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"), "mp3": ("MP3", "MPEG_LAYER_III"), "aiff": ("AIFF", "PCM_24"),
}  # fmt: skip
NAMES = (
    "$x^$", "_leading", "-rf", "--help", "a b", "it's", 'quo"te', "F**k [1]", "x{0}", "{seed}", "%s%n", "~root", "#1",
    "<img src=x onerror=alert(1)>", "<script>alert(1)", "a;b", "a&b", "$(touch pwned)", "`touch pwned`", "\\n",
    "new\nline", "tab\there", "bell\a", "\x1b[31mred", "音楽", "음악", "cafe\u0301", "café", "\u202egnp", "\u200b", "n" * 240,
    "CON", "nul ", "trailing.", "=1+1",
)  # fmt: skip


def encoded(samples=SOUND, rate=RATE, kind="wav") -> bytes:
    """Return the bytes of an audio file."""
    file, (container, subtype) = io.BytesIO(), ENCODINGS[kind]
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


def wav(data=None, *, kind=1, channels=1, rate=RATE, bits=16, align=None, size=None, riff=None, extra=b"") -> bytes:
    """Return a WAV file whose header states what is given, true or not."""
    data = (tone(440, 0.5) * 32_767).astype("<i2").tobytes() if data is None else data
    align = channels * bits // 8 if align is None else align
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * align & 0xFFFF_FFFF, align & 0xFFFF, bits)
    size, riff = len(data) if size is None else size, 36 + len(extra) + len(data) if riff is None else riff
    parts = (b"RIFF", struct.pack("<I", riff), b"WAVEfmt ", struct.pack("<I", 16), form, extra, b"data")
    return b"".join(parts) + struct.pack("<I", size) + data


def damaged(draw: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents: each encoding cut, with bits flipped, bytes zeroed, doubled, or something before it."""
    for kind in ENCODINGS:
        whole = encoded(kind=kind)
        yield f"whole.{kind}", whole
        for number in range(8):
            yield f"cut{number}.{kind}", whole[: draw.randrange(len(whole))]
        for number in range(14):
            flipped = bytearray(whole)
            for _ in range(1 + number):  # every other file is damaged near its start, where the headers are
                at = draw.randrange(min(len(whole), 200) if number % 2 else len(whole))
                flipped[at] ^= 1 << draw.randrange(8)
            yield f"flipped{number}.{kind}", bytes(flipped)
        at = draw.randrange(100, len(whole) - 500)
        yield f"zeroed.{kind}", whole[:at] + bytes(400) + whole[at + 400 :]
        yield f"lost.{kind}", whole[:at] + whole[at + 400 :]
        yield f"doubled.{kind}", whole + whole
        yield f"after-text.{kind}", b"Content-Type: audio\r\n\r\n" + whole
        yield f"with-tail.{kind}", whole + b"TAG" + bytes(125)
        yield f"upper.{kind.upper()}", whole
        yield f"other-suffix.{kind}.{'ogg' if kind == 'wav' else 'wav'}", whole


def headers() -> Iterator[tuple[str, bytes]]:
    """Yield WAV files with odd headers."""
    for rate in (0, 1, 5, 999, 1_000, 7_350, 192_000, 999_983, 1_000_001, 2**31, 2**32 - 1):
        yield f"rate{rate}.wav", wav(rate=rate)
    for channels in (0, 2, 3, 24, 255, 1_024, 1_025, 65_535):
        yield f"channels{channels}.wav", wav(channels=channels)
    for bits in (0, 1, 4, 8, 12, 24, 32, 64, 65_535):
        yield f"bits{bits}.wav", wav(bits=bits)
    for size in (0, 1, 7_999, 15_999, 16_001, 0x7FFF_FF00, 0x8000_0000, 0xFFFF_FFFF):
        yield f"size{size}.wav", wav(size=size)
        yield f"riff{size}.wav", wav(riff=size)
    for kind in (0, 2, 3, 6, 7, 0x11, 0x55, 0xFFFE, 0xFFFF):
        yield f"kind{kind}.wav", wav(kind=kind)
    yield "no-data.wav", wav(b"")
    yield "align0.wav", wav(align=0)
    yield "huge-chunk.wav", wav(extra=b"LIST" + struct.pack("<I", 0xFFFF_FFF0))
    yield "many-chunks.wav", wav(extra=(b"junk" + struct.pack("<I", 0)) * 2_000)


def values() -> Iterator[tuple[str, bytes]]:
    """Yield files that decode, but whose samples are of no use, or hardly any."""
    left = SOUND[:, 0]
    for name, samples in {
        "nan": np.where(np.arange(len(left)) == 99, np.nan, left), "infinite": np.where(left > 0.4, np.inf, left),
        "all-nan": np.full(8_000, np.nan), "scale-int16": left * 2**15, "scale-int32": left * 2.0**31,
        "largest": left * 3e38, "tiny": left * 1e-30, "denormal": left * 1e-42, "silence": np.zeros(8_000),
        "one-click": np.eye(1, 8_000)[0], "constant": np.full(8_000, 0.5), "inverted": np.stack([left, -left], 1),
        "nearly-inverted": np.stack([left, -0.999_999 * left], 1), "one-channel": np.stack([left, 0 * left], 1),
        "one-sample": left[:1], "nothing": left[:0], "short": left[:300], "long-enough": left[:330],
    }.items():  # fmt: skip
        yield f"{name}.wav", encoded(samples.astype(np.float32), kind="float.wav")
    for kind in ("flac", "ogg", "mp3"):
        yield f"silence.{kind}", encoded(np.zeros((8_000, 2), np.float32), kind=kind)
        yield f"inverted.{kind}", encoded(np.stack([left, -left], 1), kind=kind)
        yield f"short.{kind}", encoded(left[:100], kind=kind)
    yield "empty-frames.flac", encoded(kind="flac")[:18] + b"\xff" * 8 + encoded(kind="flac")[26:]


def not_audio(draw: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield other things under the names of audio."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../out.wav", encoded())
    contents = {
        "empty": b"", "byte": b"R", "riff": b"RIFF", "text": b"la la la\n" * 50, "zeros": bytes(10_000),
        "noise": draw.randbytes(10_000), "zip": archive.getvalue(), "page": b"<!doctype html><title>404</title>",
        "pickle": b"cos\nsystem\n(S'touch pwned'\ntR.", "json": b"{}", "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    }  # fmt: skip
    for name, content in contents.items():
        for suffix in ("wav", "mp3", "flac", "ogg"):
            yield f"{name}.{suffix}", content
    for suffix in ("m4a", "aac", "wma", "webm", "mp4", "snd", "aifc", "oga", "au", "caf", "w64", "mp2", "sds", "xi"):
        yield f"text.{suffix}", contents["text"]


def make(folder: Path, seed: int = 0) -> set[Path]:
    """Fill a folder; return the files whose audio is whole, and of which only the name or place is odd."""
    draw, good = random.Random(seed), set()
    for part, files in (
        ("damaged", damaged(draw)), ("headers", headers()), ("values", values()), ("other", not_audio(draw)),
    ):  # fmt: skip
        (folder / part).mkdir(parents=True)
        for name, content in files:
            (folder / part / name).write_bytes(content)
    names = folder / "names"
    names.mkdir()
    for name in NAMES:
        (names / f"{name}.wav").write_bytes(wav())
        good.add(names / f"{name}.wav")
    for name in (b"caf\xe9.wav", b"\xff\xfe.wav"):
        path = Path(os.fsdecode(os.fsencode(names) + b"/" + name))
        path.write_bytes(wav())
        good.add(path)
    good |= set((folder / "damaged").glob("whole.*")) | set((folder / "damaged").glob("upper.*"))
    odd = folder / "odd"
    for name in ("folder.wav", "empty", "F**k [2]"):
        (odd / name).mkdir(parents=True)
    (odd / "folder.wav" / "inside.wav").write_bytes(wav())
    (odd / "F**k [2]" / "inside.wav").write_bytes(wav())
    good |= {odd / "folder.wav" / "inside.wav", odd / "F**k [2]" / "inside.wav"}
    os.mkfifo(odd / "pipe.wav")
    for name, target in {
        "broken.wav": "nowhere.wav", "self.wav": "self.wav", "up": "..", "device.wav": "/dev/zero", "null.wav": "/dev/null",
    }.items():  # fmt: skip
        (odd / name).symlink_to(target)
    (odd / "._hidden.wav").write_bytes(wav())
    return good
