"""Write small trees of files with the layout of real data sets."""

import hashlib
import json
from itertools import count

import soundfile
from conftest import tone

from thesis_lib.datasets.real import ballroom, esc50, gtzan, jingju, library

UNUSED = {  # what an index names and these loaders do without
    ballroom: ("beats", "tempo"),
    gtzan: ("beats", "tempo"),
    jingju: ("phrase", "phrase_char", "syllable"),
}
NUMBER = count()


def put(path, content=None):
    """Writes text, or a quarter of a second of sound that is like no other file's; gives the md5 sum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        path.write_text(content, encoding="utf-8")
    else:
        kind = "MP3" if path.suffix == ".mp3" else "WAV"
        soundfile.write(path, tone(200, 0.3, rate=8000, seed=next(NUMBER)), 8000, format=kind)
    return hashlib.md5(path.read_bytes()).hexdigest()


def held(home, dataset, pieces, kind="tracks"):
    """Writes the files of an index, each piece's by what they are, and the index in the library's form."""
    index = {"version": "1.0", kind: {}}
    for key, files in pieces.items():
        written = {what: [name, put(home / name, text)] for what, (name, text) in files.items()}
        index[kind][key] = {what: [f"not/fetched.{what}", "0"] for what in UNUSED.get(dataset, ())} | written
    facts = library._index_facts(getattr(dataset, "HELD", esc50.HELD))
    put(home / facts.filename, json.dumps(index))
    return home


def audio(name):
    return {"audio": (name, None)}
