"""Chapter IV: classify features of CNNs with random weights.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019.
"""
