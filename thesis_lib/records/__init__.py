"""Keep the records of runs, compute intervals, and judge claims."""
