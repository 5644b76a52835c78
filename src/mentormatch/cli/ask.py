"""The command ``ask``: any operation of the JSON contract, a request in and its response out, as over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.delivery import EXIT_CODES
from mentormatch.cli.messages import write_json
from mentormatch.cli.options import STDIN, AsJson, content_of
from mentormatch.cli.spoken_language import speak_own
from mentormatch.cli.verify import NOT_VERIFIED
from mentormatch.languages import mark

if TYPE_CHECKING:
    from mentormatch.contract.match_response import Response


OPERATION = mark("OPÉRATION")


def kinds(incomplete: str) -> list[str]:
    """Return the operations that begin so, for the shell to complete."""
    from mentormatch.contract.operation import operations

    return [kind for kind in operations() if kind.startswith(incomplete)]


Kind = Annotated[
    str,
    typer.Argument(
        metavar=OPERATION,
        autocompletion=kinds,
        help=mark("L'opération : match, groups, topics, dates… ; « mentormatch schema » les nomme toutes."),
    ),
]
Request = Annotated[
    Path, typer.Argument(metavar=mark("DEMANDE"), help=mark("La demande (JSON) ; « - » : l'entrée standard."))
]


def ask_command(ctx: typer.Context, kind: Kind, request: Request = STDIN, *, as_json: AsJson = False) -> None:
    """Answer a request of the JSON contract; the answer is always JSON."""
    from mentormatch.base.strict_json import parse_json
    from mentormatch.contract.operation import ask, fitted, operation_named, part_of

    del as_json  # every command takes it, so that a script need not know which ones write nothing else

    sent = parse_json(content_of(request))
    speak_own(ctx, part_of(part_of(part_of(sent, "programme"), "programme"), "language"))
    told = ask(kind, fitted(operation_named(kind), sent))
    write_json(told.to_json())
    raise typer.Exit(code_of(told))


def code_of(told: "Response") -> int:
    """Return the exit code of an answer: that of the status in it, or of the plan in it."""
    if getattr(told, "verified", True) is False:
        return NOT_VERIFIED
    plans = [plan.matching for plan in getattr(told, "plans", ())]
    status = getattr(next(iter(plans), getattr(told, "matching", told)), "status", "proved")
    return EXIT_CODES[str(status)]
