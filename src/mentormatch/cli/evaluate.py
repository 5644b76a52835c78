"""The command ``evaluate``: what any plan is worth, which rules it breaks, and how far it is from the best."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, ground
from mentormatch.cli.delivery import tell_caveats
from mentormatch.cli.messages import write_json, write_text
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
    source,
    sources,
)
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import on_one_line, row_text

if TYPE_CHECKING:
    from mentormatch.operations.evaluation import Evaluation
    from mentormatch.operations.matching import Matching

PAIRS = mark("BINÔMES")
PairsFile = Annotated[
    str | None,
    typer.Argument(
        metavar=PAIRS, help=mark("La feuille de binômes : une colonne de codes par côté ; « - » : l'entrée standard.")
    ),
]


def evaluate_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    pairs: PairsFile = None,
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
    """Say what any plan is worth, which rules it breaks, and how far it is from the best one."""
    from mentormatch.contract.operations.evaluate import EvaluateResponse
    from mentormatch.operations.evaluation import evaluate
    from mentormatch.operations.matching import match
    from mentormatch.operations.pair_sheet import read_pairs

    answers, sheet = answers_first(answers, pairs, names=[PAIRS], apart=bool(mentors or mentees))
    asked = CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit)
    on = ground(programme, sources(answers, mentors, mentees, tool, encoding), asked)
    plan = evaluate(on.cohort, on.decided, read_pairs(source(Path(sheet)), on.cohort))
    best = match(on.cohort, on.decided, seed=seed, time_limit_s=time_limit)
    tell_caveats(plan.matching)
    if as_json:
        write_json(EvaluateResponse.of(plan, best).to_json())
    else:
        write_text(f"{told(plan)}\n{distance(plan, best)}")


def told(plan: "Evaluation") -> str:
    """Return the pairs of a plan, and each rule that it breaks, a line each."""
    from mentormatch.languages.phrases import about, counted, points

    pairs = [row_text(pair.mentor, pair.mentee, points(pair.score)) for pair in plan.pairs]
    broken = [
        about(
            one.rule,
            tr("{people} ({detail})", people=" - ".join(one.people), detail=one.detail) if one.people else one.detail,
        )
        for one in plan.breaches
    ]
    worth = tr("{pairs}, {score} points en tout.", pairs=counted(len(plan.pairs), "binôme"), score=points(plan.total))
    return "\n".join(
        [
            tr("mentor·e\tmentoré·e\tpoints"),
            *pairs,
            "",
            worth,
            kept(plan),
            *(on_one_line(f"  - {one}") for one in broken),
        ]
    )


def kept(plan: "Evaluation") -> str:
    """Return in a sentence whether a plan keeps the rules."""
    from mentormatch.languages import tr_n
    from mentormatch.languages.phrases import thousands

    broken = len(plan.breaches)
    if not broken:
        return tr("Toutes les règles sont respectées.")
    return tr_n(
        "{number} règle n'est pas respectée :",
        "{number} règles ne sont pas respectées :",
        broken,
        number=thousands(broken),
    )


def distance(plan: "Evaluation", best: "Matching") -> str:
    """Return how far a plan is from the best one, goal by goal."""
    from mentormatch.assignment.model.solution import Status
    from mentormatch.cli.summary import standing
    from mentormatch.report.comparison import compare

    if best.status not in (Status.PROVED, Status.FEASIBLE):
        return tr("Aucune meilleure répartition à lui comparer. {why}", why=standing(best))
    known = [] if best.status is Status.PROVED else [standing(best)]
    away = [goal for goal in compare(best, plan.matching).goals if goal.difference]
    if not away:
        return "\n".join([tr("Ce plan atteint tout ce qu'atteint la meilleure répartition."), *known])
    lines = [
        tr("  - {goal} : {now}, {difference}", goal=one.goal, now=one.now, difference=one.difference) for one in away
    ]
    return "\n".join([tr("À côté de la meilleure répartition :"), *lines, *known])
