"""Draw the figures and tables of the book's pages from records."""
