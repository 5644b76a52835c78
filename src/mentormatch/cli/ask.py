"""The JSON contract on the command line: ``ask`` answers a request as over HTTP, ``schema`` writes its JSON Schema."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import say_json, use_request_language, write_json, write_text
from mentormatch.cli.options import STDIN, AsJson, read_bytes
from mentormatch.cli.output import EXIT_CODES
from mentormatch.cli.verify import code_of_outcome
from mentormatch.languages.translation import mark

if TYPE_CHECKING:
    from mentormatch.contract.match_response import Response


OPERATION_METAVAR = mark("OPÉRATION")


def complete_kinds(incomplete: str) -> list[str]:
    """Return the operations that begin so, for the shell to complete."""
    from mentormatch.contract.operation import operations_by_kind

    return [kind for kind in operations_by_kind() if kind.startswith(incomplete)]


OperationKind = Annotated[
    str,
    typer.Argument(
        metavar=OPERATION_METAVAR,
        autocompletion=complete_kinds,
        help=mark("L'opération : match, groups, topics, dates… ; « mentormatch schema » les nomme toutes."),
    ),
]
Request = Annotated[
    Path, typer.Argument(metavar=mark("DEMANDE"), help=mark("La demande (JSON) ; « - » : l'entrée standard."))
]


def ask_command(ctx: typer.Context, kind: OperationKind, request: Request = STDIN, *, as_json: AsJson = False) -> None:
    """Answer a request of the JSON contract; the answer is always JSON."""
    from mentormatch.base.strict_json import parse_json
    from mentormatch.contract.operation import ask, get_part, operation_named, parse_request

    del as_json  # every command takes it, so that a script need not know which ones write nothing else

    request_json = parse_json(read_bytes(request))
    programme_language = get_part(get_part(get_part(request_json, "programme"), "programme"), "language")
    use_request_language(ctx, programme_language, wished=get_part(request_json, "language"))
    response = ask(kind, parse_request(operation_named(kind), request_json))
    write_json(response.to_json())
    raise typer.Exit(get_exit_code(response))


def get_exit_code(response: "Response") -> int:
    """Return the exit code of an answer: that of the status in it, of the plan in it, or of a verification."""
    from mentormatch.contract.response import VerifyResponse

    if isinstance(response, VerifyResponse):
        return code_of_outcome(verified=response.verified, rules_hold=response.rules_hold)
    plans = [plan.matching for plan in getattr(response, "plans", ())]
    status = getattr(next(iter(plans), getattr(response, "matching", response)), "status", "proved")
    return EXIT_CODES[str(status)]


SchemaKind = Annotated[
    str | None,
    typer.Argument(
        metavar=OPERATION_METAVAR, autocompletion=complete_kinds, help=mark("Une opération ; sans elle, leur liste.")
    ),
]
OfResponse = Annotated[bool, typer.Option("--response", help=mark("Le schéma de la réponse, et non de la demande."))]


def schema_command(operation: SchemaKind = None, *, response: OfResponse = False, as_json: AsJson = False) -> None:
    """Write the schema of a request or a response, or which operations there are."""
    from mentormatch.contract.operation import operation_named, operations_by_kind, schema_of

    if operation is not None:
        schema = schema_of(operation_named(operation), "response" if response else "request")
        write_json(json.dumps(schema, ensure_ascii=False, indent=1))
    elif as_json:
        say_json({"operations": list(operations_by_kind())})
    else:
        write_text("\n".join(operations_by_kind()))
