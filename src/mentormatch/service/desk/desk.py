"""One desk: files in, what came in, the pairs, the board, the documents; all of it in memory, in one process.

It tells the page how far everything is, every number already in words.
"""

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
from mentormatch.report.reviewed.decisions import read_decisions
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk import desk_requests, desk_steps
from mentormatch.service.desk.assets import HTML
from mentormatch.service.desk.columns import MAPPING, DeskColumns, UnreadQuestions, gesture
from mentormatch.service.desk.columns import PROGRAMME as PROGRAMME_FILE
from mentormatch.service.desk.desk_answers import (
    DeskOut,
    FileOut,
    RefusalOut,
    encode_json,
    in_json,
    intake_out,
    past_out,
    plan_out,
    to_page_json,
)
from mentormatch.service.desk.desk_requests import (
    ApplyChange,
    Change,
    KindRequest,
    LeaveEdition,
    LeaveWave,
    NoteCall,
    ProgrammeKind,
    SetGroupAnswers,
    ShowFollowUp,
    ShowGroupQuestions,
    ShowSessions,
    TakeEdition,
    TakeWave,
    TrySessions,
    UndoChange,
)
from mentormatch.service.desk.documents import (
    ANSWERS,
    LETTER_FILES,
    NEXT,
    OVERVIEW,
    HeldDocument,
    check_document,
    check_page,
    intake_documents,
    intake_page,
    letter_archive,
    type_of,
)
from mentormatch.service.desk.dropped_parts import changes_files, parts_of_action, parts_of_files
from mentormatch.service.desk.experiment import (
    EXPERIMENT_FILES,
    STOPPED,
    lots_drawn,
    read_experiment_file,
    stoppable,
)
from mentormatch.service.desk.file_step import FileNotes
from mentormatch.service.desk.group_questions import GroupQuestions
from mentormatch.service.desk.kept_state import digests_of, parts_of, restore, save_parts
from mentormatch.service.desk.kind_steps import NOT_FORMED, KindSteps
from mentormatch.service.desk.losses import (
    ALL_PARTS,
    TURNOVER,
    LossError,
    WorkItem,
    WorkLoss,
    WorkPart,
    attempt_lost,
    items_of,
    loss_dialog,
    seal_items,
    seals_of,
)
from mentormatch.service.desk.past_works import FormerState, PastWork, PastWorks, digest_of
from mentormatch.service.desk.question_step import question_step, reply_to
from mentormatch.service.desk.rounds import ROUND_FILES, DeskRound, restore_matching
from mentormatch.service.desk.sealing_board import SealingBoard
from mentormatch.service.desk.turnover import (
    CHANGED_LETTERS,
    Reading,
    YearChanges,
    compare_files,
    decisions_of,
    leavers,
    replace_answers,
    running_plan,
)
from mentormatch.service.desk.uploads import File, Handed, PeopleReader, contents_of, refuse_too_many
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import lacks_scope
from mentormatch.survey.contacts import Contacts
from mentormatch.widgets.board.decisions import BoardRequest, Validate, Withdrawal
from mentormatch.widgets.form.changes import form_action
from mentormatch.widgets.form.session import ProgrammeForm
from mentormatch.widgets.form.view import form_state

INTAKE = "reponses"
"""The name of the page of what came in."""
NOT_READ = mark("Les réponses n'ont pas encore été lues")
NOT_SETTLED = mark("Il reste des points à régler dans les colonnes")
NO_PAST = mark("Cet état n'est plus gardé, ou vient d'une autre version : rien n'a changé")
BROUGHT_BACK = mark("Tout est revenu comme alors.")
TAKEN_UP = mark("Ces fichiers étaient déjà là : ce qui avait été décidé avec eux est revenu.")
OTHER_ANSWERS = mark(
    "La proposition ne va pas avec ces réponses. À la première étape, retirez-la, ou déposez les réponses de la même"
    " édition."
)
PAIRS, MEETINGS = mark("binômes possibles"), mark("rencontres possibles de deux personnes")


