"""Draw the pages of chapter IV."""
