"""A workspace <-> bytes: files, columns, programme form, groups, rounds and boards.

Uploads, settings, decisions, replies, keys of pairs and members, and sealed documents are stored. Proved pairs and all
groups are solved again: proved results are canonical and come out equal. Pairs that were not proved, or differ, are
restored as stored. If groups differ, only the files are restored, and the user is told.
"""

from collections.abc import Mapping
from contextlib import suppress
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
from mentormatch.operations.matching import Matching, keys_of, match
from mentormatch.operations.proposal import Proposal, ProposalRecord, Reason, keys, pair_of
from mentormatch.operations.replies import Reply, ReplyAnswer
from mentormatch.programme.drafts.mapping_draft import MappingDecisions
from mentormatch.programme.drafts.roles import RoleQuestion, find_role
from mentormatch.programme.edits import ProgrammeText, ProgrammeVersions
from mentormatch.programme.interview.question import plain_value
from mentormatch.record.log import chain_in
from mentormatch.record.seal import Seal
from mentormatch.report.folder import DecisionArchive
from mentormatch.service.desk.column_mapping import ColumnMapping, InterpretedMapping
from mentormatch.service.desk.columns import ColumnsStep, DraftReplies
from mentormatch.service.desk.desk_requests import FilePart, ProgrammeKind, WishKind
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.experiment import draw_again
from mentormatch.service.desk.follow_up import FollowUpState, get_stored_parts
from mentormatch.service.desk.kind_steps import KindSteps
from mentormatch.service.desk.past_works import PastWorks, digest_of
from mentormatch.service.desk.peer_groups import GroupsStep, GroupsVersion, MemberWish
from mentormatch.service.desk.rounds import FormerAnswers, RoundStep, former_answers
from mentormatch.service.desk.sealing_board import LazyStep, LoggedBoard
from mentormatch.service.desk.uploads import UploadedFile, UploadedFiles
from mentormatch.service.desk.works import StatePart, decode_files, encode_files
from mentormatch.widgets.board.decisions import BoardDecision, BoardVersion
from mentormatch.widgets.form.changes import DiagnoseBlocked
from mentormatch.widgets.form.session import ProgrammeForm

MISREAD_MESSAGE = mark("Ce travail vient d'une autre version, ou il est abîmé : rien n'en a été repris")
ONLY_FILES = mark("Les fichiers sont repris ; ce qui en était fait ne peut plus l'être avec cette version")


class ReplyState(JsonMessage):
    """A recorded reply; ``about``: the pair, None for a person who left."""

    about: Keys | None
    place: Side
    person: str
    answer: ReplyAnswer
    partner: str
    reason: Reason
    side: Side | None

    @classmethod
    def of(cls, reply: Reply, about: Keys | None, place: Side) -> "ReplyState":
        values: dict[str, Any] = {"person": reply.person, "answer": reply.answer, "partner": reply.partner}
        return cls(about=about, place=place, reason=reply.reason, side=reply.side, **values)

    @property
    def reply(self) -> Reply:
        """The reply."""
        return Reply(self.person, self.answer, self.partner, self.reason, self.side)


class NoteState(JsonMessage):
    """A note of staff on a pair, from their workbook."""

    mentor: str
    mentee: str
    choice: str
    remark: str
    columns: list[list[str]]

    @classmethod
    def of(cls, note: Note) -> "NoteState":
        mentor, mentee = note.pair
        columns = [list(column) for column in note.columns]
        return cls(mentor=mentor, mentee=mentee, choice=note.choice, remark=note.remark, columns=columns)

    @property
    def note(self) -> Note:
        """The note."""
        columns = tuple((title, text) for title, text in self.columns)
        return Note((self.mentor, self.mentee), self.choice, self.remark, columns)


class BoardVersionState(JsonMessage):
    """A version of the board: its decisions, and the digests that identify its seal, if it has one."""

    decisions: list[Annotated[BoardDecision, Setting(discriminator="action")]]
    decision: str = ""
    head: str = ""


