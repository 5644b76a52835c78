"""What a desk is, as bytes, and a desk again from them: files, rounds, boards, decisions, replies, seals.

Only what people gave and decided is in it, and what was sealed. Pairs are solved anew, which gives the same ones where
they were proved: the answer is canonical. Those that were not, or that come out otherwise, are taken as they were.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage, Keys, Whole
from mentormatch.errors import MentorMatchError, RequestError
from mentormatch.explanation.edits import Note
from mentormatch.fields import Side
from mentormatch.inspection.intake import Intake
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.matching import Matching, match
from mentormatch.operations.proposal import Proposal, ProposalRecord, Reason, keys, pair_of
from mentormatch.operations.repair import keys_of
from mentormatch.operations.replies import Reply, ReplyAnswer
from mentormatch.record.log import chain_in
from mentormatch.record.seal import Seal
from mentormatch.report.folder import Portfolio
from mentormatch.service.desk.columns import DeskColumns
from mentormatch.service.desk.desk_requests import FilePart
from mentormatch.service.desk.documents import JOURNAL
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.service.desk.sealing_board import KeptStep, SealingBoard
from mentormatch.service.desk.uploads import File, Handed
from mentormatch.service.desk.works import STATE, packed_files, unpacked_files
from mentormatch.widgets.board.actions import BoardDecision
from mentormatch.widgets.board.decisions import SessionStep

FILES, DOCUMENTS = "files", "documents"
SOLVED = (Status.PROVED, Status.INFEASIBLE)
"""What is found again by solving."""
MISREAD = mark("Ce travail vient d'une autre version, ou il est abîmé : rien n'en a été repris")
ONLY_FILES = mark("Les fichiers sont repris ; ce qui en était fait ne peut plus l'être avec cette version")


class ReplyState(JsonMessage):
    """A reply that was noted; ``about``: the pair, None where it is of somebody who left."""

    about: Keys | None
    place: Side
    person: str
    answer: ReplyAnswer
    partner: str
    reason: Reason
    side: Side | None

    @classmethod
    def of(cls, one: Reply, about: Keys | None, place: Side) -> "ReplyState":
        """Return the state of a reply."""
        told: dict[str, Any] = {"person": one.person, "answer": one.answer, "partner": one.partner}
        return cls(about=about, place=place, reason=one.reason, side=one.side, **told)

    @property
    def reply(self) -> Reply:
        """The reply."""
        return Reply(self.person, self.answer, self.partner, self.reason, self.side)


class NoteState(JsonMessage):
    """What staff wrote beside a pair in their workbook."""

    mentor: str
    mentee: str
    choice: str
    remark: str
    columns: list[list[str]]

    @classmethod
    def of(cls, note: Note) -> "NoteState":
        """Return the state of a note."""
        mentor, mentee = note.pair
        columns = [list(one) for one in note.columns]
        return cls(mentor=mentor, mentee=mentee, choice=note.choice, remark=note.remark, columns=columns)

    @property
    def note(self) -> Note:
        """The note."""
        columns = tuple((title, text) for title, text in self.columns)
        return Note((self.mentor, self.mentee), self.choice, self.remark, columns)


class StepState(JsonMessage):
    """A step of the board: its decisions, and the digests by which its seal is found again, where it has one."""

    decisions: list[Annotated[BoardDecision, Setting(discriminator="action")]]
    decision: str = ""
    head: str = ""


class DecisionState(JsonMessage):
    """Why and when somebody decided on the board, as far as that is known."""

    decision: Annotated[BoardDecision, Setting(discriminator="action")]
    why: str
    when: AwareDatetime | None

    @classmethod
    def of(cls, decision: BoardDecision, board: SealingBoard) -> "DecisionState":
        """Return what is known of a decision."""
        return cls(decision=decision, why=board.reasons.get(decision, ""), when=board.moments.get(decision))


class RoundState(JsonMessage):
    """A round, with the one before as long as it can be opened again."""

    record: ProposalRecord
    status: str
    seed: Whole
    pins: list[Keys]
    bans: list[Keys]
    replies: list[ReplyState]
    notes: list[NoteState]
    steps: list[StepState]
    decided: list[DecisionState]
    at: Whole
    seen: Whole
    chosen: str | None
    before: "RoundState | None"

    @classmethod
    def of(cls, one: DeskRound) -> "RoundState":
        """Return the state of a round."""
        board = one.board
        noted = [ReplyState.of(said, keys(pair), place) for (pair, place), said in one.noted.items()]
        left = [ReplyState.of(said, None, said.side or "mentor") for said in one.left.values()]
        return cls(
            record=one.begun.record,
            status=str(one.begun.matching.status),
            seed=one.begun.matching.seed,
            pins=list(map(keys, one.pins)),
            bans=list(map(keys, one.bans)),
            replies=[*noted, *left],
            notes=[NoteState.of(note) for note in board.ground.base.notes],
            steps=list(map(step_state, board.steps)),
            decided=[DecisionState.of(one, board) for one in board.reasons | board.moments],
            at=board.at,
            seen=board.seen,
            chosen=board.chosen,
            before=cls.of(one.before) if one.before else None,
        )


class DeskState(JsonMessage):
    """A desk: how often it has changed, the names of its files, whether they were read, and its round."""

    version: Literal[1] = 1
    changes: Whole
    files: dict[FilePart, str]
    language: str | None
    read: bool
    apart: bool
    named: bool
    round: RoundState | None


class DeskInWork(Protocol):
    """What of a desk is kept: its files, what was read of them, its round, and how often all of it has changed."""

    handed: Handed
    chosen: str | None
    columns: DeskColumns | None
    intake: Intake | None
    round: DeskRound | None
    named: bool
    apart: bool
    changes: int
    state_kept: BaseModel | None

    def begin_anew(self, files: dict[FilePart, File]) -> None:
        """Keep these files, and nothing that came of others."""

    def read(self, *, apart: bool) -> None:
        """Read the files."""

    def go_on(self, one: DeskRound) -> None:
        """Go on with a round."""


def step_state(step: SessionStep) -> StepState:
    """Return the state of a step."""
    seal = step.seal
    return StepState(
        decisions=list(step.decisions), decision=seal.decision if seal else "", head=seal.head if seal else ""
    )


def remembered(desk: DeskInWork, known: Mapping[str, str]) -> dict[str, bytes]:
    """Return the parts of what a desk is, without those whose digest (SHA-256) is known."""
    state = DeskState(
        changes=desk.changes,
        files={part: file.name for part, file in desk.handed.files.items()},
        language=desk.chosen,
        read=desk.columns is not None,
        apart=desk.apart,
        named=desk.named,
        round=RoundState.of(desk.round) if desk.round else None,
    )
    if state != desk.state_kept:
        desk.changes += 1
        desk.state_kept = state = state.model_copy(update={"changes": desk.changes})
    parts = {
        FILES: packed_files({part: file.content for part, file in desk.handed.files.items()}),
        DOCUMENTS: packed_files(desk.round.board.portfolio.files if desk.round else {}),
        STATE: state.model_dump_json().encode(),
    }
    return {name: part for name, part in parts.items() if known.get(name) != sha256(part).hexdigest()}


def restore(desk: DeskInWork, parts: Mapping[str, bytes]) -> str:
    """Have a desk be what it was, and return what could not be taken up, in words; raises RequestError for nothing."""
    try:
        state = DeskState.model_validate_json(parts[STATE])
        contents = unpacked_files(parts[FILES])
        files: dict[FilePart, File] = {part: File.of(name, contents[part]) for part, name in state.files.items()}
        sealed = unpacked_files(parts[DOCUMENTS])
    except (KeyError, ValueError, ValidationError):
        raise RequestError(tr(MISREAD)) from None
    desk.chosen, desk.changes = state.language, state.changes
    desk.begin_anew(files)
    try:
        if state.read:
            desk.read(apart=state.apart)
        if state.round and desk.intake:
            desk.named = state.named
            desk.go_on(RestoredRounds(desk.intake, Portfolio(sealed)).round(state.round))
    except MentorMatchError:
        desk.round = None
        return tr(ONLY_FILES)
    desk.state_kept = state
    return ""


class RestoredRounds:
    """Rounds again, from what came in and the documents that were sealed."""

    def __init__(self, intake: Intake, portfolio: Portfolio) -> None:
        self.intake, self.portfolio = intake, portfolio
        self.chain = chain_in(portfolio.files.get(JOURNAL, b""))

    def round(self, state: RoundState) -> DeskRound:
        """Return a round."""
        before = self.round(state.before) if state.before else None
        made = before and self.closed(before, state)
        if made is None:
            made = replace(DeskRound.of(self.begun(state)), before=before)
        made.pins, made.bans = (tuple(map(pair_of, pairs)) for pairs in (state.pins, state.bans))
        for one in state.replies:
            if one.about:
                made.noted[pair_of(one.about), one.place] = one.reply
            else:
                made.left[canonical(one.person)] = one.reply
        self.go_on(made, state)
        return made

    def begun(self, state: RoundState) -> Proposal:
        """Return the proposal of a round as it began."""
        intake, record, notes = self.intake, state.record, [one.note for one in state.notes]
        if not record.rounds and state.status in SOLVED:
            found = match(intake.cohort, intake.programme, seed=state.seed)
            if same_pairs(found, record):
                return Proposal.of(found.with_notes(notes), record.asked)
        kept = Proposal.read(record, intake.cohort, intake.programme, seed=state.seed)
        return Proposal(kept.matching.with_notes(notes), kept.programme, kept.rounds, kept.asked)

    def closed(self, before: DeskRound, state: RoundState) -> DeskRound | None:
        """Return the round that comes of closing the one before again, None where its pairs are others."""
        made = before.next(state.record.rounds[-1].late)
        return made if same_pairs(made.begun.matching, state.record) else None

    def go_on(self, made: DeskRound, state: RoundState) -> None:
        """Have the board of a round go on where it was."""
        board = made.board
        board.portfolio = self.portfolio
        board.reasons = {one.decision: one.why for one in state.decided if one.why}
        board.moments = {one.decision: one.when for one in state.decided if one.when}
        first, *others = state.steps
        board.steps = [replace(board.steps[0], seal=self.seal(first))]
        board.steps += [KeptStep(tuple(one.decisions), seal=self.seal(one), board=board) for one in others]
        board.at, board.seen = (min(place, len(board.steps) - 1) for place in (state.at, state.seen))
        board.chosen = state.chosen
        board.refuse_unknown()

    def seal(self, state: StepState) -> Seal | None:
        """Return the seal of a step, where it had one."""
        return Seal.of(self.chain, state.decision, state.head) if state.decision else None


def same_pairs(matching: Matching, record: ProposalRecord) -> bool:
    """Return whether a matching has the pairs of a record."""
    return set(keys_of(matching)) == set(map(pair_of, record.pairs))
