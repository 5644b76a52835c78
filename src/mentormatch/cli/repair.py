"""The command ``repair``, new pairs after departures and arrivals; and ``replies``, the rounds of a proposal."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from mentormatch.cli.messages import print_message, say_written, write_answer, write_json, write_text
from mentormatch.cli.option_groups import (
    CohortFiles,
    LoadedCohort,
    RunOptions,
    SeedAndTimeLimit,
    SideFiles,
    expand_options,
)
from mentormatch.cli.options import FILE, FOLDER, STDIN, AsJson, Replace, Seed, Why, open_source, read_bytes
from mentormatch.cli.output import (
    EXIT_CODES,
    NameOptions,
    PairDocuments,
    read_all_contacts,
    refuse_unanswered,
    report_matching,
    save_matching,
    say_where_names_are,
)
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.operations.matching import KeyPair
    from mentormatch.operations.proposal import Asked, Late, Proposal, ProposalRecord
    from mentormatch.operations.repair import Repair, RepairChoice
    from mentormatch.people.cohort import Cohort


FORMER_METAVAR = mark("BINÔMES")
Former = Annotated[
    str | None,
    typer.Argument(
        metavar=FORMER_METAVAR,
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
    typer.Option(
        "--keep",
        metavar=mark("MENTOR:MENTORÉ"),
        help=mark(
            "Un binôme à garder, déjà commencé ; à répéter. « all » : tous, comme après une validation ; « none » :"
            " aucun."
        ),
    ),
]


Stopped = Annotated[
    list[str] | None,
    typer.Option(
        "--stopped",
        metavar=mark("MENTOR:MENTORÉ"),
        help=mark("Un binôme qui s'arrête, les deux personnes restant ; à répéter."),
    ),
]
Undo = Annotated[
    int | None,
    typer.Option(
        "--undo",
        min=0,
        metavar=mark("NOMBRE"),
        help=mark("Combien de binômes en cours défaire au plus ; 0 : aucun, quitte à laisser quelqu'un attendre."),
    ),
]
Choices = Annotated[
    bool,
    typer.Option(
        "--choices",
        help=mark(
            "Dit ce que donne de ne rien défaire, puis ce qu'apporte et coûte de défaire 1, 2… binômes, personne par"
            " personne."
        ),
    ),
]
ChangedLetters = Annotated[
    Path | None,
    typer.Option(
        "--letters",
        metavar=FOLDER,
        help=mark("Le dossier où écrire les lettres des seules personnes pour qui quelque chose change."),
    ),
]


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """The people who left or arrive, the pairs that stop or must stay, and how many running pairs may be undone."""

    withdrawn: Withdrawn = None
    arrived: Arrived = None
    stopped: Stopped = None
    keep: Keep = None
    undo: Undo = None


NoSteps = Annotated[
    bool,
    typer.Option(
        "--no-steps", help=mark("Sans dire ce qu'apporteraient 0, 1, 2… binômes défaits : long à plusieurs centaines.")
    ),
]


@expand_options
def repair_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    turnover: Turnover,
    choices: Choices = False,
    no_steps: NoSteps = False,
    people: CohortFiles,
    former: Former = None,
    documents: PairDocuments,
    letters: ChangedLetters = None,
    why: Why = "",
    run: RunOptions,
) -> None:
    """Form new pairs with few broken pairs; report the gain of breaking more pairs, and the reserve partners."""
    people, (before,) = people.with_arguments({FORMER_METAVAR: former})
    sources = people.sources
    on = people.load()
    repaired = repair_pairs(on, Path(before), turnover, people.sides, run)
    name_sources = (
        [sources]
        if turnover.arrived is None
        else [sources, {"answers": open_source(turnover.arrived), **people.sides.reading}]
    )
    names = documents.naming.read(repaired.matching.cohort, repaired.matching.programme, *name_sources)
    letter_paths = () if letters is None else write_changed_letters(repaired, name_sources, letters, documents)
    written = save_matching(repaired.matching, documents.out, documents.log_options(names, why))
    shown_parts = ShownParts(documents.out is None, not no_steps, repaired.choices() if choices else None)
    write_repair(repaired, shown_parts, as_json=run.as_json, names=names)
    report_matching(repaired.matching, written)
    if written:
        say_where_names_are(names)
    say_written(*letter_paths[:1])
    print_message(str(repaired))
    raise typer.Exit(EXIT_CODES[str(repaired.status)])


def repair_pairs(
    on: LoadedCohort, before: Path, turnover: Turnover, sides: SideFiles, solve: SeedAndTimeLimit
) -> "Repair":
    """Return the repair of the pairs in a file."""
    from mentormatch.contract.operations.repair import with_departed
    from mentormatch.operations.evaluation import given_plan
    from mentormatch.operations.repair import repair
    from mentormatch.programme.enrolment import read_survey

    programme, withdrawn = on.programme, tuple(turnover.withdrawn or ())
    keep = pairs_to_keep(turnover.keep or ("none",) * (turnover.undo is not None), before)
    stopped = [parse_pair(text) for text in turnover.stopped or ()]
    arrived = (
        None if turnover.arrived is None else read_survey(programme, open_source(turnover.arrived), **sides.reading)
    )
    pairs = read_former_pairs(before, on.cohort)
    cohort = with_departed(on.cohort, programme, pairs, withdrawn)
    former = given_plan(cohort, programme, pairs, seed=solve.seed).with_notes(on.notes)
    return repair(
        former,
        withdrawn=withdrawn,
        arrived=arrived,
        stopped=stopped,
        undo=turnover.undo,
        keep=keep,
        time_limit_s=solve.time_limit,
        **on.by_hand,
    )


def write_changed_letters(
    repaired: "Repair", sources: Sequence[dict[str, Any]], folder: Path, documents: PairDocuments
) -> tuple[Path, ...]:
    """Write the letters of the people whose partners change, and report how many there are; return the files."""
    from mentormatch.report.letters import format_letter_notes, letters, write_letters

    refuse_unanswered(repaired.matching)
    cohort, programme = repaired.matching.cohort, repaired.matching.programme
    contacts = read_all_contacts(programme, sources)
    names = NameOptions(names_from=documents.naming.names_from).read(cohort, programme)
    written = letters(repaired.matching, contacts, "confirmation", names=names, since=repaired.before)
    print_message(*format_letter_notes(written))
    return write_letters(written, folder, repaired.language, replace=documents.replace)


class ShownParts(NamedTuple):
    """The parts of a report on a repair: the pairs, the gain of breaking more pairs, and the choices if requested."""

    pairs: bool
    steps: bool
    choices: "tuple[RepairChoice, ...] | None"


def write_repair(
    repaired: "Repair", shown_parts: ShownParts, *, as_json: bool, names: "GivenNames | None" = None
) -> None:
    """Write a repair on stdout: as JSON, or as lines, with the pairs if no file contains them."""
    from mentormatch.cli.summary import labels_of, pairs_text
    from mentormatch.contract.operations.repair import RepairResponse

    if as_json:
        answer = RepairResponse.of(repaired, ladder=shown_parts.steps, reserves=True, choices=shown_parts.choices)
        write_json(answer.to_json())
        return
    parts = [[pairs_text(repaired.matching, names)]] if shown_parts.pairs else []
    if shown_parts.choices is not None:
        labels = labels_of(repaired.matching, names)
        parts += [[str(dataclasses.replace(choice, labels=labels)) for choice in shown_parts.choices]]
        parts += [[str(dataclasses.replace(place, labels=labels)) for place in shown_parts.choices[0].repair.advice]]
    elif shown_parts.steps:
        parts += [list(map(str, repaired.ladder))]
    parts += [list(map(str, repaired.reserves))]
    write_text("\n\n".join("\n".join(lines) for lines in parts if lines))


def pairs_to_keep(texts: Sequence[str], before: Path) -> 'tuple[KeyPair, ...] | Literal["all"]':
    """Return the pairs that must stay: those named, all, or none; by default all pairs of a validated decision."""
    from mentormatch.base.manifest import manifest_in
    from mentormatch.report.folder import find_final_decision, is_decision_document

    if list(texts) in (["all"], ["none"]):
        return "all" if list(texts) == ["all"] else ()
    is_final = is_decision_document(manifest_in(before.parent), before) and bool(find_final_decision(before.parent))
    if not texts and before != STDIN and is_final:
        print_message(
            tr("Ces binômes sont validés : aucun n'est défait tant que les règles le permettent (--keep none : si).")
        )
        return "all"
    return tuple(map(parse_pair, texts))


def parse_pair(text: str) -> "KeyPair":
    """Return the two codes of a pair that is written with a colon between them."""
    mentor, colon, mentee = text.partition(":")
    if not (mentor and colon and mentee):
        raise typer.BadParameter(tr("écrivez les deux codes d'un binôme, par exemple M03:E07"))
    return mentor, mentee


def read_former_pairs(path: Path, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs in a file: JSON of a matching or repair, a decision, or a sheet with two codes per row.

    Raises RequestError or SurveyError if the file contains no pairs.
    """
    from mentormatch.operations.pair_sheet import read_pairs

    opened = open_source(path)
    content = opened.content if path == STDIN else read_bytes(path)
    if content.lstrip()[:1] == b"{":
        return pairs_of_json(content, opened.name, cohort)
    return list(read_pairs(opened, cohort))


