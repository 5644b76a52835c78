"""The command ``profiles``: anonymous profiles to read, and a short form to rank some and set some aside."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.messages import say, say_json, say_written
from mentormatch.cli.options import (
    FOLDER,
    HERE,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    ToolName,
    sources,
)
from mentormatch.languages import mark

Folder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire profils et formulaires."))
]


def profiles_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    out: Folder = Path("profils"),
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Write anonymous profiles, and a short form to choose by after reading them."""
    from mentormatch.profiles.sheets import anonymous_profiles
    from mentormatch.programme.enrolment import read_survey
    from mentormatch.programme.programme import Programme
    from mentormatch.report.profiles import told, write_profiles
    from mentormatch.survey.privacy import pseudonyms_for

    known = Programme.load(programme)
    cohort = read_survey(known, **sources(answers, mentors, mentees, tool, encoding))
    made = anonymous_profiles(cohort, known, pseudonyms_for(programme))
    written = write_profiles(made, out, replace=replace)
    if as_json:
        counts = {side: len(shown) for side, shown in made.shown.items()}
        say_json({"written": [str(path) for path in written], "shown": counts, "withheld": dict(made.withheld)})
    for path in written:
        say_written(path)
    for sentence in told(made):
        say(sentence)
