"""The command ``replies``: the rounds of a proposal, from what people answered to it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mentormatch.cli.cohorts import CohortOptions, Decided, LoadedCohort, Wishes, load_cohort
from mentormatch.cli.delivery import EXIT_CODES
from mentormatch.cli.messages import say, say_written, write_json, write_text
from mentormatch.cli.options import (
    FILE,
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
    answers_first,
    source,
    sources,
)
from mentormatch.cli.repair import part_of, read_former_pairs
from mentormatch.languages import mark
from mentormatch.languages.text_keys import row_text

if TYPE_CHECKING:
    from mentormatch.operations.proposal import Asked, Late, Proposal, ProposalRecord

PROPOSED = mark("PROPOSITION")

ProposedFile = Annotated[
    str | None,
    typer.Argument(
        metavar=PROPOSED,
        help=mark("Les binômes proposés (.json ou feuille), ou le « propositions.json » du tour d'avant."),
    ),
]
RepliesFile = Annotated[
    list[Path] | None,
    typer.Option("--replies", metavar=FILE, help=mark("Un formulaire de réponses rempli ; à répéter.")),
]
Silence = Annotated[
    Literal["wait", "accept", "decline"],
    typer.Option(
        "--late",
        metavar="wait|accept|decline",
        help=mark("Ce que vaut un silence : attendre encore (wait), un oui (accept), un non (decline)."),
    ),
]
Asking = Annotated[
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


def replies_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    proposed: ProposedFile = None,
    *,
    replies: RepliesFile = None,
    late: Silence = "wait",
    asked: Asking = "both",
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: RoundFolder = None,
    replace: Replace = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Close a round with the replies that came, and say who is proposed whom in the next; without any, begin."""
    from mentormatch.contract.operations.reply import ReplyResponse
    from mentormatch.operations.proposal import Proposal
    from mentormatch.report.proposals import round_text

    answers, former = answers_first(answers, proposed, names=[PROPOSED], apart=bool(mentors or mentees))
    files = sources(answers, mentors, mentees, tool, encoding)
    on = load_cohort(programme, files, CohortOptions(tuple(wishes or ()), decisions, seed))
    before = Proposal.read(record_in(Path(former), on, asked), on.cohort, on.programme, seed=seed)
    found = next_round(before, on, tuple(replies or ()), late)
    written = () if out is None else write_round(found, out, replace=replace)
    if as_json:
        write_json(ReplyResponse.of(found).to_json())
    elif out is None:
        write_text("\n".join(row_text(*map(str, row)) for row in found.people.rows))
    for path in written:
        say_written(path)
    say(round_text(found))
    raise typer.Exit(EXIT_CODES[str(found.solved)])


def next_round(before: "Proposal", on: LoadedCohort, forms: tuple[Path, ...], late: "Late") -> "Proposal":
    """Return the round after some forms were filled in; the first one where there are none."""
    from mentormatch.operations.replies import read_replies, reply

    if not forms and not before.rounds and late == "wait":
        return before
    found = [each for form in forms for each in read_replies(source(form), before.matching.cohort)]
    return reply(before, found, late=late, **on.by_hand)


def record_in(path: Path, on: LoadedCohort, asked: "Asked") -> "ProposalRecord":
    """Return what stands in the file of a round, or the pairs in another file as those of the first round."""
    from mentormatch.base.strict_json import parse_json
    from mentormatch.operations.proposal import ProposalRecord, keys
    from mentormatch.record.seal import content_of

    content = content_of(path) if path.suffix == ".json" else b""
    if content and isinstance(part_of(parse_json(content), "rounds"), list):
        return ProposalRecord.from_json(content)
    return ProposalRecord(asked=asked, pairs=list(map(keys, read_former_pairs(path, on.cohort))))


def write_round(found: "Proposal", folder: Path, *, replace: bool) -> tuple[Path, ...]:
    """Write the files of a round into a folder, all of them or none, and return them."""
    from mentormatch.base.generation import generation
    from mentormatch.report.proposals import FILES

    with generation(folder, "replies", replace=replace) as draft:
        for name, (_, content) in FILES.items():
            draft.put(name, content(found), private=True)
    return tuple(folder / name for name in FILES)
