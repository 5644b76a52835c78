"""The command line: results to files or stdout, messages to stderr."""

import gc

from mentormatch.cli.interrupts import ENDED, leave, stand_by, stand_down

YOUNG = 100_000
"""So many objects are made before cycles are looked for: loading a command makes many objects, and hardly any cycle."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    stand_by()
    gc.set_threshold(YOUNG)

    from mentormatch.cli.commands import run

    try:
        run()
    except SystemExit as end:
        if end.code == ENDED:
            leave()
        stand_down()
        gc.freeze()  # what is left goes with the process: nothing need look for cycles in it
        raise
