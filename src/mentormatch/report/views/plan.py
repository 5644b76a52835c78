"""Views of the whole plan: prices, certificate, robustness, optional analyses, comparison.

``Views``, the class of ``matching.show``, has one method per view.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any, ClassVar, NoReturn

from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Certificate, CertifiedTier
from mentormatch.base.arguments import unknown_name
from mentormatch.errors import RequestError
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.explanation.goal_prices import PRICE_LIMIT_S, is_cheap_to_resolve
from mentormatch.explanation.robustness import MIN_FAIR_SHARE, MIN_SOLID_SHARE, Robustness, SamplingPlan, robustness
from mentormatch.explanation.tables import SIDE_WORDS
from mentormatch.explanation.why_not import why_not
from mentormatch.fields import ACROSS
from mentormatch.languages.phrases import about, counted, listed, percent, points
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, once_spoken, own_language, tr
from mentormatch.operations.access import Access, access
from mentormatch.operations.incentives import Incentives, incentives
from mentormatch.operations.learn import Learning, learn_from_matching
from mentormatch.operations.matching import KeyPair, Matching, case_of
from mentormatch.operations.recoverable_plan import Sturdiness, sturdy
from mentormatch.operations.recruit import recruit
from mentormatch.operations.recruitment import Recruitment
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
    ANALYSES,
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
from mentormatch.report.views.piece import Piece, ViewNames, find_person, get_view_labels
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, repr=False)
class Summary(Piece):
    """The number of pairs, the status, and each goal; or the diagnosis if there is no assignment."""

    heading: ClassVar[str] = mark("Le résultat en bref")
    kind: ClassVar[str] = "summary"
    call: ClassVar[str] = "summary()"
    purpose: ClassVar[str] = mark("Le résultat en quelques phrases, et ce qui en est démontré.")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The numbers of people, pairs and answers as sentences."""
        sentences = words.summary(self.matching), words.rows_in_words(self.matching)
        return tuple(sentence for sentence in sentences if sentence)

    @property
    def verdict(self) -> tuple[str, str]:
        """The status of the pairs, in short and as a sentence."""
        return words.verdict(self.matching)

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
        return tuple(words.goals(self.matching))

    @once_spoken
    def diagnosis(self) -> Diagnosis | None:
        """The diagnosis, None if there is an assignment."""
        return explain_infeasibility(self.matching, self.labels)

    @property
    def standing(self) -> tuple[str, ...]:
        """The sentences that the pairs are a proposal."""
        return get_seal_sentences(self.matching, None)


UNPROVED_TEXT = mark("Le prix d'un objectif n'est connu que d'une répartition démontrée optimale.")
NO_PRICE_TEXT = mark(
    "Aucun prix à signaler : sans l'un des objectifs, la répartition vaudrait autant dans les autres, ou le calcul"
    " aurait pris plus de {seconds} secondes."
)


@dataclass(frozen=True, repr=False)
class Prices(Piece):
    """The value of each goal, its price for later goals, and the price of more fairness."""

    heading: ClassVar[str] = mark("Ce que coûte chaque objectif")
    kind: ClassVar[str] = "prices"
    call: ClassVar[str] = "prices()"
    purpose: ClassVar[str] = mark("Chaque objectif : ce qu'il a obtenu, et ce qu'il coûte aux autres.")

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
        return tuple(words.goals(self.matching))

    @property
    def prices(self) -> tuple[str, ...]:
        """The price of each goal as a sentence."""
        return words.prices(self.matching)

    @property
    def kept_places(self) -> tuple[str, ...]:
        """The kept places that remain and their price, as sentences."""
        return words.kept_places(self.matching, self.labels)

    @property
    def unpriced(self) -> str:
        """The reason why there is no price."""
        if self.matching.status is not Status.PROVED:
            return tr(UNPROVED_TEXT)
        return (
            tr(NO_PRICE_TEXT, seconds=round(PRICE_LIMIT_S))
            if is_cheap_to_resolve(case_of(self.matching))
            else tr("Il y a trop de monde pour recalculer la répartition sans chacun des objectifs.")
        )

    @property
    def picture(self) -> Fairness:
        """The price of fairness as a picture."""
        return Fairness(self.matching, self.labels)


