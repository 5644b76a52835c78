"""Chains of pairs: who accompanies somebody and is accompanied by somebody else, and whom these meet in their turn."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as joined

from mentormatch.explanation.unmatched import Case
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import listed


@dataclass(frozen=True, slots=True)
class Chain:
    """``mentors`` accompany the first of ``people``, each of whom accompanies the next, and the last ``mentees``.

    ``people`` are in both roles; where there are several, each has one mentor and one mentee. ``loop``: the last
    accompanies the first.
    """

    mentors: tuple[str, ...]
    people: tuple[str, ...]
    mentees: tuple[str, ...]
    loop: bool = False

    def __str__(self) -> str:
        steps = [listed(self.mentors), *self.people, listed(self.mentees)][self.loop :]
        count = 1 if self.loop else len(self.mentors)
        sentence = tr_n("{one} accompagne {other}", "{one} accompagnent {other}", count, one=steps[0], other=steps[1])
        for other in steps[2:]:
            sentence = tr("{told}, qui accompagne {other}", told=sentence, other=other)
        return tr("{told} : une boucle.", told=sentence) if self.loop else f"{sentence}."


def chains(case: Case) -> tuple[Chain, ...]:
    """Return the chains of the pairs of a case: everybody with a mentor and a mentee stands once in the middle of one.

    A chain goes on through whoever has one of each; who has several ends those that lead to them, and begins others.
    """
    links = Links(case)
    return tuple(links.chain(people) for people in links.runs())


class Links:
    """The pairs of people in both roles, by the place of each as a mentor.

    ``mentors`` and ``mentees`` are the partners of each, by place on their side; ``between`` who has some of both.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.as_mentee = dict(zip(*(side.tolist() for side in case.cohort.both), strict=True))
        self.as_mentor = {mentee: mentor for mentor, mentee in self.as_mentee.items()}
        self.mentees, held = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for mentor, mentee in case.solution.pairs.tolist() if self.as_mentee else ():
            self.mentees[mentor].append(mentee)
            held[mentee].append(mentor)
        self.mentors = {mentor: held[mentee] for mentor, mentee in self.as_mentee.items()}
        self.between = [one for one in sorted(self.as_mentee) if self.mentors[one] and self.mentees[one]]
        self.simple = {one for one in self.between if len(self.mentors[one]) == len(self.mentees[one]) == 1}

    def following(self, one: int) -> int | None:
        """Return whom somebody with one mentor and one mentee accompanies, if these are so too."""
        other = self.as_mentor.get(self.mentees[one][0])
        return other if other in self.simple else None

    def runs(self) -> Iterator[list[int]]:
        """Yield the people in the middle of each chain, loops last."""
        led, met = set(map(self.following, self.simple)), set[int]()
        first = [one for one in self.between if one not in self.simple or one not in led]
        for start in joined(first, self.between):
            if start not in met:
                run = list(self.run(start))
                met.update(run)
                yield run

    def run(self, start: int) -> Iterator[int]:
        """Yield somebody, and who follows in turn, up to who ends the chain or began it."""
        one: int | None = start
        while one is not None:
            yield one
            one = self.following(one) if one in self.simple else None
            one = None if one == start else one

    def chain(self, people: list[int]) -> Chain:
        """Return the chain with these people in the middle."""
        first, last = people[0], people[-1]
        mentors = tuple(self.case.name("mentor", one) for one in self.mentors[first])
        mentees = tuple(self.case.name("mentee", one) for one in self.mentees[last])
        names = tuple(self.case.name("mentor", one) for one in people)
        loop = first in self.simple and self.mentors[first] == [last]
        return Chain(mentors, names, names[:1] if loop else mentees, loop)
