"""What is known of whom to recruit next: who is looked for, what they bring, and what more places would bring."""

from collections.abc import Iterator
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.base.data_objects import ContentEquality
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.explanation.tables import CellValue, ResultSheet, sheet
from mentormatch.languages.phrases import about, counted, joined, listed, points, quoted, thousands
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.matching import Matching

MOST_LISTED = 3
"""Answers that add points, of which sentences tell: a sheet has them all."""
type ChosenPlaces = tuple[tuple[str, int], ...]
"""Mentors by key, and how many more places each gets."""

NO_GAIN = mark(
    "On ne peut rien proposer : de toutes les descriptions essayées, aucune ne placerait une personne de plus ni "
    "n'ajouterait de points."
)


@dataclass(frozen=True, slots=True)
class PlanGain:
    """What a plan is better by: ``placed`` mentees more, ``people`` who had no partner and have one, and ``points``.

    ``people`` are keys; ``points`` are in millionths of a score. ``status`` is that of the plan.
    """

    status: Status
    placed: int
    people: tuple[str, ...]
    points: int

    def __str__(self) -> str:
        more = points(abs(self.points))
        score = (
            tr("{points} points de plus", points=more)
            if self.points >= 0
            else tr("{points} points de moins", points=more)
        )
        who = tr("{people} de plus avec un binôme", people=counted(self.placed, "personne"))
        return listed([who, score]) if self.placed else score


@dataclass(frozen=True, slots=True)
class MentorTrait:
    """One answer of a further mentor, to a ``field``: as staff read it, and the ``points`` (millionths) it adds."""

    field: str
    question: str
    answer: str
    points: int

    def __str__(self) -> str:
        return about(quoted(self.question), self.answer)


@dataclass(frozen=True, slots=True)
class MentorDescription:
    """Who is looked for, to accompany ``mentees`` (keys).

    With the answers ``least`` that is possible, and none of them can be left out; with those in ``best`` the points of
    their pairs are the greatest. ``like`` is the key of a mentor whose other answers are needed too, None: nobody.
    """

    mentees: tuple[str, ...]
    least: tuple[MentorTrait, ...]
    best: tuple[MentorTrait, ...]
    like: str | None = None

    def sentences_for(self, labels: Labels = KEYS) -> Iterator[str]:
        """Yield who is looked for, in words."""
        if self.like is not None:
            yield tr("Quelqu'un qui répondrait comme {mentor}.", mentor=labels.person("mentor", self.like))
        if self.least:
            yield tr("Il suffit de : {answers}.", answers=joined(list(map(str, self.least))))
        else:
            yield tr("Aucune réponse n'est exigée.")
        most = [one for one in self.best if one.points > 0 and one not in self.least][:MOST_LISTED]
        if most:
            gains = [tr("{answer} ({points} points)", answer=one, points=points(one.points)) for one in most]
            yield tr("Ce qui rapporte le plus : {answers}.", answers=joined(gains))


@dataclass(frozen=True, slots=True)
class RecruitOption:
    """What so many further mentors bring: as described in full, and by the ``least`` answers alone.

    ``places`` are as many more places with mentors who are there, and ``by_places`` what these bring.
    """

    mentors: tuple[MentorDescription, ...]
    gain: PlanGain
    least: PlanGain
    places: ChosenPlaces
    by_places: PlanGain | None

    @property
    def places_do(self) -> bool:
        """Whether more places with mentors who are there put as many people into a pair."""
        return self.by_places is not None and self.by_places.placed >= self.gain.placed

    def sentences_for(self, labels: Labels = KEYS) -> Iterator[str]:
        """Yield what can be said of it."""
        number = counted(len(self.mentors), "mentor·e de plus", "mentor·es de plus")
        yield f"{about(number, str(self.gain))}."
        for one in self.mentors:
            yield " ".join(one.sentences_for(labels))
        if self.least != self.gain:
            yield tr("Avec ce qui suffit, et rien de plus : {gain}.", gain=self.least)
        if self.by_places is not None:
            message = mark("Autant sans recruter : {places} ({gain}).")
            less = mark("Sans recruter, au mieux : {places} ({gain}).")
            yield tr(
                message if self.places_do else less, places=places_in_words(self.places, labels), gain=self.by_places
            )


