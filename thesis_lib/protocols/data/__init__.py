"""Pages on the data: measure how far a data set separates weak from strong systems."""
