"""Draw the pages of chapter III."""
