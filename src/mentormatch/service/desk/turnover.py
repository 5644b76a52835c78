"""Departures, arrivals and pairs that stop -> what may be undone, at which price, and what became of the pairs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mentormatch.errors import MentorMatchError, RequestError
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.inspection.intake import Intake
from mentormatch.languages.phrases import clock, counted, day, listed, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, mark, tr
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.proposal import Proposal, ProposalRecord, is_among, keys
from mentormatch.operations.repair import Repair, RepairChoice, keys_of
from mentormatch.operations.repair_choices import CODE_WORDS, LetterChange, MorePlaces, letter_changes
from mentormatch.people.cohort import Cohort
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import email_of
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.folder import zip_files
from mentormatch.report.letters import TABLE_FILENAME, Letter, letters, letters_table
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk.desk_requests import ApplyChange, Change, FilePart, ShowFollowUp
from mentormatch.service.desk.losses import FileChange, validated_at
from mentormatch.service.desk.past_works import PastWork
from mentormatch.service.desk.rounds import DeskRound, former_answers
from mentormatch.service.desk.sealing_board import MOVE_S, SealingBoard
from mentormatch.service.desk.uploads import NAMES, File, Handed
from mentormatch.survey.contacts import Contacts
from mentormatch.widgets.board.decisions import (
    BoardDecision,
    MayUndo,
    RunningPairs,
    SetAsideIn,
    Withdrawal,
    side_of,
)
from mentormatch.widgets.board.session import people_of

ANSWER_PARTS: frozenset[FilePart] = frozenset(("answers", "mentors", "mentees"))
NOBODY = mark("Choisissez qui part, ou quel binôme s'arrête")
NOT_RUNNING = mark("Validez d'abord les binômes : ce qui change ensuite part de là")
NOT_CHANGED = mark("Aucun binôme validé n'a changé")
CHANGED_LETTERS = "lettres-changement.zip"
"""The letters of the people whose partners changed alone."""
UNKNOWN_PAIR = mark("Ce binôme n'est pas en cours")


@dataclass(frozen=True, slots=True)
class RunningPair:
    """A running pair by the opaque ids of both people, and what they are called."""

    ids: str
    mentor: str
    mentee: str


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A choice as the page shows it: its number, its title, its lines by their word, and three figures."""

    undo: int
    title: str
    lines: tuple[tuple[str, str], ...]
    kept: int
    matched: int
    waiting: int
    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class ToTell:
    """A person who gets a letter: their name, its subject, its text, and whose contacts it contains."""

    name: str
    subject: str
    text: str
    holds: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A validated version: when, what, by whom and why, and by which state and button it comes back."""

    when: str
    title: str
    told: str
    id: str = ""
    back: str = ""


def running_plan(one: DeskRound) -> Matching | None:
    """Return the plan whose pairs run at present; None if nothing was validated."""
    step = one.board.validated_before(one.board.at + 1)
    return step.matching if step else None


def plan_before(one: DeskRound) -> Matching | None:
    """Return the plan that the validated one replaces; None if there is none."""
    board = one.board
    step = board.validated_before(board.at)
    if one.former and (step is None or step is board.steps[0]):
        return one.former.matching
    return step.matching if step else None


def decisions_of(one: DeskRound, asked: Change) -> list[BoardDecision]:
    """Return the decisions that a change stands for; raises RequestError if a pair in it is not running."""
    running = {ids_of(one.board, pair) for pair in keys_of(running_plan(one) or one.board.matching)}
    made: list[BoardDecision] = list(one.carried)
    made += [Withdrawal(person=person) for person in asked.people]
    for pair in asked.pairs:
        mentor, _, mentee = pair.partition("-")
        if (mentor, mentee) not in running:
            raise RequestError(tr(UNKNOWN_PAIR))
        made.append(SetAsideIn(mentor=mentor, mentee=mentee))
    if asked.undo_most:
        made.append(MayUndo(pairs=asked.undo_most, since=one.board.at))
    return made


def leavers(board: SealingBoard) -> list[str]:
    """Return who left on the board since the running pairs were validated, by opaque id; nobody if none run."""
    validated = board.validated_before(board.at)
    known = validated.decisions if validated else board.now.decisions
    return [one.person for one in board.now.decisions if isinstance(one, Withdrawal) and one not in known]


def ids_of(board: SealingBoard, pair: KeyPair) -> tuple[str, str]:
    """Return a pair by the opaque ids of its people."""
    return board.ground.id("mentor", pair[0]), board.ground.id("mentee", pair[1])


def repair_of(one: DeskRound, asked: Change) -> Repair:
    """Return the running pairs after a change that undoes none of them, as far as rules allow."""
    board, validated = one.board, one.board.validated_before(one.board.at + 1)
    if validated is None:
        raise RequestError(tr(NOT_RUNNING))
    held = validated.decisions
    made = [*held, *(each for each in decisions_of(one, asked) if each not in held)]
    return board.ground.repair(made, board.reasons, RunningPairs(validated.matching))


def apply_change(one: DeskRound, asked: ApplyChange) -> None:
    """Change the running pairs and make the new plan final; raises MentorMatchError, and nothing has changed then."""
    if not (asked.people or asked.pairs or one.former):
        raise RequestError(tr(NOBODY))
    board = one.board
    kept = list(board.steps), board.at, board.seen, dict(board.moments)
    try:
        validated = board.validated_before(board.at + 1)
        board.at = next((at for at, step in enumerate(board.steps) if step is validated), board.at)
        board.decide_all(decisions_of(one, asked))
        board.validate(asked.who, asked.reason, accept_unproved=asked.accept_unproved)
    except BaseException:
        board.steps, board.at, board.seen, board.moments = kept
        raise


class YearChanges:
    """The changes of a year as the page shows them: the form of one, its choices, and what the last one changed."""

    def __init__(self, one: DeskRound, contacts: Contacts, names: ViewNames, versions: Sequence[PastWork] = ()) -> None:
        self.one, self.board, self.contacts, self.versions = one, one.board, contacts, versions
        self.answer_parts: tuple[FilePart, ...] = ("answers",)
        self.former_contacts = one.former.contacts if one.former else contacts
        self.is_named = names is not False
        self.labels = get_view_labels(one.board.ground.base, names)

    @property
    def begun(self) -> date | None:
        """When pairs were validated first, None if none were."""
        dates = [validated_at(step.seal).date() for step in self.board.steps if step.seal]
        return min([*dates, *(work.when.astimezone().date() for work in self.versions)], default=None)

    def template_values(self, asked: ShowFollowUp) -> dict[str, Any]:
        """Return what the template of the year shows of changes."""
        running, before = running_plan(self.one), plan_before(self.one)
        is_final = self.board.now.seal is not None
        waits = bool(self.one.former) and not is_final
        door = asked.door or ("arrive" if waits else "")
        return {
            "running": len(running.pairs) if running else 0,
            "door": door if running else "",
            "form": self._form(asked) if running and door and (door != "arrive" or waits) else None,
            "waits": waits,
            "begun": self.begun,
            "answer_parts": [(part, tr(NAMES[part])) for part in self.answer_parts],
            "done": self._done(before) if before and is_final and not door else None,
            "history": list(self._history()),
        }

    def _form(self, asked: ShowFollowUp) -> dict[str, Any]:
        """Return what the form of a change shows: what was filled in, the choices, and what would do better."""
        running, asked = running_plan(self.one) or self.board.matching, self._with_added(asked)
        made = repair_of(self.one, asked) if asked.people or asked.pairs or self.one.former else None
        pairs = list(map(self._pair, keys_of(running)))
        leaving = [(person, self._name(person)) for person in asked.people]
        values: dict[str, Any] = {
            "asked": asked.model_dump(mode="json", exclude={"add"}),
            "leaving": leaving,
            "stopping": [pair for pair in pairs if pair.ids in asked.pairs],
            "arriving": list(self._arrivals()),
            "left": list(self._leavers()),
            "people": list(self._people(running, set(asked.people))),
            "pairs": [pair for pair in pairs if pair.ids not in asked.pairs],
            "today": date.today().isoformat(),
            "who": self._last_signer(),
            "choices": [],
        }
        if made is None:
            return values
        found = made.choices(time_limit_s=MOVE_S)
        rows = [self._choice(replace(choice, labels=self.labels)) for choice in found]
        chosen = next((row for row in rows if row.undo == asked.undo_most), rows[0])
        advice = [str(replace(place, labels=self.labels)) for place in found[0].repair.advice[:1]]
        return values | {
            "choices": rows,
            "chosen": chosen,
            "advice": advice,
            "ended": [self._ended(pair) for pair in made.ended],
            "going_on": len(made.kept) + len(made.broken),
            "unproved": not found[rows.index(chosen)].repair.is_complete,
        }

    def _with_added(self, asked: ShowFollowUp) -> ShowFollowUp:
        """Return a request with the person or pair that was chosen last among the others."""
        if not asked.add:
            return asked
        part = "pairs" if "-" in asked.add else "people"
        known = getattr(asked, part)
        return asked.model_copy(update={part: list(dict.fromkeys([*known, asked.add])), "add": ""})

    def _choice(self, choice: RepairChoice) -> ChoiceRow:
        repair, nothing = choice.repair, choice.nothing
        shown = (line for line in choice.lines if line.code != "result" or choice.undone)
        lines = tuple((tr(CODE_WORDS[line.code]), line.text) for line in shown)
        return ChoiceRow(
            undo=choice.at_most,
            title=choice.title,
            lines=lines,
            kept=len(repair.kept),
            matched=choice.matched,
            waiting=len(repair.waiting),
            more=choice.matched - len(nothing.matching.solution.pairs),
            fewer=len(nothing.waiting) - len(repair.waiting),
        )

    def _done(self, before: Matching) -> dict[str, Any]:
        """Return what the last change did: in a title, whom to tell, and who waits with what would suffice."""
        now = self.board.matching
        made = Repair(before, now)
        going_on = counted(len(made.kept), "binôme continue", "binômes continuent")
        begins = counted(len(made.new), "commence", "commencent")
        changes = letter_changes(before, now)
        written, refusal = self._letters(before)
        advice = {place.mentee: place for place in made.advice}
        return {
            "title": tr("C'est fait : {going_on}, {begins}", going_on=going_on, begins=begins)
            if made.new
            else tr("C'est fait : {going_on}", going_on=going_on),
            "tell": [self._to_tell(change, before, written) for change in changes],
            "refusal": refusal,
            "others": len(people_in(now.cohort, before.cohort)) - len(changes),
            "waiting": [(self._label("mentee", key), self._advice(advice.get(key))) for key in made.waiting],
            "can_undo": self.board.at > 0,
        }

    def _letters(self, before: Matching) -> tuple[Mapping[str, Letter], str]:
        """Return the letters of the people whose partners changed by their codes, or why there are none."""
        try:
            return {one.key: one for one in self.changed_letters(before)}, ""
        except RequestError as error:
            return {}, error.message

    def letter_archive(self) -> bytes:
        """Return the letters of the people whose partners the last change changed, as drafts and as a table."""
        before = plan_before(self.one)
        if before is None or not self.board.now.seal:
            raise RequestError(tr(NOT_CHANGED))
        with language(self.board.matching.language):
            written = self.changed_letters(before)
            files = {TABLE_FILENAME: to_csv(letters_table(written))}
            return zip_files(files | {one.file: one.eml() for one in written if one.address})

    def changed_letters(self, before: Matching) -> tuple[Letter, ...]:
        """Return the letters of the people whose partners differ from those in a former plan."""
        return letters(self.board.matching, self._all_contacts(), "confirmation", since=before)

    def _all_contacts(self) -> Contacts:
        """Return the contacts of everybody who is there, and of those who left since the last answers."""
        now, former = self.contacts, self.former_contacts
        return replace(
            now,
            fields=tuple(dict.fromkeys((*now.fields, *former.fields))),
            people={**former.people, **now.people},
            names={**former.names, **now.names},
        )

    def _to_tell(self, change: LetterChange, before: Matching, written: Mapping[str, Letter]) -> ToTell:
        plan = before if change.code == "left" else self.board.matching
        letter = written.get(plan.labels.person(change.side, change.person))
        name = self._label(change.side, change.person)
        partners = listed([self._label(ACROSS[change.side], key) for key in change.now])
        holds = tr("avec comment joindre {people}", people=partners) if change.now else tr("aucune coordonnée")
        subject = letter.subject.partition(" : ")[2] or letter.subject if letter else ""
        return ToTell(name, subject, letter.text if letter else "", holds)

    def _advice(self, place: MorePlaces | None) -> str:
        if place is None:
            return ""
        mentor = self._label("mentor", place.mentor)
        return tr("une place de plus chez {mentor} : {score} points", mentor=mentor, score=points(place.score))

    def _arrivals(self) -> Iterator[str]:
        """Yield the people who were not among the answers before."""
        if self.one.former:
            yield from self._different(self.board.matching.cohort, self.one.former.matching.cohort)

    def _leavers(self) -> Iterator[str]:
        """Yield the people who are not among the answers any more."""
        if self.one.former:
            yield from self._different(self.one.former.matching.cohort, self.board.matching.cohort)

    def _different(self, cohort: Cohort, other: Cohort) -> Iterator[str]:
        seen = set[str]()
        for side in SIDES:
            for key in cohort.side(side).ids:
                if not any(other.side(one).has(key) for one in SIDES) and canonical(key) not in seen:
                    seen.add(canonical(key))
                    yield self._label(side, key)

    def _people(self, running: Matching, without: set[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Yield for each side the people who may leave, by opaque id and name."""
        for side in SIDES:
            ids = [(self.board.ground.id(side, key), self._label(side, key)) for key in running.cohort.side(side).ids]
            yield side, sorted((one for one in ids if one[0] not in without), key=lambda one: one[1])

    def _pair(self, pair: KeyPair) -> RunningPair:
        mentor, mentee = ids_of(self.board, pair)
        return RunningPair(f"{mentor}-{mentee}", self._label("mentor", pair[0]), self._label("mentee", pair[1]))

    def _ended(self, pair: KeyPair) -> str:
        mentor, mentee = self._label("mentor", pair[0]), self._label("mentee", pair[1])
        return tr("{mentor} et {mentee}", mentor=mentor, mentee=mentee)

    def _name(self, person: str) -> str:
        side: Side = side_of(person)
        return self._label(side, self.board.ground.key(person))

    def _label(self, side: Side, key: str) -> str:
        """Return what somebody is called; by the former answers if they left."""
        former = self.one.former
        if former and not self.board.ground.base.cohort.side(side).has(key):
            names = former.contacts if self.is_named else False
            return get_view_labels(former.matching, names).person(side, key)
        return self.labels.person(side, key)

    def _last_signer(self) -> str:
        seal = next((step.seal for step in reversed(self.board.steps[: self.board.at + 1]) if step.seal), None)
        return seal.validations[-1].who if seal else ""

    def _history(self) -> Iterator[HistoryEntry]:
        """Yield the validations, the last one first: those on the board, then those that came before it."""
        steps = [step for step in self.board.steps[: self.board.at + 1] if step.seal]
        heads = {step.seal.head for step in steps if step.seal}
        for step in reversed(steps):
            if step.seal:
                signed = step.seal.validations[-1]
                pairs = counted(len(step.matching.solution.pairs), "binôme validé", "binômes validés")
                told = ", ".join(part for part in (signed.who, signed.why) if part)
                yield HistoryEntry(hour(validated_at(step.seal)), pairs, told)
        for work in self.versions:
            if work.head not in heads:
                yield HistoryEntry(hour(work.when.astimezone()), tr("version validée"), "", work.id, work.words)


