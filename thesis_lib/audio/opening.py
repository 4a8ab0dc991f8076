"""Open audio files so that they can be read to their end, and tell what their headers state.

A program that writes audio to a pipe cannot go back to state its length: the header states none, or a number that only
means "until the end". Of such files, libsndfile reads nothing (WAV with a length of zero), reads as much as it
estimates (MP3), or fails at the end (FLAC).
"""

from __future__ import annotations

import mmap
import os
import re
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import soundfile

from .finding import UNREADABLE, how_to_convert

UNTIL_THE_END = 0x7F00_0000  # bytes: headers that state this much or more were written to a pipe
# libsndfile's note on a header that states more data than the file contains
_STATED = re.compile(r"^ *(?:data|SSND|Data Size|riff|Riff size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)
_MOST_FRAMES = 2**62  # libsndfile's number of frames if a header states none is 2^63 - 1


class Forward(soundfile.SoundFile):
    """A file that is read from its start to its end only.

    `SoundFile` seeks after each read, which fails at the end of a FLAC file whose header states no length.
    """

    def seekable(self) -> bool:
        """Return False, so that nothing is sought and no read is limited by the header's length."""
        return False


class _Copy(mmap.mmap):
    """A copy of a file in memory, in which a place after the end can be sought, as in a file."""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Go to a place, or to the end if the place is after it."""
        start = (0, self.tell(), len(self))[whence]
        super().seek(max(0, min(start + offset, len(self))))


@contextmanager
def opened(path: Path) -> Iterator[Forward]:
    """Open an audio file.

    Args:
        path: a regular file.

    Yields:
        The file, to be read from its start to its end; its `frames` may be an estimate (see `stated_frames`).

    Raises:
        soundfile.LibsndfileError: libsndfile cannot open it.
        TypeError: it is a raw file, which has no header.
    """
    if (tag := _mp3_without_number(path)) is not None:
        with _piped(path, tag) as file:
            yield file
        return
    at = _empty_data_chunk(path)
    if at is None:
        with Forward(_name(path)) as file:
            yield file
        return
    # a copy in memory of the pages that are changed; the file stays as it is
    with path.open("rb") as raw, closing(_Copy(raw.fileno(), 0, access=mmap.ACCESS_COPY)) as changed:
        changed[at : at + 4] = min(len(changed) - at - 4, 0xFFFF_FFFE).to_bytes(4, "little")
        with Forward(changed) as file:
            yield file


def stated_frames(path: Path, file: soundfile.SoundFile) -> int | None:
    """Return the number of frames that a file's header states; None if it states none."""
    unknown = file.frames > _MOST_FRAMES or (file.format == "MP3" and _mp3_without_number(path) is not None)
    return None if unknown else file.frames


def is_cut(path: Path, file: soundfile.SoundFile, read: int) -> bool:
    """Check whether a file ends before its header says it should; libsndfile reads such files without an error.

    Args:
        path: the file.
        file: the same file, open.
        read: number of frames that could be read.
    """
    if file.format == "OGG":
        return not _is_whole_ogg(path)
    if (stated := stated_frames(path, file)) is not None and read < stated:
        return True
    note = _STATED.search(file.extra_info)
    # an odd length may lack its padding byte, which is no fault
    return bool(note) and int(note[2]) + 1 < int(note[1]) < UNTIL_THE_END


def why_unreadable(path: Path, error: Exception | None = None) -> str:
    """Explain why a file could not be opened; the text continues a sentence that starts with the path."""
    if not os.path.exists(path):  # unlike Path.exists, also for names that are too long
        return "does not exist."
    if path.is_dir():
        return "is a folder; name a file in it."
    if not path.is_file():
        return "is not a regular file; copy its audio into one."
    if path.stat().st_size == 0:
        return "is empty (0 bytes); copy or download it again."
    if path.suffix.lower() in UNREADABLE:
        return how_to_convert(path)
    reason = str(error).split(": ", 1)[-1].rstrip(".")
    return f"cannot be read as audio ({reason}); the file is damaged, or its suffix does not match its format."


def _name(path: Path) -> str | bytes:
    """Return the name for libsndfile; as bytes, because a name need not be UTF-8."""
    return str(path) if os.name == "nt" else os.fsencode(path)


@contextmanager
def _piped(path: Path, tag: int) -> Iterator[Forward]:
    """Open an MP3 through a pipe: there, libsndfile estimates no length and reads to the end."""
    out, into = os.pipe()
    feeder = Thread(target=_feed, args=(path, tag, into), daemon=True)
    feeder.start()
    try:
        with Forward(out, closefd=False) as file:
            yield file
    finally:
        os.close(out)  # ends a feeder that still writes
        feeder.join()


def _feed(path: Path, tag: int, into: int) -> None:
    """Write a file to a pipe, with four zeros at `tag` unless that is 0."""
    with suppress(BrokenPipeError), os.fdopen(into, "wb") as pipe, path.open("rb") as file:
        if tag:
            pipe.write(file.read(tag) + bytes(4))
            file.seek(4, os.SEEK_CUR)
        while block := file.read(1 << 16):
            pipe.write(block)


def _mp3_without_number(path: Path) -> int | None:
    """Find out whether a file is an MP3 whose first frame does not state the number of frames.

    Returns:
        None if it is not; otherwise the place of the tag "Xing" or "Info" that lacks the number, which a decoder would
        take for zero, or 0 if there is no such tag.
    """
    with path.open("rb") as file:
        at, start = 0, file.read(10)
        while start[:3] == b"ID3":  # a tag states its size in four groups of seven bits
            at += 10 + sum((byte & 0x7F) << shift for byte, shift in zip(start[6:], (21, 14, 7, 0), strict=False))
            file.seek(at)
            start = file.read(10)
        frame = start + file.read(200)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:  # synchronisation bits and layer III
        return None
    tag = max(frame.find(b"Xing"), frame.find(b"Info"))
    if tag < 0 or len(frame) < tag + 12:
        return 0
    flags, frames = struct.unpack(">II", frame[tag + 4 : tag + 12])
    return None if flags & 1 and frames else at + tag


def _empty_data_chunk(path: Path) -> int | None:
    """Return the place of the length of a WAV file's data, if that length is zero although data follow."""
    with path.open("rb") as file:
        if (start := file.read(12))[:4] != b"RIFF" or start[8:] != b"WAVE":
            return None
        while len(chunk := file.read(8)) == 8:
            size = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"data":
                at = file.tell() - 4
                return at if size == 0 and file.read(1) else None
            file.seek(size + size % 2, os.SEEK_CUR)
    return None


def _is_whole_ogg(path: Path) -> bool:
    """Check that the last page of an Ogg file is complete and ends its stream; what follows is ignored."""
    ends = False
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while (head := file.read(27))[:4] == b"OggS" and len(head) == 27:
            lengths = file.read(head[26])
            after = file.tell() + sum(lengths)
            if len(lengths) < head[26] or after > size:
                return False
            ends = bool(head[5] & 4)
            file.seek(after)
    return ends
