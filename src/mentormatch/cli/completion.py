"""Completion of commands and options by a shell: the script is written out, and whoever wants it keeps it."""

import os
from typing import Annotated, Literal

import typer

from mentormatch.cli.messages import write_text
from mentormatch.languages import mark

NAME = "mentormatch"
VARIABLE = "_MENTORMATCH_COMPLETE"
"""By this the script that a shell has loaded asks what could come next."""

type Shell = Literal["bash", "zsh", "fish"]


def ready_to_complete() -> None:
    """Know the shells, where one of them asks."""
    if VARIABLE in os.environ:
        from typer._completion_classes import completion_init

        completion_init()


def show_script(shell: str | None) -> None:
    """Write the script for a shell and end, where one is asked for."""
    if shell:
        from typer._completion_shared import get_completion_script

        write_text(get_completion_script(prog_name=NAME, complete_var=VARIABLE, shell=shell))
        raise typer.Exit


Completion = Annotated[
    Shell | None,
    typer.Option(
        "--completion",
        metavar="bash|zsh|fish",
        is_eager=True,
        expose_value=False,
        callback=show_script,
        help=mark("Le script qui fait compléter commandes et options par ce shell, à lui faire lire à son démarrage."),
    ),
]
