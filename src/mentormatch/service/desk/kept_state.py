"""What a desk is, as bytes, and a desk again from them: files, what was said of columns, form, groups, rounds, boards.

Only what people gave and decided is in it, and what was sealed. Pairs and groups are solved
anew, which gives the same ones where they were proved: the answer is canonical. Pairs that were not, or that come out
otherwise, are taken as they were; groups that come out otherwise are not taken up, and that is told.
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
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.experiment import Draw
from mentormatch.operations.matching import Matching, match
from mentormatch.operations.proposal import Proposal, ProposalRecord, Reason, keys, pair_of
from mentormatch.operations.repair import keys_of
from mentormatch.operations.replies import Reply, ReplyAnswer
from mentormatch.programme.drafts.mapping_draft import StatedMapping
from mentormatch.programme.drafts.roles import RoleQuestion, role_among
from mentormatch.programme.edits import ProgrammeText, ProgrammeVersions
from mentormatch.programme.interview.question import plain_value
from mentormatch.record.log import chain_in
from mentormatch.record.seal import Seal
from mentormatch.report.folder import DecisionArchive
from mentormatch.service.desk.column_mapping import ColumnMapping, SeenMapping
from mentormatch.service.desk.columns import DeskColumns, DraftReplies
from mentormatch.service.desk.desk_requests import FilePart, ProgrammeKind, WishKind
from mentormatch.service.desk.documents import JOURNAL
from mentormatch.service.desk.follow_up import FollowUpState, name_files
from mentormatch.service.desk.kind_steps import KindSteps
from mentormatch.service.desk.past_works import PAST, PastWorks, digest_of
from mentormatch.service.desk.peer_groups import GroupStage, MemberWish, PeerGroups
from mentormatch.service.desk.rounds import DeskRound, FormerAnswers, former_answers
from mentormatch.service.desk.sealing_board import KeptStep, SealingBoard
from mentormatch.service.desk.uploads import File, Handed
from mentormatch.service.desk.works import STATE, pack_files, unpack_files
from mentormatch.widgets.board.decisions import BoardDecision, SessionStep
from mentormatch.widgets.form.changes import FindWaysOut
from mentormatch.widgets.form.session import ProgrammeForm

FILES, DOCUMENTS, VERSIONS = "files", "documents", "versions"
UNREAD = "unread"
"""Marks a former state that this version could not take up."""
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
        values: dict[str, Any] = {"person": one.person, "answer": one.answer, "partner": one.partner}
        return cls(about=about, place=place, reason=one.reason, side=one.side, **values)

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


class FormerState(JsonMessage):
    """The answers that were replaced while pairs were running, by the names of their files, and the pairs of then."""

    files: dict[FilePart, str]
    pairs: list[Keys]
    carried: list[Annotated[BoardDecision, Setting(discriminator="action")]]

    @classmethod
    def of(cls, one: DeskRound) -> "FormerState | None":
        """Return the state of former answers, None if there are none."""
        if one.former is None:
            return None
        files = {part: file.name for part, file in one.former.files.items()}
        pairs = list(map(keys, keys_of(one.former.matching)))
        return cls(files=files, pairs=pairs, carried=list(one.carried))

    def former(self, handed: Handed, contents: Mapping[str, bytes], *, apart: bool) -> FormerAnswers:
        """Return the former answers; raises MentorMatchError if they cannot be read any more."""
        files = {part: File.of(name, contents[former_name(part)]) for part, name in self.files.items()}
        return former_answers(handed, files, list(map(pair_of, self.pairs)), apart=apart)


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
    former: FormerState | None = None

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
            former=FormerState.of(one),
        )


def former_name(part: FilePart) -> str:
    """Return the name under which a file of former answers is stored."""
    return f"former-{part}"


class DraftState(JsonMessage):
    """The replies to the questions of a draft; see ``DraftReplies``."""

    replies: dict[str, Any]

    @classmethod
    def of(cls, columns: DraftReplies) -> "DraftState":
        """Return what was replied."""
        return cls(replies={name: plain_value(reply) for name, reply in columns.replies.items()})

    @property
    def columns(self) -> DraftReplies:
        """The replies, about no file yet."""
        return DraftReplies([], dict(self.replies))


class MappingState(JsonMessage):
    """What was said of the columns of answers to a programme, which is ``source``; see ``ColumnMapping``."""

    source: str
    questions: dict[str, str]
    options: dict[str, dict[str, str]]
    confirmed: dict[str, str]
    later: list[str]
    key: str
    role: str

    @classmethod
    def of(cls, columns: ColumnMapping) -> "MappingState":
        """Return what was said."""
        return cls(
            source=columns.source.decode(),
            questions=dict(columns.stated.questions),
            options={name: dict(texts) for name, texts in columns.stated.options.items()},
            confirmed=columns.confirmed,
            later=sorted(columns.later),
            key=columns.key,
            role=columns.role.sample.question if columns.role else "",
        )

    @property
    def columns(self) -> ColumnMapping:
        """The columns, of no file yet: which question tells sides apart is known once there are files."""
        stated = StatedMapping(self.questions, self.options)
        return ColumnMapping(self.source.encode(), [], stated, self.confirmed, frozenset(self.later), self.key)


class ColumnsState(JsonMessage):
    """What was said of the columns, and the programme that came of it."""

    said: DraftState | MappingState
    code: str
    made: str | None
    settled: bool

    @classmethod
    def of(cls, columns: DeskColumns) -> "ColumnsState":
        """Return what was said of columns."""
        of = columns.columns
        said = MappingState.of(of) if isinstance(of, ColumnMapping) else DraftState.of(of)
        made = None if columns.made is None else columns.made.decode()
        return cls(said=said, code=columns.code, made=made, settled=columns.settled)

    @property
    def columns(self) -> DeskColumns:
        """The columns, of no file yet."""
        return DeskColumns(self.said.columns, self.code, None if self.made is None else self.made.encode())

    def go_on(self, columns: DeskColumns) -> None:
        """Have columns that were read be as they were."""
        if isinstance(self.said, MappingState) and self.said.role and isinstance(columns.columns, ColumnMapping):
            seen = columns.columns.interpret()
            columns.columns.role = role_called(self.said.role, seen)
        columns.settled = self.settled
        columns.shown.clear()


class FormState(JsonMessage):
    """The form of the programme: its texts, by their places among those that are kept, and what is compared."""

    kept: list[Whole]
    now: Whole
    before: list[Whole]
    undone: list[Whole]
    compared: tuple[Whole, Whole] | None
    diagnosed: bool

    @classmethod
    def of(cls, form: ProgrammeForm) -> "FormState":
        """Return the state of a form."""
        known, versions = {text: at for at, text in enumerate(texts_of(form))}, form.versions
        kept, before, undone = (
            [known[one.text] for one in texts] for texts in (versions.kept, versions.before, versions.undone)
        )
        return cls(
            kept=kept,
            now=known[versions.now.text],
            before=before,
            undone=undone,
            compared=form.compared,
            diagnosed=form.diagnosis is not None,
        )

    def go_on(self, form: ProgrammeForm, texts: Mapping[str, bytes]) -> None:
        """Have a form go on where it was."""
        source = form.versions.now.source
        kept, before, undone, (now,) = (
            tuple(ProgrammeText(texts[str(at)].decode(), source) for at in places)
            for places in (self.kept, self.before, self.undone, [self.now])
        )
        form.versions, form.compared = ProgrammeVersions(kept, now, before, undone), self.compared
        if self.diagnosed:
            form.do(FindWaysOut())


class WishState(JsonMessage):
    """Two members who are to be together, or apart."""

    way: WishKind
    people: list[str]


class StageState(JsonMessage):
    """The groups under some wishes, and what was told of that."""

    wishes: list[WishState]
    groups: list[list[str]]
    changed: str

    @classmethod
    def of(cls, stage: GroupStage) -> "StageState":
        """Return the state of groups."""
        wishes = [WishState(way=one.way, people=list(one.people)) for one in stage.wishes]
        return cls(wishes=wishes, groups=members_of(stage), changed=stage.changed)

    def restore(self, groups: PeerGroups) -> GroupStage:
        """Return the groups again; raises RequestError where they are others."""
        wishes = tuple(MemberWish(one.way, tuple(one.people)) for one in self.wishes)
        stage = GroupStage(wishes, groups.form(wishes), self.changed)
        if members_of(stage) != self.groups:
            raise RequestError(tr(MISREAD))
        return stage


class GatheredState(JsonMessage):
    """Groups or sessions: how they were formed, and what was asked since; ``number`` is that of the sessions."""

    seed: Whole
    time_limit_s: float
    number: Whole | None
    stages: list[StageState]
    dated: bool

    @classmethod
    def of(cls, kinds: KindSteps) -> "GatheredState | None":
        """Return what was formed, None where nothing was."""
        group = kinds.group
        if group is None:
            return None
        values: dict[str, Any] = {"seed": group.seed, "time_limit_s": group.time_limit_s}
        if not isinstance(group, PeerGroups):
            return cls(**values, number=group.number, stages=[], dated=False)
        return cls(**values, number=None, stages=list(map(StageState.of, group.stages)), dated=bool(group.dated))

    def go_on(self, kinds: KindSteps) -> None:
        """Have what was formed again go on where it was; raises MentorMatchError where it cannot."""
        group = kinds.group
        if isinstance(group, PeerGroups):
            group.stages = [one.restore(group) for one in self.stages]
            if self.dated:
                group.year()
        elif group is not None and self.number is not None and group.number != self.number:
            kinds.group = group.for_sessions(self.number)


class DeskState(JsonMessage):
    """A desk: how often it has changed, its files by name, what was said and done in each step.

    ``read``: there are columns, ``taken``: there are people; ``said`` is the kind that was chosen at the page.
    ``drawn``: the pairs are those of an experiment.
    """

    version: Literal[1] = 1
    changes: Whole
    files: dict[FilePart, str]
    language: str | None
    said: ProgrammeKind
    read: bool
    taken: bool
    apart: bool
    named: bool
    named_documents: bool
    columns: ColumnsState | None
    form: FormState | None
    round: RoundState | None
    gathered: GatheredState | None
    year: FollowUpState
    drawn: bool = False


class DeskInWork(Protocol):
    """What of a desk is kept: its files, what was read of them, its steps, and how often all of it has changed."""

    handed: Handed
    chosen: str | None
    said: ProgrammeKind
    columns: DeskColumns | None
    former: DeskColumns | None
    intake: Intake | None
    programme_form: ProgrammeForm | None
    round: DeskRound | None
    drawn: Draw | None
    kinds: KindSteps
    named: bool
    named_documents: bool
    apart: bool
    changes: int
    state_kept: BaseModel | None
    past: PastWorks

    def begin_anew(self, files: dict[FilePart, File]) -> None:
        """Keep these files, and nothing that came of others."""

    def read_columns(self, *, apart: bool) -> DeskColumns:
        """Return the columns of the files."""

    def take_in(self) -> None:
        """Take the answers in."""

    def open_form(self) -> ProgrammeForm:
        """Return the form of the programme."""

    def form(self, seed: int, seconds: float) -> None:
        """Form what the programme asks for."""

    def draw_lots(self) -> None:
        """Draw the lots of the experiment."""

    def go_on(self, one: DeskRound) -> None:
        """Go on with a round."""


def step_state(step: SessionStep) -> StepState:
    """Return the state of a step."""
    seal = step.seal
    return StepState(
        decisions=list(step.decisions), decision=seal.decision if seal else "", head=seal.head if seal else ""
    )


def members_of(stage: GroupStage) -> list[list[str]]:
    """Return the keys of the members of each group."""
    return [list(group.members) for group in stage.grouping.groups]


def texts_of(form: ProgrammeForm) -> list[str]:
    """Return the texts that a form goes between, each once."""
    versions = form.versions
    return list(dict.fromkeys(one.text for one in (*versions.kept, *versions.before, versions.now, *versions.undone)))


def role_called(question: str, seen: SeenMapping) -> RoleQuestion | None:
    """Return the question of these words as one that tells sides apart."""
    return role_among([one for one in seen.asked if one.question == question])


def state_of(desk: DeskInWork) -> DeskState:
    """Return the state of a desk."""
    columns = desk.columns or desk.former
    return DeskState(
        changes=desk.changes,
        files={part: file.name for part, file in desk.handed.files.items()},
        language=desk.chosen,
        said=desk.said,
        read=desk.columns is not None,
        taken=desk.intake is not None,
        apart=desk.apart,
        named=desk.named,
        named_documents=desk.named_documents,
        columns=ColumnsState.of(columns) if columns else None,
        form=FormState.of(desk.programme_form) if desk.programme_form else None,
        round=RoundState.of(desk.round) if desk.round else None,
        gathered=GatheredState.of(desk.kinds),
        year=FollowUpState.of(desk.kinds.follow_up),
        drawn=desk.round is not None and desk.drawn is not None,
    )


def save_parts(desk: DeskInWork, known: Mapping[str, str]) -> dict[str, bytes]:
    """Return the parts of what a desk is, without those whose digest (SHA-256) is known."""
    if state_of(desk) != desk.state_kept:
        desk.changes += 1
        desk.state_kept = state_of(desk)
    parts = parts_of(desk) | {PAST: desk.past.pack()}
    return {name: part for name, part in parts.items() if known.get(name) != sha256(part).hexdigest()}


def parts_of(desk: DeskInWork) -> dict[str, bytes]:
    """Return all parts of what a desk is, without its former states."""
    handed, texts = desk.handed.files.items(), texts_of(desk.programme_form) if desk.programme_form else []
    former = desk.round.former.files.items() if desk.round and desk.round.former else ()
    files = {part: file.content for part, file in handed} | {former_name(part): file.content for part, file in former}
    return {
        FILES: pack_files(files | name_files(desk.kinds.follow_up)),
        VERSIONS: pack_files({str(at): text.encode() for at, text in enumerate(texts)}),
        DOCUMENTS: pack_files(desk.round.board.portfolio.files if desk.round else {}),
        STATE: state_of(desk).model_dump_json().encode(),
    }


def restore(desk: DeskInWork, parts: Mapping[str, bytes]) -> str:
    """Have a desk be what it was, and return what could not be taken up, in words; raises RequestError for nothing."""
    try:
        state = DeskState.model_validate_json(parts[STATE])
        contents = unpack_files(parts[FILES])
        files: dict[FilePart, File] = {part: File.of(name, contents[part]) for part, name in state.files.items()}
        sealed, texts = unpack_files(parts[DOCUMENTS]), unpack_files(parts[VERSIONS])
        year = state.year.follow_up(contents)
        desk.past = PastWorks.unpack(parts[PAST]) if PAST in parts else PastWorks()
    except (KeyError, ValueError, ValidationError):
        raise RequestError(tr(MISREAD)) from None
    desk.chosen, desk.changes = state.language, state.changes
    desk.begin_anew(files)
    desk.said = state.said
    try:
        read_again(desk, state)
        if state.form:
            state.form.go_on(desk.open_form(), texts)
        form_again(desk, state, DecisionArchive(sealed), contents)
    except (MentorMatchError, KeyError):
        desk.round, desk.programme_form, desk.kinds = None, None, KindSteps()
        own = {name: part for name, part in parts.items() if name != PAST}
        desk.past.add(own, head="", marks=[UNREAD], files=digests_of(desk))  # another version may read it again
        return tr(ONLY_FILES)
    desk.kinds.follow_up = year
    desk.state_kept = state
    return ""


def digests_of(desk: DeskInWork) -> dict[FilePart, list[str]]:
    """Return the digests by which the files of a desk are recognised: those of a programme edited here are several."""
    digests = {part: [digest_of(file.content)] for part, file in desk.handed.files.items()}
    if desk.programme_form and "programme" in digests:
        digests["programme"] += [digest_of(one.content) for one in desk.programme_form.versions.kept]
    return digests


def read_again(desk: DeskInWork, state: DeskState) -> None:
    """Have the files read as they were; raises MentorMatchError where they cannot be."""
    if state.columns:
        desk.former = state.columns.columns
    if state.read:
        columns = desk.read_columns(apart=state.apart)
        if state.columns:
            state.columns.go_on(columns)
    if state.taken:
        desk.take_in()
    desk.named, desk.named_documents = state.named, state.named_documents


def form_again(desk: DeskInWork, state: DeskState, portfolio: DecisionArchive, contents: Mapping[str, bytes]) -> None:
    """Have what was formed be there again; raises MentorMatchError where it cannot be."""
    if state.drawn:
        desk.draw_lots()
    if state.round and desk.intake:
        former = state.round.former
        is_running = desk.handed.has_decision or former is not None
        made = RestoredRounds(desk.intake, portfolio, is_running=is_running).round(state.round)
        if former:
            made.former = former.former(desk.handed, contents, apart=state.apart)
            made.carried = tuple(former.carried)
        desk.go_on(made)
    if state.gathered:
        desk.form(state.gathered.seed, state.gathered.time_limit_s)
        state.gathered.go_on(desk.kinds)


class RestoredRounds:
    """Rounds again, from what came in and the documents that were sealed."""

    def __init__(self, intake: Intake, portfolio: DecisionArchive, *, is_running: bool) -> None:
        self.intake, self.portfolio, self.is_running = intake, portfolio, is_running
        self.chain = chain_in(portfolio.files.get(JOURNAL, b""))

    def round(self, state: RoundState) -> DeskRound:
        """Return a round."""
        before = self.round(state.before) if state.before else None
        made = before and self.closed(before, state)
        if made is None:
            made = replace(DeskRound.of(self.begun(state), is_running=self.is_running), before=before)
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
