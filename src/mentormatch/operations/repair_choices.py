"""A departure or an arrival -> what undoing no running pair gives, and what undoing 1, 2 ... gains, by name.

Each choice is compared with the plan that undoes nothing: who gains a partner or points, who loses some, who waits, and
whose letter changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, counted, listed, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import SpokenText, language, mark, tr, tr_n

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching
    from mentormatch.operations.repair import Repair

type ChoiceCode = Literal["undone", "new", "gains", "loses", "same", "waits", "result", "impossible"]
type LetterCode = Literal["new_partner", "no_partner", "left"]

NOTHING = mark("Ne rien défaire")
CODE_WORDS: Mapping[ChoiceCode, str] = {
    "undone": mark("défait"),
    "new": mark("nouveau"),
    "gains": mark("gagne"),
    "loses": mark("perd"),
    "same": mark("inchangé"),
    "waits": mark("attend"),
    "result": mark("en tout"),
    "impossible": mark("impossible"),
}
NO_PLAN: Mapping[Status, str] = {
    Status.INFEASIBLE: mark("Les règles du programme excluent de garder tous ces binômes."),
    Status.STOPPED: mark("Le calcul a été arrêté avant un premier plan."),
    Status.FAILED: mark("Le calcul a échoué."),
}


@dataclass(frozen=True, slots=True)
class LetterChange:
    """A person whose letter changes, with their partners before and now.

    ``code`` is ``left`` for a person who is no longer there, ``no_partner`` for one who has nobody now.
    """

    side: Side
    person: str
    code: LetterCode
    before: tuple[str, ...]
    now: tuple[str, ...]


def letter_changes(before: "Matching", now: "Matching") -> tuple[LetterChange, ...]:
    """Return the people whose partners differ between two matchings, and newcomers without a partner."""
    return tuple(change for side in SIDES for change in _letter_changes(before, now, side))


def _letter_changes(before: "Matching", now: "Matching", side: Side) -> Iterator[LetterChange]:
    former, present = partners_by_person(before, side), partners_by_person(now, side)
    here, was_here = now.cohort.side(side), before.cohort.side(side)
    people = {canonical(key): key for plan in (before, now) for key in plan.cohort.side(side).ids}
    for folded, key in people.items():
        had, has = former.get(folded, {}), present.get(folded, {})
        if had.keys() != has.keys() or not was_here.has(key):
            code: LetterCode = "left" if not here.has(key) else "new_partner" if has else "no_partner"
            yield LetterChange(side, key, code, tuple(sorted(had.values())), tuple(sorted(has.values())))


def partners_by_person(matching: "Matching", side: Side) -> dict[str, dict[str, str]]:
    """Map each person of one side to their partners; keys as they are compared, values as they are written."""
    found: dict[str, dict[str, str]] = {}
    mentors, mentees = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    for mentor, mentee in matching.solution.pairs.tolist():
        pair = mentors[mentor], mentees[mentee]
        mine, theirs = pair if side == "mentor" else pair[::-1]
        found.setdefault(canonical(mine), {})[canonical(theirs)] = theirs
    return found


@dataclass(frozen=True, slots=True)
class MorePlaces(SpokenText):
    """One more place with a mentor, for a mentee who waits, and the score that the pair would have, in millionths."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    score: int

    def sentence(self, labels: Labels = KEYS) -> str:
        """Return the advice, with people by their labels."""
        words = named(labels, self.mentor, self.mentee, points(self.score))
        return tr("Une place de plus chez {mentor}, sans rien défaire : {mentee} y aurait {score} points.", **words)

    def in_words(self) -> str:
        return self.sentence()


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One line of a choice: what kind of change it reports, and the text without the word for it."""

    code: ChoiceCode
    text: str

    def __str__(self) -> str:
        return about(tr(CODE_WORDS[self.code]), self.text)


@dataclass(frozen=True)
class RepairChoice:
    """The best plan for a number of running pairs to undo, next to the plan that undoes nothing.

    Attributes
    ----------
    repair
        The plan; ``repair.undo`` is the number of pairs that may be undone.
    nothing
        The plan that undoes no running pair.
    previous
        The best plan for a smaller number, over which this one gains; ``repair`` itself for the first choice.
    """

    repair: "Repair"
    nothing: "Repair"
    previous: "Repair"

    @property
    def at_most(self) -> int:
        """The number of running pairs that may be undone."""
        return self.repair.undo or 0

    @property
    def undone(self) -> int:
        """The number of running pairs that are undone."""
        return len(self.repair.broken)

    @property
    def matched(self) -> int:
        """The number of pairs."""
        return len(self.repair.matching.solution.pairs)

    @property
    def total(self) -> int:
        """The sum of the scores, in millionths."""
        return total_of(self.repair)

    @property
    def status(self) -> Status:
        """What is known of the plan."""
        return self.repair.status

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan."""
        return self.status in (Status.PROVED, Status.FEASIBLE)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.repair.language

    @property
    def title(self) -> str:
        """What would be done."""
        return title_of(self.repair)

    @cached_property
    def placed(self) -> tuple[str, ...]:
        """The mentees who wait if nothing is undone, and have a partner here."""
        return tuple(key for key in self.nothing.waiting if key not in self.repair.waiting)

    def lines(self, labels: Labels = KEYS) -> tuple[ChoiceLine, ...]:
        """Return what the choice undoes, gains and loses, who waits, and the result; people by their labels."""
        with language(self.language, unless_asked=True):
            if not self.has_plan:
                return (ChoiceLine("impossible", tr(NO_PLAN[self.status])),)
            return tuple(self._lines(labels))

    def _lines(self, labels: Labels) -> Iterator[ChoiceLine]:
        for mentor, mentee in self.repair.broken:
            score = points(self.repair.before.explain(mentor, mentee).score)
            yield ChoiceLine(
                "undone", tr("{mentor} et {mentee}, {score} points", **named(labels, mentor, mentee, score))
            )
        before_by_mentee = scores_by_mentee(self.nothing.matching)
        for mentor, mentee in self.repair.new:
            yield self._line_of_new(mentor, mentee, before_by_mentee, labels)
        lost = [key for key in self.repair.waiting if key not in self.nothing.waiting]
        for mentee in lost:
            yield ChoiceLine("loses", tr("{person} n'a plus de binôme", person=labels.person("mentee", mentee)))
        waiting = [labels.person("mentee", key) for key in self.repair.waiting]
        if waiting:
            yield ChoiceLine("waits", listed(waiting))
        yield ChoiceLine("result", self.result)

    def _line_of_new(
        self, mentor: str, mentee: str, before_by_mentee: Mapping[str, dict[str, int]], labels: Labels
    ) -> ChoiceLine:
        """Return the line of a new pair, compared with what the mentee has if nothing is undone."""
        scores = scores_by_mentee(self.repair.matching)[canonical(mentee)]
        score = scores[canonical(mentor)]
        words = named(labels, mentor, mentee, points(score))
        had = before_by_mentee.get(canonical(mentee), {})
        if self.repair is self.nothing or canonical(mentor) in had:
            code: ChoiceCode = "new" if self.repair is self.nothing else "same"
            return ChoiceLine(code, tr("{mentee} avec {mentor}, {score} points", **words))
        if not had:
            return ChoiceLine("gains", tr("{mentee} est placé·e, avec {mentor} : {score} points", **words))
        code = "gains" if sum(scores.values()) >= sum(had.values()) else "loses"
        return ChoiceLine(code, tr("{mentee} avec {mentor} : {score} points", **words))

    @property
    def result(self) -> str:
        """The number of pairs, of mentees who wait, and the points, with what is gained over the previous choice."""
        pairs = counted(self.matched, "binôme")
        waiting = counted(len(self.repair.waiting), "personne attend", "personnes attendent")
        whole = tr("{pairs}, {waiting}, {score} points", pairs=pairs, waiting=waiting, score=points(self.total))
        if self.repair is self.nothing or not self.previous.matching.solution.tiers:
            return whole
        gain = listed(list(differences(self.previous, self.repair)))
        return tr(
            "{result} ; {gain} que {choice}", result=whole, gain=gain, choice=uncapitalised(title_of(self.previous))
        )

    def __str__(self) -> str:
        with language(self.language, unless_asked=True):
            return "\n".join([self.title, *(f"  {line}" for line in self.lines())])


