"""Departures, arrivals and ended pairs -> the choices of repair with their prices, and the effects on the pairs."""

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
from mentormatch.operations.matching import KeyPair, Matching, keys_of
from mentormatch.operations.proposal import Proposal, ProposalRecord, is_among, keys
from mentormatch.operations.repair import Repair, RepairChoice
from mentormatch.operations.repair_choices import CODE_WORDS, LetterChange, MorePlaces, letter_changes
from mentormatch.people.cohort import Cohort
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.enrolment import email_of
from mentormatch.report.exporters.data_files import to_csv
from mentormatch.report.folder import zip_files
from mentormatch.report.letters import TABLE_FILENAME, Letter, letters, letters_table
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.service.desk.desk_requests import ApplyChange, ChangeRequest, FilePart, ShowFollowUp
from mentormatch.service.desk.losses import FileChange, validated_at
from mentormatch.service.desk.past_works import PastWork
from mentormatch.service.desk.rounds import RoundStep, former_answers
from mentormatch.service.desk.sealing_board import MOVE_TIME_LIMIT_S, LoggedBoard
from mentormatch.service.desk.uploads import PART_LABELS, UploadedFile, UploadedFiles, contents_of
from mentormatch.survey.contacts import Contacts
from mentormatch.widgets.board.decisions import (
    BannedPair,
    BoardDecision,
    BoardVersion,
    MayUndo,
    RunningPairs,
    Withdrawal,
    side_of,
)
from mentormatch.widgets.board.session import people_of

ANSWER_FILE_PARTS: frozenset[FilePart] = frozenset(("answers", "mentors", "mentees"))
NOT_RUNNING = mark("Validez d'abord les binômes : ce qui change ensuite part de là")


@dataclass(frozen=True, slots=True)
class RunningPair:
    """A running pair, by opaque ids and labels."""

    ids: str
    mentor: str
    mentee: str


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A choice of repair: number of pairs undone, title, lines with their labels, and figures."""

    undo: int
    title: str
    lines: tuple[tuple[str, str], ...]
    kept: int
    matched: int
    waiting: int
    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class ChangeLetter:
    """A letter on a change: name of the person, subject, text, and the people whose contact details it contains."""

    name: str
    subject: str
    text: str
    holds: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A validated version: time, title, signer and reason; a former one has the state and button to bring it back."""

    when: str
    title: str
    told: str
    id: str = ""
    back: str = ""


def running_plan(current: RoundStep) -> Matching | None:
    """Return the plan with the running pairs, None if no plan was validated."""
    step = current.board.validated_before(current.board.at + 1)
    return step.matching if step else None


def plan_before(current: RoundStep) -> Matching | None:
    """Return the plan with running pairs that the current one replaces, None without one."""
    board = current.board
    step = board.validated_before(board.at)
    if current.former and (step is None or step is board.steps[0]):
        return current.former.matching
    return step.matching if step else None


def awaits_validation(current: RoundStep) -> bool:
    """Return whether no change was validated since the departures and arrivals of the last file of answers."""
    step = current.board.validated_before(current.board.at + 1)
    return current.former is not None and step is current.board.steps[0] and step.seal is None


def decisions_of(current: RoundStep, request: ChangeRequest) -> list[BoardDecision]:
    """Return the decisions of a change. Raises RequestError if one of its pairs is not running."""
    running = {ids_of(current.board, pair) for pair in keys_of(running_plan(current) or current.board.matching)}
    decisions: list[BoardDecision] = list(current.carried)
    decisions += [Withdrawal(person=person) for person in request.people]
    for pair in request.pairs:
        mentor, _, mentee = pair.partition("-")
        if (mentor, mentee) not in running:
            raise RequestError(tr("Ce binôme n'est pas en cours"))
        decisions.append(BannedPair(mentor=mentor, mentee=mentee))
    if request.undo_most:
        decisions.append(MayUndo(pairs=request.undo_most, since=current.board.at))
    return decisions


