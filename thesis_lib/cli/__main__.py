"""Run the `thesis` command as `python -m thesis_lib.cli`."""

from .main import main

main()
