"""The work of staff that an action would discard: decisions, validations, replies, remarks, the year, the programme.

The page asks before such an action. The discarded state is stored, and can be brought back.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import MentorMatchError, RequestError
from mentormatch.languages.phrases import clock, counted, listed
from mentormatch.languages.translation import tr, tr_n
from mentormatch.operations.proposal import ProposalRecord
from mentormatch.record.seal import Seal
from mentormatch.report.reviewed.decisions import Decisions, read_decisions
from mentormatch.service.desk.kind_steps import KindSteps
from mentormatch.service.desk.peer_groups import GroupsStep
from mentormatch.service.desk.rounds import RoundStep
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.uploads import UploadedFile
from mentormatch.widgets.board.decisions import BoardDecision, CapacityChange
from mentormatch.widgets.board.session import people_of
from mentormatch.widgets.form.session import ProgrammeForm

VALIDATION_KIND = "validation"
# all nouns are feminine: a message on several kinds agrees with them
COUNTED_NOUNS: Mapping[str, Callable[[int], str]] = {
    "decision": lambda number: counted(number, "décision"),
    "reply": lambda number: counted(number, "réponse notée", "réponses notées"),
    "closing": lambda number: counted(number, "clôture de tour", "clôtures de tours"),
    "remark": lambda number: counted(number, "remarque du classeur relu", "remarques du classeur relu"),
    "wish": lambda number: counted(number, "demande de réunir ou de séparer", "demandes de réunir ou de séparer"),
    "wave": lambda number: counted(number, "série de réponses de suivi", "séries de réponses de suivi"),
    "call": lambda number: counted(number, "note d'appel", "notes d'appel"),
    "edit": lambda number: counted(
        number, "modification du programme à l'essai", "modifications du programme à l'essai"
    ),
    "version": lambda number: counted(number, "version du programme faite ici", "versions du programme faites ici"),
    VALIDATION_KIND: lambda number: counted(number, "validation"),
}
type WorkPart = Literal["pairs", "validation", "groups", "year", "form", "versions"]
PAIR_PARTS: tuple[WorkPart, ...] = ("pairs", "validation")
GROUP_PARTS: tuple[WorkPart, ...] = ("groups",)
FORMED_PARTS: tuple[WorkPart, ...] = (*PAIR_PARTS, *GROUP_PARTS, "year")
# ``form``: unsaved changes of the programme; ``versions``: saved ones
ALL_PARTS: tuple[WorkPart, ...] = get_args(WorkPart.__value__)


class WorkItem(NamedTuple):
    """An action of staff: its kind, and a digest that identifies it."""

    kind: str
    mark: str


def item(kind: str, *values: object) -> WorkItem:
    """Return an item identified by a digest of some values."""
    return WorkItem(kind, sha256(repr((kind, values)).encode()).hexdigest()[:24])


@dataclass(frozen=True, slots=True)
class WorkLoss:
    """The items that an action would discard, and the seals of the validations, in order, if items contain any."""

    items: frozenset[WorkItem] = frozenset()
    seals: tuple[Seal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def token(self) -> str:
        """Identifies the loss: a confirmation is valid for this loss only."""
        return sha256("".join(sorted(entry.mark for entry in self.items)).encode()).hexdigest()[:24]

    @property
    def without_validations(self) -> "WorkLoss":
        # Validations remain as former states.
        return WorkLoss(frozenset(entry for entry in self.items if entry.kind != VALIDATION_KIND))

    @property
    def sentence(self) -> str:
        """The loss as one sentence, for at least one item."""
        numbers = Counter(entry.kind for entry in self.items)
        words = [words_of(numbers[kind]) for kind, words_of in COUNTED_NOUNS.items() if numbers[kind]]
        if numbers[VALIDATION_KIND] == 1 and self.seals:
            words[-1] = tr("la validation de {when}", when=clock(validated_at(self.seals[-1])))
        text = listed(words)
        what = text[:1].upper() + text[1:]
        if sum(numbers.values()) == 1:
            return tr("{what} sera perdue.", what=what)
        return tr("{what} seront perdues.", what=what)


class DialogChoice(JsonMessage):
    """A button that continues, and the token that confirms it."""

    words: str
    sure: str


class LossDialog(JsonMessage):
    """A question before a destructive action.

    ``kept`` lists what stays; ``lost`` what is discarded, unless ``words`` state it or a file replaces answers.
    ``keeps`` is the button that cancels, ``choices`` are the others; ``main`` is the index of the main one, None if it
    is the one that cancels. ``sure`` confirms the loss.
    """

    title: str
    words: str
    kept: list[str]
    lost: list[str]
    keeps: str
    choices: list[DialogChoice]
    main: int | None
    sure: str


def loss_dialog(loss: WorkLoss, pairs: int, change: "FileChange | None" = None) -> LossDialog:
    """Build the dialog for a loss; ``pairs``: number of validated pairs, ``change``: a file that replaces answers."""
    kept_texts, remaining = list[str](), loss.without_validations
    is_validated = len(remaining.items) < len(loss.items)
    if is_validated and loss.seals:
        when = clock(validated_at(loss.seals[-1]))
        kept_texts.append(
            tr("La version validée de {when} reste, avec ses lettres et son résumé : un clic y revient", when=when)
        )
    lost_texts = [remaining.sentence] if remaining else []
    if change:
        keep_pairs = DialogChoice(words=change.as_change, sure=TURNOVER_PREFIX + loss.token)
        replaces = DialogChoice(words=tr("Remplacer"), sure=loss.token)
        kept_texts.insert(0, tr("Vos réponses aux questions et vos règles servent encore"))
        return LossDialog(
            title=tr("Ce fichier en remplace un autre"),
            words=change.sentence,
            kept=kept_texts,
            lost=[],
            keeps=tr("Annuler"),
            choices=[keep_pairs, replaces],
            main=0,
            sure=loss.token,
        )
    if is_validated:
        return LossDialog(
            title=tr_n("Ce binôme est validé", "Ces {pairs} sont validés", pairs, pairs=counted(pairs, "binôme")),
            words=tr("Ce changement demande un nouveau calcul. Que faire de la version validée ?"),
            kept=[*kept_texts, tr("L'essai se fait à côté")],
            lost=lost_texts,
            keeps=tr("Ne rien changer"),
            choices=[DialogChoice(words=tr("Essayer à côté"), sure=loss.token)],
            main=0,
            sure=loss.token,
        )
    return LossDialog(
        title=tr("Ce qui serait perdu"),
        words=loss.sentence,
        kept=[tr("Si vous continuez, vous pourrez y revenir pendant 30 jours.")],
        lost=[],
        keeps=tr("Ne rien changer"),
        choices=[DialogChoice(words=tr("Continuer"), sure=loss.token)],
        main=None,
        sure=loss.token,
    )


TURNOVER_PREFIX = "turnover:"  # prefix of the token that treats other answers as departures and arrivals


@dataclass(frozen=True, slots=True)
class FileChange:
    """Replaced answers of running pairs: numbers of people that are equal, missing and new."""

    name: str
    same: int
    gone: int
    new: int

    @property
    def sentence(self) -> str:
        """The three numbers as one sentence."""
        parts = [
            counted(self.same, "personne est la même", "personnes sont les mêmes"),
            *([counted(self.gone, "manque", "manquent")] if self.gone else []),
            *([counted(self.new, "est nouvelle", "sont nouvelles")] if self.new else []),
        ]
        return tr("{file} : {parts}.", file=self.name, parts=", ".join(parts))

    @property
    def as_change(self) -> str:
        """The button that treats the file as departures and arrivals."""
        parts = [
            *([counted(self.gone, "départ")] if self.gone else []),
            *([counted(self.new, "arrivée")] if self.new else []),
        ]
        return tr("Traiter comme {change}", change=listed(parts)) if parts else tr("Garder les binômes")


class LossError(RequestError):
    """An action that would discard work and is not confirmed."""

    def __init__(self, loss: WorkLoss, dialog: LossDialog) -> None:
        super().__init__(dialog.words)
        self.loss, self.dialog = loss, dialog


def round_items(current: RoundStep | None, initial: ProposalRecord | None) -> Iterator[WorkItem]:
    # ``initial`` is the record from which the rounds started.
    while current is not None:
        board = current.board
        for entry in dict.fromkeys((*board.now.decisions, *current.carried)):
            keys = [board.ground.key(person) for person in people_of(entry)]
            yield item("decision", entry.action, *keys, *([entry.places] if isinstance(entry, CapacityChange) else []))
        yield from (item("decision", "pin", *pair) for pair in current.pins)
        yield from (item("decision", "ban", *pair) for pair in current.bans)
        yield from (item("reply", pair, side, entry) for (pair, side), entry in current.recorded.items())
        yield from (item("reply", key, entry) for key, entry in current.departures.items())
        yield from (item("remark", entry) for entry in board.ground.base.notes)
        closed = range(len(initial.rounds) if initial else 0, len(current.initial.rounds))
        yield from (item("closing", number) for number in closed)
        current = current.before


def seals_of(current: RoundStep | None) -> list[Seal]:
    """Return the seals of the boards of all rounds, in order."""
    if current is None:
        return []
    seals = [step.seal for step in current.board.steps if step.seal]
    return [*seals_of(current.before), *seals]


def seal_items(seals: list[Seal]) -> set[WorkItem]:
    return {item(VALIDATION_KIND, seal.head) for seal in seals}


def read_review(board: LoggedBoard, workbook: UploadedFile) -> Decisions:
    """Read the decisions of a reviewed workbook for a board. Raises SurveyError with every problem."""
    return read_decisions(workbook.read_table(), board.matching.cohort, board.ground.base.programme)


def remarks_lost(board: LoggedBoard, workbook: UploadedFile) -> frozenset[WorkItem]:
    """Return the notes of a board with a text that a reviewed workbook does not contain on the same pair.

    None if the workbook cannot be read: it will be refused.
    """
    remaining: defaultdict[tuple[str, str], set[object]] = defaultdict(set)
    try:
        notes = read_review(board, workbook).notes
    except MentorMatchError:
        return frozenset()
    for note in notes:
        remaining[note.pair] |= {note.remark, *note.columns}
    before = board.ground.base.notes
    lost = (note for note in before if not {note.remark, *note.columns} - {""} <= remaining[note.pair])
    return frozenset(item("remark", note) for note in lost)


def attempt_lost(current: RoundStep, decisions: Iterable[BoardDecision]) -> WorkLoss:
    """Return the decisions and validations after the validated plan that a change of its running pairs discards."""
    board = current.board
    validated = board.validated_before(board.at + 1)
    at = next((at for at, step in enumerate(board.steps) if step is validated), board.at)
    dropped = board.steps[at + 1 :]
    unchanged = {*(validated.decisions if validated else ()), *decisions}
    tried = dict.fromkeys(decision for step in dropped for decision in step.decisions if decision not in unchanged)
    decided = {item("decision", decision.model_dump_json()) for decision in tried}
    seals = [step.seal for step in dropped if step.seal]
    return WorkLoss(frozenset(decided | seal_items(seals)), tuple(seals))


def group_items(kinds: KindSteps) -> Iterator[WorkItem]:
    if isinstance(kinds.group, GroupsStep):
        yield from (item("wish", wish.way, tuple(wish.people)) for wish in kinds.group.current.wishes)


def year_items(kinds: KindSteps) -> Iterator[WorkItem]:
    """Yield follow-up answers, previous editions and calls."""
    year = kinds.follow_up
    yield from (item("wave", month, file.content) for month, file in year.waves.items())
    yield from (item("wave", name) for name, _ in year.editions)
    yield from (item("call", *person) for person in year.called)


def form_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    if form and form.versions.is_tried:
        yield from (item("edit", number) for number, _ in enumerate(form.versions.before or [form.versions.now]))


def version_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    if form:
        yield from (item("version", version.text) for version in form.versions.kept[1:])


def validated_at(seal: Seal) -> datetime:
    """Return the local time of the last validation in a seal."""
    return datetime.fromisoformat(seal.validations[-1].when).astimezone()


def items_of(
    part: WorkPart,
    current: RoundStep | None,
    proposal: ProposalRecord | None,
    kinds: KindSteps,
    form: ProgrammeForm | None,
) -> Iterable[WorkItem]:
    """Return the work of staff in one part; ``proposal``: the record from which the rounds started."""
    match part:
        case "pairs":
            return round_items(current, proposal)
        case "validation":
            return seal_items(seals_of(current))
        case "groups":
            return group_items(kinds)
        case "year":
            return year_items(kinds)
        case "form":
            return form_items(form)
    return version_items(form)
