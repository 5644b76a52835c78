"""The command ``schema``: the contract as JSON Schema."""

import json
from typing import Annotated

import typer

from mentormatch.languages import mark

Kind = Annotated[str | None, typer.Argument(metavar="OPERATION", help=mark("Une opération ; sans elle, leur liste."))]
OfResponse = Annotated[bool, typer.Option("--response", help=mark("Le schéma de la réponse, et non de la demande."))]
AsJson = Annotated[bool, typer.Option("--json", help=mark("Un seul objet JSON sur la sortie, rien d'autre."))]


def schema_command(operation: Kind = None, *, response: OfResponse = False, as_json: AsJson = False) -> None:
    """Write the schema of a request or a response, or which operations there are."""
    from mentormatch.wire.operation import operation_named, operations
    from mentormatch.wire.schema import schema_of

    if operation is not None:
        told = schema_of(operation_named(operation), "response" if response else "request")
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif as_json:
        typer.echo(json.dumps({"operations": list(operations())}))
    else:
        typer.echo("\n".join(operations()))