class DecisionState(JsonMessage):
    """The reason and the time of a decision on the board, if known."""

    decision: Annotated[BoardDecision, Setting(discriminator="action")]
    why: str
    when: AwareDatetime | None

    @classmethod
    def of(cls, decision: BoardDecision, board: LoggedBoard) -> "DecisionState":
        return cls(decision=decision, why=board.reasons.get(decision, ""), when=board.moments.get(decision))


class FormerState(JsonMessage):
    """Answers replaced while pairs were running: names of their files, the pairs, and the decisions carried over."""

    files: dict[FilePart, str]
    pairs: list[Keys]
    carried: list[Annotated[BoardDecision, Setting(discriminator="action")]]
    ended: list[Keys] = Setting(default_factory=list)

    @classmethod
    def of(cls, current: RoundStep) -> "FormerState | None":
        if current.former is None:
            return None
        files = {part: file.name for part, file in current.former.files.items()}
        pairs = list(map(keys, keys_of(current.former.matching)))
        ended = list(map(keys, current.former.matching.ended))
        return cls(files=files, pairs=pairs, carried=list(current.carried), ended=ended)

    def former(self, handed: UploadedFiles, contents: Mapping[str, bytes], *, apart: bool) -> FormerAnswers:
        """Read the former answers. Raises MentorMatchError if they cannot be read."""
        files = {part: UploadedFile.of(name, contents[former_name(part)]) for part, name in self.files.items()}
        pairs, ended = (list(map(pair_of, some_pairs)) for some_pairs in (self.pairs, self.ended))
        return former_answers(handed, files, pairs, ended, apart=apart)


class RoundState(JsonMessage):
    """A round, with the previous one if there is one."""

    record: ProposalRecord
    status: str
    seed: Whole
    pins: list[Keys]
    bans: list[Keys]
    replies: list[ReplyState]
    notes: list[NoteState]
    steps: list[BoardVersionState]
    decided: list[DecisionState]
    at: Whole
    seen: Whole
    chosen: str | None
    before: "RoundState | None"
    former: FormerState | None = None

    @classmethod
    def of(cls, item: RoundStep) -> "RoundState":
        board = item.board
        recorded = [ReplyState.of(reply, keys(pair), place) for (pair, place), reply in item.recorded.items()]
        departures = [ReplyState.of(reply, None, reply.side or "mentor") for reply in item.departures.values()]
        return cls(
            record=item.initial.record,
            status=str(item.initial.matching.status),
            seed=item.initial.matching.seed,
            pins=list(map(keys, item.pins)),
            bans=list(map(keys, item.bans)),
            replies=[*recorded, *departures],
            notes=[NoteState.of(note) for note in board.ground.base.notes],
            steps=list(map(step_state, board.steps)),
            decided=[DecisionState.of(item, board) for item in board.reasons | board.moments],
            at=board.at,
            seen=board.seen,
            chosen=board.chosen,
            before=cls.of(item.before) if item.before else None,
            former=FormerState.of(item),
        )


def former_name(part: FilePart) -> str:
    return f"former-{part}"


class DraftState(JsonMessage):
    """Replies to the questions of a draft; see ``DraftReplies``."""

    replies: dict[str, Any]

    @classmethod
    def of(cls, columns: DraftReplies) -> "DraftState":
        return cls(replies={name: plain_value(reply) for name, reply in columns.replies.items()})

    @property
    def columns(self) -> DraftReplies:
        """The replies, without files."""
        return DraftReplies([], dict(self.replies))


class MappingState(JsonMessage):
    """The columns mapped to the programme in ``source``; see ``ColumnMapping``."""

    source: str
    questions: dict[str, str]
    options: dict[str, dict[str, str]]
    confirmed: dict[str, str]
    later: list[str]
    key: str
    role: str

    @classmethod
    def of(cls, columns: ColumnMapping) -> "MappingState":
        return cls(
            source=columns.source.decode(),
            questions=dict(columns.stated.questions),
            options={name: dict(texts) for name, texts in columns.stated.options.items()},
            confirmed=columns.confirmed,
            later=sorted(columns.deferred),
            key=columns.key,
            role=columns.role.sample.question if columns.role else "",
        )

    @property
    def columns(self) -> ColumnMapping:
        """The columns, without files; the role question is determined when there are files."""
        mapping = MappingDecisions(self.questions, self.options)
        return ColumnMapping(self.source.encode(), [], mapping, self.confirmed, frozenset(self.later), self.key)


