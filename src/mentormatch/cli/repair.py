"""The command ``repair``: new pairs after some people left and others arrived, with as few broken as that takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.cohorts import CohortAtHand, CohortQuestion, Decided, Wishes, ground
from mentormatch.cli.delivery import EXIT_CODES, Out, saved, tell
from mentormatch.cli.former_pairs import pairs_before
from mentormatch.cli.messages import say, write_json, write_text
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
    Seed,
    ToolName,
    Who,
    Why,
    answers_first,
    source,
    sources,
)
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.operations.matching import KeyPair
    from mentormatch.operations.repair import Repair

FORMER = mark("BINÔMES")
Former = Annotated[
    str | None,
    typer.Argument(
        metavar=FORMER,
        help=mark(
            "La répartition d'avant : fichier .json, .decision.json, ou feuille de binômes ; « - » : l'entrée standard."
        ),
    ),
]
Withdrawn = Annotated[
    list[str] | None,
    typer.Option("--withdrawn", metavar=mark("CODE"), help=mark("Une personne qui est partie ; à répéter.")),
]
Arrived = Annotated[
    Path | None,
    typer.Option("--arrived", metavar=FILE, help=mark("Les réponses des personnes qui arrivent, des deux côtés.")),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar=mark("MENTOR:MENTORÉ"), help=mark("Un binôme à garder, déjà commencé ; à répéter.")),
]
NoSteps = Annotated[
    bool,
    typer.Option(
        "--no-steps", help=mark("Sans dire ce qu'apporteraient 0, 1, 2… binômes défaits : long à plusieurs centaines.")
    ),
]


def repair_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    former: Former = None,
    *,
    withdrawn: Withdrawn = None,
    arrived: Arrived = None,
    keep: Keep = None,
    no_steps: NoSteps = False,
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
    as_json: AsJson = False,
) -> None:
    """Form new pairs for who needs one, and say what more broken pairs would buy, and who would take over."""
    answers, before = answers_first(answers, former, names=[FORMER], apart=bool(mentors or mentees))
    on = ground(
        programme,
        sources(answers, mentors, mentees, tool, encoding),
        CohortQuestion(tuple(wishes or ()), decisions, seed),
    )
    asked = Turnover(tuple(withdrawn or ()), tuple(map(pair_in, keep or ())), arrived, tool, encoding)
    made = repaired(on, Path(before), asked, seed)
    written = saved(made.matching, out, {"who": who, "why": why, "replace": replace})
    deliver(made, printed=out is None, steps=not no_steps, as_json=as_json)
    tell(made.matching, written)
    say(str(made))
    raise typer.Exit(EXIT_CODES[str(made.status)])


@dataclass(frozen=True, slots=True)
class Turnover:
    """Who left, which pairs are kept, and the file of answers of who arrives, which some ``tool`` wrote."""

    withdrawn: tuple[str, ...] = ()
    keep: tuple["KeyPair", ...] = ()
    arrived: Path | None = None
    tool: str | None = None
    encoding: str | None = None


def repaired(on: CohortAtHand, before: Path, asked: Turnover, seed: int) -> "Repair":
    """Return the pairs of a file, repaired."""
    from mentormatch.contract.operations.repair import with_missing
    from mentormatch.operations.evaluation import given_plan
    from mentormatch.operations.repair import repair
    from mentormatch.programme.enrolment import read_survey

    programme = on.decided
    said = {"tool": asked.tool, "encoding": asked.encoding}
    arrived = None if asked.arrived is None else read_survey(programme, source(asked.arrived), **said)
    pairs = pairs_before(before, on.cohort)
    cohort = with_missing(on.cohort, programme, pairs, asked.withdrawn)
    former = given_plan(cohort, programme, pairs, seed=seed).with_notes(on.notes)
    return repair(former, withdrawn=asked.withdrawn, arrived=arrived, keep=asked.keep)


def deliver(made: "Repair", *, printed: bool, steps: bool, as_json: bool) -> None:
    """Write on stdout what a repair comes to: as JSON, or in lines, with the pairs where no file has them."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.contract.operations.repair import RepairResponse

    if as_json:
        write_json(RepairResponse.of(made, ladder=steps, reserves=True).to_json())
        return
    parts = [[pairs_text(made.matching)]] if printed else []
    parts += [list(map(str, made.ladder))] if steps else []
    parts += [list(map(str, made.reserves))]
    write_text("\n\n".join("\n".join(lines) for lines in parts if lines))


def pair_in(text: str) -> "KeyPair":
    """Return the two codes of a pair that is written with a colon between them."""
    mentor, colon, mentee = text.partition(":")
    if not (mentor and colon and mentee):
        raise typer.BadParameter(tr("écrivez les deux codes d'un binôme, par exemple --keep M03:E07"))
    return mentor, mentee
