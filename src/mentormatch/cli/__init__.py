"""The command line: results to files or stdout, messages to stderr."""

import gc

from mentormatch.cli.interrupts import INTERRUPTED_CODE, exit_interrupted, ignore_interrupts
from mentormatch.cli.interrupts import exit_on_interrupt as exit_on_interrupt

# Allocations before a garbage collection: the import of a command makes many objects, and few cycles
GC_THRESHOLD = 100_000


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    exit_on_interrupt()
    gc.set_threshold(GC_THRESHOLD)

    from mentormatch.cli.commands import run

    try:
        run()
    except SystemExit as end:
        if end.code == INTERRUPTED_CODE:
            exit_interrupted()
        ignore_interrupts()
        gc.freeze()  # what is left goes with the process: nothing need look for cycles in it
        raise
