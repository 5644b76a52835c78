"""The commands from answers to pairs: ``intake``, ``diagnose``, ``estimate``, ``match``, ``plans``; and experiments.

``experiment`` records two programmes beforehand, ``draw`` chooses between their pairs by lot.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import (
    as_lines,
    print_error,
    print_message,
    say_json,
    say_written,
    write_answer,
    write_json,
    write_text,
)
from mentormatch.cli.option_groups import (
    CohortFiles,
    RunOptions,
    SeedAndTimeLimit,
    SurveyFiles,
    add_wishes,
    expand_options,
)
from mentormatch.cli.options import (
    DEFAULT_PROGRAMME,
    FILE,
    FOLDER,
    AsJson,
    Editions,
    MemoryMb,
    ProgrammeFile,
    ProofHandling,
    Replace,
    TieHandling,
    TimeLimit,
    Why,
    Wishes,
    read_editions,
)
from mentormatch.cli.output import (
    EXIT_CODES,
    NameOptions,
    PairDocuments,
    keeps_existing_files,
    output_matching,
    refuse_empty,
    save_matching,
    say_where_names_are,
)
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.operations.matching import Matching


@expand_options
def match_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    people: CohortFiles,
    editions: Editions = None,
    documents: PairDocuments,
    why: Why = "",
    solve: SeedAndTimeLimit,
    memory_mb: MemoryMb = None,
    ties: TieHandling = "canonical",
    proofs: ProofHandling = "goals",
    as_json: AsJson = False,
) -> None:
    """Form the pairs, and write them into a file or a folder, or on stdout."""
    sources = people.sources
    past = read_editions(editions) if editions else []
    matching = people.match(solve, memory_mb=memory_mb, ties=ties, proofs=proofs)
    matching = matching.with_editions(past) if past else matching
    names = documents.naming.read(matching.cohort, matching.programme, sources)
    output_matching(matching, documents.out, log_options=documents.log_options(names, why), as_json=as_json)


IntakeOut = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar=mark("FICHIER|DOSSIER"), help=mark("Fichier .html, .xlsx, .json ou .txt, ou dossier.")
    ),
]


@expand_options
def intake_command(
    *, survey: SurveyFiles, wishes: Wishes = None, out: IntakeOut = None, replace: Replace = False, run: RunOptions
) -> None:
    """Report the outcome of each row, and the possible partners of each person, without forming pairs."""
    from mentormatch.inspection.intake import report_on_tables
    from mentormatch.inspection.section import writer_for
    from mentormatch.programme.enrolment import read_tables

    programme = survey.load_programme()
    report = report_on_tables(
        programme,
        read_tables(**survey.sources),
        later=lambda cohort: add_wishes(cohort, survey.programme, programme, wishes),
    )
    written = report.save(out, replace=replace) if out is not None else ()
    write_answer(
        lambda: writer_for(".json").content(report).decode("utf-8"),
        lambda: writer_for(".txt").content(report).decode("utf-8"),
        as_json=run.as_json,
        out=out,
    )
    say_written(*written)


@expand_options
def diagnose_command(*, people: CohortFiles, run: RunOptions) -> None:
    """Report whether all rules can hold, which rules conflict, and the cheapest ways out."""
    from mentormatch.contract.operations.matching import DiagnoseResponse
    from mentormatch.operations.evaluation import diagnose

    on = people.load()
    diagnosis = diagnose(on.cohort, on.programme, time_limit_s=run.time_limit, **on.by_hand)
    run.tell(
        lambda: DiagnoseResponse.of(on.cohort, on.programme, diagnosis),
        lambda: as_lines(diagnosis.sentences),
        diagnosis.status,
    )


People = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--people",
        metavar=mark("MENTORS MENTORÉS"),
        help=mark("Combien de mentor·es et de mentoré·es il y aura, qui répondront comme ceux du fichier."),
    ),
]


@expand_options
def estimate_command(
    *, survey: SurveyFiles, people: People = None, memory_mb: MemoryMb = None, run: RunOptions
) -> None:
    """Estimate the time and the memory of a run, without forming pairs."""
    from mentormatch.errors import RequestError
    from mentormatch.operations.estimate import estimate

    programme = survey.load_programme()
    beforehand = estimate(survey.read_people(programme), programme, people=people, memory_mb=memory_mb)
    if run.as_json:
        say_json(beforehand.as_dict)
    else:
        write_text(as_lines(beforehand.sentences))
    raise typer.Exit(0 if beforehand.fits else RequestError.exit_code)


COUNT_METAVAR = mark("ENTIER")
PlanCount = Annotated[
    int, typer.Option("-n", min=1, max=20, metavar=COUNT_METAVAR, help=mark("Combien de plans, au plus."))
]
PlanDistance = Annotated[
    int,
    typer.Option(
        "--differ-by",
        min=1,
        metavar=COUNT_METAVAR,
        help=mark("De combien de binômes un plan diffère de ceux d'avant, au moins."),
    ),
]
PlansFolder = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Où écrire les documents de chaque plan."))
]


@expand_options
def plans_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    n: PlanCount = 3,
    differ_by: PlanDistance = 1,
    people: CohortFiles,
    out: PlansFolder = None,
    replace: Replace = False,
    naming: NameOptions,
    run: RunOptions,
) -> None:
    """Form several plans: the best, then each time the best plan that differs enough from all earlier plans."""
    from mentormatch.contract.operations.matching import PlansResponse
    from mentormatch.operations.plans import plans
    from mentormatch.report.folder import save_plans

    on = people.load()
    names = naming.read(on.cohort, on.programme, people.sources)
    formed = plans(on.cohort, on.programme, n, differ_by=differ_by, **run.solving, **on.by_hand)
    refuse_empty(formed[0])
    write_answer(
        lambda: PlansResponse.of(formed, n).to_json(),
        lambda: "\n\n".join(plan_text(plan, number, names) for number, plan in enumerate(formed, 1)),
        as_json=run.as_json,
        out=out,
    )
    code = EXIT_CODES[str(formed[0].status)]
    if out is not None and not keeps_existing_files(formed[0].status, out):
        say_written(*save_plans(formed, out, replace=replace, names=names))
        say_where_names_are(names)
    (print_error if code else print_message)(plans_summary(formed, n))
    raise typer.Exit(code)


def plan_text(plan: "Matching", number: int, names: "GivenNames | None" = None) -> str:
    """Return the number of a plan, its value and its pairs."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.languages.phrases import about

    return f"{about(tr('Plan {number}', number=number), plan_value_text(plan))}\n{pairs_text(plan, names)}"