def leavers(board: LoggedBoard) -> list[str]:
    """Return the people withdrawn since the running pairs were validated, by opaque id; none before a validation."""
    validated = board.validated_before(board.at)
    earlier = validated.decisions if validated else board.now.decisions
    return [
        decision.person
        for decision in board.now.decisions
        if isinstance(decision, Withdrawal) and decision not in earlier
    ]


def ids_of(board: LoggedBoard, pair: KeyPair) -> tuple[str, str]:
    """Return a pair by the opaque ids of its people."""
    return board.ground.id("mentor", pair[0]), board.ground.id("mentee", pair[1])


def repair_of(current: RoundStep, request: ChangeRequest) -> Repair:
    """Return the repair of the running pairs that undoes as few of them as possible.

    Raises RequestError if no plan was validated, or one of the pairs of the change is not running.
    """
    board, validated = current.board, current.board.validated_before(current.board.at + 1)
    if validated is None:
        raise RequestError(tr(NOT_RUNNING))
    earlier = validated.decisions
    decisions = [*earlier, *(decision for decision in decisions_of(current, request) if decision not in earlier)]
    return board.ground.repair(decisions, board.reasons, RunningPairs(validated.matching))


def apply_change(current: RoundStep, request: ApplyChange) -> None:
    """Change the running pairs and validate the new plan. Raises MentorMatchError, with the board unchanged."""
    if not (request.people or request.pairs or current.former):
        raise RequestError(tr("Choisissez qui part, ou quel binôme s'arrête"))
    board = current.board
    snapshot = list(board.steps), board.at, board.seen, dict(board.moments)
    try:
        validated = board.validated_before(board.at + 1)
        board.at = next((at for at, step in enumerate(board.steps) if step is validated), board.at)
        board.decide_all(decisions_of(current, request))
        board.validate(request.who, request.reason, accept_unproved=request.accept_unproved)
    except BaseException:
        board.steps, board.at, board.seen, board.moments = snapshot
        raise


