"""File to log-mel: `thesis_lib.audio` against plain librosa calls on the same files, in the same run.

python benchmarks/audio.py [FILE...]      default: 30 s of stereo noise at 44.1 kHz, as wav, flac, ogg and mp3
"""

import sys
import tempfile
import time
from pathlib import Path

import librosa
import numpy as np
import soundfile

from thesis_lib import audio

RATE, MEL = 12_000, {"n_fft": 512, "n_mels": 96}


def by_librosa(path):
    waveform = librosa.load(path, sr=RATE)[0]
    return waveform, librosa.feature.melspectrogram(y=waveform, sr=RATE, hop_length=256, **MEL).T


def by_thesis_lib(path):
    waveform = audio.load(path, RATE)
    return waveform, audio.mel_spectrogram(waveform, RATE, hop=256, **MEL)


def best_of(function, path, repeats=15):
    """CPU seconds, best of many: what else the machine does counts least in the best."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        result = function(path)
        times.append(time.process_time() - start)
    return min(times), result


def main(paths):
    """Prints one line a file."""
    print(f"{'file':24}{'librosa ms':>12}{'thesis_lib ms':>15}{'ratio':>8}  equal")
    by_librosa(paths[0])  # its first call compiles and imports
    for path in paths:
        (slow, expected), (fast, got) = best_of(by_librosa, path), best_of(by_thesis_lib, path)
        equal = all(np.array_equal(a, b) for a, b in zip(expected, got, strict=True))
        print(f"{path.name:24}{1e3 * slow:12.1f}{1e3 * fast:15.1f}{slow / fast:8.2f}  {equal}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main([Path(name) for name in sys.argv[1:]])
    else:
        noise = np.random.default_rng(0).normal(scale=0.1, size=(30 * 44_100, 2))
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"noise.{extension}" for extension in ("wav", "flac", "ogg", "mp3")]
            for file in files:
                soundfile.write(file, noise, 44_100)
            main(files)
