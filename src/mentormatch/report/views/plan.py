"""Views of the whole plan: prices, certificate, robustness, what is told beside the pairs, comparison.

``matching.show``: all views of a matching under one name, where completion finds them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import ClassVar

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Certificate, CertifiedTier
from mentormatch.errors import RequestError
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.explanation.goal_prices import PRICING_SECONDS, soon_solved
from mentormatch.explanation.names import KEYS
from mentormatch.explanation.robustness import FAIR, SOLID, Robustness, SamplingPlan, robustness
from mentormatch.explanation.tables import SIDE_WORDS
from mentormatch.explanation.why_not import why_not
from mentormatch.fields import ACROSS
from mentormatch.languages.phrases import about, counted, listed, percent, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, once_spoken, own_language, tr
from mentormatch.operations.access import Access, access
from mentormatch.operations.incentives import incentives
from mentormatch.operations.learn import learn_beside
from mentormatch.operations.matching import KeyPair, Matching, case_of
from mentormatch.operations.recoverable_plan import sturdy
from mentormatch.operations.recruit import recruit
from mentormatch.report import words
from mentormatch.report.comparison import (
    PAIR_DASH,
    Comparison,
    PointsChange,
    are_comparable,
    compare,
    compute_partner_changes,
    criterion_means,
    format_difference,
)
from mentormatch.report.further_answers import (
    ACCESS,
    ANALYSIS_TITLES,
    INCENTIVES,
    LEARN,
    RECRUIT,
    STURDY,
    AnalysisTexts,
    describe_analysis,
)
from mentormatch.report.pictures import Fairness
from mentormatch.report.texts import render_template
from mentormatch.report.view import FIRST_PAGE_PAIRS, explain_infeasibility, get_seal_sentences
from mentormatch.report.views.pairs import MarketPiece, PairPiece, PairsPiece, Participant, PersonPiece, UnmatchedPiece
from mentormatch.report.views.piece import Piece, ViewNames, find_person, labels_of
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, repr=False)
class Summary(Piece):
    """How many pairs, what is proved of them, what each goal reached; or why there is no answer and what would do."""

    heading: ClassVar[str] = mark("Le résultat en bref")
    kind: ClassVar[str] = "summary"
    call: ClassVar[str] = "summary()"
    purpose: ClassVar[str] = mark("Le résultat en quelques phrases, et ce qui en est démontré.")

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many people, pairs and answers, in sentences."""
        sentences = words.summary(self.matching), words.rows_in_words(self.matching)
        return tuple(sentence for sentence in sentences if sentence)

    @property
    def verdict(self) -> tuple[str, str]:
        """What is known of the pairs, in short and in a sentence."""
        return words.verdict(self.matching)

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
        """What each goal reached."""
        return tuple(words.goals(self.matching))

    @once_spoken
    def diagnosis(self) -> Diagnosis | None:
        """Why there is no answer, None where there is one."""
        return explain_infeasibility(self.matching, self.labels)

    @property
    def standing(self) -> tuple[str, ...]:
        """That it is a proposal."""
        return get_seal_sentences(self.matching, None)


UNPROVED = mark("Le prix d'un objectif n'est connu que d'une répartition démontrée optimale.")
TOO_MANY = mark("Il y a trop de monde pour recalculer la répartition sans chacun des objectifs.")
FREE = mark(
    "Aucun prix à signaler : sans l'un des objectifs, la répartition vaudrait autant dans les autres, ou le calcul"
    " aurait pris plus de {seconds} secondes."
)