class Desk:
    """What one session of staff works on.

    It answers bytes with bytes, so that it can live in a process of its own: a head in JSON, and a body.

    >>> from mentormatch.base.strict_json import parse_json
    >>> desk = Desk()
    >>> answer = desk.answer(ServiceMessage({"do": "example"}).pack())
    >>> [file["name"] for file in parse_json(read_message(BytesIO(answer)).body)["files"]]
    ['programme.toml', 'reponses.csv']
    """

    def __init__(self) -> None:
        self.most = desk_requests.Begin(people=4_000, pairs=1_000_000)
        self.handed = Handed()
        self.chosen: str | None = None
        self.columns: DeskColumns | None = None
        self.former: DeskColumns | None = None
        self.intake: Intake | None = None
        self.contacts = Contacts((), {})
        self.programme_form: ProgrammeForm | None = None
        self.round: DeskRound | None = None
        self.drawn: Draw | None = None
        self.kinds = KindSteps()
        self.said: ProgrammeKind = "pairs"
        self.named = self.named_documents = self.apart = False
        self.noted = FileNotes()
        self.edition = 0
        self.told = ""
        self.changes = 0
        self.state_kept: BaseModel | None = None
        self.past = PastWorks()

    @property
    def language(self) -> str:
        """The language that was chosen at the page, or that of the programme, or of the files."""
        known = (self.intake.language if self.intake else "") or (self.columns.code if self.columns else "")
        return self.chosen or known or FRENCH

    @property
    def kind(self) -> ProgrammeKind:
        """What the programme is: what the files tell, or what was chosen at the page."""
        return self.handed.stated or self.said

    def answer(self, payload: bytes) -> bytes:
        """Return the answer to what the page asks; what is refused is an answer too."""
        message, code = read_message(BytesIO(payload)), self.language
        with language(code):
            try:
                answer = self.do(*desk_requests.action_of(message), message.body if message else b"")
            except LossError as error:
                asked = encode_json(to_page_json(error.dialog))
                answer = ServiceMessage({"asks": True, "language": code}, asked)
            except MentorMatchError as error:
                refusal = encode_json(to_page_json(RefusalOut.of(error)))
                answer = ServiceMessage({"refused": True, "language": code}, refusal)
        return answer.pack()

    def do(self, action: desk_requests.Action, sure: str, body: bytes) -> ServiceMessage:
        """Return the answer to an action.

        Raises MentorMatchError if the action is refused, LossError if it would lose something that ``sure`` does not
        confirm. In both cases nothing has changed.
        """
        match action:
            case desk_requests.Show(name=name):
                return ServiceMessage({"type": HTML}, self.page(name))
            case desk_requests.Hand(name=name):
                return ServiceMessage({"type": type_of(name)}, self.document(name))
            case desk_requests.Remember(known=known):
                return self.remember(known)
        with self.remember_losses(action, body, sure):
            if sure.startswith(TURNOVER):
                self.take_turnover(self.update_files(action, body))
                return in_json(self.state())
            step = self.step(action, body)
            if step is not None:
                return in_json(step)
            self.told = ""
            self.change(action, body)
        return in_json(self.state())

    @contextmanager
    def remember_losses(self, action: desk_requests.Action, body: bytes, sure: str) -> Iterator[None]:
        """Store what an action loses, and what it validates, among the former states of the work.

        Raises LossError if ``sure`` does not confirm the loss.
        """
        loss = self.loss_of(action, body)
        if loss and sure.removeprefix(TURNOVER) != loss.token:
            one, running, change = self.round, running_plan(self.round) if self.round else None, None
            if one and running and self.intake and isinstance(action, desk_requests.Take):
                files = self.update_files(action, body)
                change = compare_files(one, self.handed, files, self.intake.cohort, self.reading)
            raise LossError(loss, loss_dialog(loss, len(running.pairs) if running else 0, change))
        before = self.former_state() if loss else None
        validated = self.validated_head
        yield
        for state in (before, self.former_state() if self.validated_head not in ("", validated) else None):
            if state:
                self.past.add(**state)

    def former_state(self) -> FormerState:
        """Return the work as it is now, to be stored among its former states."""
        marks = [one.mark for part in ALL_PARTS for one in self.items(part)]
        return {"parts": parts_of(self), "head": self.validated_head, "marks": marks, "files": digests_of(self)}

    @property
    def validated_head(self) -> str:
        """What identifies the validation of the plan at present, empty if it is a proposal."""
        seal = self.round.board.now.seal if self.round else None
        return seal.head if seal else ""

    def items(self, part: WorkPart) -> Iterable[WorkItem]:
        """Return what staff did in one part of the work."""
        proposal = self.handed.proposal() if part == "pairs" and self.round and self.round.begun.rounds else None
        record = proposal if isinstance(proposal, ProposalRecord) else None
        return items_of(part, self.round, record, self.kinds, self.programme_form)

    def loss_of(self, action: desk_requests.Action, body: bytes) -> WorkLoss:
        """Return what an action would lose of what staff did."""
        match action:
            case desk_requests.Ask():
                return self.loss_of_move(body)
            case desk_requests.Review() | desk_requests.TryPlace():
                return self.loss_of_move(None)
            case ApplyChange():
                return attempt_lost(self.round, decisions_of(self.round, action)) if self.round else WorkLoss()
            case desk_requests.BringBack(id=ident):
                work = self.past.find(ident)
                kept = set(work.marks if work else ())
                parts: Collection[WorkPart] = ALL_PARTS if work else ()
            case _:
                kept, parts = set(), self.parts_dropped(action, body)
        items = {one for part in parts for one in self.items(part) if one.mark not in kept}
        return WorkLoss(frozenset(items), tuple(seals_of(self.round)))

    def loss_of_move(self, request: bytes | None) -> WorkLoss:
        """Return the validations that a move on the board would leave at no step of it."""
        seals = self.round.board.seals_lost_by(request) if self.round else []
        return WorkLoss(frozenset(seal_items(seals)), tuple(seals))

    def parts_dropped(self, action: desk_requests.Action, body: bytes) -> Collection[WorkPart]:
        """Return the parts of the work that an action begins anew."""
        if changes_files(action):
            return parts_of_files(self.handed.files, self.update_files(action, body))
        is_tried = self.programme_form is not None and self.programme_form.versions.is_tried
        return parts_of_action(action, self.kind, is_tried=is_tried)

    def step(self, action: desk_requests.Action, body: bytes) -> dict[str, Any] | None:
        """Return a step after what was asked of it alone; None where all of them may change."""
        match action:
            case desk_requests.ShowFiles() | desk_requests.DropAside():
                return self.noted.step(action, self.handed, self.kind)
            case desk_requests.Open():
                return self.open_board()
            case desk_requests.Ask(validates=validates):
                return self.answer_board(body, validates=validates)
            case desk_requests.AskForm(what=what):
                return self.edit_programme(what)
            case (
                desk_requests.ShowColumns()
                | desk_requests.SayOfColumns()
                | desk_requests.ReplyTo()
                | desk_requests.AcceptOthers()
            ):
                return self.show_columns(action)
            case (
                desk_requests.ExperimentRequest()
                | desk_requests.Take(part="experiment")
                | desk_requests.Leave(part="experiment")
            ):
                return desk_steps.experiment(self, action, body)
            case (
                desk_requests.ShowRound() | desk_requests.DeskReply() | desk_requests.Gather() | desk_requests.Oblige()
            ):
                return desk_steps.round_of_replies(self, action, body)
            case desk_requests.ShowPairs() | desk_requests.TryPlace() | desk_requests.UndoMove():
                return desk_steps.pairs(self, action)
            case desk_requests.ShowDocuments() | desk_requests.SetDocuments() | desk_requests.ValidatePlan():
                return desk_steps.documents(self, action)
            case KindRequest():
                answer = self.do_of_kind(action, body)
                self.edition += action.changes
                return answer
        return None

    def do_of_kind(self, action: KindRequest, body: bytes) -> dict[str, Any] | None:
        """Return what the step of one kind of programme shows after an action; raises MentorMatchError as ``do``."""
        match action:
            case desk_requests.ChooseKind() | desk_requests.BeginNext():
                return None
            case Change() | UndoChange() | TakeWave() | LeaveWave() | TakeEdition() | LeaveEdition() | NoteCall():
                return desk_steps.year(self, action, body)
            case ShowGroupQuestions() | SetGroupAnswers():
                return self.five(action)
            case ShowSessions() | TrySessions():
                with stoppable():
                    return to_page_json(self.kinds.sessions(action))
        with stoppable():
            return to_page_json(self.kinds.groups(action))

    def change(self, action: desk_requests.Action, body: bytes) -> None:
        """Do what changes how far everything is; raises MentorMatchError where it cannot be done."""
        match action:
            case _ if changes_files(action):
                self.take_files(self.update_files(action, body))
                self.told = self.noted.keep(action, body, self.handed) or self.told
            case desk_requests.BringBack(id=ident):
                self.bring_back(self.past.find(ident))
            case desk_requests.BeginNext():
                self.begin_anew(self.for_next_edition())
            case desk_requests.Read(apart=apart):
                self.read(apart=apart)
            case desk_requests.Settle():
                self.settle()
            case desk_requests.FormIn(seed=seed, time_limit_s=seconds):
                self.form(seed, seconds)
            case desk_requests.Close(round=number, late=late):
                self.close(number, late)
            case desk_requests.Reopen():
                self.reopen()
            case _:
                self.set(action, body)

    def set(self, action: desk_requests.Action, body: bytes) -> None:
        """Do what changes how things are told or how much is taken, or goes on from what staff bring back."""
        match action:
            case desk_requests.Review(name=name):
                self.review(File.of(name, body))
            case desk_requests.Restore(parts=lengths):
                self.restore(lengths, body)
            case desk_requests.Speak(language=code):
                self.speak(code)
            case desk_requests.ChooseKind(kind=kind):
                self.said = kind
                self.edition += 1
            case desk_requests.Name(shown=shown, where=where):
                self.name(shown=shown, where=where)
            case desk_requests.Begin():
                self.most = action
            case desk_requests.Prepare():
                rehearse()

    def update_files(self, action: desk_requests.Action, body: bytes) -> dict[desk_requests.FilePart, File]:
        """Return the files once one was handed over, taken back, or said to be that of one side."""
        files = dict(self.handed.files)
        match action:
            case desk_requests.Take(part=part, name=name):
                file = File.of(name, body)
                return files if self.noted.of(part, file).refusal else self.handed.taking(part, file)
            case desk_requests.SplitSheets(way=way) if "answers" in files:
                return self.noted.split(files, way)
            case desk_requests.Leave(part=part):
                files.pop(part, None)
            case desk_requests.OneSide(side=side) if "answers" in files:
                files[side] = files.pop("answers")
            case desk_requests.Example():
                return Handed.example(self.kind)
        return files

    def take_turnover(self, files: dict[desk_requests.FilePart, File]) -> None:
        """Go on with other answers and the pairs that run; raises MentorMatchError, and then nothing has changed."""
        made = replace_answers(self.require_round(), self.handed, files, self.reading)
        columns = DeskColumns.of(self.handed.stated_programme, made.tables, self.columns)
        columns.settled = self.columns is not None and self.columns.settled
        versions = self.programme_form.versions if self.programme_form else None
        self.handed, self.columns, self.intake, self.contacts = Handed(files), columns, made.intake, made.contacts
        self.programme_form = None
        if versions:
            self.open_form().versions = versions
        self.go_on(made.round)

    @property
    def reading(self) -> Reading:
        """How answers are read: whether each side has a file of its own, and how many lines are taken."""
        return Reading(self.apart, self.most.people)

    def take_files(self, files: dict[desk_requests.FilePart, File]) -> None:
        """Take these files, with what was decided on the same ones before; nothing changes if they are here already."""
        if contents_of(files) == contents_of(self.handed.files):
            return
        self.begin_anew(files)
        digests = {part: digest_of(file.content) for part, file in files.items()}
        if work := self.past.of_files(digests):
            with suppress(RequestError):  # another version stored it
                self.bring_back(work)
                self.told = tr(TAKEN_UP)

    def bring_back(self, work: PastWork | None) -> None:
        """Be what the desk was at an earlier time; raises RequestError if that cannot be, and nothing has changed."""
        if work is None:
            raise RequestError(tr(NO_PAST))
        other = Desk()
        other.most = self.most
        if restore(other, self.past.parts(work)):
            raise RequestError(tr(NO_PAST))
        if self.round and other.round:
            other.round.board.portfolio.keep_longer_log(self.round.board.portfolio)
        own = {name: vars(self)[name] for name in ("chosen", "past", "changes", "state_kept", "edition")}
        vars(self).update(vars(other) | own)
        self.edition += 1
        if self.round:
            self.go_on(self.round)
        self.told = tr(BROUGHT_BACK)

    def for_next_edition(self) -> dict[desk_requests.FilePart, File]:
        """Return the files with which the next edition begins; raises MentorMatchError without an answer."""
        carried = self.kinds.next_groups() if self.kinds.group else File(NEXT, self.hold_document().content(NEXT))
        return {"programme": self.handed.files["programme"], "edition": carried}

    def begin_anew(self, files: dict[desk_requests.FilePart, File]) -> None:
        """Keep these files, and nothing that came of others."""
        self.said = Handed(files).stated or self.kind
        self.handed, self.intake, self.round, self.kinds = Handed(files), None, None, KindSteps()
        self.former, self.columns = self.columns or self.former, None
        self.contacts = Contacts((), {})
        self.named = self.named_documents = False
        self.programme_form = None
        self.edition += 1

    def read(self, *, apart: bool) -> None:
        """Read the files: the answers are taken in where the programme understands them, else there are columns."""
        self.handed.refuse_missing(self.kind, apart=apart)
        if self.kind == "groups" and "programme" not in self.handed.files:
            tables = self.handed.tables(None, apart=False, most=self.most.people)
            self.write_groups(GroupQuestions(tables))
        columns = self.read_columns(apart=apart)
        with language(self.language):  # the columns may have told another than that of the request
            counts = columns.count_left()
            if "programme" in self.handed.files and not counts.blocked:
                try:
                    self.take_in()
                except SurveyError:
                    if not counts.open:  # else there is what the step of the columns will settle
                        raise

    def write_groups(self, asked: GroupQuestions) -> None:
        """Take the programme that the five answers make, in place of the one before."""
        files: dict[desk_requests.FilePart, File] = {**self.handed.files}
        self.handed = Handed(files | {"programme": File(PROGRAMME_FILE, asked.content)})

    def group_questions(self) -> GroupQuestions:
        """Return the five questions; raises RequestError if the programme of groups was not written from them."""
        return GroupQuestions(self.require_columns().tables, self.handed.stated_programme)

    @property
    def has_group_questions(self) -> bool:
        """Whether the programme is one of groups that was written from the five questions."""
        if self.kind != "groups" or self.intake is None or self.columns is None:
            return False
        with suppress(MentorMatchError):
            return bool(self.group_questions())
        return False

    def five(self, action: KindRequest) -> dict[str, Any]:
        """Return the five questions of groups after an action; other answers make another programme."""
        asked = self.group_questions()
        if isinstance(action, SetGroupAnswers):
            asked.set(action)
            if asked.content != self.handed.stated_programme:
                tables = self.require_columns().tables
                self.write_groups(asked)
                self.columns = DeskColumns.of(self.handed.stated_programme, tables, self.columns)
                self.take_in()
                self.kinds = KindSteps()
        return asked.step(formed=self.kinds.group is not None)

    def read_columns(self, *, apart: bool) -> DeskColumns:
        """Return the columns of the files, which are read anew; raises MentorMatchError where one cannot be."""
        self.apart, self.round, self.intake, self.programme_form = apart, None, None, None
        self.kinds = KindSteps()
        self.edition += 1
        self.handed.proposal()
        content = self.handed.stated_programme
        programme = self.handed.programme() if content is not None else None
        tables = self.handed.tables(programme, apart=apart, most=self.most.people)
        self.former = self.columns = DeskColumns.of(content, tables, self.columns or self.former)
        return self.columns

    def take_in(self) -> None:
        """Take the answers in by the programme; raises MentorMatchError where they cannot be."""
        self.intake, self.contacts = self.handed.take_in(self.handed.programme(), self.require_columns().tables)

    def settle(self) -> None:
        """Take the columns as they are shown, and read the answers by the programme that comes of it."""
        columns = self.require_columns()
        if columns.count_left().blocked:
            raise RequestError(tr(NOT_SETTLED))
        name = self.handed.files["programme"].name if "programme" in self.handed.files else PROGRAMME_FILE
        programme = File(name, columns.settle())
        self.handed = Handed({**self.handed.files, "programme": programme})
        self.round, self.programme_form, self.kinds = None, None, KindSteps()
        self.edition += 1
        self.take_in()

    def show_columns(self, action: desk_requests.Action) -> dict[str, Any]:
        """Return the questions on the files after what was said of them; if none is left, how far everything is."""
        columns = self.require_columns()
        self.edition += not isinstance(action, desk_requests.ShowColumns)
        if isinstance(action, desk_requests.SayOfColumns):
            columns.do(gesture(action.model_dump(exclude={"do"})))
        if reply_to(columns, action):
            self.settle()
            return self.state()
        opened = action.question if isinstance(action, desk_requests.ShowColumns) else ""
        seen = columns.interpret()
        if isinstance(seen, DraftInterview):
            return question_step(seen, opened, kind=self.kind, formed=self.round is not None)
        return to_page_json(seen.out)

    def require_columns(self) -> DeskColumns:
        """Return the columns; raises RequestError where nothing was read."""
        if self.columns is None:
            raise RequestError(tr(NOT_READ))
        if not self.columns.fits(self.handed.stated_programme):  # it was changed in another step
            self.columns = DeskColumns.of(self.handed.stated_programme, self.columns.tables, None)
        return self.columns

    def form(self, seed: int, seconds: float) -> None:
        """Form what the programme asks for; an interrupt ends it with the best that was found."""
        if self.kind == "pairs":
            self.form_pairs(seed, seconds)
            return
        intake = self.require_intake()
        cohort, programme = intake.cohort, intake.programme
        refuse_too_many(len(cohort.members) ** 2, self.most.pairs, MEETINGS)
        past = self.handed.past(cohort) if programme.groups else ()
        with stoppable():
            self.kinds.form(intake, self.contacts, past=past, named=self.named, seed=seed, time_limit_s=seconds)
        self.edition += 1

    def form_pairs(self, seed: int, seconds: float) -> None:
        """Form the pairs, or take those of an earlier day."""
        intake, kept = self.require_intake(), self.handed.proposal()
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.most.pairs, PAIRS)
        if kept:
            proposal = self.resume_proposal(kept, intake, seed)
        else:
            with stoppable():
                proposal = Proposal.of(match(intake.cohort, intake.programme, seed=seed, time_limit_s=seconds))
        self.drawn = None
        self.go_on(DeskRound.of(proposal, is_running=isinstance(kept, Decision)))

    def draw_lots(self) -> None:
        """Go on with the pairs on which the lots of the experiment that was recorded fall."""
        intake = self.require_intake()
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.most.pairs, PAIRS)
        drawn = lots_drawn(self.handed, intake)
        self.go_on(DeskRound.of(Proposal.of(drawn.matching)))
        self.drawn = drawn

    def edit_programme(self, what: dict[str, Any]) -> dict[str, Any]:
        """Return the form of the programme after something was asked of it; a version that is kept holds from then on.

        Raises RequestError where the programme is not one of pairs, or what is asked cannot be done.
        """
        intake = self.require_intake()
        require_pairs(intake.programme)
        refuse_too_many(len(intake.cohort.mentors) * len(intake.cohort.mentees), self.most.pairs, PAIRS)
        form = self.open_form()
        kept = form.versions.newest
        form.do(form_action(what))
        if form.versions.newest is not kept:
            self.adopt(form.versions.newest)
        return form_state(form)

    def open_form(self) -> ProgrammeForm:
        """Return the form of the programme, as it was left."""
        if self.programme_form is None:
            file = self.handed.files["programme"]
            text = ProgrammeText.of(file.content, file.name)
            tables = self.require_columns().tables
            people = PeopleReader(tables).under
            self.programme_form = ProgrammeForm(text, people, applied=self.handed.apply_history)
            self.programme_form.offered = UnreadQuestions(tables).of
        form = self.programme_form
        form.spoken, form.labels_of = self.language, lambda matching: get_view_labels(matching, self.names)
        return form

    def adopt(self, text: ProgrammeText) -> None:
        """Go on with another version of the programme: what comes after it begins anew."""
        self.intake, self.contacts = self.handed.take_in(text.programme, self.require_columns().tables)
        self.handed.files["programme"] = File(self.handed.files["programme"].name, text.content)
        self.require_columns()
        self.round, self.kinds = None, KindSteps()
        self.edition += 1

    @property
    def names(self) -> ViewNames:
        """How people are called where no documents are made yet."""
        return self.contacts if self.named else False

    def resume_proposal(self, kept: ProposalRecord | Decision, intake: Intake, seed: int) -> Proposal:
        """Return a proposal of an earlier day; raises RequestError where it is about people who are not there."""
        try:
            if isinstance(kept, Decision):
                return Proposal.of(restore_matching(kept, intake.cohort, intake.programme))
            return Proposal.read(kept, intake.cohort, intake.programme, seed=seed)
        except RequestError as error:
            raise RequestError(f"{tr(OTHER_ANSWERS)} {error.message}.", error.problems) from None

    def go_on(self, one: DeskRound) -> None:
        """Go on with a round, its people called and its board speaking as all else does."""
        self.round = one
        one.board.language = self.language
        self.call(shown=self.named)

    def close(self, number: int, late: Late) -> None:
        """Close the round, which can be opened again until something else is done; an interrupt stops it."""
        one = self.require_round()
        one.refuse_closed(number)
        with stoppable():
            after = one.next(late)
        if after.begun.solved in (Status.STOPPED, Status.FAILED):
            raise RequestError(tr(STOPPED))
        self.go_on(after)

    def review(self, workbook: File) -> None:
        """Take up what staff decided in a workbook; raises SurveyError with all that cannot be taken up."""
        board = self.require_board()
        decided = read_decisions(workbook.read_table(), board.matching.cohort, board.ground.base.programme)
        board.review(decided.pins, decided.bans, decided.notes)
        self.told = tr("Le classeur « {name} » est repris : {decisions}.", name=workbook.name, decisions=decided)
        self.edition += 1

    def remember(self, known: Mapping[str, str]) -> ServiceMessage:
        """Return the parts of what this desk is, without those that are known."""
        parts = save_parts(self, known)
        return ServiceMessage({"parts": {name: len(part) for name, part in parts.items()}}, b"".join(parts.values()))

    def restore(self, lengths: Mapping[str, int], body: bytes) -> None:
        """Be what a desk was; raises RequestError where nothing of it can be taken up."""
        stream = BytesIO(body)
        self.told = restore(self, {name: stream.read(length) for name, length in lengths.items()})

    def reopen(self) -> None:
        """Open the round that was closed last; raises RequestError where something else was done since."""
        self.go_on(self.require_round().reopen())

    def speak(self, code: str) -> None:
        """Speak another language from now on, also on the board."""
        self.chosen = code
        self.edition += 1
        if self.round:
            self.round.board.language = code
            self.round.board.call(self.hold_document().names)

    def name(self, *, shown: bool, where: str) -> None:
        """Call people by the names that they gave, or by their codes: in documents, on the screen, or everywhere."""
        if not self.kinds.group:
            self.require_board()
        if where != "screen":
            self.named_documents = shown
        if where != "documents":
            self.call(shown=shown)
        self.edition += 1

    def call(self, *, shown: bool) -> None:
        """Call people by the names that they gave, or by their codes."""
        self.named = shown
        if self.kinds.group:
            self.kinds.call(named=shown)
        else:
            self.require_board().call(self.contacts if shown else False)
        self.edition += 1

    def require_intake(self) -> Intake:
        """Return what came in; raises RequestError where nothing was read."""
        if self.intake is None:
            raise RequestError(tr(NOT_READ))
        return self.intake

    def require_board(self) -> SealingBoard:
        """Return the board; raises RequestError where no pairs were formed."""
        return self.require_round().board

    def require_round(self) -> DeskRound:
        """Return the round of the proposal; raises RequestError where no pairs were formed."""
        if self.round is None:
            raise RequestError(tr(NOT_FORMED))
        return self.round

    def hold_document(self) -> HeldDocument:
        """Return what documents are made from."""
        board = self.require_board()
        choices = self.named, board.now.seal, board.portfolio, self.named_documents, self.kinds.follow_up
        return HeldDocument(board.matching, self.contacts, *choices)

    def page(self, name: str) -> bytes:
        """Return a page to look at, by its name."""
        if name == INTAKE:
            return intake_page(self.require_intake())
        check_page(name)
        return self.hold_document().page(name)

    def document(self, name: str) -> bytes:
        """Return a document to keep, by its name."""
        if name in (PROGRAMME_FILE, MAPPING):
            return self.require_columns().document(name)
        if name != ANSWERS and self.kinds.has(name):
            board = self.round.board if self.round else None
            return self.kinds.document(name, board, self.contacts if self.named_documents else None)
        if name in EXPERIMENT_FILES:
            return read_experiment_file(name, self.handed, self.drawn)
        if name in ROUND_FILES:
            return self.require_round().document(name)
        if name == CHANGED_LETTERS:
            return YearChanges(self.require_round(), self.contacts, self.names).letter_archive()
        if name in LETTER_FILES:
            return letter_archive(name, self.require_round(), self.contacts)
        if name == ANSWERS:
            return intake_documents(self.require_intake())
        check_document(name)
        return self.hold_document().content(name)

    def open_board(self) -> dict[str, Any]:
        """Return the board, with its words."""
        board = self.require_board()
        return {"words": board.words(), "view": board.state()}

    def answer_board(self, body: bytes, *, validates: bool) -> dict[str, Any]:
        """Return the board after something was asked of it; raises RefusedError where that is not for whoever asks."""
        board = self.require_board()
        asked = BoardRequest.of(body).action
        if not validates and isinstance(asked, Validate):
            raise lacks_scope(["validate"])
        self.edition += 1
        board.beside = self.kinds.follow_up.beside
        answer = board.answer(body)
        leaving = leavers(board) if isinstance(asked, Withdrawal) and not answer["refusal"] else []
        leads = ShowFollowUp(door="leave", people=leaving).model_dump() if leaving else None
        return answer | ({"leads": leads} if leads else {})

    def offered_past(self) -> list[PastWork]:
        """Return the former states that have something that is not here now."""
        marks = (one.mark for part in ALL_PARTS for one in self.items(part))
        return self.past.offered(self.validated_head, marks)

    def state(self) -> dict[str, Any]:
        """Return how far everything is, in the language that holds now."""
        with language(self.language):
            out = DeskOut(
                edition=self.edition,
                language=self.language,
                kind=self.kind,
                stated=self.handed.stated is not None,
                columns=self.columns.count_left() if self.columns else None,
                told=self.told,
                files=[FileOut(part=part, name=file.name, size=file.size) for part, file in self.handed.files.items()],
                intake=intake_out(self.intake) if self.intake else None,
                five=self.has_group_questions,
                plan=plan_out(self.hold_document(), self.round, self.kinds.follow_up) if self.round else None,
                gathered=self.kinds.describe(named_documents=self.named_documents),
                past=[past_out(one, self.past, is_attempt=not self.validated_head) for one in self.offered_past()],
            )
            return to_page_json(out)


@cache
def rehearse() -> None:
    """Form and show the pairs of the example, once a process, which loads what the first pairs would wait for."""
    desk = Desk()
    for action in (desk_requests.Example(), desk_requests.Read(), desk_requests.FormIn()):
        desk.change(action, b"")
    desk.page(OVERVIEW)
