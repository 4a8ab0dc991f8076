"""Chapter III: train networks whose filters have the shapes of music.

`rhythm` holds the experiments of CBMI 2016 and ICASSP 2017 (Jordi Pons, Thomas Lidy & Xavier Serra; Jordi Pons & Xavier
Serra), `timbre` and `phonemes` those of EUSIPCO 2017 (Jordi Pons, Olga Slizovskaia, Rong Gong, Emilia Gómez & Xavier
Serra), and `syllables` those of ISMIR 2017 (Jordi Pons, Rong Gong & Xavier Serra). They share the patches and the
training; the two on singing also share the frames.
"""
