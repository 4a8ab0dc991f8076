"""The table of classifiers: a name in, a function that predicts with every setting of its grid out."""

from .elm import elm
from .nearest import nearest
from .svm import svm

CLASSIFIERS = {"svm": svm, "elm": elm, "knn": nearest}
