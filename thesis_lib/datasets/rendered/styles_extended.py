"""Write down the five additional dances of Extended Ballroom in the notation of `styles`.

Tempo ranges are those that dance associations recommend, in bars a minute (Foxtrot 28 to 32, West Coast Swing 28 to 32,
Pasodoble 58 to 62 of two beats), made wider.

- A pasodoble is a march in 2/4; two of its bars are one bar here.
- A salsa is counted in quarter notes. Each pattern has a line on the clave, of the son or of the rumba, beginning with
  its three strokes or with its two; the shell of the timbales is played on `wood`.
- A slow waltz has the tempo of a waltz. What tells the two apart is that it flows in broken chords and light
  sixteenths, where a waltz mostly stresses its second and third beat.
"""

from __future__ import annotations

from .styles import Style

EXTENDED = {
    "Foxtrot": Style(
        (100, 136), (110, 124), 4, 2, (0.54, 0.66), 0.2, 0.8,
        drums=(
            {"kick": "X...X...", "pedal": "..X...X.", "ride": "x.x.x.xx"},
            {"ride": "X.xxX.xx", "stick": "......X.", "kick": "x...x..."},
            {"snare": "xgXgxgXg", "pedal": "..x...x.", "kick": "X......."},
            {"hat": "..X...X.", "low_tom": "X...X...", "wood": "x..xx..x"},
            {"snare": "..x...xx", "ride": "X.X.X.X.", "kick": "X...X..x", "crash": "x..............................."},
        ),
        bass=("R...5...", "R.3.5.a.", "R...5...R...3.a.", "R.5.3.5.R.3.5.8.", "R.....5."),
        comp=("..X...X.", "x.x.x.x.", "X..X......X..X..", "..x..xX.", "h.....x."),
        melody_programs=(57, 71, 11, 48), comp_programs=(26, 0, 48), kits=(40, 32),
    ),
    "Pasodoble": Style(
        (100, 132), (112, 124), 4, 4, (0.5, 0.5), 0.85, 0.5,
        drums=(
            {"snare": "X.xxX.x.X.xxX.xx", "kick": "X...X...X...X...", "crash": "x..............................."},
            {"kick": "X.......X.......", "snare": "..X...X...X.XxXx", "pedal": "..x...x...x...x."},
            {"snare": "X.xxX.xxX.xxxxxx", "low_tom": "X.......X...X...", "tambourine": "....x.......x..."},
            {"wood": "X.xxx.X.X.xxx.x.", "clap": "..X..X....X..X..", "kick": "X...x...X...x..."},
            {"low_tom": "X...X...X...X.X.", "snare": "....Xxx.....XxXx", "tambourine": "..X...X...X...X."},
        ),
        bass=("R...5...R...5...", "R...5...8...5...", "R...R...5...5...", "R...3...5...3.a.", "R.......R.5.R..."),
        comp=("..X...X...X...X.", "..x...x...x.x.x.", "X...X.xxX...X.xx", "x.xxx.x.x.xxx.x.", "h...........X.X."),
        melody_programs=(56, 24, 61, 71), comp_programs=(24, 61, 48), kits=(48, 0),
    ),
    "Salsa": Style(
        (150, 232), (164, 216), 4, 2, (0.5, 0.5), 0.6, 0.6,
        drums=(
            {"claves": "X..X..X...X.X...", "wood": "x.xx.x.xx.x.xx.x", "slap": "..X.....", "conga": "......XX"},
            {"claves": "..X.X...X..X..X.", "cowbell": "X.X.xxxX.xxxX.xx", "slap": "..X.....",
             "conga": "......XX...X..XX", "kick": "...x...."},
            {"claves": "X..X...X..X.X...", "high_bongo": "XgxgXgxg", "low_bongo": "......X.", "maracas": "x.xxx.xx",
             "low_timbale": "...x..x."},
            {"cowbell": "X.xxX.xx", "stick": "..X.X...X..X...X", "conga": "..x...XX", "kick": "...X..X."},
            {"guiro": "X.xxX.xx", "timbale": "x.x.xx.xx.xx.x.x", "low_conga": "...XX...", "conga": "......XX",
             "clap": "..X.X...X..X..X."},
        ),
        bass=("...R..5.", "R..5..8.", "...5..R.", "...R..3....5..8.", "R.....5....5..R."),
        comp=(".x.x.x.xX.xx.x.x", "X.xx.x.x.x.x.x.x", "X..x.xx..xx.xx.x", "..X..xX.", "1.34.2.3.4.2.3.4"),
        melody_programs=(56, 57, 73, 61), comp_programs=(0, 1), kits=(0, 8, 25),
    ),
    "SlowWaltz": Style(
        (70, 100), (76, 92), 3, 4, (0.5, 0.5), 0.3, 1.0,
        drums=(
            {"kick": "X.........x.", "stick": "........X...", "shaker": "x.xxx.xxx.xx"},
            {"triangle": "x.....x.x...", "kick": "X...........", "hat": "x.xxx.x.x.xx"},
            {"kick": "X.....................x.", "stick": "............X...........",
             "ride": "x.x.x.x.x.x.x.x.x.xxx.x."},
            {"ride": "X...x.xxx...", "pedal": "....X.......", "low_tom": "X.........x."},
            {"cabasa": "x.xxx.x.x.xx", "kick": "X.......x...", "conga": "......x...XX",
             "crash": "x......................."},
        ),
        bass=("R.......3.5.", "R.....5.....", "R.......................", "R.....8.5...", "R.........5.R.......3.a."),
        comp=("1.2.3.4.3.23", "1.2343.23.2.", "h...3.4.3.2.", "123.4.3.2.3.", "1.3.2.4.2.3."),
        melody_programs=(0, 40, 71, 73), comp_programs=(46, 24, 0, 4), kits=(40, 0),
    ),
    "WestCoastSwing": Style(
        (90, 130), (96, 124), 4, 2, (0.58, 0.68), 0.35, 0.7,
        drums=(
            {"ride": "XxXxXxXx", "snare": "..X...X.", "kick": "X.x.X.x."},
            {"hat": "x.xxx.xx", "clap": "..X...X.", "kick": "X..X....X..X.X.."},
            {"snare": ".gXg.gXg", "kick": "X....X.xX......x", "hat": "xxxxxxxx"},
            {"stick": "..X...X.", "kick": "X..xX...", "shaker": "xxXxxxXx", "conga": ".....x.x"},
            {"snare": "..X..gX..gX...Xx", "kick": "X..X...XX....X..", "tambourine": "..x...x.", "open_hat": ".x...x.."},
        ),
        bass=("R.8.R.8.", "R..R.35.", "R..R....R..R.5.a", "RR.R55.a", "R..5...8R....3.5"),
        comp=("...X...X", "..X..xX.", "X..X......x..X..", ".xX..xX.", "h.....xX"),
        melody_programs=(66, 22, 26, 65), comp_programs=(16, 4, 26, 27), kits=(0, 8, 16),
    ),
}  # fmt: skip
