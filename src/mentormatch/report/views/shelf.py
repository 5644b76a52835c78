"""``matching.show``: all views of a matching under one name, where completion finds them."""

from dataclasses import dataclass

from mentormatch.explanation.labels import KEYS
from mentormatch.explanation.robustness import SamplingPlan
from mentormatch.languages import own_language
from mentormatch.operations.matching import Matching
from mentormatch.report.page_templates import render_template
from mentormatch.report.views.pairs import MarketPiece, PairPiece, PairsPiece, Participant, PersonPiece, UnmatchedPiece
from mentormatch.report.views.piece import Piece, ViewNames, find_person, labels_of
from mentormatch.report.views.plan import (
    AccessPiece,
    IncentivesPiece,
    LearnPiece,
    Prices,
    Proof,
    RecruitPiece,
    SideBySide,
    Steady,
    SturdyPiece,
    Summary,
)
from mentormatch.survey.contacts import Contacts

MOST_SHOWN = 50
"""Pairs that a notebook shows; its outputs are saved in its file."""
SEARCH_S = 10.0
"""Other answers, and sturdier plans, are tried so long, unless it is said."""
ALL: tuple[type[Piece], ...] = (
    *(Summary, PairsPiece, PairPiece, PersonPiece, UnmatchedPiece),
    *(MarketPiece, RecruitPiece, Prices, Steady, SturdyPiece, AccessPiece, IncentivesPiece, LearnPiece, Proof),
    *(SideBySide, Participant),
)
"""Every view, in the order in which one asks."""


@dataclass(frozen=True, repr=False)
class Views:
    """What can be looked at of a matching, in plain words; in a notebook it shows the list of its own methods.

    People are called by their codes, or by pseudonyms where keys are e-mail addresses. ``names=True`` shows keys as
    they are; ``names=contacts`` (see ``read_contacts``) shows the names that people gave. Wherever a person is asked
    for, their key works, and so does what a view calls them.
    """

    matching: Matching

    def summary(self, *, names: ViewNames = False) -> Summary:
        """Return the result in a few sentences; where there is none, why, and what would do."""
        return Summary(self.matching, labels_of(self.matching, names))

    def pairs(self, *, names: ViewNames = False, most: int | None = MOST_SHOWN) -> PairsPiece:
        """Return the first ``most`` pairs, None: all, the best first, each with what its points are made of."""
        return PairsPiece(self.matching, labels_of(self.matching, names), most)

    def pair(self, mentor: str, mentee: str, *, names: ViewNames = False) -> PairPiece:
        """Return two people, chosen or not: points, reasons, how much was answered, why not the next best.

        Raises RequestError where one of them is nobody.
        """
        labels = labels_of(self.matching, names)
        _, row = find_person(self.matching, labels, mentor, ("mentor",))
        return PairPiece(self.matching, labels, row, find_person(self.matching, labels, mentee, ("mentee",))[1])

    def unmatched(self, *, names: ViewNames = False) -> UnmatchedPiece:
        """Return who has no partner, why, and the smallest change that would place them."""
        return UnmatchedPiece(self.matching, labels_of(self.matching, names))

    def person(self, person: str, *, names: ViewNames = False) -> PersonPiece:
        """Return what concerns one person, for the team; raises RequestError where they are nobody."""
        labels = labels_of(self.matching, names)
        return PersonPiece(self.matching, labels, *find_person(self.matching, labels, person))

    def participant(self, person: str, contacts: Contacts | None = None) -> Participant:
        """Return what one person may read themselves; raises RequestError where they are nobody.

        Without ``contacts`` (see ``read_contacts``) partners are called by their codes or pseudonyms.
        """
        labels, known = labels_of(self.matching, contacts or False), contacts or Contacts((), {})
        return Participant(self.matching, labels, *find_person(self.matching, labels, person), known)

    def market(self, *, names: ViewNames = False) -> MarketPiece:
        """Return who could meet whom before anything is solved: how many partners each has, who has few or none."""
        return MarketPiece(self.matching, labels_of(self.matching, names))

    def prices(self) -> Prices:
        """Return what each goal reached and what it costs the others."""
        return Prices(self.matching, KEYS)

    def robustness(self, *, names: ViewNames = False, samples: int = 200, spread: float = 0.2, seed: int = 0) -> Steady:
        """Return how often each pair stays when the weights change; parameters as for ``Matching.robustness``."""
        return Steady(self.matching, labels_of(self.matching, names), SamplingPlan(samples, spread, seed))

    def access(self) -> AccessPiece:
        """Return who was placed, by the answers to the questions that the programme watches; see ``access``."""
        return AccessPiece(self.matching, KEYS)

    def recruit(self, *, names: ViewNames = False) -> RecruitPiece:
        """Return whom to recruit next, and which places would do instead; see ``recruit``."""
        return RecruitPiece(self.matching, labels_of(self.matching, names))

    def sturdy(self, k: int = 1, seconds: float = SEARCH_S) -> SturdyPiece:
        """Return what holds if ``k`` people leave, and sturdier plans, looked for so long at most; see ``sturdy``."""
        return SturdyPiece(self.matching, KEYS, k, seconds)

    def incentives(self, seconds: float = SEARCH_S) -> IncentivesPiece:
        """Return whether anybody would have gained by answering otherwise, never who; so long is tried at most."""
        return IncentivesPiece(self.matching, KEYS, seconds)

    def learn(self, *, names: ViewNames = False, seconds: float = SEARCH_S) -> LearnPiece:
        """Return what editions before teach, where ``with_editions`` gave some; see ``learn``."""
        return LearnPiece(self.matching, labels_of(self.matching, names), seconds)

    def certificate(self) -> Proof:
        """Return what is certain of the pairs, checked without a solver."""
        return Proof(self.matching, KEYS)

    def compared_with(self, other: Matching, *, names: ViewNames = False, reasons: bool = False) -> SideBySide:
        """Return what differs from another plan: pairs, goals, criteria, who gains and who loses.

        ``reasons`` tells besides of the other's pairs what each would change here, or which rule forbids it.
        """
        return SideBySide(self.matching, labels_of(self.matching, names), other, reasons)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    @own_language
    def _repr_html_(self) -> str:
        return render_template("views.html", views=ALL)

    def __repr__(self) -> str:
        return f"Views({len(self.matching.solution.pairs)} pairs)"
