"""The command ``profiles``: anonymous profiles to read, and a short form to rank some and set some aside."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.options import HERE, Answers, Mentees, Mentors, ProgrammeFile, ToolName, say, sources

Folder = Annotated[Path, typer.Option("-o", "--out", help="Le dossier où écrire profils et formulaires.")]


def profiles_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    out: Folder = Path("profils"),
) -> None:
    """Écrire des profils anonymes, et un court formulaire pour choisir après les avoir lus."""
    from mentormatch.enrolment import read_survey
    from mentormatch.profiles.sheets import anonymous_profiles
    from mentormatch.programme import Programme
    from mentormatch.report.profiles import told, write_profiles
    from mentormatch.survey.privacy import pseudonyms_for

    known = Programme.load(programme)
    cohort = read_survey(known, **sources(answers, mentors, mentees, tool))
    made = anonymous_profiles(cohort, known, pseudonyms_for(programme))
    for path in write_profiles(made, out):
        say(f"Écrit : {path}")
    for sentence in told(made):
        say(sentence)