class ColumnsState(JsonMessage):
    """Replies on the columns, and the programme made from them."""

    said: DraftState | MappingState
    code: str
    made: str | None
    settled: bool

    @classmethod
    def of(cls, columns: ColumnsStep) -> "ColumnsState":
        inner = columns.columns
        replies = MappingState.of(inner) if isinstance(inner, ColumnMapping) else DraftState.of(inner)
        programme = None if columns.programme_bytes is None else columns.programme_bytes.decode()
        return cls(said=replies, code=columns.language, made=programme, settled=columns.confirmed)

    @property
    def columns(self) -> ColumnsStep:
        """The columns, without files."""
        return ColumnsStep(self.said.columns, self.code, None if self.made is None else self.made.encode())

    def restore_to(self, columns: ColumnsStep) -> None:
        """Restore the replies in columns that were read."""
        if isinstance(self.said, MappingState) and self.said.role and isinstance(columns.columns, ColumnMapping):
            interpretation = columns.columns.interpret()
            columns.columns.role = get_role_by_name(self.said.role, interpretation)
        columns.confirmed = self.settled
        columns.by_language.clear()


class FormState(JsonMessage):
    """The programme form: its texts by index, and the versions compared."""

    kept: list[Whole]
    now: Whole
    before: list[Whole]
    undone: list[Whole]
    compared: tuple[Whole, Whole] | None
    diagnosed: bool

    @classmethod
    def of(cls, form: ProgrammeForm) -> "FormState":
        indices, versions = {text: at for at, text in enumerate(texts_of(form))}, form.versions
        kept_texts, earlier, undone_texts = (
            [indices[text.text] for text in texts] for texts in (versions.kept, versions.before, versions.undone)
        )
        return cls(
            kept=kept_texts,
            now=indices[versions.now.text],
            before=earlier,
            undone=undone_texts,
            compared=form.compared,
            diagnosed=form.diagnosis is not None,
        )

    def restore_to(self, form: ProgrammeForm, texts: Mapping[str, bytes]) -> None:
        """Restore a form."""
        source = form.versions.now.source
        kept_texts, earlier, undone_texts, (current,) = (
            tuple(ProgrammeText(texts[str(at)].decode(), source) for at in places)
            for places in (self.kept, self.before, self.undone, [self.now])
        )
        form.versions, form.compared = ProgrammeVersions(kept_texts, current, earlier, undone_texts), self.compared
        if self.diagnosed:
            form.do(DiagnoseBlocked())


class WishState(JsonMessage):
    """Two members to put together, or apart."""

    way: WishKind
    people: list[str]


class GroupsVersionState(JsonMessage):
    """A version of the groups: wishes, groups and message."""

    wishes: list[WishState]
    groups: list[list[str]]
    changed: str

    @classmethod
    def of(cls, stage: GroupsVersion) -> "GroupsVersionState":
        wishes = [WishState(way=wish.way, people=list(wish.people)) for wish in stage.wishes]
        return cls(wishes=wishes, groups=group_members(stage), changed=stage.changed)

    def restore(self, groups: GroupsStep) -> GroupsVersion:
        """Solve the groups again under the wishes. Raises RequestError if they differ."""
        wishes = tuple(MemberWish(wish.way, tuple(wish.people)) for wish in self.wishes)
        stage = GroupsVersion(wishes, groups.solve(wishes), self.changed)
        if group_members(stage) != self.groups:
            raise RequestError(tr(MISREAD_MESSAGE))
        return stage


