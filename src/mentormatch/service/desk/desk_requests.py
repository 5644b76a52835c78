"""Actions of the page as request models, distinguished by ``do``."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import RequestError
from mentormatch.languages.phrases import day
from mentormatch.languages.translation import Language, tr
from mentormatch.operations.proposal import Asked, Late, Reason
from mentormatch.programme.sections import MAX_GROUP_SIZE
from mentormatch.service.messages import ServiceMessage
from mentormatch.widgets.board.decisions import PersonId

# pairs of a mentor and a mentee, groups of peers, or sessions of one working group
type ProgrammeKind = Literal["pairs", "groups", "sessions"]
type WishKind = Literal["together", "apart"]
type IsoDay = Annotated[str, Setting(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
type Month = Annotated[Whole, Setting(ge=1, le=999)]


class KindAction(JsonMessage):
    """An action of groups, sessions or the year; ``changes``: it increases the revision of the state."""

    changes: ClassVar[bool] = True


class YearAction(KindAction):
    """An action of the year: departures, follow-up answers and calls."""


class ChooseKind(KindAction):
    """Set the kind of programme, if no file states it."""

    changes: ClassVar[bool] = False
    do: Literal["kind"] = "kind"
    kind: ProgrammeKind


class ShowGroupQuestions(KindAction):
    """Show the five questions on groups."""

    changes: ClassVar[bool] = False
    do: Literal["five"] = "five"


class SetGroupAnswers(KindAction):
    """Answer the five questions on groups, and name the programme; see ``GroupAnswers``."""

    do: Literal["set_five"] = "set_five"
    least: Annotated[Whole, Setting(ge=2, le=MAX_GROUP_SIZE)]
    most: Annotated[Whole, Setting(ge=2, le=MAX_GROUP_SIZE)]
    apart: Annotated[list[Annotated[str, Setting(max_length=255)]], Setting(max_length=50)] = Setting(
        default_factory=list
    )
    begin: IsoDay
    end: IsoDay
    rhythm: Literal["month", "fortnight", "week"]
    zone: Literal["", "A", "B", "C"]
    attends: Annotated[str, Setting(max_length=255)] = ""
    presents: bool = False
    name: Annotated[str, Setting(max_length=200)] = ""


class ShowGroups(KindAction):
    """Show the groups."""

    changes: ClassVar[bool] = False
    do: Literal["groups"] = "groups"


class AddWish(KindAction):
    """Put two members together, or apart; the groups are formed again."""

    do: Literal["wish"] = "wish"
    way: WishKind
    people: Annotated[list[PersonId], Setting(min_length=2, max_length=2)]


class RemoveWish(KindAction):
    """Remove a wish by its number from 0; the groups are formed again."""

    do: Literal["lift"] = "lift"
    number: Whole


class UndoWish(KindAction):
    """Undo the last change of the groups."""

    do: Literal["unwish"] = "unwish"


class ShowYear(KindAction):
    """Show the sessions of all groups."""

    changes: ClassVar[bool] = False
    do: Literal["year"] = "year"


class ShowSessions(KindAction):
    """Show the topics and dates of a working group."""

    changes: ClassVar[bool] = False
    do: Literal["sessions"] = "sessions"


class SetSessionCount(KindAction):
    """Set the number of sessions, and choose topics and dates for them."""

    do: Literal["try"] = "try"
    number: Annotated[Whole, Setting(ge=1, le=366)]


type Place = Annotated[str, Setting(pattern=r"^[0-9]{0,7}$")]
type PairIds = Annotated[str, Setting(pattern=r"^m[1-9][0-9]{0,8}-e[1-9][0-9]{0,8}$")]


class ChangeRequest(YearAction):
    """People who leave and pairs that stop (such as ``m1-e2``); ``undo``: maximum number of other pairs to undo."""

    people: Annotated[list[PersonId], Setting(max_length=500)] = Setting(default_factory=list)
    pairs: Annotated[list[PairIds], Setting(max_length=500)] = Setting(default_factory=list)
    undo: Place = ""

    @property
    def undo_most(self) -> int:
        return int(self.undo or 0)


class ShowFollowUp(ChangeRequest):
    """Show the year of the pairs, with a form of a change if ``door`` names one; ``add`` is selected in it."""

    changes: ClassVar[bool] = False
    do: Literal["follow"] = "follow"
    door: Literal["", "leave", "arrive", "stop"] = ""
    add: PersonId | PairIds | Literal[""] = ""


class ApplyChange(ChangeRequest):
    """Make a change final under a name, from the day ``when``. ``validates``: the caller may do so."""

    do: Literal["apply"] = "apply"
    who: Annotated[str, Setting(max_length=255)]
    why: Annotated[str, Setting(max_length=4_000)] = ""
    when: Annotated[str, Setting(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    accept_unproved: bool = False
    validates: bool = False

    @property
    def reason(self) -> str:
        """The reason of the change, and the day from which it applies."""
        since = tr("à compter du {day}", day=day(date.fromisoformat(self.when))) if self.when else ""
        return ", ".join(part for part in (self.why.strip(), since) if part)


class UndoChange(YearAction):
    """Undo the last change of the year."""

    do: Literal["unapply"] = "unapply"


class UploadWave(YearAction):
    """Upload the follow-up answers of a month; the body is the file."""

    do: Literal["wave"] = "wave"
    month: Month
    name: Annotated[str, Setting(min_length=1, max_length=255)]


class RemoveWave(YearAction):
    """Remove the follow-up answers of a month."""

    do: Literal["unwave"] = "unwave"
    month: Month


class UploadEdition(YearAction):
    """Upload the follow-up of a previous edition; the body is the file."""

    do: Literal["edition"] = "edition"
    name: Annotated[str, Setting(min_length=1, max_length=255)]


class RemoveEdition(YearAction):
    """Remove the follow-up of a previous edition, by its index."""

    do: Literal["unedition"] = "unedition"
    at: Whole


class NoteCall(YearAction):
    """Record whether a person was called."""

    do: Literal["call"] = "call"
    person: PersonId
    done: bool


class ShowPairs(JsonMessage):
    """Show the step of pairs: the list from index ``first``, and one more view.

    ``mentor`` and ``mentee`` are positions from 1 of two people to compare; empty: the best pair.
    """

    do: Literal["pairs"] = "pairs"
    first: Whole = 0
    view: Annotated[str, Setting(max_length=40)] = ""
    mentor: Place = ""
    mentee: Place = ""


class TryPlace(JsonMessage):
    """Form the pairs with one place more for a person; the board can undo it."""

    do: Literal["more"] = "more"
    person: PersonId


class UndoMove(JsonMessage):
    """Undo the last change on the board."""

    do: Literal["undo"] = "undo"


class ShowDocuments(JsonMessage):
    """Show the step of documents, with one letter by its index."""

    do: Literal["documents"] = "documents"
    letter: Whole = 0


class SetDocuments(JsonMessage):
    """Change the settings of documents; None keeps a setting.

    ``name`` is the name of the programme, ``names`` the questions with the names of people, ``contacts`` the questions
    whose answers each partner receives, ``message`` a text for every letter.
    """

    do: Literal["letters"] = "letters"
    name: Annotated[str, Setting(min_length=1, max_length=200)] | None = None
    names: list[Annotated[str, Setting(max_length=255)]] | None = None
    contacts: list[Annotated[str, Setting(max_length=255)]] | None = None
    message: Annotated[str, Setting(max_length=4_000)] | None = None


class ValidatePlan(JsonMessage):
    """Validate the pairs under a name. ``validates``: the caller may do so."""

    do: Literal["validate"] = "validate"
    who: Annotated[str, Setting(max_length=255)]
    why: Annotated[str, Setting(max_length=4_000)] = ""
    accept_unproved: bool = False
    validates: bool = False


class StartNextEdition(KindAction):
    """Start the next edition with the programme of this one; its pairs are not repeated."""

    changes: ClassVar[bool] = False
    do: Literal["next"] = "next"


type AnyKindAction = (
    ChooseKind
    | ShowGroupQuestions
    | SetGroupAnswers
    | ShowGroups
    | AddWish
    | RemoveWish
    | UndoWish
    | ShowYear
    | ShowSessions
    | SetSessionCount
    | ShowFollowUp
    | ApplyChange
    | UndoChange
    | UploadWave
    | RemoveWave
    | UploadEdition
    | RemoveEdition
    | NoteCall
    | StartNextEdition
)


# ``proposal`` is a saved proposal or decision, ``edition`` the file of the previous edition, ``experiment`` the other
# programme of an experiment or its record.
type FilePart = Literal["programme", "answers", "mentors", "mentees", "proposal", "edition", "experiment"]
type FileName = Annotated[str, Setting(min_length=1, max_length=255)]
type Tag = Annotated[str, Setting(max_length=255)]
type Seconds = Annotated[float, Setting(gt=0, le=600)]

DEFAULT_TIME_LIMIT_S = 60.0


class SetLimits(JsonMessage):
    """Set the limits of the workspace: people in all files, and pairs."""

    do: Literal["begin"] = "begin"
    people: Whole
    pairs: Whole


class WarmUp(JsonMessage):
    """Load the code before the first request."""

    do: Literal["prepare"] = "prepare"


class ShowState(JsonMessage):
    """Show the state of all steps."""

    do: Literal["look"] = "look"


class SetLanguage(JsonMessage):
    """Set the language."""

    do: Literal["speak"] = "speak"
    language: Language


class SaveState(JsonMessage):
    """Return the parts of the state whose digests are not in ``known``."""

    do: Literal["remember"] = "remember"
    known: dict[str, str]


class RestoreState(JsonMessage):
    """Restore a saved state unless it is older; the body contains the parts, with the lengths in ``parts``."""

    do: Literal["restore"] = "restore"
    parts: dict[str, Whole]


class RestoreFormerState(JsonMessage):
    """Restore a former state by its id."""

    do: Literal["back"] = "back"
    id: Tag


class UploadReviewedWorkbook(JsonMessage):
    """Apply a reviewed workbook; the body is the file."""

    do: Literal["review"] = "review"
    name: FileName


class UploadFile(JsonMessage):
    """Upload a file; the body is the file."""

    do: Literal["take"] = "take"
    part: FilePart
    name: FileName


class RemoveFile(JsonMessage):
    """Remove a file."""

    do: Literal["leave"] = "leave"
    part: FilePart


class LoadExample(JsonMessage):
    """Use the example programme and its answers."""

    do: Literal["example"] = "example"


class ShowFiles(JsonMessage):
    """Show the step of files."""

    do: Literal["files"] = "files"


class SplitSheets(JsonMessage):
    """Use the two sheets of the workbook as one per side; ``listed``: the first one contains mentors."""

    do: Literal["sheets"] = "sheets"
    way: Literal["listed", "reversed"]


class DropAside(JsonMessage):
    """Remove the notice of an unused file, by its index."""

    do: Literal["unaside"] = "unaside"
    at: Whole


class ReadFiles(JsonMessage):
    """Read the files; ``apart``: each side has a file."""

    do: Literal["read"] = "read"
    apart: bool = False


class ShowColumns(JsonMessage):
    """Show the questions on the files; ``question`` is opened, empty: the first one."""

    do: Literal["columns"] = "columns"
    question: Tag = ""


class ReplyTo(JsonMessage):
    """Reply to a question of the draft by positions in its lists, so that no answer of a person is sent.

    The form of the question determines the key: ``value`` is a choice, ``values`` are several, ``lines`` one value per
    line, ``column`` a column selected by hand.
    """

    do: Literal["reply"] = "reply"
    question: Tag
    value: Place = ""
    values: list[Place] = Setting(default_factory=list)
    lines: list[str | int | float | None] = Setting(default_factory=list)
    column: Whole | None = None


class AcceptOthers(JsonMessage):
    """Accept all proposals that need no confirmation; the answers are read if no question remains."""

    do: Literal["accept"] = "accept"


class EditColumns(JsonMessage):
    """Edit the columns with an action that the step offers."""

    do: Literal["say"] = "say"
    what: Literal["column", "answer", "confirm", "later", "restore"]
    question: Tag = ""
    text: Tag = ""
    means: Tag = ""


class ConfirmColumns(JsonMessage):
    """Accept the columns as shown, and read the answers."""

    do: Literal["settle"] = "settle"


class AssignSide(JsonMessage):
    """Assign the single file of answers to one side; the other file is still missing."""

    do: Literal["side"] = "side"
    side: Literal["mentors", "mentees"]


class Solve(JsonMessage):
    """Form the pairs."""

    do: Literal["form"] = "form"
    seed: Whole = 0
    time_limit_s: Seconds = DEFAULT_TIME_LIMIT_S


class ShowPage(JsonMessage):
    """Show a page by its name."""

    do: Literal["show"] = "show"
    name: FileName


class OpenBoard(JsonMessage):
    """Show the board with its labels."""

    do: Literal["open"] = "open"


class SetNamesShown(JsonMessage):
    """Show names or codes of people: on the screen, in documents, or everywhere."""

    do: Literal["name"] = "name"
    shown: bool
    where: Literal["screen", "documents", "everywhere"] = "screen"


class ForwardToBoard(JsonMessage):
    """Forward a request to the board; the body is the request. ``validates``: the caller may validate the plan."""

    do: Literal["ask"] = "ask"
    validates: bool = False


class DownloadDocument(JsonMessage):
    """Download a document by its name."""

    do: Literal["hand"] = "hand"
    name: FileName


class EditProgramme(JsonMessage):
    """Apply an action to the programme form: see ``widgets.form.changes``."""

    do: Literal["programme"] = "programme"
    what: dict[str, Any]


class ExperimentAction(JsonMessage):
    """An action on an experiment."""


class ShowExperiment(ExperimentAction):
    """Show the recorded experiment, and its draw."""

    do: Literal["experiment"] = "experiment"


class RecordExperiment(ExperimentAction):
    """Record the two programmes, with the seed of the lots."""

    do: Literal["record"] = "record"
    seed: Whole


class DrawExperiment(ExperimentAction):
    """Draw the lots, and use the pairs drawn."""

    do: Literal["draw"] = "draw"


class ShowRound(JsonMessage):
    """Show the round: proposal, replies, and effect of closing it."""

    do: Literal["round"] = "round"


class NoteReply(JsonMessage):
    """Record the reply of a person; an empty answer deletes it."""

    do: Literal["note"] = "note"
    round: Whole
    person: PersonId
    partner: PersonId | None = None
    answer: Literal["", "accepted", "declined", "left"]
    reason: Reason = ""


class UploadReplies(JsonMessage):
    """Record the replies of a completed form; the body is the file."""

    do: Literal["gather"] = "gather"
    name: FileName


class SetRequiredReplies(JsonMessage):
    """Set the sides that must accept the pairs, in the first round."""

    do: Literal["oblige"] = "oblige"
    asked: Asked


class CloseRound(JsonMessage):
    """Close the round and propose the next; ``late``: the meaning of a missing reply."""

    do: Literal["close"] = "close"
    round: Whole
    late: Late = "wait"


class ReopenRound(JsonMessage):
    """Reopen the round that was closed last."""

    do: Literal["reopen"] = "reopen"


type WorkspaceAction = (
    SetLimits
    | WarmUp
    | ShowState
    | SetLanguage
    | SaveState
    | RestoreState
    | RestoreFormerState
    | UploadReviewedWorkbook
    | ShowFiles
    | SplitSheets
    | DropAside
    | UploadFile
    | RemoveFile
    | LoadExample
    | ReadFiles
    | ShowColumns
    | EditColumns
    | ReplyTo
    | AcceptOthers
    | ConfirmColumns
    | AssignSide
    | Solve
    | ShowPage
    | OpenBoard
    | SetNamesShown
    | ForwardToBoard
    | DownloadDocument
    | EditProgramme
    | ShowExperiment
    | RecordExperiment
    | DrawExperiment
    | ShowRound
    | NoteReply
    | UploadReplies
    | SetRequiredReplies
    | CloseRound
    | ReopenRound
    | ShowPairs
    | TryPlace
    | UndoMove
    | ShowDocuments
    | SetDocuments
    | ValidatePlan
    | AnyKindAction
)

# actions without their own path
PAGE_ACTIONS = (
    "speak",
    "back",
    "files",
    "sheets",
    "unaside",
    "leave",
    "example",
    "read",
    "columns",
    "say",
    "reply",
    "accept",
    "settle",
    "side",
    "programme",
    "experiment",
    "record",
    "draw",
    "form",
    "name",
    "round",
    "note",
    "oblige",
    "close",
    "reopen",
    "pairs",
    "more",
    "undo",
    "documents",
    "letters",
    "validate",
    *("kind", "five", "set_five", "groups", "wish", "lift", "unwish", "year", "sessions", "try"),
    *("follow", "apply", "unapply", "unwave", "unedition", "call", "next"),
)
ACTION_ADAPTER: TypeAdapter[WorkspaceAction] = TypeAdapter(Annotated[WorkspaceAction, Setting(discriminator="do")])


def parse_action(message: ServiceMessage | None) -> tuple[WorkspaceAction, str]:
    """Return the action, and the token that confirms a loss (empty without one).

    Raises RequestError for an invalid action; the message does not quote it.
    """
    head = dict(message.head) if message else {}
    sure = str(head.pop("sure", ""))
    try:
        return ACTION_ADAPTER.validate_python(head), sure
    except ValidationError:
        raise RequestError(tr("La page a demandé ce qu'un bureau ne sait pas faire")) from None
