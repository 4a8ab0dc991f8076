"""Compute the same functions as the readable architectures, faster."""
