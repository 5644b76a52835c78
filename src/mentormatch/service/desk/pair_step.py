"""The step of the pairs: the result as its title, the list, who has no pair and what would suffice, further views."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import RequestError
from mentormatch.explanation.caveats import Code
from mentormatch.explanation.diagnosis.smallest_change import smallest_changes
from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import Pair
from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import ACROSS, Side
from mentormatch.languages.phrases import counted, points
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.evaluation import GIVEN
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report.pair_cards import uniting_reasons
from mentormatch.report.view import (
    can_validate,
    explain_positions,
    explain_unmatched,
    figures,
    get_seal_sentences,
    rank_pairs,
)
from mentormatch.report.views.piece import get_view_labels
from mentormatch.report.words import goals, summary, verdict
from mentormatch.service.desk.desk_requests import ShowPairs
from mentormatch.service.desk.documents import PAIR_PAGE_PREFIX, DocumentSource
from mentormatch.service.desk.sealing_board import LoggedBoard
from mentormatch.service.desk.step_tree import render_step
from mentormatch.widgets.board.decisions import BoardGround, PlacesIn, place_fields, side_of

PAIRS_SHOWN, PEOPLE_SHOWN = 60, 20
"""Pairs per page, and people without a pair: the tree stays below 40 kB."""
TWO_PEOPLE = "two"
BEST_KNOWN = mark("{pairs}, la meilleure répartition selon vos buts")
BEST_FOUND = mark("{pairs}, la meilleure répartition trouvée")
FAMILIES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    mark("Comprendre"): (
        mark("Pourquoi eux, pourquoi pas d'autres"),
        {
            TWO_PEOPLE: (mark("Deux personnes"), mark("pourquoi pas ces deux-là, et à quel prix")),
            "possibles": (mark("Qui pourrait rencontrer qui"), mark("ce que les règles permettent")),
            "objectifs": (mark("Ce que coûte chaque but"), mark("placer plus, ou mieux")),
            "sans-binome": (mark("Sans binôme"), mark("pourquoi, et ce qui suffirait")),
            "binomes": (mark("Les binômes en détail"), mark("d'où viennent les points de chacun")),
        },
    ),
    mark("Améliorer"): (
        mark("Ce qui placerait plus de monde, ou mieux"),
        {
            "recruter": (mark("Qui recruter"), mark("les mentor·es qui manquent le plus")),
            "departs": (mark("Tenir aux départs"), mark("combien gardent un binôme, au pire")),
            "incitations": (mark("Répondre autrement"), mark("si quelqu'un y gagnerait")),
            "annees": (mark("Ce que les années enseignent"), mark("ce qui va avec les binômes qui durent")),
        },
    ),
    mark("Prouver"): (
        mark("Pour qui voudrait vérifier"),
        {
            "certificat": (mark("Est-ce le meilleur possible ?"), mark("la preuve, but par but")),
            "solidite": (mark("Solides et fragiles"), mark("ce qui change à un point près")),
            "acces": (mark("Égal pour tous ?"), mark("selon les réponses que le programme surveille")),
        },
    ),
}
"""The views of the pairs by family: each with what it is called, and what it tells."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair as the list shows it: what unites both in words, without criteria that give no points."""

    mentor: str
    mentee: str
    points: str
    share: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAlone:
    """A person without a pair, why, what would suffice, and by opaque id whose further place can be tried."""

    name: str
    reason: str
    change: str
    tried: str


def pair_step(held: DocumentSource, board: LoggedBoard, asked: ShowPairs) -> dict[str, Any]:
    """Return the pairs as they are now; ``asked`` chooses the page of the list and a further view."""
    matching = held.matching
    labels = get_view_labels(matching, held.names)
    ranked = rank_pairs(matching)
    first = asked.first if asked.first < len(ranked) else 0
    shown = explain_positions(matching, ranked[first : first + PAIRS_SHOWN])
    mentors, mentees = held.menu_labels
    chosen = chosen_two(ranked, asked, len(mentors), len(mentees))
    view = f"{PAIR_PAGE_PREFIX}{chosen[0]}-{chosen[1]}" if asked.view == TWO_PEOPLE else asked.view
    alone = list(people_alone(matching, labels, board.ground))
    return render_step(
        "pairs",
        answered=can_validate(matching),
        title=result_title(matching),
        summary=summary(matching),
        losses=matching.losses,
        caveats=[caveat.sentence for caveat in matching.caveats],
        verdict=verdict(matching),
        standing=get_seal_sentences(matching, held.seal),
        people=[f"{number} {noun}" for number, noun in list(figures(matching))[:2]],
        places=places_taken(case_of(matching)),
        rows=[pair_row(pair, labels) for pair in shown],
        pairs=len(ranked),
        more=len(ranked) + 1 if has_most_pairs(matching) else 0,
        first=first,
        step=PAIRS_SHOWN,
        alone=alone[:PEOPLE_SHOWN],
        alone_count=len(alone),
        can_undo=board.at > 0,
        families=families(held, can_choose=bool(mentors and mentees)),
        view=view,
        open=asked.view,
        mentors=mentors,
        mentees=mentees,
        chosen=chosen,
        goals=list(goals(matching)),
        sentence_of_proof=verdict(matching)[1],
    )


