"""Chapter III, rhythm: CBMI 2016 and ICASSP 2017; see `models/cbmi2016.py` and `models/icassp2017.py`."""