class YearChanges:
    """The changes of a year: the form of a change with its choices, and the effects of the last one."""

    def __init__(
        self, current: RoundStep, contacts: Contacts, names: ViewNames, versions: Sequence[PastWork] = ()
    ) -> None:
        self.current, self.board, self.contacts, self.versions = current, current.board, contacts, versions
        self.answer_parts: tuple[FilePart, ...] = ("answers",)
        self.former_contacts = current.former.contacts if current.former else contacts
        self.is_named = names is not False
        self.labels = get_view_labels(current.board.ground.base, names)

    @property
    def first_validated(self) -> date | None:
        """The day of the first validated version, on the board or among the former ones; None without one."""
        dates = [validated_at(step.seal).date() for step in self.board.steps if step.seal]
        return min([*dates, *(work.when.astimezone().date() for work in self.versions)], default=None)

    def template_values(self, request: ShowFollowUp) -> dict[str, Any]:
        """Return the values for the template."""
        running, before = running_plan(self.current), plan_before(self.current)
        is_final = self.board.now.seal is not None
        waits = bool(self.current.former) and not is_final
        door = request.door or ("arrive" if waits else "")
        return {
            "running": len(running.pairs) if running else 0,
            "door": door if running else "",
            "form": self._form(request) if running and door and (door != "arrive" or waits) else None,
            "waits": waits,
            "begun": self.first_validated,
            "answer_parts": [(part, tr(PART_LABELS[part])) for part in self.answer_parts],
            "done": self._done(before) if before and is_final and not door else None,
            "history": list(self._history()),
        }

    def _form(self, request: ShowFollowUp) -> dict[str, Any]:
        """Return the values of the form of a change: input, choices and advice."""
        running, request = running_plan(self.current) or self.board.matching, self._with_added(request)
        repair = repair_of(self.current, request) if request.people or request.pairs or self.current.former else None
        pairs = list(map(self._pair, keys_of(running)))
        leaving = [(person, self._name(person)) for person in request.people]
        values: dict[str, Any] = {
            "asked": request.model_dump(mode="json", exclude={"add"}),
            "leaving": leaving,
            "stopping": [pair for pair in pairs if pair.ids in request.pairs],
            "arriving": list(self._arrivals()),
            "left": list(self._leavers()),
            "people": list(self._people(running, set(request.people))),
            "pairs": [pair for pair in pairs if pair.ids not in request.pairs],
            "today": date.today().isoformat(),
            "who": self._last_signer(),
            "choices": [],
        }
        if repair is None:
            return values
        choices = repair.choices(time_limit_s=MOVE_TIME_LIMIT_S)
        rows = [self._choice(replace(choice, labels=self.labels)) for choice in choices]
        selected = next((row for row in rows if row.undo == request.undo_most), rows[0])
        advice = [str(replace(place, labels=self.labels)) for place in choices[0].repair.advice[:1]]
        return values | {
            "choices": rows,
            "chosen": selected,
            "advice": advice,
            "ended": [self._ended(pair) for pair in repair.ended],
            "going_on": len(repair.kept) + len(repair.broken),
            "unproved": not choices[rows.index(selected)].repair.is_complete,
        }

    def _with_added(self, request: ShowFollowUp) -> ShowFollowUp:
        """Return the request with the person or pair selected last."""
        if not request.add:
            return request
        part = "pairs" if "-" in request.add else "people"
        values = getattr(request, part)
        return request.model_copy(update={part: list(dict.fromkeys([*values, request.add])), "add": ""})

    def _choice(self, choice: RepairChoice) -> ChoiceRow:
        repair, unchanged = choice.repair, choice.nothing
        shown_lines = (line for line in choice.lines if line.code != "result" or choice.undone)
        lines = tuple((tr(CODE_WORDS[line.code]), line.text) for line in shown_lines)
        return ChoiceRow(
            undo=choice.at_most,
            title=choice.title,
            lines=lines,
            kept=len(repair.kept),
            matched=choice.matched,
            waiting=len(repair.waiting),
            more=choice.matched - len(unchanged.matching.solution.pairs),
            fewer=len(unchanged.waiting) - len(repair.waiting),
        )

    def _done(self, before: Matching) -> dict[str, Any]:
        """Return the effects of the last change: title, letters, people waiting and advice."""
        current = self.board.matching
        repair = Repair(before, current)
        going_on = counted(len(repair.kept), "binôme continue", "binômes continuent")
        begins = counted(len(repair.new), "commence", "commencent")
        changes = letter_changes(before, current)
        letters_by_key, refusal = self._letters(before)
        advice = {place.mentee: place for place in repair.advice}
        return {
            "title": tr("C'est fait : {going_on}, {begins}", going_on=going_on, begins=begins)
            if repair.new
            else tr("C'est fait : {going_on}", going_on=going_on),
            "tell": [self._to_tell(change, before, letters_by_key) for change in changes],
            "refusal": refusal,
            "others": len(people_in(current.cohort, before.cohort)) - len(changes),
            "waiting": [(self._label("mentee", key), self._advice(advice.get(key))) for key in repair.waiting],
            "can_undo": self.board.at > 0,
        }

    def _letters(self, before: Matching) -> tuple[Mapping[str, Letter], str]:
        try:
            return {letter.key: letter for letter in self.changed_letters(before)}, ""
        except RequestError as error:
            return {}, error.message

    def letter_archive(self) -> bytes:
        """Return the letters of people whose partners changed, as a table and e-mail drafts for those with an address.

        Raises RequestError unless the current plan is validated and replaces another one.
        """
        before = plan_before(self.current)
        if before is None or not self.board.now.seal:
            raise RequestError(tr("Aucun binôme validé n'a changé"))
        with language(self.board.matching.language):
            changed = self.changed_letters(before)
            files = {TABLE_FILENAME: to_csv(letters_table(changed))}
            return zip_files(files | {letter.file: letter.eml() for letter in changed if letter.address})

    def changed_letters(self, before: Matching) -> tuple[Letter, ...]:
        """Return the letters of people with other partners than in a former plan."""
        return letters(self.board.matching, self._all_contacts(), "confirmation", since=before)

    def _all_contacts(self) -> Contacts:
        """Return the contacts of participants, and of the people in the answers before; current contacts win."""
        current, former = self.contacts, self.former_contacts
        return replace(
            current,
            fields=tuple(dict.fromkeys((*current.fields, *former.fields))),
            people={**former.people, **current.people},
            names={**former.names, **current.names},
        )

    def _to_tell(self, change: LetterChange, before: Matching, written: Mapping[str, Letter]) -> ChangeLetter:
        plan = before if change.code == "left" else self.board.matching
        letter = written.get(plan.labels.person(change.side, change.person))
        name = self._label(change.side, change.person)
        partners = listed([self._label(ACROSS[change.side], key) for key in change.now])
        holds = tr("avec comment joindre {people}", people=partners) if change.now else tr("aucune coordonnée")
        subject = letter.subject.partition(" : ")[2] or letter.subject if letter else ""
        return ChangeLetter(name, subject, letter.text if letter else "", holds)

    def _advice(self, place: MorePlaces | None) -> str:
        if place is None:
            return ""
        mentor = self._label("mentor", place.mentor)
        return tr("une place de plus chez {mentor} : {score} points", mentor=mentor, score=points(place.score))

    def _arrivals(self) -> Iterator[str]:
        if self.current.former:
            yield from self._different(self.board.matching.cohort, self.current.former.matching.cohort)

    def _leavers(self) -> Iterator[str]:
        if self.current.former:
            yield from self._different(self.current.former.matching.cohort, self.board.matching.cohort)

    def _different(self, cohort: Cohort, other_cohort: Cohort) -> Iterator[str]:
        yielded = set[str]()
        for side in SIDES:
            for key in cohort.side(side).ids:
                if (
                    not any(other_cohort.side(any_side).has(key) for any_side in SIDES)
                    and canonical(key) not in yielded
                ):
                    yielded.add(canonical(key))
                    yield self._label(side, key)

    def _people(self, running: Matching, excluded: set[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for side in SIDES:
            ids = [(self.board.ground.id(side, key), self._label(side, key)) for key in running.cohort.side(side).ids]
            yield side, sorted((entry for entry in ids if entry[0] not in excluded), key=lambda entry: entry[1])

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
        """Return the label of a person, by the former answers if they are not among the current ones."""
        former = self.current.former
        if former and not self.board.ground.base.cohort.side(side).has(key):
            names = former.contacts if self.is_named else False
            return get_view_labels(former.matching, names).person(side, key)
        return self.labels.person(side, key)

    def _last_signer(self) -> str:
        seal = next((step.seal for step in reversed(self.board.steps[: self.board.at + 1]) if step.seal), None)
        return seal.validations[-1].who if seal else ""

    def _events(self, step: BoardVersion, before: BoardVersion) -> Iterator[str]:
        """Yield the departures and the ended pairs that were decided after a version."""
        decisions = [decision for decision in step.decisions if decision not in before.decisions]
        yield from (
            tr("départ de {person}", person=self._name(one.person)) for one in decisions if isinstance(one, Withdrawal)
        )
        for one in decisions:
            if isinstance(one, BannedPair):
                yield tr(
                    "fin du binôme {mentor} et {mentee}", mentor=self._name(one.mentor), mentee=self._name(one.mentee)
                )

    def _history(self) -> Iterator[HistoryEntry]:
        """Yield the validations, newest first: those on the board, then earlier ones."""
        steps = [step for step in self.board.steps[: self.board.at + 1] if step.seal]
        heads = {step.seal.head for step in steps if step.seal}
        former = [None, *steps]
        for step, before in zip(reversed(steps), reversed(former[:-1]), strict=True):
            if step.seal:
                signed = step.seal.validations[-1]
                pairs = counted(len(step.matching.solution.pairs), "binôme validé", "binômes validés")
                title = " ; ".join([*(self._events(step, before) if before else ()), pairs])
                signer_text = ", ".join(part for part in (signed.who, signed.why) if part)
                yield HistoryEntry(format_moment(validated_at(step.seal)), title, signer_text)
        for work in self.versions:
            if work.head not in heads:
                yield HistoryEntry(
                    format_moment(work.when.astimezone()), tr("version validée"), "", work.id, work.words
                )


def format_moment(when: datetime) -> str:
    return tr("{day}, {time}", day=day(when.date()), time=clock(when))


def people_in(*cohorts: Cohort) -> set[str]:
    return {canonical(key) for cohort in cohorts for side in SIDES for key in cohort.side(side).ids}


@dataclass(frozen=True, slots=True)
class Reading:
    """Options for reading answers: separate files per side, and the maximum number of rows."""

    apart: bool
    most: int

    def read(self, uploads: UploadedFiles) -> tuple[Tables, Intake, Contacts]:
        """Read answers with their programme. Raises MentorMatchError if they are invalid."""
        programme = uploads.programme()
        tables = uploads.tables(programme, apart=self.apart, most=self.most)
        return tables, *uploads.build_cohort(programme, tables)


@dataclass(frozen=True, slots=True)
class ReplacedAnswers:
    """Other answers, and the round with the running pairs."""

    tables: Tables
    intake: Intake
    contacts: Contacts
    round: RoundStep


def compare_files(
    current: RoundStep, uploads: UploadedFiles, files: dict[FilePart, UploadedFile], before: Cohort, reading: Reading
) -> FileChange | None:
    """Count the people that are equal, missing and new in other files, by their keys.

    None if no content changed, or that of another file than the answers; or if the programme has no key, the files
    cannot be read, or no key matches.
    """
    old_contents, contents = contents_of(uploads.files), contents_of(files)
    changed = [part for part in {*files, *uploads.files} if contents.get(part) != old_contents.get(part)]
    if not changed or not {*changed} <= ANSWER_FILE_PARTS or files.keys() != uploads.files.keys():
        return None
    programme = current.board.ground.base.programme
    if not (programme.fields_with("key") or email_of(programme)):
        return None
    try:
        _, intake, _ = reading.read(UploadedFiles(files))
    except MentorMatchError:
        return None
    old, new = people_in(before), people_in(intake.cohort)
    name = files[changed[0]].name
    return FileChange(name, len(old & new), len(old - new), len(new - old)) if old & new else None


def replace_answers(
    current: RoundStep, uploads: UploadedFiles, files: dict[FilePart, UploadedFile], reading: Reading
) -> ReplacedAnswers:
    """Return a round with the running pairs of people who are still among the answers.

    Answers whose departures and arrivals were not validated are replaced as if they had not been uploaded.
    """
    running = running_plan(current)
    if running is None:
        raise RequestError(tr(NOT_RUNNING))
    tables, intake, contacts = reading.read(UploadedFiles(files))
    former = current.former if awaits_validation(current) else None
    if former is None:
        before = {part: file for part, file in uploads.files.items() if part in ANSWER_FILE_PARTS}
        ended = current.with_ended(running).ended
        former = former_answers(uploads, before, keys_of(running), ended, apart=reading.apart)
    stay = [keys(pair) for pair in keys_of(former.matching) if is_among(intake.cohort, pair)]
    proposal = Proposal.read(ProposalRecord(pairs=stay), intake.cohort, intake.programme, seed=running.seed)
    next_round = RoundStep.of(proposal, is_running=True)
    next_round.former, next_round.carried = former, carried_decisions(current, next_round.board)
    next_round.board.portfolio = current.board.portfolio
    return ReplacedAnswers(tables, intake, contacts, next_round)


def carried_decisions(current: RoundStep, board: LoggedBoard) -> tuple[BoardDecision, ...]:
    """Return the decisions of the running plan for another board, without permissions and those on people who left."""
    validated = current.board.validated_before(current.board.at + 1)
    decisions = validated.decisions if validated else ()
    carried = list[BoardDecision]()
    for decision in current.carried if awaits_validation(current) else decisions:
        keys = {person: current.board.ground.key(person) for person in people_of(decision)}
        is_present = [board.ground.base.cohort.side(side_of(person)).has(key) for person, key in keys.items()]
        if keys and all(is_present):
            ids = {person: board.ground.id(side_of(person), key) for person, key in keys.items()}
            values = {name: ids.get(value, value) for name, value in decision.model_dump().items()}
            carried.append(type(decision).model_validate(values))
    return tuple(carried)
