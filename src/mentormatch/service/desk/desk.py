"""The session of one member of staff: uploaded files -> cohort -> pairs -> board -> documents, all in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from typing import Any

from pydantic import BaseModel

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import MentorMatchError, RequestError, SurveyError
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import FRENCH, language, mark, tr
from mentormatch.operations.experiment import Draw
from mentormatch.operations.matching import match
from mentormatch.operations.proposal import Late, Proposal, ProposalRecord
from mentormatch.programme.edits import ProgrammeText
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.programme import require_pairs
from mentormatch.record.decision import Decision
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk import desk_requests, desk_steps
from mentormatch.service.desk.columns import ColumnsStep, UnreadQuestions, parse_column_action
from mentormatch.service.desk.desk_answers import (
    FileOut,
    RefusalOut,
    WorkspaceOut,
    encode_json,
    intake_out,
    make_json_message,
    past_out,
    plan_out,
    to_page_json,
)
from mentormatch.service.desk.desk_requests import (
    ApplyChange,
    KindAction,
    ProgrammeKind,
    SetGroupAnswers,
    SetSessionCount,
    ShowFollowUp,
    ShowGroupQuestions,
    ShowSessions,
    YearAction,
)
from mentormatch.service.desk.document_names import DocumentName, PageName
from mentormatch.service.desk.documents import (
    LETTER_FILES,
    DocumentSource,
    check_document,
    check_page,
    get_media_type,
    intake_documents,
    intake_page,
    letter_archive,
)
from mentormatch.service.desk.dropped_parts import changes_files, parts_of_action, parts_of_files
from mentormatch.service.desk.experiment import (
    EXPERIMENT_FILES,
    STOPPED_MESSAGE,
    draw_recorded,
    interruptible,
    read_experiment_file,
)
from mentormatch.service.desk.file_step import FileNotes
from mentormatch.service.desk.group_questions import GroupQuestions
from mentormatch.service.desk.kept_state import digests_of, parts_of, restore, save_parts
from mentormatch.service.desk.kind_steps import NOT_FORMED, KindSteps
from mentormatch.service.desk.losses import (
    ALL_PARTS,
    TURNOVER_PREFIX,
    LossError,
    WorkItem,
    WorkLoss,
    WorkPart,
    attempt_lost,
    items_of,
    loss_dialog,
    read_review,
    remarks_lost,
    seal_items,
    seals_of,
)
from mentormatch.service.desk.past_works import PastWork, PastWorkArguments, PastWorks, digest_of
from mentormatch.service.desk.question_step import apply_reply, question_step
from mentormatch.service.desk.rounds import ROUND_FILES, RoundStep, resume_proposal
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.turnover import (
    Reading,
    YearChanges,
    compare_files,
    decisions_of,
    leavers,
    replace_answers,
    running_plan,
)
from mentormatch.service.desk.uploads import CohortCache, UploadedFile, UploadedFiles, contents_of, refuse_too_many
from mentormatch.service.media_types import MediaType
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import lacks_scope
from mentormatch.survey.contacts import Contacts
from mentormatch.widgets.board.decisions import BoardRequest, Validate, Withdrawal
from mentormatch.widgets.form.changes import parse_form_action
from mentormatch.widgets.form.session import ProgrammeForm
from mentormatch.widgets.form.view import form_state

NOT_READ = mark("Les réponses n'ont pas encore été lues")
NO_PAST = mark("Cet état n'est plus gardé, ou vient d'une autre version : rien n'a changé")
POSSIBLE_PAIRS = mark("binômes possibles")


class Workspace:
    """State of a staff session, changed by actions.

    Messages in and out are bytes (a JSON head and a body), so that it can run in its own process.

    >>> from mentormatch.base.strict_json import parse_json
    >>> workspace = Workspace()
    >>> answer = workspace.answer(ServiceMessage({"do": "example"}).pack())
    >>> [file["name"] for file in parse_json(read_message(BytesIO(answer)).body)["files"]]
    ['programme.toml', 'reponses.csv']
    """

    def __init__(self) -> None:
        self.limits = desk_requests.SetLimits(people=4_000, pairs=1_000_000)
        self.uploads = UploadedFiles()
        self.chosen_language: str | None = None
        self.columns: ColumnsStep | None = None
        self.previous_columns: ColumnsStep | None = None  # of the previous files; its choices are reused
        self.intake: Intake | None = None
        self.contacts = Contacts((), {})
        self.programme_form: ProgrammeForm | None = None
        self.round: RoundStep | None = None
        self.drawn: Draw | None = None  # if an experiment formed the pairs
        self.kinds = KindSteps()
        self.chosen_kind: ProgrammeKind = "pairs"
        self.names_on_screen = self.names_in_documents = self.has_separate_files = False
        self.file_notes = FileNotes()
        self.revision = 0  # counts the changes that the page has to show
        self.notice = ""  # message about the last action
        self.save_count = 0  # of two saved states, the newer one has more
        self.last_saved_state: BaseModel | None = None
        self.past = PastWorks()  # former states

    @property
    def language(self) -> str:
        """The language chosen at the page, else that of the programme or of the files."""
        detected = (self.intake.language if self.intake else "") or (self.columns.language if self.columns else "")
        return self.chosen_language or detected or FRENCH

    @property
    def kind(self) -> ProgrammeKind:
        """The kind of programme: stated by the files, else chosen at the page."""
        return self.uploads.kind_from_files or self.chosen_kind

    def answer(self, payload: bytes) -> bytes:
        """Return the response to an action; a refusal is a response too."""
        message, locale = read_message(BytesIO(payload)), self.language
        with language(locale):
            try:
                answer = self.handle(*desk_requests.parse_action(message), message.body if message else b"")
            except LossError as error:
                dialog = encode_json(to_page_json(error.dialog))
                answer = ServiceMessage({"asks": True, "language": locale}, dialog)
            except MentorMatchError as error:
                refusal = encode_json(to_page_json(RefusalOut.of(error)))
                answer = ServiceMessage({"refused": True, "language": locale}, refusal)
        return answer.pack()

    def handle(self, action: desk_requests.WorkspaceAction, sure: str, body: bytes) -> ServiceMessage:
        """Run an action and return its response.

        Raises MentorMatchError if it is refused, LossError if ``sure`` does not confirm a loss. Work that a refused
        action discarded nevertheless is stored among the former states.
        """
        match action:
            case desk_requests.ShowPage(name=name):
                return ServiceMessage({"type": MediaType.HTML}, self.render_page(name))
            case desk_requests.DownloadDocument(name=name):
                return ServiceMessage({"type": get_media_type(name)}, self.render_document(name))
            case desk_requests.SaveState(known=known):
                return self.save(known)
        with self.store_losses(action, body, sure):
            if sure.startswith(TURNOVER_PREFIX):
                self.apply_turnover(self.update_files(action, body))
                return make_json_message(self.state())
            step = self.handle_step(action, body)
            if step is not None:
                return make_json_message(step)
            self.notice = ""
            self.apply_change(action, body)
        return make_json_message(self.state())

    @contextmanager
    def store_losses(self, action: desk_requests.WorkspaceAction, body: bytes, sure: str) -> Iterator[None]:
        """Store the state that the action discards or validates. Raises LossError for an unconfirmed loss."""
        loss, change = self.loss_of(action, body), None
        if self.round and self.intake and isinstance(action, desk_requests.UploadFile) and running_plan(self.round):
            files = self.update_files(action, body)
            change = compare_files(self.round, self.uploads, files, self.intake.cohort, self.reading)
        if (loss or change) and sure.removeprefix(TURNOVER_PREFIX) != loss.token:
            running = running_plan(self.round) if self.round else None
            raise LossError(loss, loss_dialog(loss, len(running.pairs) if running else 0, change))
        before = self.former_state() if loss or change else None
        validated = self.validated_head
        try:
            yield
        except BaseException:
            if before and not self.marks.issuperset(before["marks"]):  # the action failed after it discarded the work
                self.past.add(**before)
            raise
        for state in (before, self.former_state() if self.validated_head not in ("", validated) else None):
            if state:
                self.past.add(**state)

    def former_state(self) -> PastWorkArguments:
        """Return the current state as stored among the former ones."""
        return {"parts": parts_of(self), "head": self.validated_head, "marks": self.marks, "files": digests_of(self)}

    @property
    def marks(self) -> set[str]:
        """The marks of all work of staff."""
        return {item.mark for part in ALL_PARTS for item in self.items(part)}

    @property
    def validated_head(self) -> str:
        """The digest of the log when the current plan was validated; empty if it is not."""
        seal = self.round.board.now.seal if self.round else None
        return seal.head if seal else ""

    def items(self, part: WorkPart) -> Iterable[WorkItem]:
        proposal = self.uploads.proposal() if part == "pairs" and self.round and self.round.initial.rounds else None
        record = proposal if isinstance(proposal, ProposalRecord) else None
        return items_of(part, self.round, record, self.kinds, self.programme_form)

    def loss_of(self, action: desk_requests.WorkspaceAction, body: bytes) -> WorkLoss:
        """Return the work of staff that an action would discard."""
        match action:
            case desk_requests.ForwardToBoard():
                return self.loss_of_move(body)
            case desk_requests.UploadReviewedWorkbook(name=name):
                loss = self.loss_of_move(None)
                remarks = remarks_lost(self.round.board, UploadedFile.of(name, body)) if self.round else frozenset()
                return WorkLoss(loss.items | remarks, loss.seals)
            case desk_requests.TryPlace():
                return self.loss_of_move(None)
            case ApplyChange():
                return attempt_lost(self.round, decisions_of(self.round, action)) if self.round else WorkLoss()
            case desk_requests.RestoreFormerState(id=ident):
                work = self.past.find(ident)
                marks = set(work.marks if work else ())
                parts: Collection[WorkPart] = ALL_PARTS if work else ()
            case _:
                marks, parts = set(), self.parts_dropped(action, body)
        items = {item for part in parts for item in self.items(part) if item.mark not in marks}
        return WorkLoss(frozenset(items), tuple(seals_of(self.round)))

    def loss_of_move(self, request: bytes | None) -> WorkLoss:
        """Return the validations that a request to the board would discard; None: any new decision."""
        seals = self.round.board.seals_lost_by(request) if self.round else []
        return WorkLoss(frozenset(seal_items(seals)), tuple(seals))

    def parts_dropped(self, action: desk_requests.WorkspaceAction, body: bytes) -> Collection[WorkPart]:
        """Return the parts of the work that an action discards."""
        if changes_files(action):
            return parts_of_files(self.uploads.files, self.update_files(action, body))
        is_tried = self.programme_form is not None and self.programme_form.versions.is_tried
        return parts_of_action(action, self.kind, is_tried=is_tried)

    def handle_step(self, action: desk_requests.WorkspaceAction, body: bytes) -> dict[str, Any] | None:
        """Run an action on one step and return the step; None if the whole state may change."""
        match action:
            case desk_requests.ShowFiles() | desk_requests.DropAside():
                return self.file_notes.step(action, self.uploads, self.kind)
            case desk_requests.OpenBoard():
                return self.open_board()
            case desk_requests.ForwardToBoard(validates=validates):
                return self.answer_board(body, validates=validates)
            case desk_requests.EditProgramme(what=what):
                return self.edit_programme(what)
            case (
                desk_requests.ShowColumns()
                | desk_requests.EditColumns()
                | desk_requests.ReplyTo()
                | desk_requests.AcceptOthers()
            ):
                return self.show_columns(action)
            case (
                desk_requests.ExperimentAction()
                | desk_requests.UploadFile(part="experiment")
                | desk_requests.RemoveFile(part="experiment")
            ):
                return desk_steps.change_experiment(self, action, body)
            case (
                desk_requests.ShowRound()
                | desk_requests.NoteReply()
                | desk_requests.UploadReplies()
                | desk_requests.SetRequiredReplies()
            ):
                return desk_steps.change_replies(self, action, body)
            case desk_requests.ShowPairs() | desk_requests.TryPlace() | desk_requests.UndoMove():
                return desk_steps.change_pairs(self, action)
            case desk_requests.ShowDocuments() | desk_requests.SetDocuments() | desk_requests.ValidatePlan():
                return desk_steps.change_documents(self, action)
            case KindAction():
                answer = self.handle_kind_step(action, body)
                self.revision += action.changes
                return answer
        return None

    def handle_kind_step(self, action: KindAction, body: bytes) -> dict[str, Any] | None:
        """Run an action of groups, sessions or the year, and return its step. Raises MentorMatchError as ``handle``."""
        match action:
            case desk_requests.ChooseKind() | desk_requests.StartNextEdition():
                return None
            case YearAction():
                return desk_steps.change_year(self, action, body)
            case ShowGroupQuestions() | SetGroupAnswers():
                return self.answer_group_questions(action)
            case ShowSessions() | SetSessionCount():
                with interruptible():
                    return to_page_json(self.kinds.sessions(action))
        with interruptible():
            return to_page_json(self.kinds.groups(action))

    def apply_change(self, action: desk_requests.WorkspaceAction, body: bytes) -> None:
        """Run an action that changes the whole state. Raises MentorMatchError if it is refused."""
        match action:
            case _ if changes_files(action):
                self.take_files(self.update_files(action, body))
                self.notice = self.file_notes.update(action, body, self.uploads) or self.notice
            case desk_requests.RestoreFormerState(id=ident):
                self.bring_back(self.past.find(ident))
            case desk_requests.StartNextEdition():
                self.reset_files(self.for_next_edition())
            case desk_requests.ReadFiles(apart=apart):
                self.read_files(apart=apart)
            case desk_requests.ConfirmColumns():
                self.confirm_columns()
            case desk_requests.Solve(seed=seed, time_limit_s=seconds):
                self.solve(seed, seconds)
            case desk_requests.CloseRound(round=number, late=late):
                self.close(number, late)
            case desk_requests.ReopenRound():
                self.reopen()
            case _:
                self.apply_setting(action, body)

    def apply_setting(self, action: desk_requests.WorkspaceAction, body: bytes) -> None:
        match action:
            case desk_requests.UploadReviewedWorkbook(name=name):
                self.review(UploadedFile.of(name, body))
            case desk_requests.RestoreState(parts=lengths):
                self.restore(lengths, body)
            case desk_requests.SetLanguage(language=code):
                self.set_language(code)
            case desk_requests.ChooseKind(kind=kind):
                self.chosen_kind = kind
                self.revision += 1
            case desk_requests.SetNamesShown(shown=shown, where=where):
                self.set_names_shown(shown=shown, where=where)
            case desk_requests.SetLimits():
                self.limits = action
            case desk_requests.WarmUp():
                warm_up()

    def update_files(
        self, action: desk_requests.WorkspaceAction, body: bytes
    ) -> dict[desk_requests.FilePart, UploadedFile]:
        """Return the files after an action on them; the state is unchanged."""
        files = dict(self.uploads.files)
        match action:
            case desk_requests.UploadFile(part=part, name=name):
                file = UploadedFile.of(name, body)
                return files if self.file_notes.note_on(part, file).refusal else self.uploads.with_file(part, file)
            case desk_requests.SplitSheets(way=way) if "answers" in files:
                return self.file_notes.split(files, way)
            case desk_requests.RemoveFile(part=part):
                files.pop(part, None)
            case desk_requests.AssignSide(side=side) if "answers" in files:
                files[side] = files.pop("answers")
            case desk_requests.LoadExample():
                return UploadedFiles.example(self.kind)
        return files

    def apply_turnover(self, files: dict[desk_requests.FilePart, UploadedFile]) -> None:
        """Replace the answers and keep the running pairs. Raises MentorMatchError if they cannot be read."""
        replaced = replace_answers(self.require_round(), self.uploads, files, self.reading)
        columns = ColumnsStep.of(self.uploads.stated_programme, replaced.tables, self.columns)
        columns.confirmed = self.columns is not None and self.columns.confirmed
        versions = self.programme_form.versions if self.programme_form else None
        self.uploads, self.columns = UploadedFiles(files), columns
        self.intake, self.contacts = replaced.intake, replaced.contacts
        self.programme_form = self.drawn = None
        if versions:
            self.open_form().versions = versions
        self.set_round(replaced.round)

    @property
    def reading(self) -> Reading:
        """Options for reading answers: separate files per side, and the maximum number of rows."""
        return Reading(self.has_separate_files, self.limits.people)

    def take_files(self, files: dict[desk_requests.FilePart, UploadedFile]) -> None:
        """Use these files, with the former state of the same files; no effect if their contents have not changed."""
        if contents_of(files) == contents_of(self.uploads.files):
            return
        self.reset_files(files)
        digests = {part: digest_of(file.content) for part, file in files.items()}
        if work := self.past.find_by_files(digests):
            with suppress(RequestError):  # stored by another version
                self.bring_back(work)
                self.notice = tr("Ces fichiers étaient déjà là : ce qui avait été décidé avec eux est revenu.")

    def bring_back(self, work: PastWork | None) -> None:
        """Restore a former state. Raises RequestError if that is impossible, with the state unchanged."""
        if work is None:
            raise RequestError(tr(NO_PAST))
        restored = Workspace()
        restored.limits = self.limits
        if restore(restored, self.past.parts(work)):
            raise RequestError(tr(NO_PAST))
        self.adopt(restored, "chosen_language", "past", "save_count", "last_saved_state", "revision")
        self.revision += 1
        if self.round:
            self.set_round(self.round)
        self.notice = tr("Tout est revenu comme alors.")

    def adopt(self, other: "Workspace", *unchanged: str) -> None:
        """Use the state of another workspace, except some attributes."""
        if self.round and other.round:
            other.round.board.portfolio.keep_longer_log(self.round.board.portfolio)
        vars(self).update({name: value for name, value in vars(other).items() if name not in unchanged})

    def for_next_edition(self) -> dict[desk_requests.FilePart, UploadedFile]:
        """Return the files with which the next edition starts. Raises MentorMatchError if they cannot be made."""
        carry_over = (
            self.kinds.groups_file()
            if self.kinds.group
            else UploadedFile(DocumentName.CARRY_OVER, self.document_source().content(DocumentName.CARRY_OVER))
        )
        return {"programme": self.uploads.files["programme"], "edition": carry_over}

    def reset_files(self, files: dict[desk_requests.FilePart, UploadedFile]) -> None:
        """Use these files, and discard all results from other files; choices on columns are reused."""
        self.chosen_kind = UploadedFiles(files).kind_from_files or self.kind
        self.uploads, self.intake, self.round, self.kinds = UploadedFiles(files), None, None, KindSteps()
        self.previous_columns, self.columns = self.columns or self.previous_columns, None
        self.contacts = Contacts((), {})
        self.names_on_screen = self.names_in_documents = False
        self.programme_form = None
        self.revision += 1

    def read_files(self, *, apart: bool) -> None:
        """Read the files: build the cohort if the programme fits the answers, else offer the columns step."""
        self.uploads.refuse_missing(self.kind, apart=apart)
        if self.kind == "groups" and "programme" not in self.uploads.files:
            tables = self.uploads.tables(None, apart=False, most=self.limits.people)
            self.write_groups(GroupQuestions(tables))
        columns = self.read_columns(apart=apart)
        with language(self.language):  # the columns may have changed the language
            counts = columns.count_left()
            if "programme" in self.uploads.files and not counts.blocked:
                try:
                    self.build_cohort()
                except SurveyError:
                    if not counts.open:  # open questions are shown by the columns step
                        raise

    def write_groups(self, questions: GroupQuestions) -> None:
        """Store the programme that the five answers define."""
        files: dict[desk_requests.FilePart, UploadedFile] = {**self.uploads.files}
        self.uploads = UploadedFiles(files | {"programme": UploadedFile(DocumentName.PROGRAMME, questions.content)})

    def group_questions(self) -> GroupQuestions:
        """Return the five questions. Raises RequestError before the files are read, or for another programme."""
        return GroupQuestions(self.require_columns().tables, self.uploads.stated_programme, self.intake)

    @property
    def has_group_questions(self) -> bool:
        """Whether the programme of groups was written from the five questions."""
        if self.kind != "groups" or self.intake is None or self.columns is None:
            return False
        with suppress(MentorMatchError):
            return bool(self.group_questions())
        return False

    def answer_group_questions(self, action: KindAction) -> dict[str, Any]:
        """Return the step of the five questions; changed answers rewrite the programme."""
        questions = self.group_questions()
        if isinstance(action, SetGroupAnswers):
            questions.set(action)
            if questions.content != self.uploads.stated_programme:
                tables = self.require_columns().tables
                self.write_groups(questions)
                self.columns = ColumnsStep.of(self.uploads.stated_programme, tables, self.columns)
                self.build_cohort()
                self.kinds = KindSteps()
                questions = self.group_questions()
        return questions.step(formed=self.kinds.group is not None)

    def read_columns(self, *, apart: bool) -> ColumnsStep:
        """Read the columns of the files, and discard the results. Raises MentorMatchError if a file is invalid."""
        self.has_separate_files, self.round, self.intake, self.programme_form = apart, None, None, None
        self.kinds = KindSteps()
        self.revision += 1
        self.uploads.proposal()
        content = self.uploads.stated_programme
        programme = self.uploads.programme() if content is not None else None
        tables = self.uploads.tables(programme, apart=apart, most=self.limits.people)
        self.previous_columns = self.columns = ColumnsStep.of(content, tables, self.columns or self.previous_columns)
        return self.columns

    def build_cohort(self) -> None:
        """Build the cohort from the answers and the programme. Raises MentorMatchError if it cannot be built."""
        self.intake, self.contacts = self.uploads.build_cohort(self.uploads.programme(), self.require_columns().tables)

    def confirm_columns(self) -> None:
        """Write the columns as shown into the programme, and build the cohort with it."""
        columns = self.require_columns()
        if columns.count_left().blocked:
            raise RequestError(tr("Il reste des points à régler dans les colonnes"))
        name = self.uploads.files["programme"].name if "programme" in self.uploads.files else DocumentName.PROGRAMME
        programme = UploadedFile(name, columns.confirm())
        self.uploads = UploadedFiles({**self.uploads.files, "programme": programme})
        self.round, self.programme_form, self.kinds = None, None, KindSteps()
        self.revision += 1
        self.build_cohort()

    def show_columns(self, action: desk_requests.WorkspaceAction) -> dict[str, Any]:
        """Return the columns step after an action; after the last reply, the whole state."""
        columns = self.require_columns()
        self.revision += not isinstance(action, desk_requests.ShowColumns)
        if isinstance(action, desk_requests.EditColumns):
            columns.apply(parse_column_action(action.model_dump(exclude={"do"})))
        if apply_reply(columns, action):
            self.confirm_columns()
            return self.state()
        opened = action.question if isinstance(action, desk_requests.ShowColumns) else ""
        interpretation = columns.interpret()
        if isinstance(interpretation, DraftInterview):
            return question_step(interpretation, opened, kind=self.kind, formed=self.round is not None)
        return to_page_json(interpretation.out)

    def require_columns(self) -> ColumnsStep:
        """Return the columns. Raises RequestError before the files are read."""
        if self.columns is None:
            raise RequestError(tr(NOT_READ))
        if not self.columns.is_for(self.uploads.stated_programme):  # changed in another step
            self.columns = ColumnsStep.of(self.uploads.stated_programme, self.columns.tables, None)
        return self.columns

    def solve(self, seed: int, seconds: float) -> None:
        """Form pairs, groups or sessions, the best found before an interrupt. Raises MentorMatchError if refused."""
        if self.kind == "pairs":
            self.solve_pairs(seed, seconds)
            return
        intake = self.require_intake()
        cohort, programme = intake.cohort, intake.programme
        refuse_too_many(len(cohort.members) ** 2, self.limits.pairs, mark("rencontres possibles de deux personnes"))
        past_groups = self.uploads.past_groups(cohort) if programme.groups else ()
        with interruptible():
            self.kinds.solve(
                intake, self.contacts, past=past_groups, named=self.names_on_screen, seed=seed, time_limit_s=seconds
            )
        self.revision += 1

    def solve_pairs(self, seed: int, seconds: float) -> None:
        """Form the pairs, or restore those of the uploaded proposal or decision; former replies are discarded."""
        intake, record = self.require_intake(), self.uploads.proposal()
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.limits.pairs, POSSIBLE_PAIRS)
        if record:
            proposal = resume_proposal(record, intake, seed)
        else:
            with interruptible():
                proposal = Proposal.of(match(intake.cohort, intake.programme, seed=seed, time_limit_s=seconds))
        self.drawn = None
        self.set_round(RoundStep.of(proposal, is_running=isinstance(record, Decision)))

    def draw_lots(self) -> None:
        """Draw the lots of the recorded experiment, and use the pairs drawn. Raises MentorMatchError if refused."""
        intake = self.require_intake()
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.limits.pairs, POSSIBLE_PAIRS)
        draw = draw_recorded(self.uploads, intake)
        self.set_round(RoundStep.of(Proposal.of(draw.matching)))
        self.drawn = draw

    def edit_programme(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the programme form after an action; a saved version is used. Raises MentorMatchError if refused."""
        intake = self.require_intake()
        require_pairs(intake.programme)
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.limits.pairs, POSSIBLE_PAIRS)
        form = self.open_form()
        version = form.versions.newest
        form.do(parse_form_action(request))
        if form.versions.newest is not version:
            self.use_programme(form.versions.newest)
        return form_state(form)

    def open_form(self) -> ProgrammeForm:
        """Return the programme form with its current versions."""
        if self.programme_form is None:
            file = self.uploads.files["programme"]
            text = ProgrammeText.of(file.content, file.name)
            tables = self.require_columns().tables
            people = CohortCache(tables).cohort_for
            self.programme_form = ProgrammeForm(text, people, applied=self.uploads.apply_history)
            self.programme_form.offered = UnreadQuestions(tables).unread_by
        form = self.programme_form
        form.spoken, form.labels_of = self.language, lambda matching: get_view_labels(matching, self.names)
        return form

    def use_programme(self, text: ProgrammeText) -> None:
        """Replace the programme, and discard the results of the previous one."""
        self.intake, self.contacts = self.uploads.build_cohort(text.programme, self.require_columns().tables)
        self.uploads.files["programme"] = UploadedFile(self.uploads.files["programme"].name, text.content)
        self.require_columns()
        self.round, self.kinds = None, KindSteps()
        self.revision += 1

    @property
    def names(self) -> ViewNames:
        """Names on the screen."""
        return self.contacts if self.names_on_screen else False

    def set_round(self, next_round: RoundStep) -> None:
        """Set the round, with the language and the naming of the session."""
        self.round = next_round
        next_round.board.language = self.language
        self.relabel(shown=self.names_on_screen)

    def close(self, number: int, late: Late) -> None:
        """Close the round, and propose the next one; the next change makes this final."""
        current = self.require_round()
        current.refuse_closed(number)
        with interruptible():
            next_round = current.close(late)
        if next_round.initial.solved in (Status.STOPPED, Status.FAILED):
            raise RequestError(tr(STOPPED_MESSAGE))
        self.set_round(next_round)

    def review(self, workbook: UploadedFile) -> None:
        """Apply the decisions of a reviewed workbook. Raises SurveyError listing each row that cannot be applied."""
        board = self.require_board()
        decisions = read_review(board, workbook)
        board.review(decisions.pins, decisions.bans, decisions.notes)
        self.notice = tr("Le classeur « {name} » est repris : {decisions}.", name=workbook.name, decisions=decisions)
        self.revision += 1

    def save(self, known: Mapping[str, str]) -> ServiceMessage:
        """Return the parts of the state whose digests are not in ``known``."""
        parts = save_parts(self, known)
        return ServiceMessage({"parts": {name: len(part) for name, part in parts.items()}}, b"".join(parts.values()))

    def restore(self, lengths: Mapping[str, int], body: bytes) -> None:
        """Use the newer of this state and a saved one; work that only the older one contains becomes a former state.

        A notice names what is not restored. Raises RequestError, with the state unchanged, if the parts are damaged.
        """
        stream, saved = BytesIO(body), Workspace()
        saved.limits = self.limits
        notice = restore(saved, {name: stream.read(length) for name, length in lengths.items()})
        is_newer = saved.save_count > self.save_count and not (notice and self.uploads.files)
        newer, older = (saved, self) if is_newer else (self, saved)
        newer.past.merge(older.past)
        if older.validated_head not in ("", newer.validated_head) or older.marks - newer.marks:
            newer.past.add(**older.former_state())
        if is_newer:
            self.adopt(saved, "revision")
        self.revision, self.notice = self.revision + saved.revision, notice

    def reopen(self) -> None:
        """Reopen the round that was closed last. Raises RequestError after another change."""
        self.set_round(self.require_round().reopen())

    def set_language(self, code: str) -> None:
        """Set the language, also of the board."""
        self.chosen_language = code
        self.revision += 1
        if self.round:
            self.round.board.language = code
            self.round.board.relabel(self.document_source().names)

    def set_names_shown(self, *, shown: bool, where: str) -> None:
        """Show names or codes of people: in documents, on the screen, or everywhere."""
        if not self.kinds.group:
            self.require_board()
        if where != "screen":
            self.names_in_documents = shown
        if where != "documents":
            self.relabel(shown=shown)
        self.revision += 1

    def relabel(self, *, shown: bool) -> None:
        """Show names or codes of people on the screen."""
        self.names_on_screen = shown
        if self.kinds.group:
            self.kinds.relabel(named=shown)
        else:
            self.require_board().relabel(self.contacts if shown else False)
        self.revision += 1

    def require_intake(self) -> Intake:
        """Return the intake. Raises RequestError before the answers are read."""
        if self.intake is None:
            raise RequestError(tr(NOT_READ))
        return self.intake

    def require_board(self) -> LoggedBoard:
        """Return the board. Raises RequestError before pairs are formed."""
        return self.require_round().board

    def require_round(self) -> RoundStep:
        """Return the round. Raises RequestError before pairs are formed."""
        if self.round is None:
            raise RequestError(tr(NOT_FORMED))
        return self.round

    def document_source(self) -> DocumentSource:
        """Return the source of documents: matching, naming and seal."""
        current = self.require_round()
        board = current.board
        options = self.names_on_screen, board.now.seal, board.portfolio, self.names_in_documents, self.kinds.follow_up
        return DocumentSource(current.with_ended(board.matching), self.contacts, *options)

    def render_page(self, name: str) -> bytes:
        if name == "reponses":
            return intake_page(self.require_intake())
        check_page(name)
        return self.document_source().page(name)

    def render_document(self, name: str) -> bytes:
        if name in (DocumentName.PROGRAMME, DocumentName.MAPPING):
            return self.require_columns().document(name)
        if name != DocumentName.INTAKE and self.kinds.has_document(name):
            board = self.round.board if self.round else None
            return self.kinds.document(name, board, self.contacts if self.names_in_documents else None)
        if name in EXPERIMENT_FILES:
            return read_experiment_file(name, self.uploads, self.drawn)
        if name in ROUND_FILES:
            return self.require_round().document(name)
        if name == DocumentName.CHANGED_LETTERS:
            return YearChanges(self.require_round(), self.contacts, self.names).letter_archive()
        if name in LETTER_FILES:
            return letter_archive(name, self.require_round(), self.contacts)
        if name == DocumentName.INTAKE:
            return intake_documents(self.require_intake())
        check_document(name)
        return self.document_source().content(name)

    def open_board(self) -> dict[str, Any]:
        """Return the board and its labels."""
        board = self.require_board()
        return {"words": board.words(), "view": board.state()}

    def answer_board(self, body: bytes, *, validates: bool) -> dict[str, Any]:
        """Return the board after a request. Raises RefusedError if the caller may not validate the plan."""
        board = self.require_board()
        action = BoardRequest.of(body).action
        if not validates and isinstance(action, Validate):
            raise lacks_scope(["validate"])
        self.revision += 1
        board.with_lessons = self.kinds.follow_up.with_lessons
        answer = board.answer(body)
        leaving = leavers(board) if isinstance(action, Withdrawal) and not answer["refusal"] else []
        leads = ShowFollowUp(door="leave", people=leaving).model_dump() if leaving else None
        return answer | ({"leads": leads} if leads else {})

    def offered_past(self) -> list[PastWork]:
        """Return the last validated and the last other former state, if they have work missing in the current one."""
        return self.past.find_offered(self.validated_head, self.marks)

    def state(self) -> dict[str, Any]:
        """Return the state of all steps, in the language of the session."""
        with language(self.language):
            out = WorkspaceOut(
                edition=self.revision,
                language=self.language,
                kind=self.kind,
                stated=self.uploads.kind_from_files is not None,
                columns=self.columns.count_left() if self.columns else None,
                told=self.notice,
                files=[FileOut(part=part, name=file.name, size=file.size) for part, file in self.uploads.files.items()],
                intake=intake_out(self.intake) if self.intake else None,
                five=self.has_group_questions,
                plan=plan_out(self.document_source(), self.round, self.kinds.follow_up) if self.round else None,
                gathered=self.kinds.describe(named_documents=self.names_in_documents),
                past=[past_out(work, self.past, is_attempt=not self.validated_head) for work in self.offered_past()],
            )
            return to_page_json(out)


@cache
def warm_up() -> None:
    """Form and show the pairs of the example once per process, to load the code before the first request."""
    workspace = Workspace()
    for action in (desk_requests.LoadExample(), desk_requests.ReadFiles(), desk_requests.Solve()):
        workspace.apply_change(action, b"")
    workspace.render_page(PageName.OVERVIEW)