def pairs_of_json(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a JSON file that mentormatch wrote."""
    from mentormatch.base.strict_json import parse_json

    value = parse_json(content)
    if "scores" in value and "digests" in value:
        return pairs_of_decision(content, name, cohort)
    pairs = get_key(get_key(value, "matching") or value, "pairs")
    keys = [(get_key(pair, "mentor"), get_key(pair, "mentee")) for pair in pairs] if isinstance(pairs, list) else []
    if not isinstance(pairs, list) or not all(isinstance(key, str) for pair in keys for key in pair):
        expected = tr("un fichier .json ou .decision.json que mentormatch a écrit, ou une feuille de binômes")
        raise RequestError(
            tr("Aucun binôme ne se lit dans ce fichier"), [Problem(name, tr("pas de binômes"), expected)]
        )
    return [(str(mentor), str(mentee)) for mentor, mentee in keys]


def pairs_of_decision(content: bytes, name: str, cohort: "Cohort") -> list["KeyPair"]:
    """Return the pairs of a decision file, which names people by their row in the answers of the decision."""
    from mentormatch.record.decision import Decision
    from mentormatch.record.digests import digest_of_answers

    decision = Decision.from_json(content)
    if decision.digests.answers != digest_of_answers(cohort):
        problem = Problem(
            name,
            tr("une décision sur d'autres réponses"),
            tr("les réponses dont elle est issue, inchangées"),
            tr("donnez plutôt le fichier .json ou la feuille des binômes, qui nomment les personnes par leur code"),
        )
        raise RequestError(tr("Cette décision ne dit pas qui sont ces personnes"), [problem])
    return [(cohort.mentors.ids[i], cohort.mentees.ids[k]) for i, k in decision.solution().pairs.tolist()]


def get_key(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


PROPOSED_METAVAR = mark("PROPOSITION")

ProposedFile = Annotated[
    str | None,
    typer.Argument(
        metavar=PROPOSED_METAVAR,
        help=mark("Les binômes proposés (.json ou feuille), ou le « propositions.json » du tour d'avant."),
    ),
]
RepliesFile = Annotated[
    list[Path] | None,
    typer.Option("--replies", metavar=FILE, help=mark("Un formulaire de réponses rempli ; à répéter.")),
]
LateOption = Annotated[
    Literal["wait", "accept", "decline"],
    typer.Option(
        "--late",
        metavar="wait|accept|decline",
        help=mark("Ce que vaut un silence : attendre encore (wait), un oui (accept), un non (decline)."),
    ),
]
AskedOption = Annotated[
    Literal["both", "mentor", "mentee"],
    typer.Option(
        "--asked",
        metavar="both|mentor|mentee",
        help=mark("Au premier tour, qui doit accepter : les deux (both), ou un côté (mentor, mentee)."),
    ),
]
RoundFolder = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire les fichiers du tour."))
]


@expand_options
def replies_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    replies: RepliesFile = None,
    late: LateOption = "wait",
    asked: AskedOption = "both",
    people: CohortFiles,
    proposed: ProposedFile = None,
    out: RoundFolder = None,
    replace: Replace = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Close a round with the replies that came, and propose the pairs of the next; without replies, begin."""
    from mentormatch.contract.operations.replies import ReplyResponse
    from mentormatch.operations.proposal import Proposal
    from mentormatch.report.proposals import round_text

    people, (former,) = people.with_arguments({PROPOSED_METAVAR: proposed})
    on = people.load()
    before = Proposal.read(read_proposal_record(Path(former), on, asked), on.cohort, on.programme, seed=seed)
    after = next_round(before, on, tuple(replies or ()), late)
    written = () if out is None else write_round(after, out, replace=replace)
    write_answer(
        lambda: ReplyResponse.of(after).to_json(),
        lambda: "\n".join(row_text(*map(str, row)) for row in after.people.rows),
        as_json=as_json,
        out=out,
    )
    say_written(*written)
    print_message(round_text(after))
    raise typer.Exit(EXIT_CODES[str(after.solved)])


def next_round(before: "Proposal", on: LoadedCohort, forms: tuple[Path, ...], late: "Late") -> "Proposal":
    """Return the round after the replies in some forms.

    Before any round, without forms, and if silence means to wait, the proposal is returned unchanged.
    """
    from mentormatch.operations.replies import read_replies, reply

    if not forms and not before.rounds and late == "wait":
        return before
    received = [answer for form in forms for answer in read_replies(open_source(form), before.matching.cohort)]
    return reply(before, received, late=late, **on.by_hand)


def read_proposal_record(path: Path, on: LoadedCohort, asked_sides: "Asked") -> "ProposalRecord":
    """Return the record in the file of a round; the pairs of any other file start the first round."""
    from mentormatch.base.strict_json import parse_json
    from mentormatch.operations.proposal import ProposalRecord, keys
    from mentormatch.record.seal import read_or_empty

    content = read_or_empty(path) if path.suffix == ".json" else b""
    if content and isinstance(get_key(parse_json(content), "rounds"), list):
        return ProposalRecord.from_json(content)
    return ProposalRecord(asked=asked_sides, pairs=list(map(keys, read_former_pairs(path, on.cohort))))


def write_round(proposal: "Proposal", folder: Path, *, replace: bool) -> tuple[Path, ...]:
    """Write the files of a round into a folder, all of them or none, and return them."""
    from mentormatch.base.generation import write_generation
    from mentormatch.report.proposals import ROUND_FILE_WRITERS

    with write_generation(folder, "replies", replace=replace) as draft:
        for name, (_, content) in ROUND_FILE_WRITERS.items():
            draft.put(name, content(proposal), private=True)
    return tuple(folder / name for name in ROUND_FILE_WRITERS)
