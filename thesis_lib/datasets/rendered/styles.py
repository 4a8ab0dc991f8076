"""Define eight dances by the patterns that they play.

One character is one step of the grid, and `steps` of them are a beat. A line can have several bars.

- drums: `X` accent (a stroke that characterises the dance and is never varied), `x` stroke, `g` ghost note, `.` rest
- bass: `R` root, `3` third, `5` fifth, `8` octave, `a` a step below the next root, `.` rest
- comp: `X`, `x` short chord, `h` chord held until the next one, `1` to `4` tones of the chord from below, `.` rest

Tempo ranges are those of the Ballroom data set (Gouyon et al., 2006; annotations of Krebs et al., 2013); most pieces
are in the narrower `usual` range. A samba is counted as annotated there: a beat is an eighth of the bar that dancers
count, and a dancer's 2/4 bar is a 4/4 bar here.
"""

from __future__ import annotations

from dataclasses import dataclass

N_PATTERNS = 5  # of drums, bass and comping per style; patterns at the same position of the table belong together

# Name of a drum line -> General MIDI percussion key.
DRUMS = {
    "kick": 36, "stick": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "open_hat": 46, "crash": 49, "ride": 51,
    "tambourine": 54, "cowbell": 56, "low_tom": 45, "mid_tom": 47, "high_tom": 50, "high_bongo": 60, "low_bongo": 61,
    "slap": 62, "conga": 63, "low_conga": 64, "timbale": 65, "low_timbale": 66, "agogo": 67, "low_agogo": 68,
    "cabasa": 69, "maracas": 70, "guiro": 73, "long_guiro": 74, "claves": 75, "wood": 76, "triangle": 81, "shaker": 82,
}  # fmt: skip

# General MIDI programs for all dances, so that timbre alone does not identify the dance.
COMMON = {
    "melody": (0, 4, 11, 21, 22, 24, 26, 40, 48, 56, 61, 65, 66, 68, 71, 73, 75, 81),
    "comp": (0, 1, 4, 6, 16, 21, 24, 25, 26, 27, 45, 48, 61),
    "bass": (32, 33, 34, 35, 38, 43, 58),
    "pad": (16, 20, 48, 49, 50, 52, 60, 89),
    "kit": (0, 8, 16, 24, 25, 32, 40, 48),
}


@dataclass(frozen=True)
class Style:
    """The rules from which a dance is composed.

    Attributes:
        bpm: lowest and highest tempo, beats per minute.
        usual: lowest and highest tempo of most pieces, beats per minute.
        metre: beats per bar.
        steps: steps of the grid per beat.
        swing: range of the position of the off-beat within the beat; 0.5 is straight, 2/3 a triplet.
        minor: probability of a minor key.
        staccato: duration of a melody note as a fraction of the time to the next note.
        drums, bass, comp: the patterns, as described above.
        melody_programs, comp_programs, kits: General MIDI programs that are typical of the dance.
    """

    bpm: tuple[int, int]
    usual: tuple[int, int]
    metre: int
    steps: int
    swing: tuple[float, float]
    minor: float
    staccato: float
    drums: tuple[dict[str, str], ...]
    bass: tuple[str, ...]
    comp: tuple[str, ...]
    melody_programs: tuple[int, ...]
    comp_programs: tuple[int, ...]
    kits: tuple[int, ...]


