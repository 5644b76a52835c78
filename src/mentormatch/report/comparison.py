"""Two plans side by side: the pairs that came and went, each goal, and each person whose partners differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mentormatch.assignment.model.solution import Tier
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import NO_BREAK, counted, decimal, listed, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.operations.repair import Repair, keys_of
from mentormatch.report import words

MOST_NAMED = 6
MINUS, LEAST = "\u2212", 500
"""The sign of a loss, and the millionths below which a difference is none once it is told."""
DASH = f"{NO_BREAK}–{NO_BREAK}"
"""Between two people who stay on one line."""
SAME = mark("Les binômes restent les mêmes.")
SHORT: Mapping[str, str] = {
    "matched": mark("Binômes formés"),
    "priority": mark("Priorités"),
    "floor": mark("Binôme le moins bien noté"),
    "floor_person": mark("Personne la moins bien servie"),
    "leximin": mark("Binôme le moins bien noté"),
    "total": mark("Total"),
    "changes": mark("Binômes défaits"),
}


@dataclass(frozen=True, slots=True)
class GoalChange:
    """One goal in two plans, in words; ``difference`` is empty where both reach the same."""

    goal: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one plan has that another has not: pairs as keys (mentor, mentee), goals in words."""

    new: tuple[KeyPair, ...]
    gone: tuple[KeyPair, ...]
    goals: tuple[GoalChange, ...]
    labels: Labels = KEYS

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in sentences, the pairs first."""
        return (*self.pair_sentences, *self.goal_sentences)

    @property
    def pair_sentences(self) -> tuple[str, ...]:
        """The pairs that came and went, or that none did."""
        new, gone = len(self.new), len(self.gone)
        pairs = [
            *self._name_pairs(counted(new, "binôme nouveau", "binômes nouveaux"), self.new),
            *self._name_pairs(counted(gone, "binôme défait", "binômes défaits"), self.gone),
        ]
        return tuple(pairs or [tr(SAME)])

    @property
    def goal_sentences(self) -> tuple[str, ...]:
        """The goals in which the two plans differ."""
        return tuple(
            tr("{goal}\u00a0: {now}, {difference}.", goal=one.goal, now=one.now, difference=one.difference)
            for one in self.goals
            if one.difference
        )

    def _name_pairs(self, count: str, pairs: tuple[KeyPair, ...]) -> Iterator[str]:
        if pairs:
            names = [f"{self.labels.person('mentor', i)}{DASH}{self.labels.person('mentee', k)}" for i, k in pairs]
            more = [counted(len(names) - MOST_NAMED, "autre")] if len(names) > MOST_NAMED else []
            yield tr("{pairs}\u00a0: {names}.", pairs=count, names=listed(names[:MOST_NAMED] + more))


def compare(before: Matching, now: Matching, labels: Labels = KEYS) -> Comparison:
    """Return what changed from one plan to another of the same programme."""
    repair = Repair(before, now)
    return Comparison(repair.new, (*repair.broken, *repair.ended), tuple(goals(before, now)), labels)


def goals(before: Matching, now: Matching) -> Iterator[GoalChange]:
    """Yield each goal of the present plan with what both plans reach in it."""
    former, reached = by_goal(before.solution.tiers), by_goal(now.solution.tiers)
    for goal in dict.fromkeys((*former, *reached)):
        was, is_now = (words.amount(goal, found[goal]) if goal in found else "–" for found in (former, reached))
        yield GoalChange(tr(SHORT.get(goal, goal)), was, is_now, difference(goal, former.get(goal), reached.get(goal)))


def by_goal(tiers: Iterable[Tier]) -> dict[str, int]:
    """Return what was reached in each goal."""
    return {tier.goal: tier.value for tier in tiers}


def difference(goal: str, before: int | None, now: int | None) -> str:
    r"""Return what a goal won or lost, empty where nothing.

    >>> difference("total", 900_000, 865_000), difference("matched", 10, 11)
    ('3,5 points de moins', '1\xa0binôme de plus')
    """
    if before is None or now is None or before == now:
        return ""
    amount = unit(goal, abs(now - before))
    return tr("{amount} de plus", amount=amount) if now > before else tr("{amount} de moins", amount=amount)


def unit(goal: str, value: int) -> str:
    """Return a difference in one goal without a word on which goal it is."""
    match goal:
        case "matched":
            return counted(value, "binôme")
        case "changes":
            return counted(value, "binôme défait", "binômes défaits")
        case "priority":
            return counted(value, "unité")
    if value < 1_000:
        return tr("moins de {number} point", number=decimal(0.1, 1))
    return tr_n("{number} point", "{number} points", value // 10_000, number=points(value))


@dataclass(frozen=True, slots=True)
class PointShift:
    """Somebody whose partners differ between two plans.

    ``before`` and ``now`` are the keys of their partners, ``gain`` what their pairs have more in points, in millionths;
    None where the two plans do not count points alike.
    """

    side: Side
    key: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    gain: int | None

    @property
    def words(self) -> str:
        """What it means for them."""
        if not (self.before and self.now):
            return tr("a maintenant un binôme") if self.now else tr("n'a plus de binôme")
        if self.gain is None:
            return tr("change de binôme")
        if not self.gain:
            return tr("autant de points")
        amount = unit("total", abs(self.gain))
        return tr("gagne {amount}", amount=amount) if self.gain > 0 else tr("perd {amount}", amount=amount)


def shifts(before: Matching, now: Matching) -> tuple[PointShift, ...]:
    """Return everybody whose partners differ, those who gain most first, then in the order of the cohort."""
    found = [shift for side in SIDES for shift in shifts_of(before, now, side) if shift.before != shift.now]
    if not are_comparable(before, now):
        found = [replace(shift, gain=None) for shift in found]
    return tuple(sorted(found, key=lambda shift: -(shift.gain or 0)))


def criterion_means(before: Matching, now: Matching) -> list[tuple[str, int, int]]:
    """Return each criterion with the millionths that a pair has of it on average in both plans.

    What the former plan serves best comes first. Empty where a plan has no pair, or they do not count points alike.
    """
    plans = before.pairs, now.pairs
    if not (all(plans) and are_comparable(before, now)):
        return []
    sums: list[dict[str, int]] = [{}, {}]
    for pairs, found in zip(plans, sums, strict=True):
        for share in (share for pair in pairs for share in pair.contributions):
            found[share.criterion] = found.get(share.criterion, 0) + share.share
    means = [(name, had // len(plans[0]), sums[1][name] // len(plans[1])) for name, had in sums[0].items()]
    return sorted(means, key=lambda one: one[2] - one[1])


def format_difference(score: int) -> str:
    r"""Return a difference in points with its sign, empty where it is none.

    >>> format_difference(-34_000), format_difference(10_000), format_difference(300)
    ('\u22123,4', '+1,0', '')
    """
    if abs(score) < LEAST:
        return ""
    return f"{'+' if score > 0 else MINUS}{points(abs(score))}"


def are_comparable(before: Matching, now: Matching) -> bool:
    """Say whether two plans rest on the same criteria and weights, so that their points compare."""
    return before.scores.criteria == now.scores.criteria


def shifts_of(before: Matching, now: Matching, side: Side) -> Iterator[PointShift]:
    """Yield what everybody of one side has in both plans, also who is in one of them only."""
    former, present = partners_by_person(before, side), partners_by_person(now, side)
    people = {canonical(key): key for plan in (before, now) for key in plan.cohort.side(side).ids}
    for folded, key in people.items():
        was, has = former.get(folded, {}), present.get(folded, {})
        yield PointShift(side, key, tuple(sorted(was)), tuple(sorted(has)), sum(has.values()) - sum(was.values()))


def partners_by_person(matching: Matching, side: Side) -> dict[str, dict[str, int]]:
    """Return the partners of each person of one side, by their keys as they are compared, with the points."""
    found: dict[str, dict[str, int]] = {}
    scores = matching.scores.at(*matching.solution.pairs.T).tolist()
    for pair, score in zip(keys_of(matching), scores, strict=True):
        mine, theirs = pair if side == "mentor" else pair[::-1]
        found.setdefault(canonical(mine), {})[theirs] = score
    return found
