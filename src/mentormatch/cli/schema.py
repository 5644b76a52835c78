"""The command ``schema``: the contract as JSON Schema."""

import json
from typing import Annotated

import typer

from mentormatch.cli.ask import OPERATION, kinds
from mentormatch.cli.messages import say_json, write_json, write_text
from mentormatch.cli.options import AsJson
from mentormatch.languages import mark

Kind = Annotated[
    str | None,
    typer.Argument(metavar=OPERATION, autocompletion=kinds, help=mark("Une opération ; sans elle, leur liste.")),
]
OfResponse = Annotated[bool, typer.Option("--response", help=mark("Le schéma de la réponse, et non de la demande."))]


def schema_command(operation: Kind = None, *, response: OfResponse = False, as_json: AsJson = False) -> None:
    """Write the schema of a request or a response, or which operations there are."""
    from mentormatch.contract.operation import operation_named, operations
    from mentormatch.contract.schema import schema_of

    if operation is not None:
        told = schema_of(operation_named(operation), "response" if response else "request")
        write_json(json.dumps(told, ensure_ascii=False, indent=1))
    elif as_json:
        say_json({"operations": list(operations())})
    else:
        write_text("\n".join(operations()))
