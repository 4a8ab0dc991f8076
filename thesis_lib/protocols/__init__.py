"""How each chapter turns models into scores."""
