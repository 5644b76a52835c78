"""The result of ``recruit``: descriptions of further mentors, their gain, and that of additional places."""

from collections.abc import Iterator
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status
from mentormatch.base.data_objects import ContentEquality
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.explanation.tables import CellValue, ResultSheet, sheet
from mentormatch.languages.phrases import about, counted, joined, listed, points, quoted, thousands
from mentormatch.languages.translation import mark, once_spoken, tr
from mentormatch.operations.matching import Matching

MAX_LISTED_ANSWERS = 3
"""Answers that add points, listed per sentence; the sheet lists all."""
type ChosenPlaces = tuple[tuple[str, int], ...]
"""Mentors by key, with the number of additional places of each."""


@dataclass(frozen=True, slots=True)
class PlanGain:
    """The improvement of a plan over today's: ``placed`` more mentees, and ``points`` in millionths of a score.

    ``people`` are the keys of mentees without a partner today who have one in the plan. ``status`` is that of the
    plan, or that of today's plan if only the former is proved.
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
    """An answer of a further mentor to ``field``, in words, and the ``points`` (millionths) gained by it."""

    field: str
    question: str
    answer: str
    points: int

    def __str__(self) -> str:
        return about(quoted(self.question), self.answer)


@dataclass(frozen=True, slots=True)
class MentorDescription:
    """The answers of a further mentor who would accompany ``mentees`` (keys).

    The answers in ``least`` suffice, and none can be omitted; those in ``best`` give the pairs the most points.
    ``like`` is the key of a mentor whose other answers are needed too, else None.
    """

    mentees: tuple[str, ...]
    least: tuple[MentorTrait, ...]
    best: tuple[MentorTrait, ...]
    like: str | None = None

    def sentences_for(self, labels: Labels = KEY_LABELS) -> Iterator[str]:
        """Yield the description in sentences."""
        if self.like is not None:
            yield tr("Quelqu'un qui répondrait comme {mentor}.", mentor=labels.person("mentor", self.like))
        if self.least:
            yield tr("Il suffit de : {answers}.", answers=joined(list(map(str, self.least))))
        else:
            yield tr("Aucune réponse n'est exigée.")
        top_answers = [trait for trait in self.best if trait.points > 0 and trait not in self.least][
            :MAX_LISTED_ANSWERS
        ]
        if top_answers:
            gains = [
                tr("{answer} ({points} points)", answer=trait, points=points(trait.points)) for trait in top_answers
            ]
            yield tr("Ce qui rapporte le plus : {answers}.", answers=joined(gains))


@dataclass(frozen=True, slots=True)
class RecruitOption:
    """The gain of a number of further mentors: with all described answers, and with the ``least`` answers.

    ``places`` are at most the same number of additional places with present mentors, and ``by_places`` their gain;
    empty and None if these improve nothing.
    """

    mentors: tuple[MentorDescription, ...]
    gain: PlanGain
    least: PlanGain
    places: ChosenPlaces
    by_places: PlanGain | None

    @property
    def places_do(self) -> bool:
        """Whether additional places with present mentors pair at least as many people."""
        return self.by_places is not None and self.by_places.placed >= self.gain.placed

    def sentences_for(self, labels: Labels = KEY_LABELS) -> Iterator[str]:
        """Yield the sentences of this option."""
        number = counted(len(self.mentors), "mentor·e de plus", "mentor·es de plus")
        yield f"{about(number, str(self.gain))}."
        for mentor in self.mentors:
            yield " ".join(mentor.sentences_for(labels))
        if self.least != self.gain:
            yield tr("Avec ce qui suffit, et rien de plus : {gain}.", gain=self.least)
        if self.by_places is not None:
            message = mark("Autant sans recruter : {places} ({gain}).")
            less = mark("Sans recruter, au mieux : {places} ({gain}).")
            yield tr(
                message if self.places_do else less, places=places_in_words(self.places, labels), gain=self.by_places
            )


def places_in_words(places: ChosenPlaces, labels: Labels = KEY_LABELS) -> str:
    """Return the additional places of each mentor, in words."""
    message = mark("{places} chez {mentor}")
    places_by_mentor = (
        (counted(count, "place de plus", "places de plus"), labels.person("mentor", key)) for key, count in places
    )
    return listed([tr(message, places=count, mentor=name) for count, name in places_by_mentor])


@dataclass(frozen=True, repr=False, eq=False)
class Recruitment(ContentEquality):
    """The options, by number of further mentors, from one on, while each of them has a mentee.

    ``tried`` counts the compared answers and copies of present mentors. ``left`` is the number of mentees without a
    partner today; ``unchecked`` are the rules on names, which descriptions cannot take into account.
    """

    matching: Matching
    options: tuple[RecruitOption, ...]
    tried: int
    left: int
    unchecked: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    @property
    def status(self) -> Status:
        """``proved`` if every plan behind the figures is proved optimal, else ``feasible``."""
        statuses = [
            gain.status for option in self.options for gain in (option.gain, option.least, option.by_places) if gain
        ]
        return Status.PROVED if all(status is Status.PROVED for status in statuses) else Status.FEASIBLE

    @once_spoken
    def sentences(self) -> tuple[str, ...]:
        """The options in sentences, with the status of the figures."""
        return tuple(self.sentences_for())

    def sentences_for(self, labels: Labels = KEY_LABELS) -> Iterator[str]:
        """Yield the sentences, with people named by ``labels``."""
        today = counted(self.left, "personne sans binôme aujourd'hui", "personnes sans binôme aujourd'hui")
        yield f"{today}." if self.left else tr("Personne n'est sans binôme aujourd'hui.")
        if not self.options:
            yield tr(
                "On ne peut rien proposer : de toutes les descriptions essayées, aucune ne placerait une personne de"
                " plus ni n'ajouterait de points."
            )
            return
        yield from (sentence for option in self.options for sentence in option.sentences_for(labels))
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
        """A table with a row per further mentor, and a row per option for additional places."""
        return self.sheet_with(KEY_LABELS)

    def sheet_with(self, labels: Labels) -> ResultSheet:
        """Return the sheet, with people named by ``labels``."""
        columns = [
            ("number", tr("De plus")),
            ("who", tr("Qui")),
            ("mentees", tr("Accompagnerait")),
            ("least", tr("Il suffit de")),
            ("best", tr("Le mieux")),
            ("placed", tr("Personnes placées de plus")),
            ("points", tr("Points de plus")),
        ]
        return sheet(columns, (row for option in self.options for row in rows_of(option, labels)))

    def __repr__(self) -> str:
        return f"Recruitment({len(self.options)} options, {self.status})"  # a notebook saves what it shows


def rows_of(option: RecruitOption, labels: Labels) -> Iterator[tuple[CellValue, ...]]:
    number = len(option.mentors)
    for place, mentor in enumerate(option.mentors, 1):
        yield (
            number,
            tr("comme {mentor}", mentor=labels.person("mentor", mentor.like))
            if mentor.like
            else tr("mentor·e n° {place}", place=place),
            ", ".join(labels.person("mentee", key) for key in mentor.mentees),
            joined(list(map(str, mentor.least))),
            joined(list(map(str, mentor.best))),
            option.gain.placed,
            points(option.gain.points),
        )
    if option.by_places is not None:
        gain = option.by_places
        yield number, places_in_words(option.places, labels), "", "", "", gain.placed, points(gain.points)
