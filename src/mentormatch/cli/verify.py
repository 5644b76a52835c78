"""The command ``verify``: checks a decision again, without a solver."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.options import FILE, AsJson
from mentormatch.cli.saying import complain, say, write_json
from mentormatch.languages import mark

VERIFIED, NOT_VERIFIED = 0, 3

DecisionFile = Annotated[
    Path, typer.Argument(metavar=mark("DÉCISION"), help=mark("Le fichier de décision (.decision.json)."))
]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar=mark("EMPREINTE"), help=mark("L'empreinte du journal, imprimée sur les documents.")),
]
Journal = Annotated[
    Path | None, typer.Option("--log", metavar=FILE, help=mark("Le journal ; sinon, celui à côté du fichier."))
]


def verify_command(
    decision: DecisionFile, *, head: Head = None, journal: Journal = None, as_json: AsJson = False
) -> None:
    """Check a decision from its file alone: rules, values, optimality, log."""
    from mentormatch.record.verify import verify

    verification = verify(decision, head=head, journal=journal)
    if as_json:
        write_json(verification.to_json())
    else:
        (say if verification.sound else complain)(verification.words)
    raise typer.Exit(VERIFIED if verification.sound else NOT_VERIFIED)
