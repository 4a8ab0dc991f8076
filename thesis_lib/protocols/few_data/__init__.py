"""Chapter VI: learn from a few labelled clips per class.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019.
"""
