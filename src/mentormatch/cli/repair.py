"""The command ``repair``: new pairs after departures and arrivals, with as few broken as that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.cohorts import CohortOptions, Decided, LoadedCohort, Wishes, load_cohort
from mentormatch.cli.delivery import EXIT_CODES, Out, save_matching, tell
from mentormatch.cli.messages import say, write_json, write_text
from mentormatch.cli.names import NamesFrom, WithNames, read_given_names, say_held
from mentormatch.cli.options import (
    FILE,
    HERE,
    STDIN,
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
    content_of,
    source,
    sources,
)
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.operations.matching import KeyPair
    from mentormatch.operations.repair import Repair
    from mentormatch.people.cohort import Cohort


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
    names: WithNames = False,
    names_from: NamesFrom = None,
    who: Who = None,
    why: Why = "",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Form new pairs for who needs one, and say what more broken pairs would buy, and who would take over."""
    answers, before = answers_first(answers, former, names=[FORMER], apart=bool(mentors or mentees))
    files = sources(answers, mentors, mentees, tool, encoding)
    on = load_cohort(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed))
    turnover = Turnover(tuple(withdrawn or ()), tuple(map(parse_pair, keep or ())), arrived, tool, encoding)
    made = repair_pairs(on, Path(before), turnover, seed)
    read = [files] if arrived is None else [files, sources(arrived, None, None, tool, encoding)]
    called = read_given_names(names_from, made.matching.cohort, made.matching.programme, *read, given=names)
    signed = {"who": who, "why": why, "replace": replace, "names": called}
    written = save_matching(made.matching, out, signed)
    write_repair(made, printed=out is None, steps=not no_steps, as_json=as_json, names=called)
    tell(made.matching, written)
    if written:
        say_held(called)
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


def repair_pairs(on: LoadedCohort, before: Path, turnover: Turnover, seed: int) -> "Repair":
    """Return the pairs of a file, repaired."""
    from mentormatch.contract.operations.repair import with_missing
    from mentormatch.operations.evaluation import given_plan
    from mentormatch.operations.repair import repair
    from mentormatch.programme.enrolment import read_survey

    programme = on.programme
    said = {"tool": turnover.tool, "encoding": turnover.encoding}
    arrived = None if turnover.arrived is None else read_survey(programme, source(turnover.arrived), **said)
    pairs = read_former_pairs(before, on.cohort)
    cohort = with_missing(on.cohort, programme, pairs, turnover.withdrawn)
    former = given_plan(cohort, programme, pairs, seed=seed).with_notes(on.notes)
    return repair(former, withdrawn=turnover.withdrawn, arrived=arrived, keep=turnover.keep, **on.by_hand)


def write_repair(
    made: "Repair", *, printed: bool, steps: bool, as_json: bool, names: "GivenNames | None" = None
) -> None:
    """Write on stdout what a repair comes to: as JSON, or in lines, with the pairs where no file has them."""
    from mentormatch.cli.summary import pairs_text
    from mentormatch.contract.operations.repair import RepairResponse

    if as_json:
        write_json(RepairResponse.of(made, ladder=steps, reserves=True).to_json())
        return
    parts = [[pairs_text(made.matching, names)]] if printed else []
    parts += [list(map(str, made.ladder))] if steps else []
    parts += [list(map(str, made.reserves))]
    write_text("\n\n".join("\n".join(lines) for lines in parts if lines))


def parse_pair(text: str) -> "KeyPair":
    """Return the two codes of a pair that is written with a colon between them."""
    mentor, colon, mentee = text.partition(":")
    if not (mentor and colon and mentee):
        raise typer.BadParameter(tr("écrivez les deux codes d'un binôme, par exemple --keep M03:E07"))
    return mentor, mentee


def read_former_pairs(path: Path, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs in a file: the JSON of a matching or of a repair, a decision, or a sheet of two codes a row.

    Raises RequestError or SurveyError where it holds none that can be told.
    """
    from mentormatch.operations.pair_sheet import read_pairs

    opened = source(path)
    content = opened.content if path == STDIN else content_of(path)
    if content.lstrip()[:1] == b"{":
        return pairs_of_json(content, opened.name, cohort)
    return list(read_pairs(opened, cohort))


def pairs_of_json(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a JSON file that mentormatch wrote."""
    from mentormatch.base.strict_json import parse_json

    value = parse_json(content)
    if "scores" in value and "digests" in value:
        return pairs_of_decision(content, name, cohort)
    pairs = part_of(part_of(value, "matching") or value, "pairs")
    keys = [(part_of(pair, "mentor"), part_of(pair, "mentee")) for pair in pairs] if isinstance(pairs, list) else []
    if not isinstance(pairs, list) or not all(isinstance(key, str) for pair in keys for key in pair):
        expected = tr("un fichier .json ou .decision.json que mentormatch a écrit, ou une feuille de binômes")
        raise RequestError(
            tr("Aucun binôme ne se lit dans ce fichier"), [Problem(name, tr("pas de binômes"), expected)]
        )
    return [(str(mentor), str(mentee)) for mentor, mentee in keys]


def pairs_of_decision(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a decision file, which names people by their place among the answers that it rests on."""
    from mentormatch.record.decision import Decision
    from mentormatch.record.digests import digest_of_answers

    decision = Decision.from_json(content)
    if decision.digests.answers != digest_of_answers(cohort):
        found = Problem(
            name,
            tr("une décision sur d'autres réponses"),
            tr("les réponses dont elle est issue, inchangées"),
            tr("donnez plutôt le fichier .json ou la feuille des binômes, qui nomment les personnes par leur code"),
        )
        raise RequestError(tr("Cette décision ne dit pas qui sont ces personnes"), [found])
    return [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in decision.solution().pairs.tolist()]


def part_of(value: Any, name: str) -> Any:
    """Return one part of a JSON value, None where there is none."""
    return value.get(name) if isinstance(value, Mapping) else None
