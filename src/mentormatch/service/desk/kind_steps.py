"""Steps of programmes of groups or sessions, and of the year of pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import RequestError
from mentormatch.groups.rotation import MemberKeys
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import mark, tr
from mentormatch.report.view import can_validate
from mentormatch.service.desk.desk_requests import (
    AddWish,
    KindAction,
    NoteCall,
    RemoveEdition,
    RemoveWave,
    RemoveWish,
    SetSessionCount,
    ShowYear,
    UndoWish,
    UploadEdition,
    UploadWave,
)
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.follow_up import FOLLOW_UP_FILES, FORM_FILES, FollowUpStep
from mentormatch.service.desk.peer_groups import GroupsOut, GroupsStep, YearOut
from mentormatch.service.desk.result_tables import DocumentLine, pack_documents
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.uploads import UploadedFile
from mentormatch.service.desk.working_group import SessionsOut, SessionsStep
from mentormatch.survey.contacts import Contacts

NOT_FORMED = mark("Les binômes n'ont pas encore été formés")


class GroupResultOut(JsonMessage):
    """The result of a programme of groups or sessions, with its documents.

    ``answered``: there is a result; ``named`` and ``named_documents``: as for pairs; ``dated``: groups have sessions.
    """

    answered: bool
    named: bool | None
    named_documents: bool
    dated: bool
    title: str
    documents: list[DocumentLine]


@dataclass(eq=False)
class KindSteps:
    """The groups or the sessions, if formed, and the year of the pairs."""

    group: GroupsStep | SessionsStep | None = None
    follow_up: FollowUpStep = field(default_factory=FollowUpStep)

    def solve(  # noqa: PLR0913 - all but two are keywords
        self,
        intake: Intake,
        contacts: Contacts,
        *,
        past: Sequence[MemberKeys],
        named: bool,
        seed: int,
        time_limit_s: float,
    ) -> None:
        """Form groups, or choose topics and dates; ``group.answered`` tells whether there is a solution.

        Raises MentorMatchError if the programme or the answers do not allow to search one.
        """
        cohort, programme = intake.cohort, intake.programme
        if programme.groups is not None:
            self.group = GroupsStep(cohort, programme, contacts, past, seed, time_limit_s, named)
        else:
            self.group = SessionsStep.of(cohort, programme, contacts, seed=seed, time_limit_s=time_limit_s, named=named)

    def relabel(self, *, named: bool) -> None:
        """Show names or codes of the members."""
        if self.group is not None:
            self.group = self.group.with_naming(named=named)

    def groups(self, action: KindAction) -> GroupsOut | YearOut:
        """Return the groups or their year after an action. Raises RequestError if it is refused."""
        groups = self.group
        if not isinstance(groups, GroupsStep):
            raise RequestError(tr("Les groupes n'ont pas encore été formés"))
        match action:
            case AddWish():
                groups.add_wish(action)
            case RemoveWish(number=number):
                groups.remove_wish(number)
            case UndoWish():
                groups.undo()
            case ShowYear():
                return groups.describe_year()
        return groups.describe()

    def sessions(self, action: KindAction) -> SessionsOut:
        """Return the sessions after an action. Raises RequestError if it is refused."""
        group = self.group
        if not isinstance(group, SessionsStep):
            raise RequestError(tr("Les sujets et les dates n'ont pas encore été choisis"))
        if isinstance(action, SetSessionCount):
            self.group = group = group.for_sessions(action.number)
        return group.describe()

    def handle_follow_up(self, action: KindAction, body: bytes, board: LoggedBoard) -> None:
        """Run an action on the year of the pairs.

        Raises MentorMatchError if there are no pairs to validate, or a file cannot be read.
        """
        if not can_validate(board.matching):
            raise RequestError(tr(NOT_FORMED))
        match action:
            case UploadWave(month=month, name=name):
                self.follow_up.add_wave(month, UploadedFile.of(name, body), board.matching)
            case RemoveWave(month=month):
                self.follow_up.remove_wave(month)
            case UploadEdition(name=name):
                self.follow_up.add_edition(UploadedFile.of(name, body))
            case RemoveEdition(at=at):
                self.follow_up.remove_edition(at)
            case NoteCall(person=person, done=done):
                self.follow_up.mark_called(board.ground, person, done=done)

    def has_document(self, name: str) -> bool:
        """Return whether a document belongs to the year, or any if there are groups or sessions."""
        return name in FOLLOW_UP_FILES or name in FORM_FILES or self.group is not None

    def document(self, name: str, board: LoggedBoard | None, contacts: Contacts | None) -> bytes:
        """Return a document, with names if ``contacts`` are given. Raises RequestError if it does not exist."""
        if (name in FOLLOW_UP_FILES or name in FORM_FILES) and board is not None:
            return self.follow_up.document(name, board.matching, contacts)
        documents = self.group.with_naming(named=contacts is not None).documents if self.group else {}
        if name in (DocumentName.GROUPS, DocumentName.SESSIONS):
            return pack_documents(documents)
        if name not in documents:
            raise RequestError(tr("Ce document n'est plus là : ce dont il parle a changé"))
        return documents[name].content(name)

    def groups_file(self) -> UploadedFile:
        """Return the groups as input of the next edition. Raises RequestError without groups."""
        return UploadedFile(DocumentName.NEXT_GROUPS, self.document(DocumentName.NEXT_GROUPS, None, None))

    def describe(self, *, named_documents: bool) -> GroupResultOut | None:
        """Return the result of groups or sessions, None without one."""
        group = self.group
        if group is None:
            return None
        return GroupResultOut(
            answered=group.answered,
            named=group.named if group.programme.documents.names else None,
            named_documents=named_documents,
            dated=group.programme.sessions is not None,
            title=group.title,
            documents=group.with_naming(named=named_documents).document_lines,
        )
