"""Chapter III: train networks whose filters have the shapes of music.

Jordi Pons, Thomas Lidy & Xavier Serra, CBMI 2016; Jordi Pons & Xavier Serra, ICASSP 2017; see `models/cbmi2016.py` and
`models/icassp2017.py`.
"""