@dataclass(frozen=True, repr=False)
class ProofPiece(Piece):
    """The statements of the certificate, in total and per goal."""

    heading: ClassVar[str] = mark("Est-ce le meilleur possible ?")
    kind: ClassVar[str] = "proof"
    call: ClassVar[str] = "certificate()"
    purpose: ClassVar[str] = mark("Ce qui est certain, vérifié une seconde fois sans refaire le calcul.")

    @once_spoken
    def certificate(self) -> Certificate:
        return self.matching.certificate

    @property
    def rows(self) -> tuple[words.ReachedGoal, ...]:
        """Each goal with its value and its certified bound."""
        return tuple(
            words.ReachedGoal(
                tr(words.GOAL_TEXTS[tier.goal]), words.format_goal_value(tier.goal, tier.value), proof_sentence(tier)
            )
            for tier in self.certificate.tiers
        )


def proof_sentence(tier: CertifiedTier) -> str:
    """Return the text on the certified bound of a goal."""
    if tier.proved:
        return tr("aucune autre répartition ne fait mieux")
    if tier.certified is None or (tier.goal == "changes" and not tier.certified):
        return tr("aucune borne n'est démontrée")
    bound = words.format_goal_value(tier.goal, tier.certified)
    return tr("{amount} au moins", amount=bound) if tier.goal == "changes" else tr("{amount} au plus", amount=bound)


# Minimum share of trials per label, highest first
STABILITY_COUNTS: Sequence[tuple[float, Callable[[int], str]]] = (
    (MIN_SOLID_SHARE, lambda count: counted(count, "binôme solide", "binômes solides")),
    (MIN_FAIR_SHARE, lambda count: counted(count, "binôme assez solide", "binômes assez solides")),
    (0, lambda count: counted(count, "binôme fragile", "binômes fragiles")),
)


