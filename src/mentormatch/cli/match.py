"""The commands from a file of answers to pairs, and those of an experiment.

The commands from a file of answers to pairs: ``intake``, ``diagnose``, ``estimate``, ``match`` and ``plans``.

The commands of an experiment: ``experiment`` records it beforehand, ``draw`` lets the lot decide.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.delivery import (
    EXIT_CODES,
    NamesFrom,
    Out,
    WithNames,
    deliver,
    lacks_answer,
    read_given_names,
    refuse_empty,
    save_matching,
    say_held,
)
from mentormatch.cli.messages import complain, say, say_json, say_written, write_json, write_lines, write_text
from mentormatch.cli.options import (
    FILE,
    FOLDER,
    HERE,
    Answers,
    AsJson,
    CohortOptions,
    Decided,
    Editions,
    EncodingName,
    MemoryMb,
    Mentees,
    Mentors,
    ProgrammeFile,
    ProofHandling,
    Replace,
    Seed,
    TieHandling,
    TimeLimit,
    ToolName,
    Who,
    Why,
    Wishes,
    add_wishes,
    answers_first,
    load_cohort,
    match_files,
    read_editions,
    sources,
)
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.operations.matching import Matching


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
    editions: Editions = None,
    out: Out = None,
    replace: Replace = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    memory_mb: MemoryMb = None,
    ties: TieHandling = "canonical",
    proofs: ProofHandling = "goals",
    as_json: AsJson = False,
) -> None:
    """Form the pairs, and write them into a file or a folder, or on stdout."""
    files = sources(answers, mentors, mentees, tool, encoding)
    options = CohortOptions(tuple(wishes or ()), decisions, seed, time_limit, memory_mb, ties, proofs)
    past = read_editions(editions) if editions else []
    matching = match_files(programme, files, options)
    matching = matching.with_editions(past) if past else matching
    called = read_given_names(names_from, matching.cohort, matching.programme, files, given=names)
    signed = {"who": who, "why": why, "replace": replace, "names": called}
    deliver(matching, out, signed=signed, as_json=as_json)


IntakeOut = Annotated[
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
    out: IntakeOut = None,
    replace: Replace = False,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say what becomes of each row, and who could meet whom, without forming a pair."""
    from mentormatch.inspection.intake import report_on_tables
    from mentormatch.inspection.section import writer_for
    from mentormatch.programme.enrolment import read_tables
    from mentormatch.programme.programme import Programme

    del seed, time_limit  # every command takes them, so that a script need not know which ones solve

    known = Programme.load(programme)
    tables = read_tables(**sources(answers, mentors, mentees, tool, encoding))
    report = report_on_tables(
        known, tables, later=lambda cohort: add_wishes(cohort, programme, known, tuple(wishes or ()))
    )
    written = report.save(out, replace=replace) if out is not None else ()
    if as_json:
        write_json(writer_for(".json").content(report).decode("utf-8"))
    elif out is None:
        write_text(writer_for(".txt").content(report).decode("utf-8"))
    for path in written:
        say_written(path)


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
    from mentormatch.contract.operations.matching import DiagnoseResponse
    from mentormatch.operations.evaluation import diagnose

    on = load_cohort(
        programme,
        sources(answers, mentors, mentees, tool, encoding),
        CohortOptions(tuple(wishes or ()), decisions, seed),
    )
    found = diagnose(on.cohort, on.programme, time_limit_s=time_limit, **on.by_hand)
    if as_json:
        write_json(DiagnoseResponse.of(on.cohort, on.programme, found).to_json())
    else:
        write_lines(found.sentences)
    raise typer.Exit(EXIT_CODES[str(found.status)])


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
        say_json(beforehand.as_dict)
    else:
        write_lines(beforehand.sentences)
    raise typer.Exit(0 if beforehand.fits else RequestError.exit_code)


COUNT = mark("ENTIER")
PlanCount = Annotated[int, typer.Option("-n", min=1, max=20, metavar=COUNT, help=mark("Combien de plans, au plus."))]
PlanDistance = Annotated[
    int,
    typer.Option(
        "--differ-by",
        min=1,
        metavar=COUNT,
        help=mark("De combien de binômes un plan diffère de ceux d'avant, au moins."),
    ),
]
PlansFolder = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Où écrire les documents de chaque plan."))
]


