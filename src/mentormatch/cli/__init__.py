"""The command line: results to files or stdout, messages to stderr."""

import gc
from typing import TYPE_CHECKING

from mentormatch.cli.interrupts import INTERRUPTED_CODE, exit_interrupted, ignore_interrupts
from mentormatch.cli.interrupts import exit_on_interrupt as exit_on_interrupt
from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.cli.commands import COMMANDS as COMMANDS
    from mentormatch.cli.commands import app as app
    from mentormatch.cli.messages import print_error as print_error
    from mentormatch.cli.messages import write_json as write_json
    from mentormatch.cli.messages import write_text as write_text
    from mentormatch.cli.serve import STORE_FILENAME as STORE_FILENAME
    from mentormatch.cli.serve import refuse_weak as refuse_weak
    from mentormatch.cli.serve import require_origin as require_origin
    from mentormatch.cli.verify import validate_command as validate_command
    from mentormatch.cli.verify import verify_command as verify_command
else:
    __getattr__, __dir__ = open_door(__name__, __file__)

GC_THRESHOLD = 100_000
"""The number of allocations before a garbage collection: importing a command makes many objects, and few cycles."""


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
