"""The command ``match``: the pairs of a cohort."""

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, matched
from mentormatch.cli.delivery import Out, deliver
from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    EncodingName,
    MemoryMb,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    Seed,
    TimeLimit,
    ToolName,
    Who,
    Why,
    sources,
)


def match_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: Out = None,
    replace: Replace = False,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    memory_mb: MemoryMb = None,
    as_json: AsJson = False,
) -> None:
    """Form the pairs, and write them into a file or a folder, or on stdout."""
    files = sources(answers, mentors, mentees, tool, encoding)
    matching = matched(programme, files, CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit, memory_mb))
    deliver(matching, out, signed={"who": who, "why": why, "replace": replace}, as_json=as_json)
