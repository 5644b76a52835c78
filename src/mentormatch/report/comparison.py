"""Two plans compared: pairs won and lost, each goal, and each person whose partners differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mentormatch.assignment.model.solution import Tier
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import NO_BREAK, counted, decimal, listed, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import KeyPair, Matching, keys_of
from mentormatch.operations.repair import Repair
from mentormatch.report import words

MOST_NAMED = 6
# Millionths; a smaller difference is shown as none.
MIN_SHOWN_DIFFERENCE = 500
PAIR_DASH = f"{NO_BREAK}–{NO_BREAK}"
SHORT_GOAL_LABELS: Mapping[str, str] = {
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
    """The values of one goal in two plans, as texts; ``difference`` is empty if they are equal or one is missing."""

    goal: str
    before: str
    now: str
    difference: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between two plans: pairs as keys (mentor, mentee), goals as texts."""

    new: tuple[KeyPair, ...]
    gone: tuple[KeyPair, ...]
    goals: tuple[GoalChange, ...]
    labels: Labels = KEY_LABELS

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences, pairs first."""
        return (*self.pair_sentences, *self.goal_sentences)

    @property
    def pair_sentences(self) -> tuple[str, ...]:
        """The new pairs and the dissolved pairs, or a sentence that nothing changed."""
        new_count, gone_count = len(self.new), len(self.gone)
        pairs = [
            *self._name_pairs(counted(new_count, "binôme nouveau", "binômes nouveaux"), self.new),
            *self._name_pairs(counted(gone_count, "binôme défait", "binômes défaits"), self.gone),
        ]
        return tuple(pairs or [tr("Les binômes restent les mêmes.")])

    @property
    def goal_sentences(self) -> tuple[str, ...]:
        """A sentence per goal in which the two plans differ."""
        return tuple(
            tr("{goal}\u00a0: {now}, {difference}.", goal=change.goal, now=change.now, difference=change.difference)
            for change in self.goals
            if change.difference
        )

    def _name_pairs(self, count: str, pairs: tuple[KeyPair, ...]) -> Iterator[str]:
        if pairs:
            names = [f"{self.labels.person('mentor', i)}{PAIR_DASH}{self.labels.person('mentee', k)}" for i, k in pairs]
            more = [counted(len(names) - MOST_NAMED, "autre")] if len(names) > MOST_NAMED else []
            yield tr("{pairs}\u00a0: {names}.", pairs=count, names=listed(names[:MOST_NAMED] + more))


def compare(before: Matching, after: Matching, labels: Labels = KEY_LABELS) -> Comparison:
    """Return the differences from the plan ``before`` to the plan ``after``."""
    repair = Repair(before, after)
    return Comparison(repair.new, (*repair.broken, *repair.ended), tuple(compare_goals(before, after)), labels)


def compare_goals(before: Matching, after: Matching) -> Iterator[GoalChange]:
    """Yield each goal of either plan with its two values, a dash for a plan without the goal."""
    former, reached = get_values_by_goal(before.solution.tiers), get_values_by_goal(after.solution.tiers)
    for goal in dict.fromkeys((*former, *reached)):
        value_before, value_now = (
            words.format_goal_value(goal, values[goal]) if goal in values else "–" for values in (former, reached)
        )
        yield GoalChange(
            tr(SHORT_GOAL_LABELS.get(goal, goal)),
            value_before,
            value_now,
            format_goal_difference(goal, former.get(goal), reached.get(goal)),
        )


def get_values_by_goal(tiers: Iterable[Tier]) -> dict[str, int]:
    return {tier.goal: tier.value for tier in tiers}


def format_goal_difference(goal: str, before: int | None, after: int | None) -> str:
    r"""Return the gain or loss in a goal as a text, empty if there is none.

    >>> format_goal_difference("total", 900_000, 865_000), format_goal_difference("matched", 10, 11)
    ('3,5 points de moins', '1\xa0binôme de plus')
    """
    if before is None or after is None or before == after:
        return ""
    amount = format_difference_size(goal, abs(after - before))
    return tr("{amount} de plus", amount=amount) if after > before else tr("{amount} de moins", amount=amount)


def format_difference_size(goal: str, value: int) -> str:
    """Return the size of a difference in a goal, without the name of the goal."""
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
class PointsChange:
    """A person whose partners differ between two plans.

    ``before`` and ``now`` are the keys of the partners. ``gain`` is the change of the points, in millionths; None if
    the two plans do not count points by the same criteria and weights.
    """

    side: Side
    key: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    gain: int | None

    @property
    def words(self) -> str:
        """The change for this person, as a text without a subject."""
        if not (self.before and self.now):
            return tr("a maintenant un binôme") if self.now else tr("n'a plus de binôme")
        if self.gain is None:
            return tr("change de binôme")
        if not self.gain:
            return tr("autant de points")
        amount = format_difference_size("total", abs(self.gain))
        return tr("gagne {amount}", amount=amount) if self.gain > 0 else tr("perd {amount}", amount=amount)


def compute_partner_changes(before: Matching, after: Matching) -> tuple[PointsChange, ...]:
    """Return the people whose partners differ, largest gain first, then in the order of the cohort."""
    changes = [
        shift for side in SIDES for shift in partner_changes_of_side(before, after, side) if shift.before != shift.now
    ]
    if not are_comparable(before, after):
        changes = [replace(shift, gain=None) for shift in changes]
    return tuple(sorted(changes, key=lambda shift: -(shift.gain or 0)))


def criterion_means(before: Matching, after: Matching) -> list[tuple[str, int, int]]:
    """Return each criterion with the millionths that a pair gets from it on average, in both plans.

    Criteria that lose most come first. Empty if a plan has no pair or the two plans do not count points in the same
    way.
    """
    plans = before.pairs, after.pairs
    if not (all(plans) and are_comparable(before, after)):
        return []
    sums: list[dict[str, int]] = [{}, {}]
    for pairs, sums_by_criterion in zip(plans, sums, strict=True):
        for share in (share for pair in pairs for share in pair.contributions):
            sums_by_criterion[share.criterion] = sums_by_criterion.get(share.criterion, 0) + share.share
    means = [
        (name, sum_before // len(plans[0]), sums[1][name] // len(plans[1])) for name, sum_before in sums[0].items()
    ]
    return sorted(means, key=lambda row: row[2] - row[1])


def format_difference(score: int) -> str:
    r"""Return a difference in points with its sign, empty if it is below the shown precision.

    >>> format_difference(-34_000), format_difference(10_000), format_difference(300)
    ('\u22123,4', '+1,0', '')
    """
    if abs(score) < MIN_SHOWN_DIFFERENCE:
        return ""
    sign = "+" if score > 0 else "\N{MINUS SIGN}"
    return f"{sign}{points(abs(score))}"


def are_comparable(before: Matching, after: Matching) -> bool:
    """Return whether two plans have the same criteria and weights, so that their points can be compared."""
    return before.scores.criteria == after.scores.criteria


def partner_changes_of_side(before: Matching, after: Matching, side: Side) -> Iterator[PointsChange]:
    """Yield the partners in both plans of each person of one side, also if the person is in one plan only."""
    former, present = partners_by_person(before, side), partners_by_person(after, side)
    people = {canonical(key): key for plan in (before, after) for key in plan.cohort.side(side).ids}
    for folded, key in people.items():
        points_before, points_now = former.get(folded, {}), present.get(folded, {})
        yield PointsChange(
            side,
            key,
            tuple(sorted(points_before)),
            tuple(sorted(points_now)),
            sum(points_now.values()) - sum(points_before.values()),
        )


def partners_by_person(matching: Matching, side: Side) -> dict[str, dict[str, int]]:
    """Map each matched person of one side, in canonical form, to partners as written, with scores in millionths."""
    partners: dict[str, dict[str, int]] = {}
    scores = matching.scores.at(*matching.solution.pairs.T).tolist()
    for pair, score in zip(keys_of(matching), scores, strict=True):
        mine, theirs = pair if side == "mentor" else pair[::-1]
        partners.setdefault(canonical(mine), {})[theirs] = score
    return partners
