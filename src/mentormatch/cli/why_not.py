"""The commands ``why-not`` and ``alternatives``: what another pair would cost, and who would move."""

from typing import Annotated

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, matched
from mentormatch.cli.delivery import EXIT_CODES, tell_caveats
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
    answers_first,
    sources,
)
from mentormatch.languages import mark, tr

MENTOR, MENTEE, PERSON = mark("MENTOR"), mark("MENTORÉ"), mark("PERSONNE")
Mentor = Annotated[str | None, typer.Argument(metavar=MENTOR, help=mark("Le code d'un·e mentor·e."))]
Mentee = Annotated[str | None, typer.Argument(metavar=MENTEE, help=mark("Le code d'un·e mentoré·e."))]
Somebody = Annotated[str | None, typer.Argument(metavar=PERSON, help=mark("Le code de la personne."))]
Most = Annotated[
    int,
    typer.Option("-n", min=1, max=1_000, metavar=mark("ENTIER"), help=mark("Combien d'autres partenaires, au plus.")),
]


def why_not_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    mentor: Mentor = None,
    mentee: Mentee = None,
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
    """Say why two people are no pair: which rule forbids it, or what it would cost, and who would move."""
    from mentormatch.contract.operations.why_not import WhyNotResponse

    answers, mentor, mentee = answers_first(
        answers, mentor, mentee, names=[MENTOR, MENTEE], apart=bool(mentors or mentees)
    )
    files = sources(answers, mentors, mentees, tool, encoding)
    matching = matched(programme, files, CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    if as_json:
        write_json(WhyNotResponse.of(matching, mentor, mentee).to_json())
    else:
        why = matching.why_not(mentor, mentee)
        write_lines([why.reason, *(f"  - {move}" for move in why.moves)])
    raise typer.Exit(EXIT_CODES[str(matching.status)])


def alternatives_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    person: Somebody = None,
    *,
    n: Most = 10,
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
    """Say whom else somebody could have had, the cheapest first."""
    from mentormatch.contract.operations.alternatives import AlternativesResponse

    answers, person = answers_first(answers, person, names=[PERSON], apart=bool(mentors or mentees))
    files = sources(answers, mentors, mentees, tool, encoding)
    matching = matched(programme, files, CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    if as_json:
        write_json(AlternativesResponse.of(matching, person, n).to_json())
    else:
        found = list(map(str, matching.alternatives(person, n)))
        write_lines(found or [tr("Aucun autre binôme n'est possible pour cette personne.")])
    raise typer.Exit(EXIT_CODES[str(matching.status)])