@dataclass(frozen=True, repr=False)
class Steady(Piece):
    """The share of trials that contain each pair, most fragile first."""

    heading: ClassVar[str] = mark("Binômes solides et binômes fragiles")
    kind: ClassVar[str] = "steady"
    call: ClassVar[str] = "robustness()"
    purpose: ClassVar[str] = mark("Les binômes solides, et ceux qui tiennent au réglage exact des poids.")
    trial: SamplingPlan

    @cached_property
    def robustness(self) -> Robustness:
        """The trials."""
        return robustness(self.case, self.trial, seed=self.matching.seed)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each pair: two people, label, and share of the trials."""
        return tuple((pair.mentor, pair.mentee, pair.word, percent(pair.share)) for pair in self.robustness.pairs)

    @property
    def counts(self) -> str:
        """The numbers of solid, fairly solid and fragile pairs as a text; empty if there is no pair."""
        count_by_share = Counter(
            next(min_share for min_share, _ in STABILITY_COUNTS if pair.share >= min_share)
            for pair in self.robustness.pairs
        )
        return listed(
            [
                format_count(count_by_share[min_share])
                for min_share, format_count in STABILITY_COUNTS
                if count_by_share[min_share]
            ]
        )

    @property
    def manner(self) -> str:
        """The method of the trials."""
        return tr(
            "La répartition a été refaite : {tries}, le poids de chaque critère changé au hasard de {spread} au plus,"
            " en plus ou en moins. Un binôme est solide s'il reste dans {solid} des essais au moins, fragile s'il reste"
            " dans moins de {fair}.",
            tries=counted(self.trial.samples, "essai"),
            spread=percent(self.trial.spread),
            solid=percent(MIN_SOLID_SHARE),
            fair=percent(MIN_FAIR_SHARE),
        )


@dataclass(frozen=True, repr=False)
class AccessPiece(Piece):
    """Possible partners and placements, by the answers to the questions that the programme watches."""

    heading: ClassVar[str] = ANALYSES[ACCESS].title
    kind: ClassVar[str] = "access"
    call: ClassVar[str] = "access()"
    purpose: ClassVar[str] = mark(
        "Qui pouvait rencontrer quelqu'un et qui a été placé, selon les réponses surveillées."
    )

    @once_spoken
    def found(self) -> Access | str:
        """The figures, or a sentence why there are none."""
        try:
            return access(self.matching, prices=is_cheap_to_resolve(case_of(self.matching)))
        except RequestError as error:
            return about(error.message, tr("ajoutez watch = true au champ d'une question du programme"))


@dataclass(frozen=True, repr=False)
class AnalysisPiece(Piece):
    """An optional analysis, computed if the pairs can be solved again quickly; ``kind`` is its name."""

    def compute(self) -> Any:
        """Return the result of the analysis. Raises RequestError if there is none."""
        raise NotImplementedError

    @once_spoken
    def found(self) -> AnalysisTexts | str:
        """The texts of the result, or a sentence why there are none."""
        if not is_cheap_to_resolve(case_of(self.matching)):
            return tr(
                "Il y a trop de monde pour refaire la répartition ici autant de fois : demandez-le à la commande."
            )
        return describe_analysis(self.kind, self.compute, self.labels)


@dataclass(frozen=True, repr=False)
class RecruitPiece(AnalysisPiece):
    """One to three further mentors with whom most unmatched people find a partner, and additional places instead."""

    heading: ClassVar[str] = ANALYSES[RECRUIT].title
    kind: ClassVar[str] = "recruit"
    call: ClassVar[str] = "recruit()"
    purpose: ClassVar[str] = mark("Qui chercher pour placer les personnes sans binôme, ou quelles places ajouter.")

    def compute(self) -> Recruitment:
        return recruit(self.matching)


@dataclass(frozen=True, repr=False)
class IncentivesPiece(AnalysisPiece):
    """The gains that people could have made by other answers, per question, never per person."""

    heading: ClassVar[str] = ANALYSES[INCENTIVES].title
    kind: ClassVar[str] = "incentives"
    call: ClassVar[str] = "incentives()"
    purpose: ClassVar[str] = mark(
        "Si quelqu'un aurait gagné à répondre autrement, par quelle question, et ce qui le ferme."
    )
    seconds: float

    def compute(self) -> Incentives:
        matching = self.matching
        return incentives(matching.cohort, matching.programme, seed=matching.seed, time_limit_s=self.seconds)


@dataclass(frozen=True, repr=False)
class SturdyPiece(AnalysisPiece):
    """The number of people who keep or get a partner if people leave, and more recoverable plans with their price."""

    heading: ClassVar[str] = ANALYSES[STURDY].title
    kind: ClassVar[str] = "sturdy"
    call: ClassVar[str] = "sturdy()"
    purpose: ClassVar[str] = mark("Combien gardent un binôme si quelqu'un part, et ce que coûterait de mieux tenir.")
    k: int
    seconds: float

    def compute(self) -> Sturdiness:
        return sturdy(self.matching, self.k, time_limit_s=self.seconds)


@dataclass(frozen=True, repr=False)
class LearnPiece(AnalysisPiece):
    """The lessons of earlier editions on the criteria, and the pairs under other weights if a lesson is clear."""

    heading: ClassVar[str] = ANALYSES[LEARN].title
    kind: ClassVar[str] = "learn"
    call: ClassVar[str] = "learn()"
    purpose: ClassVar[str] = mark("Quels critères vont avec les binômes qui durent, d'après les éditions d'avant.")
    seconds: float

    def compute(self) -> Learning:
        return learn_from_matching(self.matching, time_limit_s=self.seconds)


@dataclass(frozen=True, repr=False)
class SideBySide(Piece):
    """The differences between the matching and ``other``."""

    heading: ClassVar[str] = mark("Deux répartitions côte à côte")
    kind: ClassVar[str] = "side_by_side"
    call: ClassVar[str] = mark("compared_with(autre)")
    purpose: ClassVar[str] = mark("Cette répartition à côté d'une autre : ce qui diffère, qui gagne, qui perd.")
    other: Matching
    reasons: bool = False

    @once_spoken
    def comparison(self) -> Comparison:
        """The differences from the other plan to this one."""
        return compare(self.other, self.matching, self.labels)

    @property
    def kept(self) -> int:
        """The number of pairs in both plans."""
        return len(self.matching.solution.pairs) - len(self.comparison.new)

    @property
    def differing(self) -> tuple[KeyPair, ...]:
        """Rows by mentor: a pair that only the other plan has, and one that only this plan has, as texts or a dash."""
        gone_by_mentor, new_by_mentor = self._by_mentor(self.comparison.gone), self._by_mentor(self.comparison.new)
        rows = [
            zip_longest(gone_by_mentor.get(key, ()), new_by_mentor.get(key, ()), fillvalue="–")
            for key in gone_by_mentor | new_by_mentor
        ]
        return tuple(row for rows_of_mentor in rows for row in rows_of_mentor)

    def _by_mentor(self, pairs: Iterable[KeyPair]) -> dict[str, list[str]]:
        texts_by_mentor: dict[str, list[str]] = {}
        for mentor, mentee in pairs:
            names = self.labels.person("mentor", mentor), self.labels.person("mentee", mentee)
            texts_by_mentor.setdefault(canonical(mentor), []).append(" – ".join(names))
        return texts_by_mentor

    @property
    def why_not(self) -> tuple[tuple[str, str], ...]:
        """The first pairs that only the other plan has, with the effect of choosing them here.

        Empty without ``reasons``; pairs of people who are not in this plan are left out.
        """
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
        """Each criterion with its mean points per pair in both plans, and the difference, as texts.

        Empty if all people have the same partners, a plan has no pair, or the plans count points differently.
        """
        return tuple(
            (name, points(before), points(after), format_difference(after - before))
            for name, before, after in (criterion_means(self.other, self.matching) if self.shifts else ())
        )

    @property
    def alike(self) -> bool:
        """Whether both plans have the same criteria and weights."""
        return are_comparable(self.other, self.matching)

    @cached_property
    def shifts(self) -> tuple[PointsChange, ...]:
        """The people whose partners differ."""
        return compute_partner_changes(self.other, self.matching)

    @property
    def rows(self) -> tuple[tuple[str, str, str, str, str], ...]:
        """Each person whose partners differ: label, side, partners in the other plan and here, and the change."""
        return tuple(
            (
                self.labels.person(change.side, change.key),
                tr(SIDE_WORDS[change.side]),
                *self._partners(change),
                change.words,
            )
            for change in self.shifts
        )

    def _partners(self, change: PointsChange) -> tuple[str, str]:
        side = ACROSS[change.side]
        before, after = (
            [self.labels.person(side, key) for key in keys] or [tr("aucun")] for keys in (change.before, change.now)
        )
        return listed(before), listed(after)


DEFAULT_SEARCH_S = 10.0
# In the order in which users need them
VIEW_TYPES: tuple[type[Piece], ...] = (
    *(Summary, PairsPiece, PairPiece, PersonPiece, UnmatchedPiece),
    *(MarketPiece, RecruitPiece, Prices, Steady, SturdyPiece, AccessPiece, IncentivesPiece, LearnPiece, ProofPiece),
    *(SideBySide, Participant),
)


@dataclass(frozen=True, repr=False)
class Views:
    """Views of a matching in plain words; in a notebook it shows the list of its methods.

    People are identified by keys, or by codes if keys identify people. ``names=True`` shows keys unchanged;
    ``names=contacts`` (see ``read_contacts``) shows the names that people gave. A method that takes a person accepts
    the key, the code, and the label of a view.
    """

    matching: Matching

    def summary(self, *, names: ViewNames = False) -> Summary:
        """Return the result in a few sentences; if there is no assignment, the reason and ways out."""
        return Summary(self.matching, get_view_labels(self.matching, names))

    def pairs(self, *, names: ViewNames = False, most: int | None = 50) -> PairsPiece:
        """Return the best ``most`` pairs (None: all), best first, with points by criterion."""
        return PairsPiece(self.matching, get_view_labels(self.matching, names), most)

    def pair(self, mentor: str, mentee: str, *, names: ViewNames = False) -> PairPiece:
        """Return two people, paired or not: points, reasons, answered share, why other partners are not chosen.

        Raises RequestError if one of them is unknown.
        """
        labels = get_view_labels(self.matching, names)
        _, row = find_person(self.matching, labels, mentor, ("mentor",))
        return PairPiece(self.matching, labels, row, find_person(self.matching, labels, mentee, ("mentee",))[1])

    def unmatched(self, *, names: ViewNames = False) -> UnmatchedPiece:
        """Return the people without a partner, the reasons, and the smallest change that gives one."""
        return UnmatchedPiece(self.matching, get_view_labels(self.matching, names))

    def person(self, person: str, *, names: ViewNames = False) -> PersonPiece:
        """Return the view of one person, for the team. Raises RequestError if the person is unknown."""
        labels = get_view_labels(self.matching, names)
        return PersonPiece(self.matching, labels, *find_person(self.matching, labels, person))

    def participant(self, person: str, contacts: Contacts | None = None) -> Participant:
        """Return the sheet that one person may read. Raises RequestError if the person is unknown.

        Without ``contacts`` (see ``read_contacts``) partners are identified by keys, or by codes if keys identify
        people.
        """
        labels, all_contacts = get_view_labels(self.matching, contacts or False), contacts or Contacts((), {})
        return Participant(self.matching, labels, *find_person(self.matching, labels, person), all_contacts)

    def market(self, *, names: ViewNames = False) -> MarketPiece:
        """Return the possible pairs before solving: partners per person, people with few or none, unmet needs."""
        return MarketPiece(self.matching, get_view_labels(self.matching, names))

    def prices(self) -> Prices:
        """Return each goal with its value and its price for the other goals."""
        return Prices(self.matching, self.matching.labels)

    def robustness(self, *, names: ViewNames = False, samples: int = 200, spread: float = 0.2, seed: int = 0) -> Steady:
        """Return the share of trials with changed weights that contain each pair; see ``Matching.robustness``."""
        return Steady(self.matching, get_view_labels(self.matching, names), SamplingPlan(samples, spread, seed))

    def access(self) -> AccessPiece:
        """Return the placements by the answers to watched questions; see ``access``."""
        return AccessPiece(self.matching, self.matching.labels)

    def recruit(self, *, names: ViewNames = False) -> RecruitPiece:
        """Return the mentors to recruit next, and places that have the same effect; see ``recruit``."""
        return RecruitPiece(self.matching, get_view_labels(self.matching, names))

    def sturdy(self, k: int = 1, seconds: float = DEFAULT_SEARCH_S) -> SturdyPiece:
        """Return the effect of ``k`` departures, and sturdier plans found within ``seconds``; see ``sturdy``."""
        return SturdyPiece(self.matching, self.matching.labels, k, seconds)

    def incentives(self, seconds: float = DEFAULT_SEARCH_S) -> IncentivesPiece:
        """Return the gains that other answers would have brought, never per person, searched for ``seconds``."""
        return IncentivesPiece(self.matching, self.matching.labels, seconds)

    def learn(self, *, names: ViewNames = False, seconds: float = DEFAULT_SEARCH_S) -> LearnPiece:
        """Return the lessons of earlier editions if ``with_editions`` gave some; see ``learn``."""
        return LearnPiece(self.matching, get_view_labels(self.matching, names), seconds)

    def certificate(self) -> ProofPiece:
        """Return the certified statements on the pairs, checked without a solver."""
        return ProofPiece(self.matching, self.matching.labels)

    def compared_with(self, other: Matching, *, names: ViewNames = False, reasons: bool = False) -> SideBySide:
        """Return the differences to another plan: pairs, goals, criteria, gains and losses of people.

        With ``reasons``, each of the first pairs that only the other plan has is listed with its effect here, or the
        rule that forbids it.
        """
        return SideBySide(self.matching, get_view_labels(self.matching, names), other, reasons)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    @own_language
    def _repr_html_(self) -> str:
        return render_template("views.html", views=VIEW_TYPES)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise unknown_name("matching.show", name, [view for view in dir(Views) if not view.startswith("_")])

    def __repr__(self) -> str:
        return f"Views({len(self.matching.solution.pairs)} pairs)"
