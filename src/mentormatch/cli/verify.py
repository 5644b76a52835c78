"""The commands on a decision file: ``verify`` checks it without a solver, ``validate`` makes it final under a name."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.messages import complain, say, say_json, write_json
from mentormatch.cli.options import FILE, MOST_BYTES, STDIN, TEXT, AsJson, content_of
from mentormatch.languages.translation import mark

DECISION = mark("DÉCISION")
VERIFIED, NOT_VERIFIED = 0, 3

DecisionFile = Annotated[
    Path,
    typer.Argument(metavar=DECISION, help=mark("Le fichier de décision (.decision.json) ; « - » : l'entrée standard.")),
]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar=mark("EMPREINTE"), help=mark("L'empreinte du journal, imprimée sur les documents.")),
]
Journal = Annotated[
    Path | None, typer.Option("--log", metavar=FILE, help=mark("Le journal ; sinon, celui à côté du fichier."))
]
InWords = Annotated[bool, typer.Option("--journal", help=mark("Dire aussi le journal, ligne par ligne, en mots."))]


def verify_command(
    decision: DecisionFile,
    *,
    head: Head = None,
    journal: Journal = None,
    in_words: InWords = False,
    as_json: AsJson = False,
) -> None:
    """Check a decision from its file alone: rules, values, optimality, log; the log against the documents beside it."""
    from mentormatch.contract.response import verification_out
    from mentormatch.record.log import lines as lines_of
    from mentormatch.record.verify import verify, verify_content

    if decision == STDIN:
        lines = None if journal is None else content_of(journal)
        verification = verify_content(sys.stdin.buffer.read(MOST_BYTES), head=head, journal=lines)
    else:
        verification = verify(decision, head=head, journal=journal)
    if as_json:
        write_json(verification_out(verification).to_json())
    (say if verification.sound else complain)(verification.words)
    if in_words and verification.chain:
        say("\n".join(lines_of(verification.chain.entries)))
    raise typer.Exit(VERIFIED if verification.sound else NOT_VERIFIED)


StoredDecision = Annotated[
    Path, typer.Argument(metavar=DECISION, help=mark("Le fichier de décision (.decision.json)."))
]
Who = Annotated[str, typer.Option("--who", metavar=TEXT, help=mark("La personne qui valide."))]
Why = Annotated[
    str, typer.Option("--why", metavar=TEXT, help=mark("Le motif, par exemple la réunion où c'est décidé."))
]


def validate_command(
    decision: StoredDecision, *, who: Who, why: Why = "", journal: Journal = None, as_json: AsJson = False
) -> None:
    """Check a decision again, then validate it by a signed line of the log; one that is refused gets none."""
    from mentormatch.record.validation import validate

    validated = validate(decision, who=who, why=why, journal=journal)
    entry, digest = validated.entry, validated.verification.digest
    if as_json:
        report = {"decision": digest, "who": entry.who, "when": entry.when, "why": entry.why}
        renewed, left = [path.name for path in validated.renewed], [problem.where for problem in validated.left]
        say_json(report | {"head": validated.head, "renewed": renewed, "left": left})
    say(validated.words)
