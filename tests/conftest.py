"""Provide synthetic audio and a temporary cache."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
WHEELS = Path(__file__).resolve().parent.parent / ".venv" / "musicnn"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def no_open_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


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


@pytest.fixture(scope="module")
def wheel():
    """The published wheel, which `make` puts beside the environment."""
    from thesis_lib.pretrained import musicnn as published  # Keras is not loaded for tests that do without

    path = WHEELS / published.WHEEL
    if not path.is_file():
        pytest.skip(f"the published weights are not here: {path}; `make test` gets them")
    return path


@pytest.fixture(scope="module")
def patches():
    """Two patches as real music gives them: log10(10000 x + 1) from silence to loud."""
    rng = np.random.default_rng(0)
    power = np.exp(rng.normal(-4, 3, (2, 187, 96))) * np.linspace(2, 0.01, 96)
    return np.log10(10_000 * power + 1).astype(np.float32)
