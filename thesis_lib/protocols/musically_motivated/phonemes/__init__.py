"""Chapter III, phonemes: EUSIPCO 2017; see `models/eusipco2017.py`."""
