"""The options that commands share, and how files of answers are named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from mentormatch.cli.speaking import speak_as
from mentormatch.languages import mark, tr

AsJson = Annotated[bool, typer.Option("--json", help=mark("Un seul objet JSON sur la sortie, rien d'autre."))]
ProgrammeFile = Annotated[
    Path, typer.Option("-p", "--programme", help=mark("Le programme (fichier TOML)."), callback=speak_as)
]
Answers = Annotated[Path | None, typer.Argument(help=mark("Les réponses des deux côtés (CSV ou XLSX)."))]
Mentors = Annotated[Path | None, typer.Option("--mentors", help=mark("Les réponses des mentor·es."))]
Mentees = Annotated[Path | None, typer.Option("--mentees", help=mark("Les réponses des mentoré·es."))]
ToolName = Annotated[
    str | None, typer.Option("--tool", help=mark("L'outil d'enquête ; sinon, celui que le fichier révèle."))
]
Seed = Annotated[int, typer.Option("--seed", min=0, help=mark("Départage les binômes à égalité."))]
TimeLimit = Annotated[float | None, typer.Option("--time-limit", min=0.001, help=mark("Durée maximale, en secondes."))]
HERE = Path("programme.toml")


def say(text: str) -> None:
    """Write a message for people."""
    typer.echo(text, err=True)


def say_written(path: Path) -> None:
    """Say that a file was written."""
    say(tr("Écrit : {path}", path=path))


def say_json(told: Mapping[str, object]) -> None:
    """Write one versioned JSON object for programs."""
    typer.echo(json.dumps({"schema_version": 1, **told}, ensure_ascii=False, indent=1))


def sources(answers: Path | None, mentors: Path | None, mentees: Path | None, tool: str | None) -> dict[str, Any]:
    """Return the files of answers that were named, one for both sides, or one each, and the tool that wrote them."""
    named = {"answers": answers, "mentors": mentors, "mentees": mentees}
    given = {name: path for name, path in named.items() if path is not None}
    if set(given) not in ({"answers"}, {"mentors", "mentees"}):
        raise typer.BadParameter(tr("donnez un fichier de réponses, ou --mentors et --mentees"))
    return given if tool is None else {**given, "tool": tool}


def write_new(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file that is not there yet, for its owner alone where it is ``private``.

    Raises OutputError where it is: nothing is written over.
    """
    from mentormatch.errors import OutputError, Problem
    from mentormatch.files import write_whole

    if path.exists():
        found = Problem(path.name, tr("existe déjà"), advice=tr("choisissez un autre nom, ou déplacez-le"))
        raise OutputError(tr("Rien n'a été écrit"), [found])
    write_whole(path, text.encode("utf-8"), private=private)
