"""Compose and render data sets locally, without a download."""
