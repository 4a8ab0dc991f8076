"""Draw the page on musicnn."""
