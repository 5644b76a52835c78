"""The command line: results to files or stdout, messages to stderr."""

import gc
from typing import TYPE_CHECKING

from mentormatch.cli.interrupts import ENDED, leave, stand_down
from mentormatch.cli.interrupts import stand_by as stand_by
from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.cli.commands import COMMANDS as COMMANDS
    from mentormatch.cli.commands import app as app
    from mentormatch.cli.messages import complain as complain
    from mentormatch.cli.messages import write_json as write_json
    from mentormatch.cli.messages import write_text as write_text
    from mentormatch.cli.serve import STORE as STORE
    from mentormatch.cli.serve import refuse_weak as refuse_weak
    from mentormatch.cli.serve import require_origin as require_origin
    from mentormatch.cli.verify import validate_command as validate_command
    from mentormatch.cli.verify import verify_command as verify_command
else:
    __getattr__, __dir__ = open_door(__name__, __file__)

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
