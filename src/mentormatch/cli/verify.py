"""The command ``verify``: checks a decision again, without a solver."""

from pathlib import Path
from typing import Annotated

import typer

VERIFIED, NOT_VERIFIED = 0, 3

DecisionFile = Annotated[Path, typer.Argument(help="Le fichier de décision (.decision.json).")]
Head = Annotated[str | None, typer.Option("--head", help="L'empreinte du journal, imprimée sur les documents.")]
Journal = Annotated[Path | None, typer.Option("--log", help="Le journal ; sinon, celui à côté du fichier.")]
AsJson = Annotated[bool, typer.Option("--json", help="Un seul objet JSON sur la sortie, rien d'autre.")]


def verify_command(
    decision: DecisionFile, *, head: Head = None, journal: Journal = None, as_json: AsJson = False
) -> None:
    """Vérifier une décision à partir de son seul fichier : règles, valeurs, optimalité, journal."""
    from mentormatch.record.verify import verify

    verification = verify(decision, head=head, journal=journal)
    if as_json:
        typer.echo(verification.to_json())
    else:
        typer.echo(verification.words, err=True)
    raise typer.Exit(VERIFIED if verification.sound else NOT_VERIFIED)
