"""The command ``estimate``: what a run takes of time and memory, before it is begun."""

from typing import Annotated

import typer

from mentormatch.cli.messages import say_json, write_lines
from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    EncodingName,
    MemoryMb,
    Mentees,
    Mentors,
    ProgrammeFile,
    Seed,
    TimeLimit,
    ToolName,
    sources,
)
from mentormatch.languages import mark

COUNTS = mark("MENTORS MENTORÉS")
People = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--people",
        metavar=COUNTS,
        help=mark("Combien de mentor·es et de mentoré·es il y aura, qui répondront comme ceux du fichier."),
    ),
]


def estimate_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    people: People = None,
    memory_mb: MemoryMb = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run would take of time and memory, without forming a pair."""
    from mentormatch.errors import RequestError
    from mentormatch.operations.estimate import estimate
    from mentormatch.programme.enrolment import read_survey
    from mentormatch.programme.programme import Programme

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    known = Programme.load(programme)
    cohort = read_survey(known, **sources(answers, mentors, mentees, tool, encoding))
    beforehand = estimate(cohort, known, people=people, memory_mb=memory_mb)
    if as_json:
        say_json(beforehand.told)
    else:
        write_lines(beforehand.sentences)
    raise typer.Exit(0 if beforehand.fits else RequestError.exit_code)
