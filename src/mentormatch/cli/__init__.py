"""The command line: results to files or stdout, messages to stderr."""

import sys

from mentormatch.cli.interrupts import ENDED, leave, stand_by, stand_down

IDLE = "rfc3987_syntax"
"""Of jsonschema, which comes with Altair: where it is installed, it works forty grammars out, for a second."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    stand_by()
    sys.modules.setdefault(IDLE, None)  # type: ignore[arg-type]  # None: not to be imported; no command checks an IRI

    from mentormatch.cli.commands import run

    try:
        run()
    except SystemExit as end:
        if end.code == ENDED:
            leave()
        stand_down()
        raise
