"""The command ``groups``: groups of peers, in one season or in several rounds."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.options import (
    FILE,
    HERE,
    TEXT,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    Seed,
    TimeLimit,
    ToolName,
    sources,
)
from mentormatch.cli.sessions import Delivery, deliver, read
from mentormatch.languages import mark

if TYPE_CHECKING:
    from mentormatch.groups.result import Result

Out = Annotated[
    list[Path] | None,
    typer.Option("-o", "--out", metavar=FILE, help=mark("Fichier .xlsx, .html, .csv ou .json ; à répéter.")),
]
Together = Annotated[
    list[str] | None,
    typer.Option("--together", metavar=TEXT, help=mark("Des codes à réunir, séparés par des virgules ; à répéter.")),
]
Apart = Annotated[
    list[str] | None,
    typer.Option("--apart", metavar=TEXT, help=mark("Des codes à séparer, séparés par des virgules ; à répéter.")),
]
Past = Annotated[
    list[Path] | None,
    typer.Option("--past", metavar=FILE, help=mark("Des groupes d'avant (.json, ou une feuille) ; à répéter.")),
]
Rounds = Annotated[
    int | None,
    typer.Option("--rounds", min=1, metavar=mark("ENTIER"), help=mark("Combien de tours, en changeant de groupe.")),
]
Staff = Annotated[
    bool, typer.Option("--staff", help=mark("Avec ce qui est réservé à l'équipe : points, raisons, retrouvailles."))
]
Named = Annotated[
    bool, typer.Option("--names", help=mark("Avec les noms, à la place des codes, dans les documents et à l'écran."))
]


def groups_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    together: Together = None,
    apart: Apart = None,
    past: Past = None,
    rounds: Rounds = None,
    out: Out = None,
    replace: Replace = False,
    staff: Staff = False,
    names: Named = False,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form groups of those who answered, and rounds of them where that is asked for."""
    from mentormatch.groups.partition import form_groups
    from mentormatch.groups.past import read_groups
    from mentormatch.groups.rotation import rotate
    from mentormatch.programme.enrolment import read_contacts

    files = sources(answers, mentors, mentees, tool, encoding)
    cohort, loaded = read(programme, files)
    before = [group for path in past or () for group in read_groups(path, cohort)]
    found = form_groups(
        cohort,
        loaded,
        seed=seed,
        together=keys_in(together),
        apart=keys_in(apart),
        past=before,
        time_limit_s=time_limit,
    )
    shown = found.named(read_contacts(loaded, **files)) if names else found
    result: Result = rotate(shown, rounds) if rounds is not None and found.groups else shown
    deliver(result, Delivery(tuple(out or ()), staff, replace, as_json))


def keys_in(said: Iterable[str] | None) -> list[list[str]]:
    """Return the codes that each option names.

    >>> keys_in(["C01, C09"])
    [['C01', 'C09']]
    """
    return [[key.strip() for key in each.split(",")] for each in said or ()]
