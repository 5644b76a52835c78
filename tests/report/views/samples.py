"""Every view of a matching."""

from collections.abc import Iterator

from mentormatch import Matching, Status
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.report.views.piece import Piece, ViewNames
from tests.operations.situations import edition
from tests.report.cohorts import matched, person, programme

TAGS = {
    *("div", "p", "h3", "h4", "h5", "ul", "ol", "li", "b", "span", "br", "strong", "code", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "img", "article", "section", "dl", "dt", "dd"),
}


def views(matching: Matching, *, names: ViewNames = False) -> Iterator[Piece]:
    """Yield every view, and each that is about people for the first of them, a chosen pair and one that is not."""
    show = matching.show
    yield from (show.summary(names=names), show.pairs(names=names), show.unmatched(names=names))
    yield from (show.market(names=names), show.prices(), show.access(), show.certificate())
    yield from (show.recruit(names=names), show.incentives(seconds=0.2), show.sturdy(seconds=5))
    yield matching.with_editions([edition(pairs=10)]).show.learn(names=names)
    yield from (show.robustness(names=names, samples=2), show.compared_with(without(matching), names=names))
    mentors, mentees = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    for key in (*mentors[:2], *mentees[:2], *mentees[-1:]):
        yield show.person(key, names=names)
        yield show.participant(key)
    pairs = [(pair.mentor, pair.mentee) for pair in matching.pairs[:1]]
    for mentor, mentee in [*pairs, *zip(mentors[:1], mentees[-1:], strict=True)]:
        yield show.pair(mentor, mentee, names=names)


def without(matching: Matching) -> Matching:
    """Return a matching of the same people without any pair."""
    return unsolved(matching, Status.STOPPED)


def unsolved(matching: Matching, status: Status) -> Matching:
    """Return what is left of a matching that was not solved."""
    parts = matching.cohort, matching.programme, matching.scores, matching.problem
    return Matching(*parts, empty_solution(status, "aucun"))


def impossible() -> Matching:
    """Return people of whom one must have two mentors at least, where there is one: no answer keeps the rules."""
    rules = programme(rules=[{"kind": "capacity", "side": "mentee", "minimum": 2, "most": 2, "always": True}])
    return matched(rules, [person("M1")], [person("E1"), person("E2")])
