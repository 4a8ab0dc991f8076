"""Download files completely and verify their checksums.

An interrupted download resumes in the same call or in a later one: the received bytes are kept beside the target as
`.NAME.part`, with a note of the version of the file.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path

from tqdm import tqdm

from ..files import alone, write_text

BLOCK = 1 << 18  # bytes per read
TIMEOUT = 60  # seconds without a byte before an attempt fails
TRIES = 3  # successive attempts without progress before giving up
PAUSE = 1.0  # seconds before the next attempt
BROKEN = (ConnectionError, TimeoutError, http.client.HTTPException, urllib.error.URLError)


def download(url: str, path: Path, *, checksum: str | None = None) -> Path:
    """Download a file, unless it is there already with the right checksum.

    Of two processes that download into one folder, the second waits.

    Args:
        url: http or https address.
        path: target; it appears only when it is complete.
        checksum: "md5:..." or "sha256:...", hexadecimal, or None to accept any complete file.

    Returns:
        `path`.

    Raises:
        ValueError: the server does not answer, it sends another file than the published one, or the disk is full.
            An existing file at `path` is kept, and so are received bytes with which a later call can resume.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"a download must be from an http or https address; got url={url!r}.")
    path = Path(path)
    if _is_here(path, checksum):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with alone(path.parent):
            if not _is_here(path, checksum):  # it is, if there was another process
                _fetch(url, path, checksum)
    except urllib.error.HTTPError as error:
        raise ValueError(
            f"{url} answers {error.code} ({error.reason}); try again later, or obtain {path.name} by hand."
        ) from error
    except BROKEN as error:
        reason = getattr(error, "reason", error)
        raise ValueError(
            f"{url} cannot be reached or broke off ({reason}); check the connection and run the same command again: "
            "it resumes the download."
        ) from error
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written ({error.strerror or error}); make room or name another folder."
        ) from error
    return path


def _is_here(path: Path, checksum: str | None) -> bool:
    return path.is_file() and (checksum is None or matches(path, checksum))


def _fetch(url: str, path: Path, checksum: str | None) -> None:
    partial = path.with_name(f".{path.name}.part")
    continued = _transfer(url, partial, checked=checksum is not None)
    if checksum and continued and not matches(partial, checksum):
        _forget(partial)  # the first part may be of another version: ask for the whole file once
        _transfer(url, partial, checked=True)
    if checksum and not matches(partial, checksum):
        _forget(partial)
        raise ValueError(
            f"{url} does not send the published file (expected {checksum}): it may have been replaced, and "
            f"nothing was changed in {path.parent}; try again later, or obtain {path.name} by hand."
        )
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)
    _forget(partial)


def matches(path: Path, checksum: str) -> bool:
    """Return whether a file has a checksum, "md5:..." or "sha256:..."; raise ValueError for another form."""
    algorithm, _, expected = checksum.partition(":")
    if algorithm not in ("md5", "sha256") or not expected:
        raise ValueError(f"a checksum must be 'md5:...' or 'sha256:...'; got checksum={checksum!r}.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == expected.lower()


def _transfer(url: str, partial: Path, *, checked: bool) -> bool:
    """Download a whole file into `partial`; return whether it took more than one piece."""
    continued, idle, farthest = False, 0, _size(partial)
    while True:
        try:
            return _stream(url, partial, checked=checked) or continued
        except urllib.error.HTTPError as error:
            if error.code != 416 or not _size(partial):  # 416: the received part does not fit the file on the server
                raise
            _forget(partial)
        except BROKEN:
            continued = True
            idle = 0 if _size(partial) > farthest else idle + 1
            farthest = max(farthest, _size(partial))
            if idle == TRIES:
                raise
        time.sleep(PAUSE)


def _stream(url: str, partial: Path, *, checked: bool) -> bool:
    """Request the missing part of a file, or all of it; return whether earlier bytes were kept.

    Bytes are kept if the server confirms that the version is the same or, without such a confirmation, if a checksum
    will verify the result.
    """
    note, have = _note(partial), _size(partial)
    if note.get("url") != url or not (note.get("version") or checked):
        have = 0
    if have and have == note.get("total"):
        return True
    headers = {"User-Agent": "thesis_lib", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if note.get("version"):
            headers["If-Range"] = note["version"]
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
        part = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
        if answer.status != 206:
            have = 0
        elif not part or int(part[1]) != have or part[2] not in ("*", str(note.get("total"))):
            _forget(partial)
            raise ConnectionError("the server sent another part than the requested one")
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        if length and int(length) > shutil.disk_usage(partial.parent).free:
            raise OSError(f"{int(length) / 1e9:.1f} GB are needed")
        if not have:
            _write_note(partial, url=url, version=_version(answer.headers), total=total)
        bar = tqdm(total=total, initial=have, desc=partial.name[1:-5], unit="B", unit_scale=True)
        with bar, partial.open("ab" if have else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                bar.update(len(block))
    if total is not None and _size(partial) < total:
        raise ConnectionError(f"{_size(partial):,} of {total:,} bytes have arrived")
    return have > 0


def _version(headers: http.client.HTTPMessage) -> str | None:
    """Return what identifies a file's version in a later request: its strong ETag, or the date of its last change."""
    tag = headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")


def _note_of(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _note(partial: Path) -> dict:
    try:
        note = json.loads(_note_of(partial).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _write_note(partial: Path, **note: str | int | None) -> None:
    partial.unlink(missing_ok=True)  # old bytes must not remain under a new note
    write_text(_note_of(partial), json.dumps(note))


def _forget(partial: Path) -> None:
    partial.unlink(missing_ok=True)
    _note_of(partial).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
