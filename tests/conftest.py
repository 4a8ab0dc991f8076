"""Audio that tests make themselves, and a cache of their own."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip(f"the development data is not here: {SHARED}")
    return SHARED


def tone(frequency, seconds=1.0, rate=RATE, seed=0):
    """A decaying tone with a little noise."""
    t = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(scale=0.02, size=len(t))
    return (0.5 * np.sin(2 * np.pi * frequency * t) * np.exp(-3 * t) + noise).astype(np.float32)


@pytest.fixture
def audio_folder(tmp_path):
    """Two classes, low and high tones, of six clips each, in three folds by file name."""
    home = tmp_path / "audio"
    for label, frequency in (("low", 300), ("high", 2000)):
        (home / label).mkdir(parents=True)
        for index in range(6):
            waveform = tone(frequency * (1 + 0.05 * index), seed=index)
            soundfile.write(home / label / f"{index % 3 + 1}-{index}.wav", waveform, RATE)
    return home
