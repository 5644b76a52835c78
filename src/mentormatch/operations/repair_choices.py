"""Two matchings -> the people whose letters change, and sentences on the differences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import about, counted, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import SpokenText, mark, tr, tr_n
from mentormatch.operations.matching import Matching

type ChoiceCode = Literal["undone", "new", "gains", "loses", "same", "waits", "result", "impossible"]
type LetterCode = Literal["new_partner", "no_partner", "left"]

UNDO_NOTHING = mark("Ne rien défaire")
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

    ``code`` is ``left`` for a person who left, ``no_partner`` for a person who has no partner now, and ``new_partner``
    for all others, even if they only lost one of several partners. Partners are sorted by key.
    """

    side: Side
    person: str
    code: LetterCode
    before: tuple[str, ...]
    now: tuple[str, ...]


def letter_changes(before: Matching, now: Matching) -> tuple[LetterChange, ...]:
    """Return the people whose partners differ between two matchings, and newcomers without a partner."""
    return tuple(change for side in SIDES for change in _letter_changes(before, now, side))


def _letter_changes(before: Matching, after: Matching, side: Side) -> Iterator[LetterChange]:
    former, present = partners_by_person(before, side), partners_by_person(after, side)
    present_people, former_people = after.cohort.side(side), before.cohort.side(side)
    people = {canonical(key): key for plan in (before, after) for key in plan.cohort.side(side).ids}
    for folded, key in people.items():
        old_partners, new_partners = former.get(folded, {}), present.get(folded, {})
        if old_partners.keys() != new_partners.keys() or not former_people.has(key):
            code: LetterCode = (
                "left" if not present_people.has(key) else "new_partner" if new_partners else "no_partner"
            )
            yield LetterChange(
                side, key, code, tuple(sorted(old_partners.values())), tuple(sorted(new_partners.values()))
            )


def partners_by_person(matching: Matching, side: Side) -> dict[str, dict[str, str]]:
    """Map each person of one side to their partners; keys in comparison form, values as written."""
    partners: dict[str, dict[str, str]] = {}
    mentors, mentees = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    for mentor, mentee in matching.solution.pairs.tolist():
        pair = mentors[mentor], mentees[mentee]
        person, partner = pair if side == "mentor" else pair[::-1]
        partners.setdefault(canonical(person), {})[canonical(partner)] = partner
    return partners


@dataclass(frozen=True, slots=True)
class MorePlaces(SpokenText):
    """An additional place with a mentor for a waiting mentee, and the score of that pair, in millionths."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    score: int
    labels: Labels = KEY_LABELS

    def in_words(self) -> str:
        words = named(self.labels, self.mentor, self.mentee, points(self.score))
        return tr("Une place de plus chez {mentor}, sans rien défaire : {mentee} y aurait {score} points.", **words)


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A line of a choice: its code, and its text without the words for the code, which ``str`` puts in front."""

    code: ChoiceCode
    text: str

    def __str__(self) -> str:
        return about(tr(CODE_WORDS[self.code]), self.text)


def uncapitalised(title: str) -> str:
    """Return a title in lower case at its start, for use within a sentence."""
    return title[:1].lower() + title[1:]


def differences(before: Matching, after: Matching) -> Iterator[str]:
    """Yield the differences between two plans in words: of the number of pairs, then of points; none if equal."""
    pairs = len(after.solution.pairs) - len(before.solution.pairs)
    if pairs:
        yield more_or_fewer(counted(abs(pairs), "binôme"), pairs)
    change = total_of(after) - total_of(before)
    if change:
        amount = tr_n("{number} point", "{number} points", abs(change) // 10_000, number=points(abs(change)))
        yield more_or_fewer(amount, change)


def more_or_fewer(amount: str, change: int) -> str:
    return tr("{amount} de plus", amount=amount) if change > 0 else tr("{amount} de moins", amount=amount)


def total_of(matching: Matching) -> int:
    """Return the sum of the scores of a matching, in millionths."""
    pairs = matching.solution.pairs
    return int(matching.problem.scores.at(pairs[:, 0], pairs[:, 1]).sum())


def scores_by_mentee(matching: Matching) -> dict[str, dict[str, int]]:
    """Map each mentee to the scores with their mentors; keys in comparison form."""
    scores_of: dict[str, dict[str, int]] = {}
    pairs = matching.solution.pairs
    scores = matching.problem.scores.at(pairs[:, 0], pairs[:, 1]).tolist()
    for (mentor, mentee), score in zip(pairs.tolist(), scores, strict=True):
        keys = canonical(matching.cohort.mentors.ids[mentor]), canonical(matching.cohort.mentees.ids[mentee])
        scores_of.setdefault(keys[1], {})[keys[0]] = score
    return scores_of


def named(labels: Labels, mentor: str, mentee: str, score: str) -> dict[str, str]:
    """Return the arguments of a sentence on a pair."""
    first, second = labels.pair((mentor, mentee))
    return {"mentor": first, "mentee": second, "score": score}
