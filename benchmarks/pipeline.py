"""Compare `thesis_lib` in one and in two processes, from file to log-mel, with a plain loop over librosa.

python benchmarks/pipeline.py [FILE...]     default: 12 stereo pieces of 29 s at 44.1 kHz, as wav, flac, ogg, mp3

The files are rendered music, because noise takes longer to decode. Shares are of the time of one process.
"""

import sys
import tempfile
import time
from pathlib import Path

import librosa
import numpy as np
import soundfile
from joblib import Parallel, delayed

from thesis_lib import audio
from thesis_lib.datasets.rendered import dances, synth

RATE, SECONDS = 16_000, 29.0
MEL = {"n_fft": 512, "n_mels": 96, "hop": 256, "compression": "log10(10000x+1)"}
PIECES, COPIES, ROUNDS = 12, 8, 6  # different pieces, copies of each in a measured list; the best round counts


def by_librosa(path):
    waveform = librosa.load(path, sr=RATE)[0]
    power = librosa.feature.melspectrogram(y=waveform, sr=RATE, n_fft=512, hop_length=256, n_mels=96).T
    return waveform, np.log10(10_000 * power + 1)


def by_thesis_lib(path):
    waveform = audio.load(path, RATE)
    return waveform, audio.log_mel(waveform, RATE, **MEL)


def log_mel(path):
    """Compute as the store does: the parent process receives what is written to disk."""
    return by_thesis_lib(path)[1].astype(np.float16)


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def wall(function):
    """Seconds, best of some rounds: what else the machine does counts least in the best."""
    return min(seconds(function) for _ in range(ROUNDS))


def shares(path):
    """Measure milliseconds of decoding, mean of channels, resampling and log-mel in one process."""
    with soundfile.SoundFile(path) as file:
        rate, kind = file.samplerate, "int16" if file.subtype == "PCM_16" else "float32"
    samples = soundfile.read(path, dtype=kind, always_2d=True)[0]
    mono = audio._mono(samples)
    waveform = audio.resample(mono, rate, RATE)
    stages = {
        "decode": lambda: soundfile.read(path, dtype=kind, always_2d=True),
        "mono": lambda: audio._mono(samples),
        "resample": lambda: audio.resample(mono, rate, RATE),
        "log-mel": lambda: audio.log_mel(waveform, RATE, **MEL),
    }
    return {name: 1e3 * wall(lambda f=function: [f() for _ in range(3)]) / 3 for name, function in stages.items()}


def files(folder):
    """Rendered music in stereo at 44.1 kHz, by format."""
    found = {}
    for number in range(PIECES):
        label = list(dances.STYLES)[number % 8]
        piece = dances.piece(label, number, seconds=SECONDS, seed=0)
        wave = synth.render(piece, seconds=SECONDS, sample_rate=44_100)
        rooms = [synth.master(wave, np.random.default_rng([number, side]), sample_rate=44_100) for side in (0, 1)]
        for extension in ("wav", "flac", "ogg", "mp3"):
            path = Path(folder) / f"{number}.{extension}"
            soundfile.write(path, np.stack(rooms, axis=1), 44_100)
            found.setdefault(extension, []).append(path)
    return found


def measured(name, paths, pool):
    """Format one line: milliseconds per file, ratios, whether the results are equal, and the parts of the time."""
    many = paths * (COPIES if len(paths) <= PIECES else 1)
    expected, got = by_librosa(paths[0]), by_thesis_lib(paths[0])
    same = np.array_equal(expected[0], got[0]) and np.abs(expected[1] - got[1]).max() <= 1e-6
    ways = (
        lambda: [by_librosa(path) for path in paths],
        lambda: [log_mel(path) for path in paths],
        lambda: pool(delayed(log_mel)(path) for path in many),
    )
    rounds = [[seconds(way) for way in ways] for _ in range(ROUNDS)]  # in turn: a busy moment strikes all of them
    plain, one, two = (
        min(times) / n for times, n in zip(zip(*rounds, strict=True), (len(paths), len(paths), len(many)), strict=True)
    )
    stages = ", ".join(f"{stage} {ms:.1f}" for stage, ms in shares(paths[0]).items())
    return (
        f"{len(paths):4} {name:9}{1e3 * plain:9.1f}{1e3 * one:11.1f}{1e3 * two:13.1f}"
        f"{plain / one:8.2f},{plain / two:5.2f}   {same}    {stages}"
    )


def main(groups):
    """Print one line per format."""
    first = next(iter(groups.values()))
    by_librosa(first[0])  # its first call compiles and imports
    print(f"{'files':14}{'librosa':>9}{'1 process':>11}{'2 processes':>13}   ratio 1, 2   equal   ms a file by stage")
    with Parallel(n_jobs=2, batch_size=8) as pool:
        pool(delayed(log_mel)(path) for path in first * 2)  # start the processes
        for name, paths in groups.items():
            print(measured(name, paths, pool), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main({"of yours": [Path(name) for name in sys.argv[1:]]})
    else:
        with tempfile.TemporaryDirectory() as home:
            main(files(home))
