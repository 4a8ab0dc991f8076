"""The `thesis` command."""
