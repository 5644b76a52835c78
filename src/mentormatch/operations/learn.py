"""What last years teach: effects of criteria, and where one is clear, this year's pairs under other weights.

A weight is doubled where its criterion goes with pairs that last and are content, halved where it goes with others:
a step, which staff take or leave. Nothing is applied: the answer holds both matchings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.progress import track
from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.followup.lessons import CriterionEffect, EditionResults, Lessons, Year, lessons
from mentormatch.languages.phrases import about, counted, listed, plain, quoted
from mentormatch.languages.translation import once_spoken, tr
from mentormatch.operations.matching import KeyPair, Matching, PairsByHand, match
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme

STEP = 2.0
"""By what a weight is multiplied, or divided."""


@dataclass(frozen=True, slots=True)
class WeightChange:
    """Another weight of a criterion, as a proposal."""

    criterion: str
    before: float
    after: float

    def __str__(self) -> str:
        before, after = plain(self.before), plain(self.after)
        return tr("{criterion} de {before} à {after}", criterion=quoted(self.criterion), before=before, after=after)


@dataclass(frozen=True, repr=False, eq=False)
class Learning(ContentEquality):
    """What editions teach, the ``changes`` of weights that follow, and the matchings ``today`` and as ``proposed``.

    Without a change there is no ``proposed`` programme, and nothing is solved.
    """

    lessons: Lessons
    programme: Programme
    changes: tuple[WeightChange, ...] = ()
    proposed_programme: Programme | None = None
    today: Matching | None = None
    proposed: Matching | None = None

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """Whether both matchings are proved to be the best under their weights."""
        made = [one.status for one in (self.today, self.proposed) if one is not None]
        return next((one for one in made if one is not Status.PROVED), Status.PROVED)

    @property
    def pairs(self) -> tuple[KeyPair, ...]:
        """The pairs of this year under the weights that are proposed, best first; none without a proposal."""
        return () if self.proposed is None else tuple((pair.mentor, pair.mentee) for pair in self.proposed.pairs)

    @property
    def other_pairs(self) -> tuple[KeyPair, ...]:
        """Those of them that are no pairs today."""
        today = set() if self.today is None else {(pair.mentor, pair.mentee) for pair in self.today.pairs}
        return tuple(pair for pair in self.pairs if pair not in today)

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
        return tuple(self.sentences_for())

    def sentences_for(self, labels: Labels = KEYS) -> Iterator[str]:
        """Yield the same, people being called by these labels."""
        yield from self.lessons.sentences
        if not self.changes:
            yield tr("Aucun changement de poids n'est proposé.")
        else:
            yield tr("À essayer, et à décider : {changes}.", changes=listed(list(map(str, self.changes))))
            yield from self._pair_sentences(labels)
        yield tr("Ce qui va avec n'est pas ce qui cause : les binômes n'ont pas été tirés au sort.")

    def _pair_sentences(self, labels: Labels) -> Iterator[str]:
        if self.today is None or self.proposed is None:
            return
        if not self.other_pairs:
            yield tr("Les binômes de cette année seraient les mêmes.")
            return
        other = [f"{labels.person('mentor', one)} - {labels.person('mentee', two)}" for one, two in self.other_pairs]
        many = counted(len(other), "autre binôme", "autres binômes")
        yield about(tr("Cette année, {many} sur {all}", many=many, all=len(self.pairs)), f"{', '.join(other)}.")

    def __repr__(self) -> str:
        return f"Learning({self.lessons!r}, {len(self.changes)} changes)"  # a notebook saves what it shows


@track()
def learn(  # noqa: PLR0913 - the published signature; all but three are keywords
    cohort: Cohort,
    programme: Programme,
    editions: Sequence[Year | EditionResults],
    *,
    seed: int = 0,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Learning:
    """Return what the follow-ups of some editions teach, and what this year's pairs would be if weights followed it.

    A change of a weight is proposed only where the interval of its criterion is clear of no effect, all criteria taken
    together. It is never applied.

    Parameters
    ----------
    cohort, programme, seed, pins, bans, time_limit_s
        This year's, as for ``match``.
    editions
        The follow-ups of editions before: what ``follow_up`` returned, or ``read_results`` read from its JSON.

    Raises
    ------
    RequestError
        There is no edition, or more than 50; a pin or a ban names somebody who is not in the cohort.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from mentormatch.followup.lessons import follow_up
    >>> from tempfile import TemporaryDirectory
    >>> programme, cohort = examples.programme(), examples.cohort()
    >>> with TemporaryDirectory() as folder:
    ...     year = follow_up(programme, match(cohort, programme).pairs, examples.copy_waves_to(folder))
    >>> learn(cohort, programme, [year]).changes
    ()
    """
    by_hand: PairsByHand = {"pins": tuple(pins), "bans": tuple(bans)}

    def pairs_under(one: Programme) -> Matching:
        return match(cohort, one, seed=seed, time_limit_s=time_limit_s, **by_hand)

    return learn_from_editions(editions, programme, pairs_under)


def learn_beside(matching: Matching, *, time_limit_s: float | None = None) -> Learning:
    """Return the same beside a matching, from the editions that it was given; it is what its programme makes today.

    Raises RequestError where it was given none.
    """
    if not matching.editions:
        raise RequestError(tr("Rien ne peut être dit : aucun suivi d'une édition d'avant n'a été donné."))

    def pairs_under(one: Programme) -> Matching:
        if one is matching.programme:
            return matching
        return match(matching.cohort, one, seed=matching.seed, time_limit_s=time_limit_s)

    return learn_from_editions(matching.editions, matching.programme, pairs_under)


def learn_from_editions(
    editions: Sequence[Year | EditionResults], programme: Programme, pairs_under: Callable[[Programme], Matching]
) -> Learning:
    """Return what editions teach, and the pairs under both weights where they speak for others."""
    found = lessons(editions)
    changes = tuple(weight_changes(programme, found.effects))
    if not changes:
        return Learning(found, programme)
    other = with_weights(programme, changes)
    return Learning(found, programme, changes, other, pairs_under(programme), pairs_under(other))


def weight_changes(programme: Programme, effects: Iterable[CriterionEffect]) -> Iterator[WeightChange]:
    """Yield the weights that clear effects speak for, of the criteria of a programme."""
    weights = {one.label: float(one.weight) for one in programme.criteria}
    for effect in effects:
        if effect.clear and effect.low is not None and effect.criterion in weights:
            before = weights[effect.criterion]
            after = before * STEP if effect.low > 1 / 2 else before / STEP
            if after != before:
                yield WeightChange(effect.criterion, before, after)


def with_weights(programme: Programme, changes: Iterable[WeightChange]) -> Programme:
    """Return a programme with other weights."""
    other = {one.criterion: one.after for one in changes}
    criteria = [
        one.model_copy(update={"weight": other[one.label]}) if one.label in other else one for one in programme.criteria
    ]
    return programme.model_copy(update={"criteria": criteria})
