"""A matching and contacts -> its pairs as cards on A4 pages, by the name of the mentor, for the team alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import Pair, same_once
from mentormatch.fields import Side
from mentormatch.languages.phrases import points
from mentormatch.languages.text_keys import fold
from mentormatch.operations.matching import Matching
from mentormatch.programme.enrolment import email_of
from mentormatch.record.seal import Seal
from mentormatch.report.handouts import partner_contact_fields
from mentormatch.report.texts import render_template
from mentormatch.report.view import MOST_LISTED, Card, best_pairs, card, codes_of, figures, imprint
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair in words, and how both people are reached."""

    card: Card
    reasons: tuple[str, ...]
    mentor: tuple[str, ...]
    mentee: tuple[str, ...]


def pair_cards(matching: Matching, labels: Labels, contacts: Contacts | None, seal: Seal | None = None) -> str:
    """Return the page of the cards; without ``contacts`` it does not say how people are reached."""
    made = sorted(_cards(matching, labels, contacts), key=lambda one: (fold(one.card.mentor), one.card.mentee))
    scores = matching.scores.at(*matching.solution.pairs.T)
    lowest = points(int(scores.min())) if len(scores) else ""
    return render_template(
        "pair_cards.html",
        "summary.css",
        name=matching.programme.name,
        imprint_of=imprint(matching, seal),
        figures=list(figures(matching)),
        lowest=lowest,
        cards=made,
        codes=codes_of(matching),
        omitted=max(len(scores) - MOST_LISTED, 0),
        reached=contacts is not None,
    )


def _cards(matching: Matching, labels: Labels, contacts: Contacts | None) -> Iterator[PairCard]:
    for pair in best_pairs(matching, MOST_LISTED):
        mentor, mentee = (reached_by(matching, contacts, side, key) for side, key in people_of(pair))
        yield PairCard(card(pair, labels), uniting_reasons(pair, labels), mentor, mentee)


def people_of(pair: Pair) -> tuple[tuple[Side, str], tuple[Side, str]]:
    """Return both people of a pair, the mentor first."""
    return ("mentor", pair.mentor), ("mentee", pair.mentee)


def reached_by(matching: Matching, contacts: Contacts | None, side: Side, key: str) -> tuple[str, ...]:
    """Return how somebody is reached: their address, and what their partner may read."""
    programme = matching.programme
    fields = dict.fromkeys((email_of(programme), *partner_contact_fields(programme.documents)))
    known = contacts.of(side, key) if contacts else {}
    return tuple(known[field] for field in fields if field is not None and field in known)


def uniting_reasons(pair: Pair, labels: Labels) -> tuple[str, ...]:
    """Return what gives a pair its points, in words, by the order of the criteria."""
    uniting = (part.reason for part in pair.contributions if part.share and part.answered)
    return tuple(labels.text(same_once(reason)) for reason in uniting)
