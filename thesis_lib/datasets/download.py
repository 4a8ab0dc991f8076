"""Address in, whole and checked file out.

A download that was cut goes on where it stopped, in the same call or in a later one: what has arrived lies beside the
file to be as `.NAME.part`, with a note of the version that it belongs to.
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

from ..files import write_text

BLOCK = 1 << 18  # bytes read at once
TIMEOUT = 60  # seconds without a byte
TRIES = 3  # attempts in a row that come no farther than an earlier one
PAUSE = 1.0  # seconds before the next attempt
BROKEN = (ConnectionError, TimeoutError, http.client.HTTPException, urllib.error.URLError)


def download(url: str, path: Path, *, checksum: str | None = None) -> Path:
    """Gets a file, unless it is there already and is the right one.

    Args:
        url: http or https.
        path: of the file to be; nobody ever reads half of it.
        checksum: "md5:..." or "sha256:...", hexadecimal; None takes what comes, as long as it is complete.

    Returns:
        `path`.

    Raises:
        ValueError: the address does not answer, what it sends is not the published file, or there is no room for it.
            What lay at `path` stays, and so does what has arrived of a transfer that can go on.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"a download must be from an http or https address; got url={url!r}.")
    path = Path(path)
    if path.is_file() and (checksum is None or matches(path, checksum)):
        return path
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        continued = _transfer(url, partial, checked=checksum is not None)
        if checksum and continued and not matches(partial, checksum):
            _forget(partial)  # the first part may have been of another version; the whole is asked for once
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
    except urllib.error.HTTPError as error:
        raise ValueError(
            f"{url} answers {error.code} ({error.reason}); try again later, or obtain {path.name} by hand."
        ) from error
    except BROKEN as error:
        reason = getattr(error, "reason", error)
        raise ValueError(
            f"{url} cannot be reached or broke off ({reason}); check the connection and give the same command again: "
            "it goes on from what has arrived."
        ) from error
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written ({error.strerror or error}); make room or name another folder."
        ) from error
    return path


def matches(path: Path, checksum: str) -> bool:
    """Whether a file has a checksum, "md5:..." or "sha256:..."; ValueError where it is of another form."""
    algorithm, _, expected = checksum.partition(":")
    if algorithm not in ("md5", "sha256") or not expected:
        raise ValueError(f"a checksum must be 'md5:...' or 'sha256:...'; got checksum={checksum!r}.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == expected.lower()


def _transfer(url: str, partial: Path, *, checked: bool) -> bool:
    """Gets a whole file into `partial`, in as many pieces as it takes; says whether there was more than one."""
    continued, idle, farthest = False, 0, _size(partial)
    while True:
        try:
            return _stream(url, partial, checked=checked) or continued
        except urllib.error.HTTPError as error:
            if error.code != 416 or not _size(partial):  # 416: what is here does not fit what is there (any more)
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
    """Asks for what is missing of a file, or for all of it; says whether earlier bytes were kept.

    Bytes are kept where the server says that the version is the same, or, with no word from it, where a checksum will
    tell.
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
            raise ConnectionError("the server sent another part than was asked for")
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
    """What names a file's version in a later request: its strong ETag, else the date of its last change."""
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
    partial.unlink(missing_ok=True)  # never old bytes under a new note
    write_text(_note_of(partial), json.dumps(note))


def _forget(partial: Path) -> None:
    partial.unlink(missing_ok=True)
    _note_of(partial).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
