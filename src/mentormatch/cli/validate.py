"""The command ``validate``: a named person makes a decision final, once it has been checked again."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.messages import say, say_json
from mentormatch.cli.options import TEXT, AsJson
from mentormatch.cli.verify import DECISION, Journal
from mentormatch.languages import mark

DecisionFile = Annotated[Path, typer.Argument(metavar=DECISION, help=mark("Le fichier de décision (.decision.json)."))]
Who = Annotated[str, typer.Option("--who", metavar=TEXT, help=mark("La personne qui valide."))]
Why = Annotated[
    str, typer.Option("--why", metavar=TEXT, help=mark("Le motif, par exemple la réunion où c'est décidé."))
]


def validate_command(
    decision: DecisionFile, *, who: Who, why: Why = "", journal: Journal = None, as_json: AsJson = False
) -> None:
    """Check a decision again, then validate it by a signed line of the log; one that is refused gets none."""
    from mentormatch.record.validation import validate

    validated = validate(decision, who=who, why=why, journal=journal)
    entry, digest = validated.entry, validated.verification.digest
    if as_json:
        told = {"decision": digest, "who": entry.who, "when": entry.when, "why": entry.why}
        renewed, left = [path.name for path in validated.renewed], [problem.where for problem in validated.left]
        say_json(told | {"head": validated.head, "renewed": renewed, "left": left})
    say(validated.words)
