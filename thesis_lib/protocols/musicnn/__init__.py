"""Appendix: tag music with musicnn, and transfer its features."""
