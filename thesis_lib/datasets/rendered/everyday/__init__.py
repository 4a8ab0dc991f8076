"""Numbers in, sounds of machines, animals, people and places out."""