def hour(when: datetime) -> str:
    """Return a day and a time of day, in the time of this machine."""
    return tr("{day}, {time}", day=day(when.date()), time=clock(when))


def people_in(*cohorts: Cohort) -> set[str]:
    """Return the people of some cohorts, each once."""
    return {canonical(key) for cohort in cohorts for side in SIDES for key in cohort.side(side).ids}


@dataclass(frozen=True, slots=True)
class Reading:
    """How answers are read: whether each side has a file of its own, and the most lines that are taken."""

    apart: bool
    most: int

    def read(self, handed: Handed) -> tuple[Tables, Intake, Contacts]:
        """Return some answers, read by the programme beside them; raises MentorMatchError if they cannot be."""
        programme = handed.programme()
        tables = handed.tables(programme, apart=self.apart, most=self.most)
        return tables, *handed.take_in(programme, tables)


@dataclass(frozen=True, slots=True)
class ReplacedAnswers:
    """Other answers as they are read, and the round that goes on with the running pairs."""

    tables: Tables
    intake: Intake
    contacts: Contacts
    round: DeskRound


def compare_files(
    one: DeskRound, handed: Handed, files: dict[FilePart, File], before: Cohort, reading: Reading
) -> FileChange | None:
    """Return how many people are the same, gone and new in other files, by their keys.

    None if another file than that of answers differs, or nobody would be known again by a key.
    """
    changed = [part for part in {*files, *handed.files} if files.get(part) != handed.files.get(part)]
    if not {*changed} <= ANSWER_PARTS or files.keys() != handed.files.keys():
        return None
    programme = one.board.ground.base.programme
    if not (programme.fields_with("key") or email_of(programme)):
        return None
    try:
        _, intake, _ = reading.read(Handed(files))
    except MentorMatchError:
        return None
    old, new = people_in(before), people_in(intake.cohort)
    name = files[changed[0]].name
    return FileChange(name, len(old & new), len(old - new), len(new - old)) if old & new else None