def plans_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    n: PlanCount = 3,
    differ_by: PlanDistance = 1,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: PlansFolder = None,
    replace: Replace = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form several plans: the best, then each time the best that differs enough from all before it."""
    from mentormatch.contract.operations.matching import PlansResponse
    from mentormatch.operations.plans import plans
    from mentormatch.report.folder import save_plans

    files = sources(answers, mentors, mentees, tool, encoding)
    on = load_cohort(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed))
    called = read_given_names(names_from, on.cohort, on.programme, files, given=names)
    found = plans(on.cohort, on.programme, n, differ_by=differ_by, seed=seed, time_limit_s=time_limit, **on.by_hand)
    refuse_empty(found[0])
    if as_json:
        write_json(PlansResponse.of(found, n).to_json())
    elif out is None:
        write_text("\n\n".join(plan_text(plan, number, called) for number, plan in enumerate(found, 1)))
    code = EXIT_CODES[str(found[0].status)]
    if out is not None and not lacks_answer(found[0].status, out):
        for path in save_plans(found, out, replace=replace, names=called):
            say_written(path)
        say_held(called)
    (complain if code else say)(plans_summary(found, n))
    raise typer.Exit(code)


def plan_text(plan: "Matching", number: int, names: "GivenNames | None" = None) -> str:
    """Return a plan under its number."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.languages.phrases import about

    return f"{about(tr('Plan {number}', number=number), plan_worth(plan))}\n{pairs_text(plan, names)}"


def plan_worth(plan: "Matching") -> str:
    """Return how many pairs a plan has, and their points."""
    from mentormatch.languages.phrases import counted, points

    total = sum(pair.score for pair in plan.pairs)
    return tr("{pairs}, {score} points en tout", pairs=counted(len(plan.pairs), "binôme"), score=points(total))


def plans_summary(found: "tuple[Matching, ...]", wanted: int) -> str:
    """Return in lines what the plans are worth, and how many pairs each gives up of those before it."""
    from mentormatch.contract.operations.matching import pairs_given_up
    from mentormatch.languages.phrases import counted, listed
    from mentormatch.operations.matching import standing
    from mentormatch.operations.plans import are_all

    lines = [f"{tr('Plan {number} : {worth}.', number=1, worth=plan_worth(found[0]))} {standing(found[0])}"]
    for place, plan in enumerate(found[1:], 1):
        less = [
            tr("{pairs} du plan {number}", pairs=counted(count, "binôme"), number=number)
            for number, count in enumerate(pairs_given_up(plan, found[:place]), 1)
        ]
        said = {"number": place + 1, "worth": plan_worth(plan), "less": listed(less)}
        lines.append(tr("Plan {number} : {worth} ; il renonce à {less}.", **said))
    if are_all(found, wanted):
        lines.append(tr("Aucun autre plan ne respecte les règles en différant autant : c'est démontré."))
    return "\n".join(lines)


RECORD = mark("ESSAI.JSON")
SecondProgramme = Annotated[
    Path,
    typer.Option("--second", metavar=FILE, help=mark("L'autre programme, qui diffère du premier par ses critères.")),
]
LotSeed = Annotated[
    int,
    typer.Option(
        "--seed", min=0, metavar=mark("ENTIER"), help=mark("Le nombre dont tout se tire, convenu avant les réponses.")
    ),
]
RecordOut = Annotated[
    Path, typer.Option("-o", "--out", metavar=FILE, help=mark("L'essai à écrire, dans un nouveau fichier."))
]
RecordFile = Annotated[
    str | None, typer.Argument(metavar=RECORD, help=mark("L'essai, tel que experiment l'a écrit d'avance."))
]


def experiment_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    second: SecondProgramme,
    seed: LotSeed,
    programme: ProgrammeFile = HERE,
    out: RecordOut = Path("essai.json"),
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Record two programmes and a number, before the answers are there."""
    from mentormatch.operations.experiment import Experiment
    from mentormatch.programme.programme import Programme

    del time_limit  # every command takes it, so that a script need not know which ones solve

    experiment = Experiment.of(Programme.load(programme), Programme.load(second), seed)
    written = experiment.save(out)
    if as_json:
        say_json({"written": [str(written)], "digest": experiment.digest})
    say_written(written)
    say(tr("SHA-256 {digest} : donnez-le à qui voudra vérifier le tirage.", digest=experiment.digest))


def draw_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    record: RecordFile = None,
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
    names: WithNames = False,
    names_from: NamesFrom = None,
    who: Who = None,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Let the lot decide where the two plans of a recorded experiment differ."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.contract.operations.evidence import DrawResponse
    from mentormatch.operations.experiment import draw_plan, read_experiment

    answers, record = answers_first(answers, record, names=[RECORD], apart=bool(mentors or mentees))
    files, experiment = sources(answers, mentors, mentees, tool, encoding), read_experiment(record)
    on = load_cohort(programme, files, CohortOptions(tuple(wishes or ()), decisions))
    experiment.refuse_other(on.programme, programme.name)
    found = draw_plan(on.cohort, experiment, time_limit_s=time_limit, **on.by_hand)
    matching = found.matching.with_notes(on.notes)
    called = read_given_names(names_from, on.cohort, on.programme, files, given=names)
    why = tr("tirage de l'essai {digest}", digest=experiment.digest)
    written = save_matching(matching, out, {"who": who, "why": why, "replace": replace, "names": called})
    if as_json:
        write_json(DrawResponse.of(found).to_json())
    else:
        if out is None:
            write_text(f"{pairs_text(matching, called)}\n")
        write_lines(found.sentences)
    for path in written:
        say_written(path)
    if written:
        say_held(called)
    raise typer.Exit(EXIT_CODES[str(matching.status)])
