"""The commands on pairs that are formed: their value, other pairs, access, recruitment, departures and past years."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import as_lines
from mentormatch.cli.option_groups import CohortFiles, RunOptions, expand_options, match_with_caveats
from mentormatch.cli.options import RequiredEditions, open_source, read_editions
from mentormatch.cli.output import tell_caveats
from mentormatch.languages.text_keys import on_one_line, row_text
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.explanation.why_not import Alternative, WhyNot
    from mentormatch.operations.access import Access
    from mentormatch.operations.evaluation import Evaluation
    from mentormatch.operations.matching import Matching


PAIRS_METAVAR = mark("BINÔMES")
PairsFile = Annotated[
    str | None,
    typer.Argument(
        metavar=PAIRS_METAVAR,
        help=mark("La feuille de binômes : une colonne de codes par côté ; « - » : l'entrée standard."),
    ),
]


@expand_options
def evaluate_command(*, people: CohortFiles, pairs: PairsFile = None, run: RunOptions) -> None:
    """Report the value of a plan, its broken rules, and its distance from the best plan."""
    from mentormatch.contract.operations.matching import EvaluateResponse
    from mentormatch.operations.evaluation import evaluate
    from mentormatch.operations.matching import match
    from mentormatch.operations.pair_sheet import read_pairs

    people, (sheet,) = people.with_arguments({PAIRS_METAVAR: pairs})
    on = people.load()
    plan = evaluate(on.cohort, on.programme, read_pairs(open_source(Path(sheet)), on.cohort), **on.by_hand)
    best = match(on.cohort, on.programme, **run.solving, **on.by_hand)
    tell_caveats(plan.matching)
    run.tell(lambda: EvaluateResponse.of(plan, best), lambda: f"{evaluation_text(plan)}\n{distance_text(plan, best)}")


def evaluation_text(plan: "Evaluation") -> str:
    """Return the pairs of a plan and its broken rules, one per line."""
    from mentormatch.languages.phrases import about, counted, points

    pairs = [row_text(pair.mentor, pair.mentee, points(pair.score)) for pair in plan.pairs]
    broken = [
        about(
            breach.rule,
            tr("{people} ({detail})", people=" - ".join(breach.people), detail=breach.detail)
            if breach.people
            else breach.detail,
        )
        for breach in plan.breaches
    ]
    worth = tr("{pairs}, {score} points en tout.", pairs=counted(len(plan.pairs), "binôme"), score=points(plan.total))
    return "\n".join(
        [
            tr("mentor·e\tmentoré·e\tpoints"),
            *pairs,
            "",
            worth,
            rules_sentence(plan),
            *(on_one_line(f"  - {breach}") for breach in broken),
        ]
    )


def rules_sentence(plan: "Evaluation") -> str:
    """Return a sentence with the number of broken rules of a plan."""
    from mentormatch.languages.phrases import thousands
    from mentormatch.languages.translation import tr_n

    broken = len(plan.breaches)
    if not broken:
        return tr("Toutes les règles sont respectées.")
    return tr_n(
        "{number} règle n'est pas respectée :",
        "{number} règles ne sont pas respectées :",
        broken,
        number=thousands(broken),
    )


def distance_text(plan: "Evaluation", best: "Matching") -> str:
    """Return the difference between a plan and the best plan, goal by goal."""
    from mentormatch.assignment.model.solution import Status
    from mentormatch.operations.matching import standing
    from mentormatch.report.comparison import compare

    if best.status not in (Status.PROVED, Status.FEASIBLE):
        return tr("Aucune meilleure répartition à lui comparer. {why}", why=standing(best))
    status = [] if best.status is Status.PROVED else [standing(best)]
    differences = [goal for goal in compare(best, plan.matching).goals if goal.difference]
    if not differences:
        return "\n".join([tr("Ce plan atteint tout ce qu'atteint la meilleure répartition."), *status])
    lines = [
        tr("  - {goal} : {now}, {difference}", goal=goal.goal, now=goal.now, difference=goal.difference)
        for goal in differences
    ]
    return "\n".join([tr("À côté de la meilleure répartition :"), *lines, *status])


MENTOR_METAVAR, MENTEE_METAVAR, PERSON_METAVAR = mark("MENTOR"), mark("MENTORÉ"), mark("PERSONNE")
Mentor = Annotated[str | None, typer.Argument(metavar=MENTOR_METAVAR, help=mark("Le code d'un·e mentor·e."))]
Mentee = Annotated[str | None, typer.Argument(metavar=MENTEE_METAVAR, help=mark("Le code d'un·e mentoré·e."))]
PersonArgument = Annotated[str | None, typer.Argument(metavar=PERSON_METAVAR, help=mark("Le code de la personne."))]
MaxAlternatives = Annotated[
    int,
    typer.Option("-n", min=1, max=1_000, metavar=mark("ENTIER"), help=mark("Combien d'autres partenaires, au plus.")),
]


@expand_options
def why_not_command(*, people: CohortFiles, mentor: Mentor = None, mentee: Mentee = None, run: RunOptions) -> None:
    """Report why two people are not paired: the rule that forbids it, or its cost and the people who would move."""
    from mentormatch.contract.operations.other_pairs import WhyNotResponse

    people, (mentor, mentee) = people.with_arguments({MENTOR_METAVAR: mentor, MENTEE_METAVAR: mentee})
    matching = match_with_caveats(people, run)
    run.tell(
        lambda: WhyNotResponse.of(matching, mentor, mentee),
        lambda: why_not_text(matching.why_not(mentor, mentee)),
        matching.status,
    )


def why_not_text(why: "WhyNot") -> str:
    return as_lines([why.reason, *(f"  - {move}" for move in why.moves)])


@expand_options
def alternatives_command(
    *, n: MaxAlternatives = 10, people: CohortFiles, person: PersonArgument = None, run: RunOptions
) -> None:
    """List the other possible partners of a person, the cheapest first."""
    from mentormatch.contract.operations.other_pairs import AlternativesResponse

    people, (person,) = people.with_arguments({PERSON_METAVAR: person})
    matching = match_with_caveats(people, run)
    run.tell(
        lambda: AlternativesResponse.of(matching, person, n),
        lambda: alternatives_text(matching.alternatives(person, n)),
        matching.status,
    )


def alternatives_text(alternatives: "Sequence[Alternative]") -> str:
    return as_lines(
        map(str, alternatives) if alternatives else [tr("Aucun autre binôme n'est possible pour cette personne.")]
    )


WithPrices = Annotated[
    bool,
    typer.Option(
        "--prices/--no-prices",
        help=mark("Dire aussi ce que coûterait de placer autant de monde dans chaque réponse ; --no-prices : non."),
    ),
]


@expand_options
def access_command(*, prices: WithPrices = True, people: CohortFiles, run: RunOptions) -> None:
    """Report whether people were placed whatever they answered to the questions that the programme watches."""
    from mentormatch.contract.operations.fairness import AccessResponse
    from mentormatch.operations.access import access

    matching = match_with_caveats(people, run)
    report = access(matching, prices=prices)
    run.tell(lambda: AccessResponse.of(report), lambda: access_text(report), matching.status)


def access_text(report: "Access") -> str:
    """Return the rows of a report on access, and its sentences."""
    rows = [row_text(*(str(cell) for cell in row if cell != "")) for row in report.sheet.rows]
    return "\n".join([*rows, "", *report.sentences])


MostMentors = Annotated[
    int,
    typer.Option(
        "-k", min=1, max=10, metavar=mark("ENTIER"), help=mark("Jusqu'à combien de personnes de plus, de 1 à 10.")
    ),
]


@expand_options
def recruit_command(*, k: MostMentors = 3, people: CohortFiles, run: RunOptions) -> None:
    """Report the mentors to recruit next, and the places that would be enough instead."""
    from mentormatch.contract.operations.recruit import RecruitResponse
    from mentormatch.operations.recruit import recruit

    advice = recruit(match_with_caveats(people, run), k, time_limit_s=run.time_limit)
    run.tell(lambda: RecruitResponse.of(advice), lambda: as_lines(advice.sentences), advice.status)


LeavingCount = Annotated[
    int, typer.Option("-k", min=1, max=2, metavar=mark("ENTIER"), help=mark("Combien de personnes partent, 1 ou 2."))
]


@expand_options
def sturdy_command(*, k: LeavingCount = 1, people: CohortFiles, run: RunOptions) -> None:
    """Report how many people keep a partner if some leave, and the cost of a plan that keeps more."""
    from mentormatch.contract.operations.repair import SturdyResponse
    from mentormatch.operations.recoverable_plan import sturdy

    plan = sturdy(match_with_caveats(people, run), k, time_limit_s=run.time_limit)
    run.tell(lambda: SturdyResponse.of(plan), lambda: as_lines(plan.sentences), plan.status)


@expand_options
def incentives_command(*, people: CohortFiles, run: RunOptions) -> None:
    """Report whether a person would gain by other answers, by which question, and how to prevent it."""
    from mentormatch.contract.operations.fairness import IncentivesResponse
    from mentormatch.operations.incentives import incentives

    on = people.load()
    report = incentives(on.cohort, on.programme, **run.solving, **on.by_hand)
    run.tell(lambda: IncentivesResponse.of(report), lambda: as_lines(report.sentences))


@expand_options
def learn_command(*, editions: RequiredEditions, people: CohortFiles, run: RunOptions) -> None:
    """Report which criteria went with pairs that lasted and were content, and what other weights would change."""
    from mentormatch.contract.operations.evidence import LearnResponse
    from mentormatch.operations.learn import learn

    on = people.load()
    lessons = learn(on.cohort, on.programme, read_editions(editions), **run.solving, **on.by_hand)
    run.tell(lambda: LearnResponse.of(lessons), lambda: as_lines(lessons.sentences), lessons.status)