def families(held: DocumentSource, *, can_choose: bool) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return the families of views, each with those that there are; years teach if some before were given."""
    there = {*held.views, *([TWO_PEOPLE] if can_choose else [])} - (
        {"annees"} if not held.follow_up.editions else set()
    )
    return [
        (
            tr(title),
            tr(purpose),
            [(name, tr(called), tr(told)) for name, (called, told) in views.items() if name in there],
        )
        for title, (purpose, views) in FAMILIES.items()
    ]


def chosen_two(ranked: list[tuple[int, int]], asked: ShowPairs, mentors: int, mentees: int) -> tuple[int, int]:
    """Return the places, from 1, of the two people to look at: a mentor comes with their mentee, if they have one."""
    partners = {mentor + 1: mentee + 1 for mentor, mentee in reversed(ranked)}
    best = (ranked[0][0] + 1, ranked[0][1] + 1) if ranked else (1, 1)
    mentor = int(asked.mentor) if asked.mentor else best[0]
    mentee = int(asked.mentee) if asked.mentee else partners.get(mentor, best[1])
    return (mentor, mentee) if mentor <= mentors and mentee <= mentees else best


def result_title(matching: Matching) -> str:
    """Return in a line what the pairs are, and what is known of them."""
    pairs, proved = counted(len(matching.solution.pairs), "binôme"), matching.status is Status.PROVED
    if not can_validate(matching):
        return verdict(matching)[0]
    if matching.is_vacuous:
        return tr("{pairs}, sans que rien ait été comparé", pairs=pairs)
    if matching.solution.engine == GIVEN:
        return tr("{pairs}, repris tels quels", pairs=pairs)
    if any(caveat.code is Code.UNPROVED for caveat in matching.caveats):
        return tr("{pairs}, sans démonstration que l'on puisse contrôler", pairs=pairs)
    if has_most_pairs(matching):
        return tr("{pairs}, et on ne peut pas faire plus", pairs=pairs)
    return tr(BEST_KNOWN if proved else BEST_FOUND, pairs=pairs)


def has_most_pairs(matching: Matching) -> bool:
    """Return whether it is proved that there are no more pairs than these."""
    return matching.status is Status.PROVED and matching.programme.goals.order[:1] == ("matched",)


def pair_row(pair: Pair, labels: Labels) -> PairRow:
    """Return a pair in words."""
    return PairRow(
        labels.person("mentor", pair.mentor),
        labels.person("mentee", pair.mentee),
        points(pair.score),
        pair.score / 10_000,
        uniting_reasons(pair, labels),
    )


def people_alone(matching: Matching, labels: Labels, ground: BoardGround) -> Iterator[PersonAlone]:
    """Yield the people without a pair, with what would suffice."""
    changes = smallest_changes(case_of(matching))
    for one, line, change in zip(matching.unmatched, explain_unmatched(matching, labels), changes, strict=False):
        across, tried = ACROSS[one.side], ""
        if change and change.code == "add_place" and place_fields(matching.programme, across):
            tried = ground.id(across, change.people[0 if across == "mentor" else 1])
        yield PersonAlone(line.person, line.reason, line.change, tried)


def places_taken(case: Case) -> str:
    """Return in a sentence that all places of mentors are taken, if they are and each is counted."""
    most = case.loads("mentor").most[case.others("mentee")]
    places, taken = int(most.sum()), len(case.solution.pairs)
    return tr("Les {places} sont prises.", places=counted(places, "place")) if places == taken else ""


def further_place(board: LoggedBoard, person: str) -> PlacesIn:
    """Return the decision that gives a person one place more than now; raises RequestError if they are gone."""
    side: Side = side_of(person)
    people, case = case_of(board.matching).people(side), case_of(board.matching)
    row = people.find(board.ground.key(person))
    if row < 0:
        raise RequestError(tr("Personne inconnue"))
    return PlacesIn(person=person, places=int(case.loads(side).most[row]) + 1)
