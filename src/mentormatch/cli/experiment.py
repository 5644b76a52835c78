"""The commands of an experiment: ``experiment`` records it beforehand, ``draw`` lets the lot decide."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.cohorts import CohortOptions, Decided, Wishes, load_cohort
from mentormatch.cli.delivery import EXIT_CODES, Out, save_matching
from mentormatch.cli.messages import say, say_json, say_written, write_json, write_lines, write_text
from mentormatch.cli.names import NamesFrom, WithNames, read_given_names, say_held
from mentormatch.cli.options import (
    FILE,
    HERE,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    TimeLimit,
    ToolName,
    Who,
    answers_first,
    sources,
)
from mentormatch.languages import mark, tr

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
    from mentormatch.contract.operations.draw import DrawResponse
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