STYLES = {
    "ChaChaCha": Style(
        (92, 137), (114, 128), 4, 4, (0.5, 0.5), 0.5, 0.6,
        drums=(
            {"cowbell": "X...x...X...x...", "guiro": "....X.X.....X.X.", "long_guiro": "X.......X.......",
             "conga": "............X.X.", "slap": "....X.......x...", "kick": "x.....x........."},
            {"cowbell": "X.x.x.x.X.x.x.x.", "conga": "......g.....X.X.", "slap": "....X...........",
             "kick": "X.......X.......", "clap": "............x.x."},
            {"timbale": "............X.X.", "hat": "X.x.x.x.X.x.x.x.", "kick": "X.......X.....x.",
             "stick": "....X.......x...", "guiro": "x...x.x.x...x.x."},
            {"kick": "X...X...X...X...", "snare": "............X.X.", "guiro": "X...X.X.X...X.X.",
             "cowbell": "x...x...x...x..."},
            {"claves": "X.....X.....X.......X...X.......", "snare": "....X.......x...", "kick": "X.....x.X.......",
             "high_bongo": "............X.X.", "cowbell": "x.x.x.x.x.x.x.x."},
        ),
        bass=("R.....5.....8...", "R.....5.....R.R.", "R...R...5...5.a.", "......5.....R...", "R.......3...5.5."),
        comp=("x.xx.x.x.x.x.x.x", "X..x..x...x.X.x.", "..x...x...x.X.x.", "x...x...x...x.x.", "....X.......X.X."),
        melody_programs=(56, 73, 61, 66), comp_programs=(0, 1, 61), kits=(0, 25, 8),
    ),
    "Jive": Style(
        (124, 182), (156, 176), 4, 2, (0.58, 0.68), 0.15, 0.7,
        drums=(
            {"ride": "X.xxX.xx", "snare": "..X...X.", "kick": "X...X...", "pedal": "..x...x."},
            {"hat": "xxxxxxxx", "snare": "..X...X.", "kick": "X..xX..."},
            {"snare": "..X...X.", "kick": "X.x.X.x.", "ride": "x.x.x.x.", "clap": "..x...x."},
            {"open_hat": "x.xxx.xx", "snare": ".gX.g.Xg", "kick": "X...X..x"},
            {"low_tom": "X.x.X.xxX.xxX.xx", "high_tom": "..............xx", "clap": "..X...X.", "kick": "X.......",
             "tambourine": "..x...x."},
        ),
        bass=("R.3.5.3.", "RR33558a", "R.3.5.8.8.5.3.a.", "R.R.5.5.", "R8R8R8R8"),
        comp=("...x...x", "..X...X.", ".x.x.x.x", "x..x....", "XxXxXxXx"),
        melody_programs=(66, 65, 26, 22), comp_programs=(0, 3, 26, 27), kits=(8, 16, 0),
    ),
    "Quickstep": Style(
        (189, 216), (198, 209), 4, 2, (0.52, 0.66), 0.2, 0.7,
        drums=(
            {"ride": "X.xxX.xx", "pedal": "..X...X.", "kick": "X...X...", "stick": "..x...x."},
            {"snare": "x.Xxx.Xx", "kick": "X...X...", "pedal": "..x...x."},
            {"hat": "..X...X.", "kick": "X...X...", "wood": "x.x.x.x."},
            {"kick": "X.x.X.x.", "snare": "..X...X.", "ride": "X.X.X.Xx"},
            {"open_hat": "X..X....", "snare": "......X.", "kick": "X...X...", "wood": "..x...xx"},
        ),
        bass=("R...5...", "R...5...R...3...", "R...R...5...5...", "R.3.5.a.", "R.5.8.5."),
        comp=("..X...X.", "..X...Xx", "..X..xX.", "x.X.x.X.", "X..X...."),
        melody_programs=(71, 56, 65, 61), comp_programs=(105, 26, 0, 61), kits=(32, 40),
    ),
    "Rumba": Style(
        (73, 145), (88, 103), 4, 4, (0.5, 0.5), 0.6, 0.95,
        drums=(
            {"claves": "X.....X.....X.......X...X.......", "maracas": "X.xxX.xxX.xxX.xx", "slap": "....X...........",
             "conga": "............X.X.", "kick": "X.......x......."},
            {"high_bongo": "X.x.x.x.X.x.x.x.", "low_bongo": "............X...", "kick": "X.....x.x.......",
             "stick": "X.....x.....x..."},
            {"shaker": "X.xxx.x.X.xxx.x.", "stick": "X.....X.....X...", "kick": "X.......X.x.....",
             "conga": "....x.......X.X."},
            {"hat": "x.x.x.x.x.x.x.x.", "kick": "X.....x.X.......", "claves": "....X...X.......X.....X.....X...",
             "low_tom": "............x.x."},
            {"claves": "X.....X.......X.....X...X.......", "cabasa": "..x...x...x...x.", "slap": "....x...........",
             "low_conga": "......X.X.......", "conga": "............X...", "kick": "X...........x..."},
        ),
        bass=("R.....5.5.......", "R.......5...8...", "R.......5.....a.", "R...........5...", "R.....3.....5..."),
        comp=("1.2.3.4.3.2.1.2.", "h.......h.......", "1.2.3.4.1.2.3.4.", "h.....h.....h...", "h...x.x.h...x.x."),
        melody_programs=(24, 73, 40, 48), comp_programs=(24, 25, 46), kits=(0, 25, 40),
    ),
    "Samba": Style(
        (138, 247), (190, 210), 4, 2, (0.5, 0.54), 0.3, 0.6,
        drums=(
            {"kick": "x..xX..x", "shaker": "XxxXXxxX", "wood": "x.x.xx.x.x.x.xx.", "low_tom": "....X..."},
            {"low_tom": "x...X..x", "shaker": "xxxXxxxX", "agogo": "x.x.........xx..", "low_agogo": "....x.xx.x......",
             "snare": "g.gxg.gx"},
            {"snare": "XxxXXxxX", "low_tom": "x...X...", "tambourine": "x.xxx.xx", "kick": "....X..x"},
            {"kick": "X..xX..x", "wood": ".X.x.xx.X.x.xx.x", "shaker": "xxXxxxXx", "low_tom": "....X.x."},
            {"timbale": "X..X..X...X..X..", "low_tom": "X.......", "mid_tom": "....X.xx", "shaker": "x.xxx.xx"},
        ),
        bass=("R..55..R", "R..RR..5", "R...5...", "...55..R", "R..R..5."),
        comp=("x.x.xx.x.x.x.xx.", "X..X..X.", ".x.xx.x.", "x..x.x.x..x.x.x.", "x..x..x...x..x.."),
        melody_programs=(73, 24, 61, 22), comp_programs=(24, 27, 16), kits=(0, 8, 24),
    ),
    "Tango": Style(
        (112, 135), (122, 132), 4, 4, (0.5, 0.5), 0.8, 0.45,
        drums=(
            {"snare": "X...X...X...X.xx", "kick": "X.......X......."},
            {"snare": "X...x...X...X.X.", "kick": "X.......X.......", "tambourine": "....x.......x..."},
            {"kick": "X.....X.X...X...", "stick": "X.....X.X...X...", "snare": "............g.gg"},
            {"low_tom": "X.......X.....x.", "snare": "X...X...X...Xggg", "wood": "X...x...X...x..."},
            {"kick": "X.....X.....X...", "snare": "X.....X.....X.gg", "tambourine": "....x.x.....x.x."},
        ),
        bass=("R...R...R...5...", "R.....5.8...5...", "R.......5.......", "R...5...R...a.a.", "R.....R.....5..."),
        comp=("X...x...X...x...", "X...x...X...X.X.", "X.....X.X...X...", "X...X...X...Xx.x", "X.....X.....X..."),
        melody_programs=(23, 40, 21, 68), comp_programs=(0, 21, 23, 48), kits=(48, 0),
    ),
    "VienneseWaltz": Style(
        (168, 186), (174, 183), 3, 2, (0.5, 0.5), 0.35, 0.9,
        drums=(
            {"kick": "X.....", "snare": "..x.x.", "pedal": "..x.x."},
            {"kick": "X.....", "pedal": "x.x.x.", "snare": "..x.xg"},
            {"low_tom": "X.....", "tambourine": "..x.x.", "snare": "..g.g.", "crash": "x......................."},
            {"kick": "X.....X...x.", "ride": "x.x.xxx.x.x.", "snare": "....x."},
            {"low_tom": "X...........", "snare": "......X.xxx.", "triangle": "..x.x...x.x."},
        ),
        bass=("R.....", "R.....5.....", "R...5.", "R.....3.....5.....a.....", "R.3.5."),
        comp=("..x.x.", "..X.x.", "123432", "..xxx.", "h....."),
        melody_programs=(40, 48, 71, 73), comp_programs=(48, 60, 45), kits=(48, 40),
    ),
    "Waltz": Style(
        (78, 106), (83, 93), 3, 4, (0.5, 0.62), 0.3, 0.95,
        drums=(
            {"kick": "X...........", "snare": "....x...x...", "hat": "x.x.x.x.x.x."},
            {"kick": "X.........x.", "ride": "X...x...x.x.", "stick": "....x...x..."},
            {"kick": "X.......x...", "pedal": "....X...X...", "shaker": "x.x.x.x.x.x."},
            {"ride": "X.x.x.x.x.x.", "snare": "....g...x...", "low_tom": "X..........."},
            {"kick": "X.....x.....", "snare": "........X...", "hat": "x...x.x.x...",
             "triangle": "X......................."},
        ),
        bass=("R...........", "R.......5...", "R.........a.", "R...5...8...", "R.....5.8..."),
        comp=("....x...x...", "1.2.3.4.3.2.", "h...........", "h...x...x...", "..2.3.4.3.2."),
        melody_programs=(48, 40, 65, 0), comp_programs=(0, 46, 25), kits=(40, 32),
    ),
}  # fmt: skip
