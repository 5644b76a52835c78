"""The command ``handouts``: one sheet a participant, and the table for letters."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, matched
from mentormatch.cli.delivery import refuse_unanswered, tell_caveats
from mentormatch.cli.messages import complain, say, say_json, say_written
from mentormatch.cli.options import (
    FILE,
    FOLDER,
    HERE,
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
from mentormatch.languages import mark

Folder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire fiches et publipostage."))
]
Validated = Annotated[
    Path | None, typer.Option("--decision", metavar=FILE, help=mark("Le fichier de décision validé (.decision.json)."))
]


def handouts_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    decision: Validated = None,
    out: Folder = Path("documents"),
    replace: Replace = False,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Write one sheet a participant, and the table for letters, for the pairs that are formed."""
    from mentormatch.programme.enrolment import read_contacts
    from mentormatch.report.handouts.files import told, write_handouts

    files = sources(answers, mentors, mentees, tool, encoding)
    matching = matched(programme, files, CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit))
    refuse_unanswered(matching)
    contacts = read_contacts(matching.programme, **files)
    written = write_handouts(matching, contacts, out, decision=decision, replace=replace)
    sentences = list(told(matching, written))
    tell_caveats(matching, complain)  # the table for letters is a CSV file too
    if as_json:
        say_json({"written": [str(path) for path in written], "remarks": sentences})
    for path in written:
        if path.parent == out:
            say_written(path)
    for sentence in sentences:
        say(sentence)
