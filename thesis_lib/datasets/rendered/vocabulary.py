"""Define the vocabulary of the rendered tags: instruments, recipes of pieces, and the rule of each tag.

A rule uses what `tags.describe` measures on the notes of a piece; thresholds and rates are literals of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

# Name of an instrument -> General MIDI programs.
INSTRUMENTS = {
    "piano": (0, 1, 2, 3), "epiano": (4, 5), "harpsichord": (6,), "bells": (8, 9, 10, 11, 12, 13, 14),
    "organ": (16, 17, 18), "pipes": (19, 20), "accordion": (21, 22, 23), "guitar": (24, 25), "eguitar": (26, 27, 28),
    "distorted": (29, 30), "dbass": (32, 43), "ebass": (33, 34, 35, 36), "sbass": (38, 39), "violin": (40, 41),
    "cello": (42,), "pizzicato": (45,), "harp": (46,), "strings": (44, 48, 49), "choir": (52, 53), "trumpet": (56, 59),
    "brass": (57, 60, 61), "sax": (64, 65, 66, 67), "reed": (68, 69, 70, 71), "flute": (72, 73, 74, 75),
    "lead": (80, 81, 82, 83, 84, 86, 87), "synthpad": (50, 51, 62, 63, 88, 89, 90, 92, 94, 95), "sitar": (104,),
    "banjo": (105,), "koto": (106, 107, 108), "bagpipe": (109,), "fiddle": (110,),
}  # fmt: skip
ANY = " ".join(INSTRUMENTS) + " piano strings guitar eguitar synthpad lead" * 3 + " violin flute brass sax" * 2
POLYPHONIC = "piano epiano harpsichord bells organ pipes accordion guitar eguitar harp koto"


@dataclass(frozen=True)
class Recipe:
    """What a piece is drawn from; a string lists words to choose from, and `-` means no player.

    Attributes:
        weight: relative frequency of the recipe.
        bpm: lowest and highest tempo, beats per minute.
        metres: beats per bar.
        scales: names in `arrange.SCALES`.
        level: lowest and highest factor for all velocities.
        lead, comp, bass, pad, second, drone: names in `INSTRUMENTS`.
        drums: names in `arrange.DRUMS`, or dances in `styles`.
        tunes, comps, basses: names in the tables of `arrange`; "tune" is a melody in phrases.
        swing: lowest and highest position of the off-beat within the beat; 0.5 is straight.
        solo: probability that one of the leading or accompanying instruments plays alone.
    """

    weight: int
    bpm: tuple[int, int]
    metres: tuple[int, ...]
    scales: str
    level: tuple[float, float]
    lead: str
    comp: str
    bass: str
    pad: str
    second: str
    drums: str
    tunes: str
    comps: str
    basses: str
    drone: str = "-"
    swing: tuple[float, float] = (0.5, 0.5)
    solo: float = 0.0


# In order: weight, tempo, metres, scales, level; lead, comp, bass, pad, second; drums, tunes, comps, basses.
RECIPES = {
    "classical": Recipe(
        15, (52, 160), (4, 4, 4, 3, 2), "major major minor minor dorian", (0.3, 1.25),
        "violin cello flute reed piano strings", "strings piano harp pizzicato strings", "dbass cello -",
        "strings brass - -", "flute reed brass violin - -", "- - - - - timpani", "tune tune long runs halves",
        "held halves broken alberti waltz beats", "long roots", solo=0.2),
    "baroque": Recipe(
        2, (60, 130), (4, 4, 3), "major minor", (0.5, 1.1), "violin flute reed trumpet harpsichord",
        "harpsichord harpsichord pipes", "cello cello dbass -", "strings - -", "violin reed -", "-",
        "runs runs fast tune", "beats halves alberti rising rolled", "walk eighths roots", solo=0.1),
    "choral": Recipe(
        2, (50, 90), (4, 3), "major minor dorian", (0.35, 1.1), "choir", "choir choir pipes", "choir dbass -",
        "choir strings -", "choir pipes -", "- - - timpani", "long halves tune", "held halves beats", "long roots"),
    "rock": Recipe(
        11, (88, 172), (4,), "major minor mixolydian dorian open", (0.8, 1.35), "eguitar distorted organ lead - -",
        "distorted eguitar eguitar guitar", "ebass", "organ strings - - -", "eguitar - - -",
        "rock rock heavy half break", "tune riff runs", "pulse stabs beats held", "eighths roots synco octaves"),
    "metal": Recipe(
        2, (120, 190), (4, 4, 4, 7), "minor phrygian open", (1.1, 1.4), "distorted -", "distorted", "ebass", "-",
        "distorted -", "double double heavy", "fast runs riff", "pulse stabs", "eighths sixteenths"),
    "techno": Recipe(
        6, (118, 152), (4,), "minor minor phrygian open dorian", (0.8, 1.25), "lead lead bells synthpad -",
        "lead synthpad epiano -", "sbass", "synthpad strings -", "lead -",
        "four house", "riff fast runs", "off pulse rolled stabs", "off sixteenths octaves synco"),
    "breaks": Recipe(
        5, (70, 176), (4,), "minor dorian open major", (0.6, 1.2), "lead epiano flute sitar choir - -",
        "epiano synthpad lead piano", "sbass ebass", "synthpad strings -", "lead bells - -",
        "break half house", "riff tune long", "stabs held rolled charleston", "synco long octaves"),
    "pop": Recipe(
        11, (76, 134), (4,), "major major major minor mixolydian", (0.6, 1.2), "piano eguitar lead flute sax choir",
        "guitar piano epiano eguitar", "ebass ebass sbass", "strings synthpad organ -", "brass - - - -",
        "rock half house rock shaker", "tune tune tune riff", "beats pulse broken rising held", "roots eighths synco"),
    "jazz": Recipe(
        6, (60, 190), (4, 4, 4, 4, 3), "major minor dorian dorian mixolydian", (0.5, 1.1),
        "sax sax trumpet piano eguitar reed bells", "piano piano eguitar organ epiano", "dbass", "- - - brass",
        "trumpet sax brass - -", "swing swing brushes -", "tune tune runs riff", "charleston stabs off beats",
        "walk walk roots", swing=(0.6, 0.68), solo=0.08),
    "ambient": Recipe(
        9, (50, 84), (4, 4, 3), "major minor dorian open open", (0.3, 0.8), "- - bells piano flute lead epiano",
        "synthpad harp epiano guitar synthpad", "- - sbass", "synthpad synthpad choir strings -", "synthpad bells - -",
        "- - - - - shaker", "long long halves tune", "held held slow broken", "long", drone="- - - - - synthpad"),
    "country": Recipe(
        2, (84, 184), (4, 4, 4, 3), "major major mixolydian", (0.6, 1.2), "fiddle guitar banjo eguitar accordion",
        "guitar banjo guitar", "dbass ebass", "- - - strings", "eguitar fiddle - -",
        "train train brushes rock -", "tune runs tune", "off rising pulse beats waltz", "roots roots walk"),
    "indian": Recipe(
        2, (56, 160), (4, 4, 3, 7), "bhairav phrygian mixolydian bhairav", (0.5, 1.1), "sitar sitar sitar flute violin",
        "- - sitar", "-", "-", "flute - -", "tabla tabla tabla -", "runs tune fast riff halves", "slow broken held",
        "long", drone="accordion strings synthpad bagpipe -", solo=0.1),
    "folk": Recipe(
        5, (60, 168), (4, 3, 3, 4, 2), "major dorian minor mixolydian", (0.4, 1.1),
        "fiddle flute accordion guitar bagpipe reed koto", "guitar guitar harp accordion banjo", "dbass - -", "-",
        "flute fiddle - - -", "- - - hand shaker", "tune tune runs", "broken waltz beats rising off",
        "roots roots long", drone="- - - - - bagpipe", solo=0.25),
    "latin": Recipe(
        2, (78, 168), (4,), "minor major dorian", (0.6, 1.2), "trumpet flute guitar sax piano",
        "guitar piano piano brass", "ebass dbass", "strings - - -", "trumpet brass - -",
        "Rumba ChaChaCha Samba Tango Rumba", "tune tune riff", "stabs charleston off rising", "synco roots"),
    "free": Recipe(
        20, (50, 190), (4, 4, 4, 4, 4, 3, 3, 2, 7), "major major minor minor dorian mixolydian phrygian open",
        (0.3, 1.35), ANY + " -" * 4, ANY, ANY + " dbass ebass sbass - -" * 30, ANY + " -" * 150, ANY + " -" * 150,
        "four house rock heavy half break swing brushes train march timpani tabla shaker claps hand" + " -" * 14,
        "tune tune tune long halves runs fast riff", "held halves beats off pulse waltz stabs broken rolled slow",
        "long roots walk eighths octaves off", drone="strings organ choir" + " -" * 60, swing=(0.5, 0.6), solo=0.1),
}  # fmt: skip

FALSE = 0.005  # probability of a false tag that is not confused with a true one
HEARD = 0.3  # share of a clip's duration in which an instrument must sound
ORCHESTRA = "violin cello strings pizzicato harp flute reed brass trumpet choir dbass piano bells"
SYNTHS = "lead synthpad sbass"
UNPLUGGED = "guitar harp flute fiddle violin accordion banjo bagpipe dbass reed koto"
LATIN = "claves guiro long_guiro timbale cowbell agogo conga low_conga maracas cabasa slap"


@dataclass(frozen=True)
class Tag:
    """When a tag is true, and the annotators' errors on it.

    Attributes:
        omitted: probability that it is omitted although it is true.
        rule: takes the description of a piece and returns whether the tag is true.
        confused: related tag -> probability that this tag is assigned because the related one is true and this one is
            not.
    """

    omitted: float
    rule: Callable[[dict], bool]
    confused: dict[str, float] = field(default_factory=dict)


def plays(f: dict, words: str) -> bool:
    """Check whether one of some instruments sounds for long enough to be heard."""
    return any(f["plays"].get(word, 0) >= HEARD for word in words.split())


def share(f: dict, words: str) -> float:
    """Return the share of some instruments in the sounding time of all."""
    return sum(f["plays"].get(word, 0) for word in words.split()) / sum(f["plays"].values())


def only(f: dict, words: str) -> bool:
    """Check whether only some instruments play."""
    return set(f["plays"]) <= set(words.split())


def hits(f: dict, words: str = "") -> float:
    """Return the strokes per second of some drums, by default of all."""
    return round(sum(rate for drum, rate in f["strokes"].items() if not words or drum in words.split()), 4)


def major(f: dict) -> bool:
    """Check whether the major third above the tonic is frequent and the minor third rare."""
    return f["major_third"] >= 0.12 and f["minor_third"] < 0.04


def minor(f: dict) -> bool:
    """Check whether the minor third above the tonic is frequent and the major third rare."""
    return f["minor_third"] >= 0.12 and f["major_third"] < 0.04


TAGS = {
    # instruments
    "guitar": Tag(0.18, lambda f: plays(f, "guitar eguitar distorted"), {"sitar": 0.15, "harp": 0.1}),
    "piano": Tag(0.15, lambda f: plays(f, "piano epiano"), {"harp": 0.05}),
    "strings": Tag(0.2, lambda f: plays(f, "violin cello strings fiddle"), {"choir": 0.1, "synth": 0.03}),
    "synth": Tag(0.22, lambda f: plays(f, SYNTHS), {"organ": 0.1}),
    "violin": Tag(0.2, lambda f: plays(f, "violin fiddle"), {"cello": 0.2}),
    "cello": Tag(0.2, lambda f: plays(f, "cello"), {"violin": 0.08}),
    "flute": Tag(0.15, lambda f: plays(f, "flute")),
    "sax": Tag(0.15, lambda f: plays(f, "sax"), {"brass": 0.05}),
    "brass": Tag(0.18, lambda f: plays(f, "trumpet brass"), {"sax": 0.05}),
    "organ": Tag(0.2, lambda f: plays(f, "organ pipes"), {"accordion": 0.15}),
    "accordion": Tag(0.2, lambda f: plays(f, "accordion"), {"organ": 0.05}),
    "harpsichord": Tag(0.15, lambda f: plays(f, "harpsichord"), {"harp": 0.1}),
    "harp": Tag(0.18, lambda f: plays(f, "harp"), {"guitar": 0.02}),
    "choir": Tag(0.15, lambda f: plays(f, "choir"), {"strings": 0.02}),
    "sitar": Tag(0.15, lambda f: plays(f, "sitar"), {"harpsichord": 0.1}),
    # tempo, metre, mode
    "fast": Tag(0.2, lambda f: f["bpm"] >= 150, {"busy": 0.2}),
    "slow": Tag(0.18, lambda f: f["bpm"] <= 66, {"sparse": 0.2, "ambient": 0.15}),
    "waltz": Tag(0.25, lambda f: f["metre"] == 3),
    "odd": Tag(0.3, lambda f: f["metre"] not in (2, 3, 4)),
    "major": Tag(0.35, major),
    "minor": Tag(0.3, minor, {"sad": 0.2}),
    "sad": Tag(0.25, lambda f: minor(f) and f["bpm"] <= 84 and f["velocity"] <= 72, {"slow": 0.05}),
    # drums and rhythm
    "drums": Tag(0.15, lambda f: hits(f) >= 4.5),
    "no drums": Tag(0.3, lambda f: not f["strokes"] and f["players"] >= 4),
    "beat": Tag(0.2, lambda f: f["backbeat"] >= 0.8 and hits(f) >= 5, {"dance": 0.2}),
    "arpeggio": Tag(0.25, lambda f: f["lone"] >= 4.5, {"harp": 0.1}),
    # density, register, loudness, texture
    "sparse": Tag(0.25, lambda f: f["notes"] <= 2.5, {"quiet": 0.05}),
    "busy": Tag(0.25, lambda f: f["notes"] >= 32),
    "low": Tag(0.25, lambda f: f["pitch"] <= 47),
    "high": Tag(0.25, lambda f: f["pitch"] >= 75, {"flute": 0.05}),
    "loud": Tag(0.2, lambda f: f["velocity"] >= 96, {"rock": 0.2}),
    "quiet": Tag(0.2, lambda f: f["velocity"] <= 36, {"ambient": 0.15}),
    "crescendo": Tag(0.2, lambda f: f["rise"] >= 25),
    "solo": Tag(0.18, lambda f: f["players"] == 1),
    "ensemble": Tag(0.25, lambda f: f["players"] >= 6),
    "drone": Tag(0.25, lambda f: f["held"] >= 0.7),
    # styles
    "classical": Tag(0.15, lambda f: only(f, ORCHESTRA) and hits(f) < 1, {"baroque": 0.2, "choir": 0.05}),
    "baroque": Tag(0.2, lambda f: plays(f, "harpsichord pipes") and not f["strokes"] and not plays(f, SYNTHS)),
    "electronic": Tag(0.18, lambda f: share(f, SYNTHS) >= 0.5),
    "techno": Tag(0.18, lambda f: f["kick"] >= 0.85 and f["bpm"] >= 118 and plays(f, SYNTHS), {"electronic": 0.05}),
    "dance": Tag(0.2, lambda f: f["kick"] >= 0.85 and 105 <= f["bpm"] <= 145),
    "rock": Tag(0.15, lambda f: plays(f, "eguitar distorted") and f["backbeat"] >= 0.8 and f["velocity"] >= 75),
    "metal": Tag(0.2, lambda f: plays(f, "distorted") and f["bpm"] >= 115 and f["velocity"] >= 102, {"rock": 0.05}),
    "pop": Tag(0.25, lambda f: plays(f, "piano epiano guitar") and f["backbeat"] > 0.8 and f["bpm"] < 140),
    "jazz": Tag(0.15, lambda f: f["swing"] >= 0.58 and plays(f, "sax trumpet piano reed organ eguitar epiano")),
    "ambient": Tag(0.2, lambda f: f["notes"] <= 7 and f["bpm"] <= 90 and hits(f) < 1 and plays(f, "synthpad")),
    "country": Tag(
        0.2, lambda f: plays(f, "banjo fiddle guitar") and major(f) and hits(f) >= 1 and not plays(f, SYNTHS)),
    "folk": Tag(0.25, lambda f: only(f, UNPLUGGED) and hits(f) < 4, {"accordion": 0.1}),
    "indian": Tag(0.15, lambda f: plays(f, "sitar") or (hits(f, "low_bongo high_bongo") >= 2 and f["held"] >= 0.7)),
    "latin": Tag(0.2, lambda f: hits(f, LATIN) >= 2.5),
}  # fmt: skip