class GroupResultState(JsonMessage):
    """Groups or sessions: how they were formed, and their versions; ``number`` is the number of sessions."""

    seed: Whole
    time_limit_s: float
    number: Whole | None
    stages: list[GroupsVersionState]
    dated: bool

    @classmethod
    def of(cls, kinds: KindSteps) -> "GroupResultState | None":
        """Return the state of groups or sessions, None if there are none."""
        group = kinds.group
        if group is None:
            return None
        values: dict[str, Any] = {"seed": group.seed, "time_limit_s": group.time_limit_s}
        if not isinstance(group, GroupsStep):
            return cls(**values, number=group.number, stages=[], dated=False)
        return cls(
            **values,
            number=None,
            stages=list(map(GroupsVersionState.of, group.history)),
            dated=bool(group.computed_years),
        )

    def restore_to(self, kinds: KindSteps) -> None:
        """Restore groups or sessions that were formed again. Raises MentorMatchError if that is impossible."""
        group = kinds.group
        if isinstance(group, GroupsStep):
            group.history = [version.restore(group) for version in self.stages]
            if self.dated:
                group.year()
        elif group is not None and self.number is not None and group.number != self.number:
            kinds.group = group.for_sessions(self.number)


class WorkspaceState(JsonMessage):
    """A workspace: number of changes, files by name, and the state of each step.

    ``read``: there are columns; ``taken``: there is a cohort; ``said``: the kind chosen at the page; ``drawn``: the
    pairs are those of an experiment.
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
    gathered: GroupResultState | None
    year: FollowUpState
    drawn: bool = False


class StoredWorkspace(Protocol):
    """The attributes of a workspace that are stored."""

    uploads: UploadedFiles
    chosen_language: str | None
    chosen_kind: ProgrammeKind
    columns: ColumnsStep | None
    previous_columns: ColumnsStep | None
    intake: Intake | None
    programme_form: ProgrammeForm | None
    round: RoundStep | None
    drawn: Draw | None
    kinds: KindSteps
    names_on_screen: bool
    names_in_documents: bool
    has_separate_files: bool
    save_count: int
    last_saved_state: BaseModel | None
    past: PastWorks

    def reset_files(self, files: dict[FilePart, UploadedFile]) -> None:
        """Use these files, and discard all results."""

    def read_columns(self, *, apart: bool) -> ColumnsStep:
        """Read the columns of the files."""

    def build_cohort(self) -> None:
        """Build the cohort."""

    def open_form(self) -> ProgrammeForm:
        """Return the programme form."""

    def solve(self, seed: int, seconds: float) -> None:
        """Form pairs, groups or sessions."""

    def draw_lots(self) -> None:
        """Draw the lots of the experiment."""

    def set_round(self, next_round: RoundStep) -> None:
        """Set the round."""


def step_state(step: BoardVersion) -> BoardVersionState:
    seal = step.seal
    return BoardVersionState(
        decisions=list(step.decisions), decision=seal.decision if seal else "", head=seal.head if seal else ""
    )


def group_members(stage: GroupsVersion) -> list[list[str]]:
    return [list(group.members) for group in stage.grouping.groups]


def texts_of(form: ProgrammeForm) -> list[str]:
    """Return the distinct texts of the versions of a form."""
    versions = form.versions
    return list(
        dict.fromkeys(version.text for version in (*versions.kept, *versions.before, versions.now, *versions.undone))
    )


def get_role_by_name(question: str, interpretation: InterpretedMapping) -> RoleQuestion | None:
    return find_role([role for role in interpretation.questions if role.question == question])


def state_of(workspace: StoredWorkspace) -> WorkspaceState:
    columns = workspace.columns or workspace.previous_columns
    return WorkspaceState(
        changes=workspace.save_count,
        files={part: file.name for part, file in workspace.uploads.files.items()},
        language=workspace.chosen_language,
        said=workspace.chosen_kind,
        read=workspace.columns is not None,
        taken=workspace.intake is not None,
        apart=workspace.has_separate_files,
        named=workspace.names_on_screen,
        named_documents=workspace.names_in_documents,
        columns=ColumnsState.of(columns) if columns else None,
        form=FormState.of(workspace.programme_form) if workspace.programme_form else None,
        round=RoundState.of(workspace.round) if workspace.round else None,
        gathered=GroupResultState.of(workspace.kinds),
        year=FollowUpState.of(workspace.kinds.follow_up),
        drawn=workspace.round is not None and workspace.drawn is not None,
    )


def save_parts(workspace: StoredWorkspace, known_digests: Mapping[str, str]) -> dict[str, bytes]:
    """Return the parts of the state whose SHA-256 is not in ``known_digests``, by name."""
    if state_of(workspace) != workspace.last_saved_state:
        workspace.save_count += 1
        workspace.last_saved_state = state_of(workspace)
    parts = parts_of(workspace) | {StatePart.PAST: workspace.past.pack()}
    return {name: part for name, part in parts.items() if known_digests.get(name) != sha256(part).hexdigest()}


def parts_of(workspace: StoredWorkspace) -> dict[str, bytes]:
    """Return all parts of the state, without the former states."""
    uploads, texts = (
        workspace.uploads.files.items(),
        texts_of(workspace.programme_form) if workspace.programme_form else [],
    )
    former = workspace.round.former.files.items() if workspace.round and workspace.round.former else ()
    files = {part: file.content for part, file in uploads} | {former_name(part): file.content for part, file in former}
    return {
        StatePart.FILES: encode_files(files | get_stored_parts(workspace.kinds.follow_up)),
        StatePart.VERSIONS: encode_files({str(at): text.encode() for at, text in enumerate(texts)}),
        StatePart.DOCUMENTS: encode_files(workspace.round.board.portfolio.files if workspace.round else {}),
        StatePart.STATE: state_of(workspace).model_dump_json().encode(),
    }


def restore(workspace: StoredWorkspace, parts: Mapping[str, bytes]) -> str:
    """Restore a saved state, and return a notice if only the files could be.

    Raises RequestError, with the state unchanged, if the parts are damaged. A state that could not be restored entirely
    is stored among the former ones.
    """
    try:
        state = WorkspaceState.model_validate_json(parts[StatePart.STATE])
        contents = decode_files(parts[StatePart.FILES])
        files: dict[FilePart, UploadedFile] = {
            part: UploadedFile.of(name, contents[part]) for part, name in state.files.items()
        }
        sealed, texts = decode_files(parts[StatePart.DOCUMENTS]), decode_files(parts[StatePart.VERSIONS])
        year = state.year.follow_up(contents)
        workspace.past = PastWorks.unpack(parts[StatePart.PAST]) if StatePart.PAST in parts else PastWorks()
    except (KeyError, ValueError, ValidationError):
        raise RequestError(tr(MISREAD_MESSAGE)) from None
    workspace.chosen_language, workspace.save_count = state.language, state.changes
    workspace.reset_files(files)
    workspace.chosen_kind = state.said
    try:
        restore_columns(workspace, state)
        if state.form:
            state.form.restore_to(workspace.open_form(), texts)
        restore_results(workspace, state, DecisionArchive(sealed), contents)
    except (MentorMatchError, KeyError):
        workspace.round, workspace.programme_form, workspace.kinds = None, None, KindSteps()
        current = {name: part for name, part in parts.items() if name != StatePart.PAST}
        workspace.past.add(
            current, head="", marks=["unread"], files=digests_of(workspace)
        )  # another version may be able to read it
        return tr(ONLY_FILES)
    workspace.kinds.follow_up = year
    workspace.last_saved_state = state
    return ""


def digests_of(workspace: StoredWorkspace) -> dict[FilePart, list[str]]:
    """Return the digests that identify each file; a programme in the form has those of its saved versions, too."""
    digests = {part: [digest_of(file.content)] for part, file in workspace.uploads.files.items()}
    if workspace.programme_form and "programme" in digests:
        digests["programme"] += [digest_of(version.content) for version in workspace.programme_form.versions.kept]
    return digests


def restore_columns(workspace: StoredWorkspace, state: WorkspaceState) -> None:
    """Read the files as before. Raises MentorMatchError if that is impossible."""
    if state.columns:
        workspace.previous_columns = state.columns.columns
    if state.read:
        columns = workspace.read_columns(apart=state.apart)
        if state.columns:
            state.columns.restore_to(columns)
    if state.taken:
        workspace.build_cohort()
    workspace.names_on_screen, workspace.names_in_documents = state.named, state.named_documents


def restore_results(
    workspace: StoredWorkspace, state: WorkspaceState, portfolio: DecisionArchive, contents: Mapping[str, bytes]
) -> None:
    """Form pairs or groups again. Raises MentorMatchError if that is impossible."""
    if state.drawn and workspace.intake:
        with suppress(RequestError):  # the pairs are stored, too
            workspace.drawn = draw_again(workspace.uploads, workspace.intake)
    if state.round and workspace.intake:
        former = state.round.former
        is_running = workspace.uploads.has_decision or former is not None
        restored = RoundRestorer(workspace.intake, portfolio, is_running=is_running).round(state.round)
        if former:
            restored.former = former.former(workspace.uploads, contents, apart=state.apart)
            restored.carried = tuple(former.carried)
        workspace.set_round(restored)
    if state.gathered:
        workspace.solve(state.gathered.seed, state.gathered.time_limit_s)
        state.gathered.restore_to(workspace.kinds)


class RoundRestorer:
    """Restores rounds from the intake and the sealed documents."""

    def __init__(self, intake: Intake, portfolio: DecisionArchive, *, is_running: bool) -> None:
        self.intake, self.portfolio, self.is_running = intake, portfolio, is_running
        self.chain = chain_in(portfolio.files.get(DocumentName.LOG, b""))

    def round(self, state: RoundState) -> RoundStep:
        before = self.round(state.before) if state.before else None
        restored = before and self.replay_close(before, state)
        if restored is None:
            restored = replace(RoundStep.of(self.initial_proposal(state), is_running=self.is_running), before=before)
        restored.pins, restored.bans = (tuple(map(pair_of, pairs)) for pairs in (state.pins, state.bans))
        for entry in state.replies:
            if entry.about:
                restored.recorded[pair_of(entry.about), entry.place] = entry.reply
            else:
                restored.departures[canonical(entry.person)] = entry.reply
        self.restore_board(restored, state)
        return restored

    def initial_proposal(self, state: RoundState) -> Proposal:
        """Return the initial proposal of a round: solved again if it is proved and equal, else as stored."""
        intake, record, notes = self.intake, state.record, [note.note for note in state.notes]
        if not record.rounds and state.status in (Status.PROVED, Status.INFEASIBLE):
            solved = match(intake.cohort, intake.programme, seed=state.seed)
            if same_pairs(solved, record):
                return Proposal.of(solved.with_notes(notes), record.asked)
        stored = Proposal.read(record, intake.cohort, intake.programme, seed=state.seed)
        return Proposal(stored.matching.with_notes(notes), stored.programme, stored.rounds, stored.asked)

    def replay_close(self, before: RoundStep, state: RoundState) -> RoundStep | None:
        """Close the previous round again; None if its pairs differ."""
        closed = before.close(state.record.rounds[-1].late)
        return closed if same_pairs(closed.initial.matching, state.record) else None

    def restore_board(self, restored: RoundStep, state: RoundState) -> None:
        """Restore the board of a round."""
        board = restored.board
        board.portfolio = self.portfolio
        board.reasons = {entry.decision: entry.why for entry in state.decided if entry.why}
        board.moments = {entry.decision: entry.when for entry in state.decided if entry.when}
        first, *later = state.steps
        board.steps = [replace(board.steps[0], seal=self.seal(first))]
        board.steps += [LazyStep(tuple(entry.decisions), seal=self.seal(entry), board=board) for entry in later]
        board.at, board.seen = (min(place, len(board.steps) - 1) for place in (state.at, state.seen))
        board.chosen = state.chosen
        board.refuse_unknown()

    def seal(self, state: BoardVersionState) -> Seal | None:
        return Seal.of(self.chain, state.decision, state.head) if state.decision else None


def same_pairs(matching: Matching, record: ProposalRecord) -> bool:
    return set(keys_of(matching)) == set(map(pair_of, record.pairs))
