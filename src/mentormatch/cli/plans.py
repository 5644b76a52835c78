"""The command ``plans``: several plans to choose from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, ground
from mentormatch.cli.delivery import EXIT_CODES, refuse_empty, unanswered
from mentormatch.cli.messages import complain, say, say_written, write_json, write_text
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
    Seed,
    ToolName,
    sources,
)
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching

COUNT = mark("ENTIER")
Wanted = Annotated[int, typer.Option("-n", min=1, max=20, metavar=COUNT, help=mark("Combien de plans, au plus."))]
Differing = Annotated[
    int,
    typer.Option(
        "--differ-by",
        min=1,
        metavar=COUNT,
        help=mark("De combien de binômes un plan diffère de ceux d'avant, au moins."),
    ),
]
Folder = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Où écrire les documents de chaque plan."))
]


def plans_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    n: Wanted = 3,
    differ_by: Differing = 1,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: Folder = None,
    replace: Replace = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Form several plans: the best, then each time the best that differs enough from all before it."""
    from mentormatch.contract.operations.plans import PlansResponse
    from mentormatch.operations.plans import plans
    from mentormatch.report.folder import save_plans

    on = ground(
        programme,
        sources(answers, mentors, mentees, tool, encoding),
        CohortQuestion(tuple(wishes or ()), decisions, seed),
    )
    found = plans(on.cohort, on.decided, n, differ_by=differ_by, seed=seed)
    refuse_empty(found[0])
    if as_json:
        write_json(PlansResponse.of(found, n).to_json())
    elif out is None:
        write_text("\n\n".join(told(plan, number) for number, plan in enumerate(found, 1)))
    code = EXIT_CODES[str(found[0].status)]
    if out is not None and not unanswered(found[0].status, out):
        for path in save_plans(found, out, replace=replace):
            say_written(path)
    (complain if code else say)(summary(found, n))
    raise typer.Exit(code)


def told(plan: "Matching", number: int) -> str:
    """Return a plan under its number."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.languages.phrases import about

    return f"{about(tr('Plan {number}', number=number), worth(plan))}\n{pairs_text(plan)}"


def worth(plan: "Matching") -> str:
    """Return how many pairs a plan has, and their points."""
    from mentormatch.languages.phrases import counted, points

    total = sum(pair.score for pair in plan.pairs)
    return tr("{pairs}, {score} points en tout", pairs=counted(len(plan.pairs), "binôme"), score=points(total))


def summary(found: "tuple[Matching, ...]", wanted: int) -> str:
    """Return in lines what the plans are worth, and how many pairs each gives up of those before it."""
    from mentormatch.cli.summary import standing
    from mentormatch.contract.operations.plans import given_up
    from mentormatch.languages.phrases import counted, listed
    from mentormatch.operations.plans import may_go_on

    lines = [f"{tr('Plan {number} : {worth}.', number=1, worth=worth(found[0]))} {standing(found[0])}"]
    for place, plan in enumerate(found[1:], 1):
        less = [
            tr("{pairs} du plan {number}", pairs=counted(count, "binôme"), number=number)
            for number, count in enumerate(given_up(plan, found[:place]), 1)
        ]
        said = {"number": place + 1, "worth": worth(plan), "less": listed(less)}
        lines.append(tr("Plan {number} : {worth} ; il renonce à {less}.", **said))
    if len(found) < wanted and may_go_on(found[-1].solution):
        lines.append(tr("Aucun autre plan ne respecte les règles en différant autant : c'est démontré."))
    return "\n".join(lines)