def places_in_words(places: ChosenPlaces, labels: Labels = KEYS) -> str:
    """Return which mentors get how many more places, in words."""
    each = mark("{places} chez {mentor}")
    more = ((counted(count, "place de plus", "places de plus"), labels.person("mentor", key)) for key, count in places)
    return listed([tr(each, places=count, mentor=name) for count, name in more])


@dataclass(frozen=True, repr=False, eq=False)
class Recruitment(ContentEquality):
    """Whom to recruit next: one option for each number of further mentors, from one on, while one more brings more.

    ``tried`` is how many answers, and mentors like one who is there, were compared. ``left`` is how many mentees have
    no partner today; ``unchecked`` are the rules on names, which no description keeps by itself.
    """

    matching: Matching
    options: tuple[RecruitOption, ...]
    tried: int
    left: int
    unchecked: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The language of the programme, in which it is told unless another was asked for."""
        return self.matching.language

    @property
    def status(self) -> Status:
        """Whether every plan that is told of is proved to be the best with these people."""
        statuses = [gain.status for one in self.options for gain in (one.gain, one.least, one.by_places) if gain]
        return Status.PROVED if all(each is Status.PROVED for each in statuses) else Status.FEASIBLE

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """What can be said, and how sure it is."""
        return tuple(self.sentences_for())

    def sentences_for(self, labels: Labels = KEYS) -> Iterator[str]:
        """Yield the same, people being called by these labels."""
        today = counted(self.left, "personne sans binôme aujourd'hui", "personnes sans binôme aujourd'hui")
        yield f"{today}." if self.left else tr("Personne n'est sans binôme aujourd'hui.")
        if not self.options:
            yield tr(NO_GAIN)
            return
        yield from (sentence for one in self.options for sentence in one.sentences_for(labels))
        if self.unchecked:
            yield tr("À vérifier avec chaque personne : {rules}.", rules=listed(list(map(quoted, self.unchecked))))
        if self.status is Status.PROVED:
            yield tr(
                "Chaque chiffre est celui d'une répartition refaite et démontrée la meilleure. Réponses comparées : "
                "{count}. Ce qui n'est pas dit compte comme sans réponse.",
                count=thousands(self.tried),
            )
        else:
            yield tr("Faute de temps, rien ne démontre que ces chiffres sont les meilleurs.")

    @once_spoken
    def sheet(self) -> ResultSheet:
        """One row for each person who is looked for, and one for the places that would do instead."""
        return self.sheet_with(KEYS)

    def sheet_with(self, labels: Labels) -> ResultSheet:
        """Return the same, people being called by these labels."""
        columns = [
            ("number", tr("De plus")),
            ("who", tr("Qui")),
            ("mentees", tr("Accompagnerait")),
            ("least", tr("Il suffit de")),
            ("best", tr("Le mieux")),
            ("placed", tr("Personnes placées de plus")),
            ("points", tr("Points de plus")),
        ]
        return sheet(columns, (row for one in self.options for row in rows_of(one, labels)))

    def __repr__(self) -> str:
        return f"Recruitment({len(self.options)} options, {self.status})"  # a notebook saves what it shows


def rows_of(option: RecruitOption, labels: Labels) -> Iterator[tuple[CellValue, ...]]:
    """Yield the rows of one number of further mentors."""
    number = len(option.mentors)
    for place, one in enumerate(option.mentors, 1):
        yield (
            number,
            tr("comme {mentor}", mentor=labels.person("mentor", one.like))
            if one.like
            else tr("mentor·e n° {place}", place=place),
            ", ".join(labels.person("mentee", key) for key in one.mentees),
            joined(list(map(str, one.least))),
            joined(list(map(str, one.best))),
            option.gain.placed,
            points(option.gain.points),
        )
    if option.by_places is not None:
        gain = option.by_places
        yield number, places_in_words(option.places, labels), "", "", "", gain.placed, points(gain.points)
