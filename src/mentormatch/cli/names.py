"""Names in documents: the options that ask for them, and the names that are meant."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.messages import say
from mentormatch.cli.options import FILE
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme

WithNames = Annotated[
    bool,
    typer.Option(
        "--names",
        help=mark("Avec les noms que les personnes ont donnés, dans les documents et à l'écran, jamais dans le JSON."),
    ),
]
NamesFrom = Annotated[
    Path | None,
    typer.Option("--names-from", metavar=FILE, help=mark("Avec les noms d'une table à part : un code, un nom.")),
]


def read_given_names(
    apart: Path | None, cohort: "Cohort", programme: "Programme", *files: dict[str, Any], given: bool = False
) -> "GivenNames | None":
    """Return the names in the table ``apart``; else, where asked for, those ``given`` in files of answers, or None.

    Raises RequestError where the programme says of no question that it asks for names.
    """
    from mentormatch.cli.options import source
    from mentormatch.operations.name_sheet import read_names
    from mentormatch.programme.enrolment import read_contacts

    if apart is not None:
        return read_names(source(apart), cohort, programme)
    if not given:
        return None
    if programme.documents.name is None:
        from mentormatch.errors import Problem, RequestError

        expected = tr("un champ d'usage « contact »")
        advice = tr("nommez dans le programme le champ des noms, ou donnez --names-from")
        absent = Problem("[documents] name", tr("absent"), expected, advice)
        raise RequestError(tr("Aucun nom n'est connu"), [absent])
    found = [read_contacts(programme, **each) for each in files]
    return replace(found[0], people={person: name for each in found for person, name in each.people.items()})


def say_held(names: "GivenNames | None") -> None:
    """Say which files hold names, where some were asked for."""
    if names is not None:
        say(tr("Les noms sont dans les pages, classeurs et fichiers CSV écrits ; rien d'autre n'en contient."))
