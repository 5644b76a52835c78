"""The command ``intake``: what came in, and who could meet whom, before any pair is formed."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.cohorts import Wishes, with_forms
from mentormatch.cli.messages import say_written, write_json, write_text
from mentormatch.cli.options import (
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

Report = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar=mark("FICHIER|DOSSIER"), help=mark("Fichier .html, .xlsx, .json ou .txt, ou dossier.")
    ),
]


def intake_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    out: Report = None,
    replace: Replace = False,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say what becomes of each row, and who could meet whom, without forming a pair."""
    from mentormatch.inspection.intake import reported
    from mentormatch.inspection.section import writer_for
    from mentormatch.programme.enrolment import read_tables
    from mentormatch.programme.programme import Programme

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    known = Programme.load(programme)
    tables = read_tables(**sources(answers, mentors, mentees, tool, encoding))
    report = reported(known, tables, later=lambda cohort: with_forms(cohort, programme, known, tuple(wishes or ())))
    written = report.save(out, replace=replace) if out is not None else ()
    if as_json:
        write_json(writer_for(".json").content(report).decode("utf-8"))
    elif out is None:
        write_text(writer_for(".txt").content(report).decode("utf-8"))
    for path in written:
        say_written(path)