def plan_value_text(plan: "Matching") -> str:
    """Return the number of pairs of a plan, and their total points."""
    from mentormatch.languages.phrases import counted, points

    total = sum(pair.score for pair in plan.pairs)
    return tr("{pairs}, {score} points en tout", pairs=counted(len(plan.pairs), "binôme"), score=points(total))


def plans_summary(plans: "tuple[Matching, ...]", requested: int) -> str:
    """Return a line per plan: its value, and for each earlier plan the number of pairs that it does not contain.

    A last line reports that no other plan exists, if that is proved.
    """
    from mentormatch.contract.operations.matching import pairs_given_up
    from mentormatch.languages.phrases import counted, listed
    from mentormatch.operations.matching import standing
    from mentormatch.operations.plans import are_all

    lines = [f"{tr('Plan {number} : {worth}.', number=1, worth=plan_value_text(plans[0]))} {standing(plans[0])}"]
    for index, plan in enumerate(plans[1:], 1):
        less = [
            tr("{pairs} du plan {number}", pairs=counted(count, "binôme"), number=number)
            for number, count in enumerate(pairs_given_up(plan, plans[:index]), 1)
        ]
        values = {"number": index + 1, "worth": plan_value_text(plan), "less": listed(less)}
        lines.append(tr("Plan {number} : {worth} ; il renonce à {less}.", **values))
    if are_all(plans, requested):
        lines.append(tr("Aucun autre plan ne respecte les règles en différant autant : c'est démontré."))
    return "\n".join(lines)


RECORD_METAVAR = mark("ESSAI.JSON")
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
    str | None, typer.Argument(metavar=RECORD_METAVAR, help=mark("L'essai, tel que experiment l'a écrit d'avance."))
]


def experiment_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    second: SecondProgramme,
    seed: LotSeed,
    programme: ProgrammeFile = DEFAULT_PROGRAMME,
    out: RecordOut = Path("essai.json"),
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Record two programmes and a seed, before the answers arrive."""
    from mentormatch.operations.experiment import Experiment
    from mentormatch.programme.programme import Programme

    del time_limit  # every command takes it, so that a script need not know which ones solve

    experiment = Experiment.of(Programme.load(programme), Programme.load(second), seed)
    written = experiment.save(out)
    if as_json:
        say_json({"written": [str(written)], "digest": experiment.digest})
    say_written(written)
    print_message(tr("SHA-256 {digest} : donnez-le à qui voudra vérifier le tirage.", digest=experiment.digest))


@expand_options
def draw_command(
    *,
    people: CohortFiles,
    record: RecordFile = None,
    documents: PairDocuments,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Draw lots where the two plans of a recorded experiment differ."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.contract.operations.evidence import DrawResponse
    from mentormatch.operations.experiment import draw_plan, read_experiment

    people, (record,) = people.with_arguments({RECORD_METAVAR: record})
    sources, experiment = people.sources, read_experiment(record)
    on = people.load()
    experiment.refuse_other(on.programme, people.programme.name)
    draw = draw_plan(on.cohort, experiment, time_limit_s=time_limit, **on.by_hand)
    matching = draw.matching.with_notes(on.notes)
    names = documents.naming.read(on.cohort, on.programme, sources)
    why = tr("tirage de l'essai {digest}", digest=experiment.digest)
    written = save_matching(matching, documents.out, documents.log_options(names, why))
    if as_json:
        write_json(DrawResponse.of(draw).to_json())
    else:
        if documents.out is None:
            write_text(f"{pairs_text(matching, names)}\n")
        write_text(as_lines(draw.sentences))
    say_written(*written)
    if written:
        say_where_names_are(names)
    raise typer.Exit(EXIT_CODES[str(matching.status)])
