"""The command ``validate``: a named person makes a decision final, once it has been checked again."""

import json
from typing import Annotated

import typer

from mentormatch.cli.verify import AsJson, DecisionFile, Journal
from mentormatch.languages import mark

Who = Annotated[str, typer.Option("--who", help=mark("La personne qui valide."))]
Why = Annotated[str, typer.Option("--why", help=mark("Le motif, par exemple la réunion où c'est décidé."))]


def validate_command(
    decision: DecisionFile, *, who: Who, why: Why = "", journal: Journal = None, as_json: AsJson = False
) -> None:
    """Check a decision again, then validate it by a signed line of the log; one that is refused gets none."""
    from mentormatch.record.validation import validate

    validated = validate(decision, who=who, why=why, journal=journal)
    entry, digest = validated.entry, validated.verification.digest
    if as_json:
        told = {"schema_version": 1, "decision": digest, "who": entry.who, "when": entry.when, "why": entry.why}
        typer.echo(json.dumps(told | {"head": validated.head}, ensure_ascii=False))
    typer.echo(validated.words, err=True)
