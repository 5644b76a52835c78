"""A matching and contacts -> its pairs as cards on A4 pages, sorted by mentor, for the team only."""

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
from mentormatch.report.view import MOST_LISTED, Card, best_pairs, card, codes_of, figures, make_seal_text
from mentormatch.survey.contacts import Contacts


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair as texts, with the contact details of both people."""

    card: Card
    reasons: tuple[str, ...]
    mentor: tuple[str, ...]
    mentee: tuple[str, ...]


def pair_cards(matching: Matching, labels: Labels, contacts: Contacts | None, seal: Seal | None = None) -> str:
    """Return the page of cards, without contact details if ``contacts`` is None."""
    cards = sorted(_cards(matching, labels, contacts), key=lambda card: (fold(card.card.mentor), card.card.mentee))
    scores = matching.scores.at(*matching.solution.pairs.T)
    lowest = points(int(scores.min())) if len(scores) else ""
    return render_template(
        "pair_cards.html",
        "summary.css",
        name=matching.programme.name,
        imprint_of=make_seal_text(matching, seal),
        figures=list(figures(matching)),
        lowest=lowest,
        cards=cards,
        codes=codes_of(matching),
        omitted=max(len(scores) - MOST_LISTED, 0),
        reached=contacts is not None,
    )


def _cards(matching: Matching, labels: Labels, contacts: Contacts | None) -> Iterator[PairCard]:
    for pair in best_pairs(matching, MOST_LISTED):
        mentor, mentee = (get_contact_texts(matching, contacts, side, key) for side, key in get_people(pair))
        yield PairCard(card(pair, labels), uniting_reasons(pair, labels), mentor, mentee)


def get_people(pair: Pair) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return ("mentor", pair.mentor), ("mentee", pair.mentee)


def get_contact_texts(matching: Matching, contacts: Contacts | None, side: Side, key: str) -> tuple[str, ...]:
    """Return the e-mail address of a person and the details that the partner may read."""
    programme = matching.programme
    fields = dict.fromkeys((email_of(programme), *partner_contact_fields(programme.documents)))
    answers = contacts.of(side, key) if contacts else {}
    return tuple(answers[field] for field in fields if field is not None and field in answers)


def uniting_reasons(pair: Pair, labels: Labels) -> tuple[str, ...]:
    """Return the reasons of the criteria that give points, in the order of the criteria."""
    uniting = (part.reason for part in pair.contributions if part.share and part.answered)
    return tuple(labels.text(same_once(reason)) for reason in uniting)