@dataclass(frozen=True, repr=False)
class Prices(Piece):
    """Each goal, what it reached, what it costs those after it, and what a fairer plan would cost."""

    heading: ClassVar[str] = mark("Ce que coûte chaque objectif")
    kind: ClassVar[str] = "prices"
    call: ClassVar[str] = "prices()"
    purpose: ClassVar[str] = mark("Chaque objectif : ce qu'il a obtenu, et ce qu'il coûte aux autres.")

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
        """What each goal reached."""
        return tuple(words.goals(self.matching))

    @property
    def prices(self) -> tuple[str, ...]:
        """What each goal costs, in sentences."""
        return words.prices(self.matching)

    @property
    def kept_places(self) -> tuple[str, ...]:
        """What is left of kept places, and what keeping them costs, in sentences."""
        return words.kept_places(self.matching, self.labels)

    @property
    def unpriced(self) -> str:
        """Why no price is told."""
        if self.matching.status is not Status.PROVED:
            return tr(UNPROVED)
        return tr(FREE, seconds=round(PRICING_SECONDS)) if soon_solved(case_of(self.matching)) else tr(TOO_MANY)

    @property
    def picture(self) -> Fairness:
        """The price of fairness as a picture."""
        return Fairness(self.matching, self.labels)


@dataclass(frozen=True, repr=False)
class Proof(Piece):
    """What the certificate certifies, as a whole and goal by goal."""

    heading: ClassVar[str] = mark("Est-ce le meilleur possible ?")
    kind: ClassVar[str] = "proof"
    call: ClassVar[str] = "certificate()"
    purpose: ClassVar[str] = mark("Ce qui est certain, vérifié une seconde fois sans refaire le calcul.")

    @once_spoken
    def certificate(self) -> Certificate:
        """The certificate of the matching."""
        return self.matching.certificate

    @property
    def rows(self) -> tuple[words.ReachedGoal, ...]:
        """Each goal, what it reached, and what is proved of it."""
        return tuple(
            words.ReachedGoal(
                tr(words.GOAL_TEXTS[tier.goal]), words.format_goal_value(tier.goal, tier.value), proof_sentence(tier)
            )
            for tier in self.certificate.tiers
        )


def proof_sentence(tier: CertifiedTier) -> str:
    """Return what the certificate proves of one goal."""
    if tier.proved:
        return tr("aucune autre répartition ne fait mieux")
    if tier.certified is None or (tier.goal == "changes" and not tier.certified):
        return tr("aucune borne n'est démontrée")
    bound = words.format_goal_value(tier.goal, tier.certified)
    return tr("{amount} au moins", amount=bound) if tier.goal == "changes" else tr("{amount} au plus", amount=bound)


COUNTED: Sequence[tuple[float, Callable[[int], str]]] = (
    (SOLID, lambda count: counted(count, "binôme solide", "binômes solides")),
    (FAIR, lambda count: counted(count, "binôme assez solide", "binômes assez solides")),
    (0, lambda count: counted(count, "binôme fragile", "binômes fragiles")),
)
"""From which share on pairs are called so, the highest first."""


