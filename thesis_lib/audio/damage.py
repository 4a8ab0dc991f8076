"""Detect truncated audio files and explain unreadable ones."""

from __future__ import annotations

import re
from pathlib import Path

import soundfile

# libsndfile's note on a header that states more data than the file contains. The largest number means "until the end of
# the file", and an odd length may lack its padding byte; neither is a fault.
_PROMISED = re.compile(r"^ *(?:data|SSND|Data Size|riff|Riff size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)


def is_cut(path: Path, file: soundfile.SoundFile) -> bool:
    """Check whether a file ends before its header says it should; libsndfile reads such files without an error."""
    if file.format == "OGG":  # the last page of a complete Ogg stream carries the flag "end of stream"
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 66_000))  # a page has at most 65,307 bytes
            tail = stream.read()
        page = tail.rfind(b"OggS\x00")
        return page < 0 or not tail[page + 5] & 4
    promised = _PROMISED.search(file.extra_info)
    return bool(promised) and int(promised[2]) + 1 < int(promised[1]) < 2**31 - 1


def why_unreadable(path: Path, error: Exception) -> str:
    """Explain why libsndfile could not open a file; the text continues a sentence that starts with the path."""
    if not path.exists():
        return "does not exist."
    if path.is_dir():
        return "is a folder; name a file in it."
    if path.stat().st_size == 0:
        return "is empty (0 bytes); copy or download it again."
    reason = str(error).split(": ", 1)[-1].rstrip(".")
    return f"cannot be read as audio ({reason}); the file is damaged, or its suffix does not match its format."
