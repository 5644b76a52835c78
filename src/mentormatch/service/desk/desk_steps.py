"""The steps of the pairs at a desk, each after an action of it: pairs, documents, year, replies, experiment."""

from contextlib import suppress
from typing import Any, Protocol

from mentormatch.errors import RequestError
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import tr
from mentormatch.programme.programme import require_pairs
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk import desk_requests
from mentormatch.service.desk.columns import DeskColumns
from mentormatch.service.desk.desk_answers import to_page_json
from mentormatch.service.desk.desk_requests import (
    ApplyChange,
    KindRequest,
    ProgrammeKind,
    ShowFollowUp,
    ShowYear,
    UndoChange,
)
from mentormatch.service.desk.document_step import (
    UNNAMED_YET,
    document_step,
    group_document_step,
    is_unnamed,
    settings_edits,
    with_settings,
)
from mentormatch.service.desk.documents import HeldDocument
from mentormatch.service.desk.experiment import EXPERIMENT, experiment_step, files_after
from mentormatch.service.desk.kept_state import DeskInWork
from mentormatch.service.desk.pair_step import further_place, pair_step
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.service.desk.sealing_board import SealingBoard
from mentormatch.service.desk.turnover import YearChanges, apply_change
from mentormatch.service.desk.uploads import File, Handed
from mentormatch.service.problems import lacks_scope
from mentormatch.survey.contacts import Contacts


class DeskInSteps(DeskInWork, Protocol):
    """What of a desk its steps show and change."""

    contacts: Contacts
    edition: int

    @property
    def kind(self) -> ProgrammeKind:
        """What the programme is."""

    @property
    def names(self) -> ViewNames:
        """How people are called where no documents are made yet."""

    @property
    def validated_head(self) -> str:
        """What identifies the validation of the plan at present."""

    def require_intake(self) -> Intake:
        """Return what came in."""

    def require_columns(self) -> DeskColumns:
        """Return the columns."""

    def require_round(self) -> DeskRound:
        """Return the round of the proposal."""

    def require_board(self) -> SealingBoard:
        """Return the board."""

    def hold_document(self) -> HeldDocument:
        """Return what documents are made from."""


def pairs(
    desk: DeskInSteps, action: desk_requests.ShowPairs | desk_requests.TryPlace | desk_requests.UndoMove
) -> dict[str, Any]:
    """Return the step of the pairs after an action of it; raises MentorMatchError if that is refused."""
    board = desk.require_board()
    match action:
        case desk_requests.TryPlace(person=person):
            board.decide(further_place(board, person))
        case desk_requests.UndoMove():
            board.undo()
    desk.edition += not isinstance(action, desk_requests.ShowPairs)
    asked = action if isinstance(action, desk_requests.ShowPairs) else desk_requests.ShowPairs()
    return pair_step(desk.hold_document(), board, asked)


def documents(
    desk: DeskInSteps, action: desk_requests.ShowDocuments | desk_requests.SetDocuments | desk_requests.ValidatePlan
) -> dict[str, Any]:
    """Return the step of the documents after an action of it; raises MentorMatchError if that is refused."""
    match action:
        case desk_requests.SetDocuments():
            set_documents(desk, action)
        case desk_requests.ValidatePlan():
            validate_plan(desk, action)
    if desk.kinds.group and desk.kinds.group.programme.groups is not None:
        with suppress(RequestError):  # the step of the year tells why
            desk.kinds.groups(ShowYear())
    if gathered := desk.kinds.describe(named_documents=desk.named_documents):
        return group_document_step(gathered, of_groups=desk.kind == "groups")
    place = action.letter if isinstance(action, desk_requests.ShowDocuments) else 0
    return document_step(desk.hold_document(), desk.require_round(), place)


def set_documents(desk: DeskInSteps, asked: desk_requests.SetDocuments) -> None:
    """Settle what documents say; the pairs stay, and so does all that was decided, but no validation."""
    one, file = desk.require_round(), desk.handed.files["programme"]
    form, edits = desk.open_form(), settings_edits(asked, one.board.matching.programme)
    form.versions, text = with_settings(form.versions, edits)
    desk.intake, desk.contacts = desk.handed.take_in(text.programme, desk.require_columns().tables)
    desk.handed.files["programme"] = File(file.name, text.content)
    desk.require_columns()
    one.restate(text.programme)
    desk.go_on(one)


def validate_plan(desk: DeskInSteps, asked: desk_requests.ValidatePlan) -> None:
    """Make the pairs final; raises RefusedError if the caller may not, RequestError if no name is given."""
    board = desk.require_board()
    if not asked.validates:
        raise lacks_scope(["validate"])
    if is_unnamed(board.matching.programme):
        raise RequestError(tr(UNNAMED_YET))
    board.beside = desk.kinds.follow_up.beside
    board.validate(asked.who, asked.why, accept_unproved=asked.accept_unproved)
    desk.edition += 1


def year(desk: DeskInSteps, action: KindRequest, body: bytes) -> dict[str, Any]:
    """Return the step of the year after an action of it; raises MentorMatchError if that is refused."""
    one = desk.require_round()
    desk.kinds.follow(action, body, one.board)
    match action:
        case ApplyChange():
            if not action.validates:
                raise lacks_scope(["validate"])
            one.board.beside = desk.kinds.follow_up.beside
            apply_change(one, action)
        case UndoChange():
            one.board.undo()
    changes = YearChanges(one, desk.contacts, desk.names, desk.past.validated(desk.validated_head))
    if desk.apart:
        changes.answer_parts = "mentors", "mentees"
    shown = action if isinstance(action, ShowFollowUp) else ShowFollowUp()
    return desk.kinds.follow_up.step(
        one.board.matching,
        one.board.ground,
        desk.contacts if desk.named else None,
        named=desk.named_documents,
        changes=changes.template_values(shown),
    )


def round_of_replies(desk: DeskInSteps, action: desk_requests.Action, body: bytes) -> dict[str, Any]:
    """Return the round after what was noted, if something was."""
    one, done = desk.require_round(), ""
    match action:
        case desk_requests.DeskReply():
            one.note(action)
        case desk_requests.Oblige(asked=asked):
            one.ask(asked)
        case desk_requests.Gather(name=name):
            done = one.gather(File.of(name, body).read_table())
    desk.edition += action != desk_requests.ShowRound()
    return to_page_json(one.describe(done))


def experiment(desk: DeskInSteps, action: desk_requests.Action, body: bytes) -> dict[str, Any]:
    """Return the experiment after what was asked of it; raises MentorMatchError where that cannot be."""
    intake = desk.require_intake()
    require_pairs(intake.programme)
    if isinstance(action, desk_requests.DrawExperiment):
        desk.draw_lots()
    elif action != desk_requests.ShowExperiment():
        desk.handed, desk.drawn = Handed(files_after(action, body, desk.handed, intake.programme)), None
    desk.edition += action != desk_requests.ShowExperiment()
    drawn = desk.drawn if desk.round else None
    labels = get_view_labels(drawn.matching, desk.names) if drawn else None
    file = desk.handed.files.get(EXPERIMENT)
    return experiment_step(file, intake.programme, drawn, labels, formed=desk.round is not None)
