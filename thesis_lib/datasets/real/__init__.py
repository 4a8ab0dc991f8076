"""Load the data sets of the thesis and data sets like them from the reader's disk."""
