"""The command ``verify``: checks a decision again, without a solver."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.languages import mark

VERIFIED, NOT_VERIFIED = 0, 3

DecisionFile = Annotated[Path, typer.Argument(help=mark("Le fichier de décision (.decision.json)."))]
Head = Annotated[str | None, typer.Option("--head", help=mark("L'empreinte du journal, imprimée sur les documents."))]
Journal = Annotated[Path | None, typer.Option("--log", help=mark("Le journal ; sinon, celui à côté du fichier."))]
AsJson = Annotated[bool, typer.Option("--json", help=mark("Un seul objet JSON sur la sortie, rien d'autre."))]


def verify_command(
    decision: DecisionFile, *, head: Head = None, journal: Journal = None, as_json: AsJson = False
) -> None:
    """Check a decision from its file alone: rules, values, optimality, log."""
    from mentormatch.record.verify import verify

    verification = verify(decision, head=head, journal=journal)
    if as_json:
        typer.echo(verification.to_json())
    else:
        typer.echo(verification.words, err=True)
    raise typer.Exit(VERIFIED if verification.sound else NOT_VERIFIED)