@dataclass(frozen=True, repr=False)
class Steady(Piece):
    """The share of trials in which each pair stays, the most fragile first."""

    heading: ClassVar[str] = mark("Binômes solides et binômes fragiles")
    kind: ClassVar[str] = "steady"
    call: ClassVar[str] = "robustness()"
    purpose: ClassVar[str] = mark("Les binômes solides, et ceux qui tiennent au réglage exact des poids.")
    trial: SamplingPlan

    @cached_property
    def robustness(self) -> Robustness:
        """How often each pair stays."""
        return robustness(self.case, self.trial, seed=self.matching.seed)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each pair: its people, what it is called, and in which share of the trials it stays."""
        return tuple((one.mentor, one.mentee, one.word, percent(one.share)) for one in self.robustness.pairs)

    @property
    def counts(self) -> str:
        """How many pairs are solid, fairly solid and fragile, in words; empty where there is no pair."""
        found = Counter(next(from_ for from_, _ in COUNTED if one.share >= from_) for one in self.robustness.pairs)
        return listed([words(found[from_]) for from_, words in COUNTED if found[from_]])

    @property
    def manner(self) -> str:
        """How it was tried."""
        return tr(
            "La répartition a été refaite : {tries}, le poids de chaque critère changé au hasard de {spread} au plus,"
            " en plus ou en moins. Un binôme est solide s'il reste dans {solid} des essais au moins, fragile s'il reste"
            " dans moins de {fair}.",
            tries=counted(self.trial.samples, "essai"),
            spread=percent(self.trial.spread),
            solid=percent(SOLID),
            fair=percent(FAIR),
        )


TOO_LARGE = mark("Il y a trop de monde pour refaire la répartition ici autant de fois : demandez-le à la commande.")


@dataclass(frozen=True, repr=False)
class AccessPiece(Piece):
    """Who could meet somebody and who was placed, by the answers to the questions that the programme watches."""

    heading: ClassVar[str] = ANALYSIS_TITLES[ACCESS]
    kind: ClassVar[str] = "access"
    call: ClassVar[str] = "access()"
    purpose: ClassVar[str] = mark(
        "Qui pouvait rencontrer quelqu'un et qui a été placé, selon les réponses surveillées."
    )

    @once_spoken
    def found(self) -> Access | str:
        """How people fared; or, in a sentence, why nothing is told."""
        try:
            return access(self.matching, prices=soon_solved(case_of(self.matching)))
        except RequestError as error:
            return about(error.message, tr("ajoutez watch = true au champ d'une question du programme"))


@dataclass(frozen=True, repr=False)
class RecruitPiece(Piece):
    """Who of one, two or three further mentors would place most of those left without, and more places instead."""

    heading: ClassVar[str] = ANALYSIS_TITLES[RECRUIT]
    kind: ClassVar[str] = "recruit"
    call: ClassVar[str] = "recruit()"
    purpose: ClassVar[str] = mark("Qui chercher pour placer les personnes sans binôme, ou quelles places ajouter.")

    @once_spoken
    def found(self) -> AnalysisTexts | str:
        """Whom to look for; or, in a sentence, why nothing is told."""
        if not soon_solved(case_of(self.matching)):
            return tr(TOO_LARGE)
        return describe_analysis(lambda: recruit(self.matching), self.labels)


@dataclass(frozen=True, repr=False)
class IncentivesPiece(Piece):
    """Whether anybody would have gained by answering otherwise, question by question, and never who."""

    heading: ClassVar[str] = ANALYSIS_TITLES[INCENTIVES]
    kind: ClassVar[str] = "incentives"
    call: ClassVar[str] = "incentives()"
    purpose: ClassVar[str] = mark(
        "Si quelqu'un aurait gagné à répondre autrement, par quelle question, et ce qui le ferme."
    )
    seconds: float

    @once_spoken
    def found(self) -> AnalysisTexts | str:
        """What invites to answer otherwise; or, in a sentence, why nothing is told."""
        if not soon_solved(case_of(self.matching)):
            return tr(TOO_LARGE)
        cohort, programme = self.matching.cohort, self.matching.programme
        return describe_analysis(
            lambda: incentives(cohort, programme, seed=self.matching.seed, time_limit_s=self.seconds)
        )


@dataclass(frozen=True, repr=False)
class SturdyPiece(Piece):
    """How many keep or get a partner if people leave, and the plans that hold better, with their price."""

    heading: ClassVar[str] = ANALYSIS_TITLES[STURDY]
    kind: ClassVar[str] = "sturdy"
    call: ClassVar[str] = "sturdy()"
    purpose: ClassVar[str] = mark("Combien gardent un binôme si quelqu'un part, et ce que coûterait de mieux tenir.")
    k: int
    seconds: float

    @once_spoken
    def found(self) -> AnalysisTexts | str:
        """What holds; or, in a sentence, why nothing is told."""
        if not soon_solved(case_of(self.matching)):
            return tr(TOO_LARGE)
        return describe_analysis(lambda: sturdy(self.matching, self.k, time_limit_s=self.seconds))


@dataclass(frozen=True, repr=False)
class LearnPiece(Piece):
    """What editions before teach of the criteria, and the pairs under other weights where one is clear."""

    heading: ClassVar[str] = ANALYSIS_TITLES[LEARN]
    kind: ClassVar[str] = "learn"
    call: ClassVar[str] = "learn()"
    purpose: ClassVar[str] = mark("Quels critères vont avec les binômes qui durent, d'après les éditions d'avant.")
    seconds: float

    @once_spoken
    def found(self) -> AnalysisTexts | str:
        """What they teach; or, in a sentence, why nothing is told."""
        if not soon_solved(case_of(self.matching)):
            return tr(TOO_LARGE)
        return describe_analysis(lambda: learn_beside(self.matching, time_limit_s=self.seconds), self.labels)


NOBODY = mark("aucun")


@dataclass(frozen=True, repr=False)
class SideBySide(Piece):
    """What the matching has that ``other`` has not, and the other way round."""

    heading: ClassVar[str] = mark("Deux répartitions côte à côte")
    kind: ClassVar[str] = "side_by_side"
    call: ClassVar[str] = mark("compared_with(autre)")
    purpose: ClassVar[str] = mark("Cette répartition à côté d'une autre : ce qui diffère, qui gagne, qui perd.")
    other: Matching
    reasons: bool = False

    @once_spoken
    def comparison(self) -> Comparison:
        """What differs from the other plan to this one."""
        return compare(self.other, self.matching, self.labels)

    @property
    def kept(self) -> int:
        """How many pairs both plans have."""
        return len(self.matching.solution.pairs) - len(self.comparison.new)

    @property
    def differing(self) -> tuple[KeyPair, ...]:
        """The pairs that only the other plan has, and those that only this one has, in words, mentor by mentor."""
        gone, new = self._by_mentor(self.comparison.gone), self._by_mentor(self.comparison.new)
        rows = [zip_longest(gone.get(key, ()), new.get(key, ()), fillvalue="–") for key in gone | new]
        return tuple(row for some in rows for row in some)

    def _by_mentor(self, pairs: Iterable[KeyPair]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for mentor, mentee in pairs:
            names = self.labels.person("mentor", mentor), self.labels.person("mentee", mentee)
            found.setdefault(canonical(mentor), []).append(" – ".join(names))
        return found

    @property
    def why_not(self) -> tuple[tuple[str, str], ...]:
        """The pairs that only the other plan has, the first of them, each with what doing so here would change."""
        case, cohort = self.case, self.matching.cohort
        return tuple(
            (self._pair(pair), why_not(case, cohort.mentors.find(pair[0]), cohort.mentees.find(pair[1])).reason)
            for pair in self.comparison.gone[: FIRST_PAGE_PAIRS if self.reasons else 0]
            if cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])
        )

    def _pair(self, pair: KeyPair) -> str:
        return PAIR_DASH.join((self.labels.person("mentor", pair[0]), self.labels.person("mentee", pair[1])))

    @once_spoken
    def means(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each criterion, the points that a pair has of it on average in both plans, and the difference, in words."""
        return tuple(
            (name, points(before), points(now), format_difference(now - before))
            for name, before, now in (criterion_means(self.other, self.matching) if self.shifts else ())
        )

    @property
    def alike(self) -> bool:
        """Whether both plans count points alike."""
        return are_comparable(self.other, self.matching)

    @cached_property
    def shifts(self) -> tuple[PointsChange, ...]:
        """Everybody whose partners differ."""
        return compute_partner_changes(self.other, self.matching)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str, str], ...]:
        """Everybody whose partners differ: who, side, partners in the other plan and in this one, and what it means."""
        return tuple(
            (self.labels.person(one.side, one.key), tr(SIDE_WORDS[one.side]), *self._partners(one), one.words)
            for one in self.shifts
        )

    def _partners(self, one: PointsChange) -> tuple[str, str]:
        side = ACROSS[one.side]
        before, now = (
            [self.labels.person(side, key) for key in keys] or [tr(NOBODY)] for keys in (one.before, one.now)
        )
        return listed(before), listed(now)


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
