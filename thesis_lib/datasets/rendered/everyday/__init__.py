"""Synthesise the sounds of machines, animals, people and places."""
