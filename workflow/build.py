"""Build the book with Snakemake: one build at a time, and one that was killed is continued.

SCALE, DATASET, DATA_HOME and SEED in the environment are parameters of the chapters (see the Snakefile). They are never
part of a command line, so they may contain any character.
"""

import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout

BUILD = Path("build")


def main(arguments: list[str]) -> int:
    """Build with further arguments for Snakemake; return its exit code."""
    BUILD.mkdir(exist_ok=True)
    try:
        # Snakemake's own lock stays after a kill; this one is released by the system
        with FileLock(BUILD / ".lock", timeout=0):
            snakemake = Path(sys.executable).parent / "snakemake"
            command = [snakemake, "book", "--snakefile", "workflow/Snakefile", "--nolock", "--rerun-incomplete"]
            return subprocess.run([*command, *arguments]).returncode
    except Timeout:
        print("another build is running in this folder; wait until it has ended.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
