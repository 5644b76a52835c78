"""The command ``diagnose``: whether there is a solution, what stands in its way, and the ways out."""

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, ground
from mentormatch.cli.delivery import EXIT_CODES
from mentormatch.cli.messages import write_json, write_lines
from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Seed,
    TimeLimit,
    ToolName,
    sources,
)


def diagnose_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the rules can all hold, which of them stand in the way, and the cheapest ways out."""
    from mentormatch.contract.operations.diagnose import DiagnoseResponse
    from mentormatch.operations.diagnosis import diagnose

    on = ground(
        programme,
        sources(answers, mentors, mentees, tool, encoding),
        CohortQuestion(tuple(wishes or ()), decisions, seed),
    )
    found = diagnose(on.cohort, on.decided, time_limit_s=time_limit)
    if as_json:
        write_json(DiagnoseResponse.of(on.cohort, on.decided, found).to_json())
    else:
        write_lines(found.sentences)
    raise typer.Exit(EXIT_CODES[str(found.status)])
