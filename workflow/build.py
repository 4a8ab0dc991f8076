"""Build the book with Snakemake: one build at a time, and one that was killed is continued.

SCALE, DATASET, DATA_HOME and SEED in the environment are parameters of the chapters (see the Snakefile). They are never
part of a command line, so they may contain any character.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

BUILD = Path("build")


def main(arguments: list[str]) -> int:
    """Build with further arguments for Snakemake; return its exit code."""
    BUILD.mkdir(exist_ok=True)
    # Snakemake's own lock stays after a kill; this one is released by the system
    with (BUILD / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another build is running in this folder; wait until it has ended.", file=sys.stderr)
            return 1
        snakemake = Path(sys.executable).parent / "snakemake"
        command = [snakemake, "book", "--snakefile", "workflow/Snakefile", "--nolock", "--rerun-incomplete", *arguments]
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
