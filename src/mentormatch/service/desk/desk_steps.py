"""Actions on the steps of pairs, documents, year, replies and experiment, each returning its step."""

from contextlib import suppress
from typing import Any, Protocol

from mentormatch.errors import RequestError
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import tr
from mentormatch.programme.programme import require_pairs
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk import desk_requests
from mentormatch.service.desk.columns import ColumnsStep
from mentormatch.service.desk.desk_answers import to_page_json
from mentormatch.service.desk.desk_requests import (
    ApplyChange,
    KindAction,
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
from mentormatch.service.desk.documents import DocumentSource
from mentormatch.service.desk.experiment import EXPERIMENT_PART, experiment_step, files_after
from mentormatch.service.desk.kept_state import StoredWorkspace
from mentormatch.service.desk.pair_step import add_place, pair_step
from mentormatch.service.desk.rounds import RoundStep
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.turnover import YearChanges, apply_change
from mentormatch.service.desk.uploads import UploadedFile, UploadedFiles
from mentormatch.service.problems import lacks_scope
from mentormatch.survey.contacts import Contacts


class WorkspaceInSteps(StoredWorkspace, Protocol):
    """The attributes of a workspace that its steps use."""

    contacts: Contacts
    revision: int

    @property
    def kind(self) -> ProgrammeKind:
        """The kind of programme."""

    @property
    def names(self) -> ViewNames:
        """Names on the screen."""

    @property
    def validated_head(self) -> str:
        """The digest of the log when the plan was validated."""

    def require_intake(self) -> Intake:
        """Return the intake."""

    def require_columns(self) -> ColumnsStep:
        """Return the columns."""

    def require_round(self) -> RoundStep:
        """Return the round."""

    def require_board(self) -> LoggedBoard:
        """Return the board."""

    def document_source(self) -> DocumentSource:
        """Return the source of documents."""


def change_pairs(
    workspace: WorkspaceInSteps, action: desk_requests.ShowPairs | desk_requests.TryPlace | desk_requests.UndoMove
) -> dict[str, Any]:
    """Return the step of pairs after an action. Raises MentorMatchError if it is refused."""
    board = workspace.require_board()
    match action:
        case desk_requests.TryPlace(person=person):
            board.decide(add_place(board, person))
        case desk_requests.UndoMove():
            board.undo()
    workspace.revision += not isinstance(action, desk_requests.ShowPairs)
    query = action if isinstance(action, desk_requests.ShowPairs) else desk_requests.ShowPairs()
    return pair_step(workspace.document_source(), board, query)


def change_documents(
    workspace: WorkspaceInSteps,
    action: desk_requests.ShowDocuments | desk_requests.SetDocuments | desk_requests.ValidatePlan,
) -> dict[str, Any]:
    """Return the step of documents after an action. Raises MentorMatchError if it is refused."""
    match action:
        case desk_requests.SetDocuments():
            set_documents(workspace, action)
        case desk_requests.ValidatePlan():
            validate_plan(workspace, action)
    if workspace.kinds.group and workspace.kinds.group.programme.groups is not None:
        with suppress(RequestError):  # the step of the year shows the reason
            workspace.kinds.groups(ShowYear())
    if group_result := workspace.kinds.describe(named_documents=workspace.names_in_documents):
        return group_document_step(group_result, of_groups=workspace.kind == "groups")
    letter_index = action.letter if isinstance(action, desk_requests.ShowDocuments) else 0
    return document_step(workspace.document_source(), workspace.require_round(), letter_index)


def set_documents(workspace: WorkspaceInSteps, request: desk_requests.SetDocuments) -> None:
    """Change the texts of documents; pairs and decisions stay, but validations are withdrawn.

    Raises MentorMatchError if a setting is invalid.
    """
    current, file = workspace.require_round(), workspace.uploads.files["programme"]
    form, edits = workspace.open_form(), settings_edits(request, current.board.matching.programme)
    form.versions, text = with_settings(form.versions, edits)
    workspace.intake, workspace.contacts = workspace.uploads.build_cohort(
        text.programme, workspace.require_columns().tables
    )
    workspace.uploads.files["programme"] = UploadedFile(file.name, text.content)
    workspace.require_columns()
    current.restate_documents(text.programme)
    workspace.set_round(current)


def validate_plan(workspace: WorkspaceInSteps, request: desk_requests.ValidatePlan) -> None:
    """Validate the pairs. Raises RefusedError if the caller may not, MentorMatchError if the plan may not be."""
    board = workspace.require_board()
    if not request.validates:
        raise lacks_scope(["validate"])
    if is_unnamed(board.matching.programme):
        raise RequestError(tr(UNNAMED_YET))
    board.with_lessons = workspace.kinds.follow_up.with_lessons
    board.validate(request.who, request.why, accept_unproved=request.accept_unproved)
    workspace.revision += 1


def change_year(workspace: WorkspaceInSteps, action: KindAction, body: bytes) -> dict[str, Any]:
    """Return the step of the year after an action. Raises MentorMatchError if it is refused."""
    current = workspace.require_round()
    workspace.kinds.handle_follow_up(action, body, current.board)
    match action:
        case ApplyChange():
            if not action.validates:
                raise lacks_scope(["validate"])
            current.board.with_lessons = workspace.kinds.follow_up.with_lessons
            apply_change(current, action)
        case UndoChange():
            current.board.undo()
    changes = YearChanges(
        current, workspace.contacts, workspace.names, workspace.past.find_validated(workspace.validated_head)
    )
    if workspace.has_separate_files:
        changes.answer_parts = "mentors", "mentees"
    query = action if isinstance(action, ShowFollowUp) else ShowFollowUp()
    return workspace.kinds.follow_up.step(
        current.board.matching,
        current.board.ground,
        workspace.contacts if workspace.names_on_screen else None,
        named=workspace.names_in_documents,
        changes=changes.template_values(query),
    )


def change_replies(workspace: WorkspaceInSteps, action: desk_requests.WorkspaceAction, body: bytes) -> dict[str, Any]:
    """Return the round after an action on replies. Raises MentorMatchError if it is refused."""
    current, message = workspace.require_round(), ""
    match action:
        case desk_requests.NoteReply():
            current.record_reply(action)
        case desk_requests.SetRequiredReplies(asked=sides):
            current.set_required_replies(sides)
        case desk_requests.UploadReplies(name=name):
            message = current.record_form(UploadedFile.of(name, body).read_table())
    workspace.revision += action != desk_requests.ShowRound()
    return to_page_json(current.describe(message))


def change_experiment(
    workspace: WorkspaceInSteps, action: desk_requests.WorkspaceAction, body: bytes
) -> dict[str, Any]:
    """Return the step of the experiment after an action. Raises MentorMatchError if it is refused."""
    intake = workspace.require_intake()
    require_pairs(intake.programme)
    if isinstance(action, desk_requests.DrawExperiment):
        workspace.draw_lots()
    elif action != desk_requests.ShowExperiment():
        workspace.uploads, workspace.drawn = (
            UploadedFiles(files_after(action, body, workspace.uploads, intake.programme)),
            None,
        )
    workspace.revision += action != desk_requests.ShowExperiment()
    draw = workspace.drawn if workspace.round else None
    labels = get_view_labels(draw.matching, workspace.names) if draw else None
    file = workspace.uploads.files.get(EXPERIMENT_PART)
    return experiment_step(file, intake.programme, draw, labels, formed=workspace.round is not None)
