"""What a desk does for programmes that form no pairs, and for the year of those that do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import RequestError
from mentormatch.groups.rotation import MemberKeys
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import mark, tr
from mentormatch.report.view import can_validate
from mentormatch.service.desk import peer_groups, working_group
from mentormatch.service.desk.desk_requests import (
    KindRequest,
    LeaveEdition,
    LeaveWave,
    LiftWish,
    NoteCall,
    ShowYear,
    TakeEdition,
    TakeWave,
    TrySessions,
    UndoWish,
    WishFor,
)
from mentormatch.service.desk.follow_up import FILES, FORMS, DeskFollowUp
from mentormatch.service.desk.peer_groups import NEXT_GROUPS, GroupsOut, PeerGroups, YearOut
from mentormatch.service.desk.result_tables import DocumentLine, pack_documents
from mentormatch.service.desk.sealing_board import SealingBoard
from mentormatch.service.desk.uploads import File
from mentormatch.service.desk.working_group import SessionsOut, WorkingGroup
from mentormatch.survey.contacts import Contacts

NOT_FORMED = mark("Les binômes n'ont pas encore été formés")
NOT_GROUPED = mark("Les groupes n'ont pas encore été formés")
NOT_DECIDED = mark("Les sujets et les dates n'ont pas encore été choisis")
NOT_THERE = mark("Ce document n'est plus là : ce dont il parle a changé")
WHOLE = (peer_groups.WHOLE, working_group.WHOLE)


class GatheredOut(JsonMessage):
    """What came of a programme that forms no pairs: in a sentence, and what can be kept.

    ``answered``: something can be handed out; ``named`` and ``named_documents`` as of a plan of pairs; ``dated``: the
    groups have sessions.
    """

    answered: bool
    named: bool | None
    named_documents: bool
    dated: bool
    title: str
    documents: list[DocumentLine]


@dataclass(eq=False)
class KindSteps:
    """The groups or the sessions, if there are any, and the year of the pairs."""

    group: PeerGroups | WorkingGroup | None = None
    follow_up: DeskFollowUp = field(default_factory=DeskFollowUp)

    def form(  # noqa: PLR0913 - all but two are keywords
        self,
        intake: Intake,
        contacts: Contacts,
        *,
        past: Sequence[MemberKeys],
        named: bool,
        seed: int,
        time_limit_s: float,
    ) -> None:
        """Form groups, or choose topics and dates; raises MentorMatchError where that cannot be."""
        cohort, programme = intake.cohort, intake.programme
        if programme.groups is not None:
            self.group = PeerGroups(cohort, programme, contacts, past, seed, time_limit_s, named)
        else:
            self.group = WorkingGroup.of(cohort, programme, contacts, seed=seed, time_limit_s=time_limit_s, named=named)

    def call(self, *, named: bool) -> None:
        """Call the people of the groups by name, or by their codes."""
        if self.group is not None:
            self.group = self.group.with_naming(named=named)

    def groups(self, action: KindRequest) -> GroupsOut | YearOut:
        """Return the groups, or their year, after what was asked; raises RequestError where that cannot be."""
        groups = self.group
        if not isinstance(groups, PeerGroups):
            raise RequestError(tr(NOT_GROUPED))
        match action:
            case WishFor():
                groups.wish(action)
            case LiftWish(number=number):
                groups.lift(number)
            case UndoWish():
                groups.undo()
            case ShowYear():
                return groups.describe_year()
        return groups.describe()

    def sessions(self, action: KindRequest) -> SessionsOut:
        """Return what was decided of a working group after what was asked; raises RequestError where that cannot be."""
        group = self.group
        if not isinstance(group, WorkingGroup):
            raise RequestError(tr(NOT_DECIDED))
        if isinstance(action, TrySessions):
            self.group = group = group.for_sessions(action.number)
        return group.describe()

    def follow(self, action: KindRequest, body: bytes, board: SealingBoard) -> None:
        """Note what happened in the year of the pairs; raises MentorMatchError where it cannot be read."""
        if not can_validate(board.matching):
            raise RequestError(tr(NOT_FORMED))
        match action:
            case TakeWave(month=month, name=name):
                self.follow_up.take(month, File.of(name, body), board.matching)
            case LeaveWave(month=month):
                self.follow_up.leave(month)
            case TakeEdition(name=name):
                self.follow_up.take_edition(File.of(name, body))
            case LeaveEdition(at=at):
                self.follow_up.leave_edition(at)
            case NoteCall(person=person, done=done):
                self.follow_up.call(board.ground, person, done=done)

    def has(self, name: str) -> bool:
        """Say whether a document is one of groups or sessions, or of the year of pairs."""
        return name in FILES or name in FORMS or self.group is not None

    def document(self, name: str, board: SealingBoard | None, contacts: Contacts | None) -> bytes:
        """Return a document, with names where ``contacts`` are there; raises RequestError where there is none of it."""
        if (name in FILES or name in FORMS) and board is not None:
            return self.follow_up.document(name, board.matching, contacts)
        documents = self.group.with_naming(named=contacts is not None).documents if self.group else {}
        if name in WHOLE:
            return pack_documents(documents)
        if name not in documents:
            raise RequestError(tr(NOT_THERE))
        return documents[name].content(name)

    def next_groups(self) -> File:
        """Return the groups as the next edition is told them; raises RequestError where there are none."""
        return File(NEXT_GROUPS, self.document(NEXT_GROUPS, None, None))

    def describe(self, *, named_documents: bool) -> GatheredOut | None:
        """Return what came of a programme that forms no pairs, None where nothing did yet."""
        group = self.group
        if group is None:
            return None
        return GatheredOut(
            answered=group.answered,
            named=group.named if group.programme.documents.names else None,
            named_documents=named_documents,
            dated=group.programme.sessions is not None,
            title=group.title,
            documents=group.with_naming(named=named_documents).offered,
        )
