"""Audio file in, what is wrong with it out."""

from __future__ import annotations

import re
from pathlib import Path

import soundfile

# What libsndfile notes of a header that promises more than the file holds. "Until the end" is written as the largest
# number, and an odd length may lack its last byte; neither is a fault.
_PROMISED = re.compile(r"^ *(?:data|SSND|Data Size|riff|Riff size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)


def is_cut(path: Path, file: soundfile.SoundFile) -> bool:
    """Whether a file ends before its own header says; libsndfile reads such files without a word."""
    if file.format == "OGG":  # the last page of a whole Ogg stream carries the flag "end of stream"
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 66_000))  # a page has at most 65,307 bytes
            tail = stream.read()
        page = tail.rfind(b"OggS\x00")
        return page < 0 or not tail[page + 5] & 4
    promised = _PROMISED.search(file.extra_info)
    return bool(promised) and int(promised[2]) + 1 < int(promised[1]) < 2**31 - 1


def why_unreadable(path: Path, error: Exception) -> str:
    """The end of a sentence that begins with the file: why libsndfile could not open it."""
    if not path.exists():
        return "does not exist."
    if path.is_dir():
        return "is a folder; name a file in it."
    if path.stat().st_size == 0:
        return "is empty (0 bytes); copy or download it again."
    reason = str(error).split(": ", 1)[-1].rstrip(".")
    return f"cannot be read as audio ({reason}); it may be of another kind than its name says, or damaged."
