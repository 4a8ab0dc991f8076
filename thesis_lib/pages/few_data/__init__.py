"""Draw the pages of chapter VI."""
