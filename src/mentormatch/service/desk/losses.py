"""What an action of the page would lose: decisions of staff, validations, replies, changes to the programme.

The page asks before such an action. What was lost nevertheless is stored among the former states of the work.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import RequestError
from mentormatch.languages.phrases import clock, counted, listed
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.proposal import ProposalRecord
from mentormatch.record.seal import Seal
from mentormatch.service.desk.kind_steps import KindSteps
from mentormatch.service.desk.peer_groups import PeerGroups
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.widgets.board.decisions import BoardDecision, PlacesIn
from mentormatch.widgets.board.session import people_of
from mentormatch.widgets.form.session import ProgrammeForm

VALIDATION = "validation"
NOUNS: Mapping[str, Callable[[int], str]] = {
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
    VALIDATION: lambda number: counted(number, "validation"),
}
"""Every noun is feminine: a sentence on several of them agrees."""
type WorkPart = Literal["pairs", "validation", "groups", "year", "form", "versions"]
PAIR_PARTS: tuple[WorkPart, ...] = ("pairs", "validation")
GROUP_PARTS: tuple[WorkPart, ...] = ("groups",)
FORMED_PARTS: tuple[WorkPart, ...] = (*PAIR_PARTS, *GROUP_PARTS, "year")
ALL_PARTS: tuple[WorkPart, ...] = get_args(WorkPart.__value__)
"""``form`` is what is tried in the form of the programme, ``versions`` what was stored there."""
ONE_LOST, LOST = mark("{what} sera perdue."), mark("{what} seront perdues.")


class WorkItem(NamedTuple):
    """One thing that staff did: its kind, and what identifies it."""

    kind: str
    mark: str


def item(kind: str, *values: object) -> WorkItem:
    """Return an item identified by a digest of some values."""
    return WorkItem(kind, sha256(repr((kind, values)).encode()).hexdigest()[:24])


@dataclass(frozen=True, slots=True)
class WorkLoss:
    """What would be lost, and the seals of the validations among it, the last one last."""

    items: frozenset[WorkItem] = frozenset()
    seals: tuple[Seal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def token(self) -> str:
        """Identifies what is lost: a confirmation holds for that alone."""
        return sha256("".join(sorted(one.mark for one in self.items)).encode()).hexdigest()[:24]

    @property
    def without_validations(self) -> "WorkLoss":
        """The same loss without what stays as a version that can be brought back in one click."""
        return WorkLoss(frozenset(one for one in self.items if one.kind != VALIDATION))

    @property
    def sentence(self) -> str:
        """What would be lost, in words."""
        numbers = Counter(one.kind for one in self.items)
        words = [words_of(numbers[kind]) for kind, words_of in NOUNS.items() if numbers[kind]]
        if numbers[VALIDATION] == 1 and self.seals:
            words[-1] = tr("la validation de {when}", when=clock(validated_at(self.seals[-1])))
        message = ONE_LOST if sum(numbers.values()) == 1 else LOST
        what = listed(words)
        return tr(message, what=what[:1].upper() + what[1:])


class DialogChoice(JsonMessage):
    """A button of a dialog that goes on, and the token that confirms it."""

    words: str
    sure: str


class LossDialog(JsonMessage):
    """A question before an action that would lose something.

    ``kept`` and ``lost`` list what stays and what does not. ``keeps`` is the button that changes nothing, ``choices``
    are the others; ``main`` is the place of the main one among them, from 0, None if it is the one that keeps.
    ``sure`` confirms the loss.
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
    """Return the dialog for a loss; ``pairs`` is the number of pairs validated, ``change`` a file that comes in."""
    stays, others = list[str](), loss.without_validations
    is_validated = len(others.items) < len(loss.items)
    if is_validated and loss.seals:
        when = clock(validated_at(loss.seals[-1]))
        stays.append(
            tr("La version validée de {when} reste, avec ses lettres et son résumé : un clic y revient", when=when)
        )
    lost = [others.sentence] if others else []
    if change:
        keep_pairs = DialogChoice(words=change.as_change, sure=TURNOVER + loss.token)
        replaces = DialogChoice(words=tr("Remplacer"), sure=loss.token)
        stays.insert(0, tr("Vos réponses aux questions et vos règles servent encore"))
        return LossDialog(
            title=tr("Ce fichier en remplace un autre"),
            words=change.sentence,
            kept=stays,
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
            kept=[*stays, tr("L'essai se fait à côté")],
            lost=lost,
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


TURNOVER = "turnover:"
"""Begins the token of somebody who has other answers treated as departures and arrivals."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """Other answers than those of the running pairs: how many people are the same, gone and new."""

    name: str
    same: int
    gone: int
    new: int

    @property
    def sentence(self) -> str:
        """The three numbers in a sentence."""
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
    """An action that would lose something, which nobody has confirmed yet."""

    def __init__(self, loss: WorkLoss, dialog: LossDialog) -> None:
        super().__init__(loss.sentence)
        self.loss, self.dialog = loss, dialog


def round_items(proposed: DeskRound | None, given: ProposalRecord | None) -> Iterator[WorkItem]:
    """Yield what staff decided on the board and noted of replies, in all rounds; ``given`` is where these began."""
    while proposed is not None:
        board = proposed.board
        for one in board.now.decisions:
            keys = [board.ground.key(person) for person in people_of(one)]
            yield item("decision", one.action, *keys, *([one.places] if isinstance(one, PlacesIn) else []))
        yield from (item("decision", "pin", *pair) for pair in proposed.pins)
        yield from (item("decision", "ban", *pair) for pair in proposed.bans)
        yield from (item("reply", pair, side, one) for (pair, side), one in proposed.noted.items())
        yield from (item("reply", key, one) for key, one in proposed.left.items())
        yield from (item("remark", one) for one in board.ground.base.notes)
        closed = range(len(given.rounds) if given else 0, len(proposed.begun.rounds))
        yield from (item("closing", number) for number in closed)
        proposed = proposed.before


def seals_of(proposed: DeskRound | None) -> list[Seal]:
    """Return the seals of all steps of the boards of all rounds, the last one last."""
    if proposed is None:
        return []
    seals = [step.seal for step in proposed.board.steps if step.seal]
    return [*seals_of(proposed.before), *seals]


def seal_items(seals: list[Seal]) -> set[WorkItem]:
    """Return the validations as items."""
    return {item(VALIDATION, seal.head) for seal in seals}


def attempt_lost(proposed: DeskRound, made: Iterable[BoardDecision]) -> WorkLoss:
    """Return what a change of the running pairs loses of what was tried since, but for the decisions that it makes."""
    board = proposed.board
    validated = board.validated_before(board.at + 1)
    at = next((at for at, step in enumerate(board.steps) if step is validated), board.at)
    dropped = board.steps[at + 1 :]
    known = {*(validated.decisions if validated else ()), *made}
    tried = dict.fromkeys(one for step in dropped for one in step.decisions if one not in known)
    decided = {item("decision", one.model_dump_json()) for one in tried}
    seals = [step.seal for step in dropped if step.seal]
    return WorkLoss(frozenset(decided | seal_items(seals)), tuple(seals))


def group_items(kinds: KindSteps) -> Iterator[WorkItem]:
    """Yield who is to be together, or apart."""
    if isinstance(kinds.group, PeerGroups):
        yield from (item("wish", one.way, tuple(one.people)) for one in kinds.group.now.wishes)


def year_items(kinds: KindSteps) -> Iterator[WorkItem]:
    """Yield the answers during the year, and who was called."""
    year = kinds.follow_up
    yield from (item("wave", month, file.content) for month, file in year.waves.items())
    yield from (item("wave", name) for name, _ in year.editions)
    yield from (item("call", *one) for one in year.called)


def form_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    """Yield the edits of the programme that are not stored as a version yet."""
    if form and form.versions.is_tried:
        yield from (item("edit", number) for number, _ in enumerate(form.versions.before or [form.versions.now]))


def version_items(form: ProgrammeForm | None) -> Iterator[WorkItem]:
    """Yield the versions of the programme that were made on the page."""
    if form:
        yield from (item("version", one.text) for one in form.versions.kept[1:])


def validated_at(seal: Seal) -> datetime:
    """Return when the decision of a seal was validated last, in the time of this machine."""
    return datetime.fromisoformat(seal.validations[-1].when).astimezone()


def items_of(
    part: WorkPart,
    one: DeskRound | None,
    proposal: ProposalRecord | None,
    kinds: KindSteps,
    form: ProgrammeForm | None,
) -> Iterable[WorkItem]:
    """Return what staff did in one part of the work; ``proposal`` is the record from which rounds went on."""
    match part:
        case "pairs":
            return round_items(one, proposal)
        case "validation":
            return seal_items(seals_of(one))
        case "groups":
            return group_items(kinds)
        case "year":
            return year_items(kinds)
        case "form":
            return form_items(form)
    return version_items(form)