def title_of(repair: "Repair") -> str:
    """Return what a choice would do, as a title."""
    with language(repair.language, unless_asked=True):
        undone = len(repair.broken) if repair.matching.solution.tiers else repair.undo or 0
        return tr("Défaire {pairs}", pairs=counted(undone, "binôme")) if undone else tr(NOTHING)


def uncapitalised(title: str) -> str:
    """Return a title as a part of a sentence."""
    return title[:1].lower() + title[1:]


def differences(before: "Repair", after: "Repair") -> Iterator[str]:
    """Yield what one plan has more or fewer than another: pairs, then points, then whether nobody more is placed."""
    pairs = len(after.matching.solution.pairs) - len(before.matching.solution.pairs)
    if pairs:
        yield more_or_fewer(counted(abs(pairs), "binôme"), pairs)
    change = total_of(after) - total_of(before)
    if change:
        amount = tr_n("{number} point", "{number} points", abs(change) // 10_000, number=points(abs(change)))
        yield more_or_fewer(amount, change)
    if not pairs:
        yield tr("personne de plus")


def more_or_fewer(amount: str, change: int) -> str:
    """Return an amount with the word for a gain or a loss."""
    return tr("{amount} de plus", amount=amount) if change > 0 else tr("{amount} de moins", amount=amount)


def total_of(repair: "Repair") -> int:
    """Return the sum of the scores of a plan, in millionths."""
    pairs = repair.matching.solution.pairs
    return int(repair.matching.problem.scores.at(pairs[:, 0], pairs[:, 1]).sum())


def scores_by_mentee(matching: "Matching") -> dict[str, dict[str, int]]:
    """Map each mentee to the score with each of their mentors; keys as they are compared."""
    found: dict[str, dict[str, int]] = {}
    pairs = matching.solution.pairs
    scores = matching.problem.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
    for (mentor, mentee), score in zip(pairs.tolist(), scores, strict=True):
        keys = canonical(matching.cohort.mentors.ids[mentor]), canonical(matching.cohort.mentees.ids[mentee])
        found.setdefault(keys[1], {})[keys[0]] = score
    return found


def named(labels: Labels, mentor: str, mentee: str, score: str) -> dict[str, str]:
    """Return the words of a sentence on a pair."""
    first, second = labels.pair((mentor, mentee))
    return {"mentor": first, "mentee": second, "score": score}