def replace_answers(one: DeskRound, handed: Handed, files: dict[FilePart, File], reading: Reading) -> ReplacedAnswers:
    """Return a round that goes on with the running pairs of the people who are in other answers, too."""
    running = running_plan(one)
    if running is None:
        raise RequestError(tr(NOT_RUNNING))
    tables, intake, contacts = reading.read(Handed(files))
    before = {part: file for part, file in handed.files.items() if part in ANSWER_PARTS}
    former = former_answers(handed, before, keys_of(running), apart=reading.apart)
    stay = [keys(pair) for pair in keys_of(running) if is_among(intake.cohort, pair)]
    proposal = Proposal.read(ProposalRecord(pairs=stay), intake.cohort, intake.programme, seed=running.seed)
    made = DeskRound.of(proposal, is_running=True)
    made.former, made.carried = former, carried_decisions(one, made.board)
    made.board.portfolio = one.board.portfolio
    return ReplacedAnswers(tables, intake, contacts, made)


def carried_decisions(one: DeskRound, board: SealingBoard) -> tuple[BoardDecision, ...]:
    """Return the decisions of the running plan by the ids of another board, without those on people not there."""
    validated = one.board.validated_before(one.board.at + 1)
    carried = list[BoardDecision]()
    for decision in validated.decisions if validated else ():
        keys = {person: one.board.ground.key(person) for person in people_of(decision)}
        here = [board.ground.base.cohort.side(side_of(person)).has(key) for person, key in keys.items()]
        if keys and all(here):
            ids = {person: board.ground.id(side_of(person), key) for person, key in keys.items()}
            values = {name: ids.get(value, value) for name, value in decision.model_dump().items()}
            carried.append(type(decision).model_validate(values))
    return tuple(carried)
