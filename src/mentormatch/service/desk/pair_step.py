"""The step of pairs: the result, the list of pairs, people without a pair, and further views."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import RequestError
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.explanation.diagnosis.smallest_change import smallest_changes
from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import Pair
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import ACROSS, Side
from mentormatch.languages.phrases import counted, points
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.evaluation import GIVEN_ENGINE
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
from mentormatch.widgets.board.decisions import BoardBaseline, CapacityChange, place_fields, side_of

PAIRS_PER_PAGE = 60
TWO_PEOPLE = "two"
# views of the pairs by family, with title and content
VIEW_FAMILIES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
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

ONE_MORE_TEXTS: Mapping[Side, str] = {
    "mentor": mark("Il suffirait d'une place de plus chez {partner} : {score} points."),
    "mentee": mark("Il suffirait d'un·e mentor·e de plus pour {partner} : {score} points."),
}


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair in the list, with the reasons that unite them; criteria without points are left out."""

    mentor: str
    mentee: str
    points: str
    share: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonAlone:
    """A person without a pair: the reason, a sufficient change, and the opaque id of a partner who may get a place."""

    name: str
    reason: str
    change: str
    tried: str


def pair_step(source: DocumentSource, board: LoggedBoard, query: ShowPairs) -> dict[str, Any]:
    """Return the step of pairs; ``query`` selects the page of the list and a further view."""
    matching = source.matching
    labels = get_view_labels(matching, source.names)
    ranked = rank_pairs(matching)
    first = query.first if query.first < len(ranked) else 0
    pairs = explain_positions(matching, ranked[first : first + PAIRS_PER_PAGE])
    mentors, mentees = source.menu_labels
    two_people = choose_two_people(ranked, query, len(mentors), len(mentees))
    view = f"{PAIR_PAGE_PREFIX}{two_people[0]}-{two_people[1]}" if query.view == TWO_PEOPLE else query.view
    unmatched = list(list_unmatched(matching, labels, board.ground))
    return render_step(
        "pairs",
        answered=can_validate(matching),
        title=result_title(matching),
        summary=summary(matching),
        losses=matching.losses,
        caveats=[caveat.sentence for caveat in matching.caveats],
        verdict=verdict(matching),
        standing=get_seal_sentences(matching, source.seal),
        people=[f"{number} {noun}" for number, noun in list(figures(matching))[:2]],
        places=format_places_taken(case_of(matching)),
        rows=[make_pair_row(pair, labels) for pair in pairs],
        pairs=len(ranked),
        more=len(ranked) + 1 if has_most_pairs(matching) else 0,
        first=first,
        step=PAIRS_PER_PAGE,
        alone=unmatched[:20],
        alone_count=len(unmatched),
        can_undo=board.at > 0,
        families=list_view_families(source, can_choose=bool(mentors and mentees)),
        view=view,
        open=query.view,
        mentors=mentors,
        mentees=mentees,
        chosen=two_people,
        goals=list(goals(matching)),
        sentence_of_proof=verdict(matching)[1],
    )


def list_view_families(
    source: DocumentSource, *, can_choose: bool
) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return the available views by family; the lessons of years need previous editions."""
    available = {*source.views, *([TWO_PEOPLE] if can_choose else [])} - (
        {"annees"} if not source.follow_up.editions else set()
    )
    return [
        (
            tr(title),
            tr(purpose),
            [(name, tr(view_title), tr(content)) for name, (view_title, content) in views.items() if name in available],
        )
        for title, (purpose, views) in VIEW_FAMILIES.items()
    ]


def choose_two_people(ranked: list[tuple[int, int]], query: ShowPairs, mentors: int, mentees: int) -> tuple[int, int]:
    """Return the positions, from 1, of the two people to compare; by default a mentor with their mentee."""
    partners = {mentor + 1: mentee + 1 for mentor, mentee in reversed(ranked)}
    best = (ranked[0][0] + 1, ranked[0][1] + 1) if ranked else (1, 1)
    mentor = int(query.mentor) if query.mentor else best[0]
    mentee = int(query.mentee) if query.mentee else partners.get(mentor, best[1])
    return (mentor, mentee) if mentor <= mentors and mentee <= mentees else best


def result_title(matching: Matching) -> str:
    """Return the result in one line."""
    pairs, proved = counted(len(matching.solution.pairs), "binôme"), matching.status is Status.PROVED
    if not can_validate(matching):
        return verdict(matching)[0]
    if matching.is_vacuous:
        return tr("{pairs}, sans que rien ait été comparé", pairs=pairs)
    if matching.solution.engine == GIVEN_ENGINE:
        return tr("{pairs}, repris tels quels", pairs=pairs)
    if any(caveat.code is CaveatCode.UNPROVED for caveat in matching.caveats):
        return tr("{pairs}, sans démonstration que l'on puisse contrôler", pairs=pairs)
    if has_most_pairs(matching):
        return tr("{pairs}, et on ne peut pas faire plus", pairs=pairs)
    return tr(
        mark("{pairs}, la meilleure répartition selon vos buts")
        if proved
        else mark("{pairs}, la meilleure répartition trouvée"),
        pairs=pairs,
    )


def has_most_pairs(matching: Matching) -> bool:
    # The first goal maximises the number of pairs.
    return matching.status is Status.PROVED and matching.programme.goals.order[:1] == ("matched",)


def make_pair_row(pair: Pair, labels: Labels) -> PairRow:
    return PairRow(
        labels.person("mentor", pair.mentor),
        labels.person("mentee", pair.mentee),
        points(pair.score),
        pair.score / 10_000,
        uniting_reasons(pair, labels),
    )


def list_unmatched(matching: Matching, labels: Labels, ground: BoardBaseline) -> Iterator[PersonAlone]:
    """Yield the people without a pair, with a sufficient change."""
    case = case_of(matching)
    changes = smallest_changes(case)
    for person, line, change in zip(matching.unmatched, explain_unmatched(matching, labels), changes, strict=False):
        across, partner_id, change_text = ACROSS[person.side], "", line.change
        has_place = case.loads(person.side).most[case.people(person.side).find(person.person)] > 0
        if change and change.code == "add_place" and has_place:
            partner_key = change.people[0 if across == "mentor" else 1]
            score = points(matching.explain(*change.people).score)
            change_text = tr(ONE_MORE_TEXTS[across], partner=labels.person(across, partner_key), score=score)
            if place_fields(matching.programme, across):
                partner_id = ground.id(across, partner_key)
        yield PersonAlone(line.person, line.reason, change_text, partner_id)


def format_places_taken(case: SolvedInstance) -> str:
    """Return a sentence if all places of mentors are taken, else an empty text."""
    capacities = case.loads("mentor").most[case.others("mentee")]
    places, pair_count = int(capacities.sum()), len(case.solution.pairs)
    return tr("Les {places} sont prises.", places=counted(places, "place")) if places == pair_count else ""


def add_place(board: LoggedBoard, person: str) -> CapacityChange:
    """Return the decision that adds a place for a person. Raises RequestError if they left."""
    side: Side = side_of(person)
    people, case = case_of(board.matching).people(side), case_of(board.matching)
    row = people.find(board.ground.key(person))
    if row < 0:
        raise RequestError(tr("Personne inconnue"))
    return CapacityChange(person=person, places=int(case.loads(side).most[row]) + 1)
