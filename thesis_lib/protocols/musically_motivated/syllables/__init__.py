"""Chapter III, syllables: ISMIR 2017; see `models/ismir2017.py`."""
