"""Draw the pages on the data."""
