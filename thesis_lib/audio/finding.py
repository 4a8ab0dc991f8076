"""Find audio files in folders, by the same rules wherever a folder is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import soundfile

# Suffixes of the files that libsndfile reads. A raw file has no header that states its rate.
READABLE = {f".{name.lower()}" for name in soundfile.available_formats()} - {".raw"} | {
    ".aif", ".aifc", ".bwf", ".mp1", ".mp2", ".oga", ".opus", ".snd", ".wave",
}  # fmt: skip
# Suffixes of audio that libsndfile does not read: such files are found, and named when they are read.
UNREADABLE = {
    ".aac", ".ac3", ".alac", ".amr", ".ape", ".dsf", ".m4a", ".m4b", ".mka", ".mp4", ".mpc", ".ra", ".tta", ".webm",
    ".wma", ".wv",
}  # fmt: skip


def audio_files(folder: Path) -> list[Path]:
    """List the audio files in a folder and its subfolders, sorted by path.

    Suffixes may be in upper case. Files and folders whose names start with a dot are left out; macOS puts such a file,
    without audio, next to each file on a foreign disk. Symbolic links are followed, each folder once. Audio in a format
    that cannot be read is listed, so that reading it can name it, and so is a link to a file that does not exist.

    Args:
        folder: a folder.
    """
    return sorted(_within(folder, {os.path.realpath(folder)}))


def _within(folder: Path, seen: set[str]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            path = folder / entry.name
            if os.path.isdir(path):  # unlike entry.is_dir, also for a link to itself
                if (real := os.path.realpath(path)) not in seen:
                    seen.add(real)
                    yield from _within(path, seen)
            elif path.suffix.lower() in READABLE | UNREADABLE and (path.is_symlink() or entry.is_file()):
                yield path


def how_to_convert(path: Path) -> str:
    """Continue a sentence about a file in a format that cannot be read with how to convert it."""
    suffix = path.suffix.lower()
    return f"is in a format that cannot be read ({suffix[1:]}); convert it: ffmpeg -i song{suffix} song.flac"
