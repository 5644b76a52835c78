"""Results of earlier editions -> effects of criteria, and this year's pairs under the weights that these suggest.

A weight is doubled if its criterion is associated with pairs that last and are content, and halved in the opposite
case, if the effect is clear. It is a proposal for staff; the result contains both matchings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.progress import track
from mentormatch.errors import RequestError
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.followup.lessons import CriterionEffect, EditionResults, Lessons, Year, lessons
from mentormatch.languages.phrases import about, counted, listed, plain, quoted
from mentormatch.languages.translation import once_spoken, tr
from mentormatch.operations.matching import KeyPair, Matching, PairsByHand, match
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme

WEIGHT_FACTOR = 2.0
"""The factor or divisor of a changed weight."""


@dataclass(frozen=True, slots=True)
class WeightChange:
    """A proposed new weight of a criterion."""

    criterion: str
    before: float
    after: float

    def __str__(self) -> str:
        before, after = plain(self.before), plain(self.after)
        return tr("{criterion} de {before} à {after}", criterion=quoted(self.criterion), before=before, after=after)


@dataclass(frozen=True, repr=False, eq=False)
class Learning(ContentEquality):
    """The lessons of editions, the ``changes`` of weights, and the matchings of ``today`` and as ``proposed``.

    Without changes there is no proposed programme, nothing is solved, and both matchings are None.
    """

    lessons: Lessons
    programme: Programme
    changes: tuple[WeightChange, ...] = ()
    proposed_programme: Programme | None = None
    today: Matching | None = None
    proposed: Matching | None = None

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @property
    def status(self) -> Status:
        """``proved`` if both matchings are proved optimal under their weights, or none was solved.

        Otherwise the status of the first that is not.
        """
        statuses = [matching.status for matching in (self.today, self.proposed) if matching is not None]
        return next((status for status in statuses if status is not Status.PROVED), Status.PROVED)

    @property
    def pairs(self) -> tuple[KeyPair, ...]:
        """The pairs of this year under the proposed weights, best first; empty without a proposal."""
        return () if self.proposed is None else tuple((pair.mentor, pair.mentee) for pair in self.proposed.pairs)

    @property
    def other_pairs(self) -> tuple[KeyPair, ...]:
        """The pairs under the proposed weights that are no pairs today."""
        today = set() if self.today is None else {(pair.mentor, pair.mentee) for pair in self.today.pairs}
        return tuple(pair for pair in self.pairs if pair not in today)

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The lessons and the proposal in sentences, with their limits."""
        return tuple(self.sentences_for())

    def sentences_for(self, labels: Labels = KEY_LABELS) -> Iterator[str]:
        """Yield the sentences, with people named by ``labels``."""
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
        new_pairs = [
            f"{labels.person('mentor', mentor)} - {labels.person('mentee', mentee)}"
            for mentor, mentee in self.other_pairs
        ]
        pair_count = counted(len(new_pairs), "autre binôme", "autres binômes")
        yield about(
            tr("Cette année, {many} sur {all}", many=pair_count, all=len(self.pairs)), f"{', '.join(new_pairs)}."
        )

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
    """Return the lessons of the follow-ups of editions, and this year's pairs under the weights that they suggest.

    A change of weight is proposed only if the effect of the criterion is significant, corrected for all criteria. It is
    never applied.

    Parameters
    ----------
    cohort, programme, seed, pins, bans, time_limit_s
        This year's, as for ``match``.
    editions
        Follow-ups of earlier editions: results of ``follow_up``, or of ``read_results`` from its JSON.

    Raises
    ------
    RequestError
        There is no edition, or more than 50; a pin or a ban names a person who is not in the cohort.

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

    def pairs_under(weighted: Programme) -> Matching:
        return match(cohort, weighted, seed=seed, time_limit_s=time_limit_s, **by_hand)

    return learn_from_editions(editions, programme, pairs_under)


def learn_from_matching(matching: Matching, *, time_limit_s: float | None = None) -> Learning:
    """Return the lessons for a matching, from its ``editions``; the matching itself is that of today.

    Raises RequestError if it has no editions.
    """
    if not matching.editions:
        raise RequestError(tr("Rien ne peut être dit : aucun suivi d'une édition d'avant n'a été donné."))

    def pairs_under(weighted: Programme) -> Matching:
        if weighted is matching.programme:
            return matching
        return match(matching.cohort, weighted, seed=matching.seed, time_limit_s=time_limit_s)

    return learn_from_editions(matching.editions, matching.programme, pairs_under)


def learn_from_editions(
    editions: Sequence[Year | EditionResults], programme: Programme, pairs_under: Callable[[Programme], Matching]
) -> Learning:
    """Return the lessons of editions, and the pairs under present and proposed weights if these differ."""
    edition_lessons = lessons(editions)
    changes = tuple(weight_changes(programme, edition_lessons.effects))
    if not changes:
        return Learning(edition_lessons, programme)
    proposed = with_weights(programme, changes)
    return Learning(edition_lessons, programme, changes, proposed, pairs_under(programme), pairs_under(proposed))


def weight_changes(programme: Programme, effects: Iterable[CriterionEffect]) -> Iterator[WeightChange]:
    """Yield the changes of weights that clear effects suggest; none for a weight of 0 or an unknown criterion."""
    weights = {criterion.label: float(criterion.weight) for criterion in programme.criteria}
    for effect in effects:
        if effect.clear and effect.low is not None and effect.criterion in weights:
            before = weights[effect.criterion]
            after = before * WEIGHT_FACTOR if effect.low > 1 / 2 else before / WEIGHT_FACTOR
            if after != before:
                yield WeightChange(effect.criterion, before, after)


def with_weights(programme: Programme, changes: Iterable[WeightChange]) -> Programme:
    new_weights = {change.criterion: change.after for change in changes}
    criteria = [
        criterion.model_copy(update={"weight": new_weights[criterion.label]})
        if criterion.label in new_weights
        else criterion
        for criterion in programme.criteria
    ]
    return programme.model_copy(update={"criteria": criteria})
