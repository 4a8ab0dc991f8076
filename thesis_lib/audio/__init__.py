"""Read audio files and compute log-mel spectrograms, one clip at a time.

Arrays are time first, frequency second. Every function works on a single clip, so a clip's features never depend on
the clips processed with it.
"""

from .finding import UNREADABLE, audio_files, how_to_convert
from .log_mel import COMPRESSIONS, log_mel, mel_spectrogram, patches
from .waveform import AudioError, duration, load, repeat_to, resample, stream

__all__ = [
    "COMPRESSIONS", "UNREADABLE", "AudioError", "audio_files", "duration", "how_to_convert", "load", "log_mel",
    "mel_spectrogram", "patches", "repeat_to", "resample", "stream",
]  # fmt: skip
