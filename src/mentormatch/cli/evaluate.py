"""The commands that judge pairs and answers, price others, and say whom to recruit, who leaves and what years teach."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.delivery import EXIT_CODES, tell_caveats
from mentormatch.cli.messages import write_json, write_lines, write_text
from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    CohortOptions,
    Decided,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    RequiredEditions,
    Seed,
    TimeLimit,
    ToolName,
    Wishes,
    answers_first,
    load_cohort,
    match_files,
    read_editions,
    source,
    sources,
)
from mentormatch.languages.text_keys import on_one_line, row_text
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.contract.match_response import Response
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
    from mentormatch.contract.operations.matching import EvaluateResponse
    from mentormatch.operations.evaluation import evaluate
    from mentormatch.operations.matching import match
    from mentormatch.operations.pair_sheet import read_pairs

    answers, sheet = answers_first(answers, pairs, names=[PAIRS], apart=bool(mentors or mentees))
    options = CohortOptions(tuple(wishes or ()), decisions, seed, time_limit)
    on = load_cohort(programme, sources(answers, mentors, mentees, tool, encoding), options)
    plan = evaluate(on.cohort, on.programme, read_pairs(source(Path(sheet)), on.cohort), **on.by_hand)
    best = match(on.cohort, on.programme, seed=seed, time_limit_s=time_limit, **on.by_hand)
    tell_caveats(plan.matching)
    if as_json:
        write_json(EvaluateResponse.of(plan, best).to_json())
    else:
        write_text(f"{evaluation_text(plan)}\n{distance_text(plan, best)}")


def evaluation_text(plan: "Evaluation") -> str:
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
            rules_sentence(plan),
            *(on_one_line(f"  - {one}") for one in broken),
        ]
    )


def rules_sentence(plan: "Evaluation") -> str:
    """Return in a sentence whether a plan keeps the rules."""
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
    """Return how far a plan is from the best one, goal by goal."""
    from mentormatch.assignment.model.solution import Status
    from mentormatch.operations.matching import standing
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
    from mentormatch.contract.operations.other_pairs import WhyNotResponse

    answers, mentor, mentee = answers_first(
        answers, mentor, mentee, names=[MENTOR, MENTEE], apart=bool(mentors or mentees)
    )
    files = sources(answers, mentors, mentees, tool, encoding)
    matching = match_files(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed, time_limit))
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
    from mentormatch.contract.operations.other_pairs import AlternativesResponse

    answers, person = answers_first(answers, person, names=[PERSON], apart=bool(mentors or mentees))
    files = sources(answers, mentors, mentees, tool, encoding)
    matching = match_files(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    if as_json:
        write_json(AlternativesResponse.of(matching, person, n).to_json())
    else:
        found = list(map(str, matching.alternatives(person, n)))
        write_lines(found or [tr("Aucun autre binôme n'est possible pour cette personne.")])
    raise typer.Exit(EXIT_CODES[str(matching.status)])


WithPrices = Annotated[
    bool,
    typer.Option(
        "--prices/--no-prices",
        help=mark("Dire aussi ce que coûterait de placer autant de monde dans chaque réponse ; --no-prices : non."),
    ),
]


def access_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    prices: WithPrices = True,
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
    """Say whether people were placed whatever they answered to the questions that the programme watches."""
    from mentormatch.contract.operations.fairness import AccessResponse
    from mentormatch.operations.access import access

    files = sources(answers, mentors, mentees, tool, encoding)
    matching = match_files(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    found = access(matching, prices=prices)
    if as_json:
        write_json(AccessResponse.of(found).to_json())
    else:
        rows = (row_text(*(str(cell) for cell in row if cell != "")) for row in found.sheet.rows)
        write_text("\n".join([*rows, "", *found.sentences]))
    raise typer.Exit(EXIT_CODES[str(matching.status)])


MostMentors = Annotated[
    int,
    typer.Option(
        "-k", min=1, max=10, metavar=mark("ENTIER"), help=mark("Jusqu'à combien de personnes de plus, de 1 à 10.")
    ),
]


def recruit_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    k: MostMentors = 3,
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
    """Say whom to recruit next, and which places would do instead."""
    from mentormatch.contract.operations.recruit import RecruitResponse
    from mentormatch.operations.recruit import recruit

    files = sources(answers, mentors, mentees, tool, encoding)
    matching = match_files(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    found = recruit(matching, k, time_limit_s=time_limit)
    tell_answer(RecruitResponse.of(found), found.sentences, as_json=as_json)
    raise typer.Exit(EXIT_CODES[str(found.status)])


Leaving = Annotated[
    int, typer.Option("-k", min=1, max=2, metavar=mark("ENTIER"), help=mark("Combien de personnes partent, 1 ou 2."))
]


def sturdy_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    k: Leaving = 1,
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
    """Say how many keep a partner if people leave, and what it would cost to hold better."""
    from mentormatch.contract.operations.repair import SturdyResponse
    from mentormatch.operations.recoverable_plan import sturdy

    files = sources(answers, mentors, mentees, tool, encoding)
    matching = match_files(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed, time_limit))
    tell_caveats(matching)
    found = sturdy(matching, k, time_limit_s=time_limit)
    tell_answer(SturdyResponse.of(found), found.sentences, as_json=as_json)
    raise typer.Exit(EXIT_CODES[str(found.status)])


def incentives_command(  # noqa: PLR0913 - the options of the command line are its contract
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
    """Say whether anybody would gain by answering otherwise, by which question, and what closes it."""
    from mentormatch.contract.operations.fairness import IncentivesResponse
    from mentormatch.operations.incentives import incentives

    options = CohortOptions(tuple(wishes or ()), decisions, seed, time_limit)
    on = load_cohort(programme, sources(answers, mentors, mentees, tool, encoding), options)
    found = incentives(on.cohort, on.programme, seed=seed, time_limit_s=time_limit, **on.by_hand)
    tell_answer(IncentivesResponse.of(found), found.sentences, as_json=as_json)


def learn_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    editions: RequiredEditions,
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
    """Say which criteria went with pairs that lasted and were content, and what other weights would make of it."""
    from mentormatch.contract.operations.evidence import LearnResponse
    from mentormatch.operations.learn import learn

    options = CohortOptions(tuple(wishes or ()), decisions, seed, time_limit)
    on = load_cohort(programme, sources(answers, mentors, mentees, tool, encoding), options)
    past = read_editions(editions)
    found = learn(on.cohort, on.programme, past, seed=seed, time_limit_s=time_limit, **on.by_hand)
    tell_answer(LearnResponse.of(found), found.sentences, as_json=as_json)
    raise typer.Exit(EXIT_CODES[str(found.status)])


def tell_answer(answer: "Response", sentences: Sequence[str], *, as_json: bool) -> None:
    """Write an answer beside pairs: as JSON, or in sentences."""
    if as_json:
        write_json(answer.to_json())
    else:
        write_lines(sentences)
