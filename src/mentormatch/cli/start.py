"""The commands ``demo`` and ``new``: an example to look at, or to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.delivery import deliver
from mentormatch.cli.messages import say, say_json
from mentormatch.cli.options import FOLDER, TEXT, AsJson, Replace, Seed, TimeLimit, Who, Why
from mentormatch.languages import mark, tr

Where = Annotated[Path, typer.Argument(metavar=FOLDER, help=mark("Où écrire."))]

Example = Annotated[
    str,
    typer.Option(
        "--example",
        metavar=TEXT,
        help=mark("Quel exemple ; un nom inconnu fait dire ceux qu'il y a."),
    ),
]


def demo_command(  # noqa: PLR0913 - the options of the command line are its contract
    folder: Where = Path("mentormatch-demo"),
    *,
    replace: Replace = False,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form the pairs of an example programme, and write workbook, page, CSV and JSON into a folder."""
    from mentormatch import examples
    from mentormatch.operations.matching import match

    matching = match(examples.cohort(), examples.programme(), seed=seed, time_limit_s=time_limit)
    signed = {"who": who, "why": why, "replace": replace, "examples": examples.contents()}
    deliver(matching, folder, signed=signed, as_json=as_json)


def new_command(
    folder: Where,
    *,
    example: Example = "mentorat",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Write an example programme and its answers into a folder, to start from."""
    from mentormatch import examples

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    written = examples.copy_to(folder, example, overwrite=False)
    if as_json:
        say_json({"written": [str(written.programme), str(written.answers)]})
    say(tr("Écrits : {programme}, {answers}", programme=written.programme, answers=written.answers))
