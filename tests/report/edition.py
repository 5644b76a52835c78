"""A whole edition, from the answers to the end of the year, in which all that anybody types is one of some texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from pandas import DataFrame

from mentormatch import (
    Matching,
    Programme,
    anonymous_profiles,
    examples,
    follow_up,
    intake,
    match,
    read_contacts,
    read_survey,
)
from mentormatch.examples import copy_to, copy_waves_to
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.results import Contacts, Intake, Profiles, Year
from mentormatch.survey.privacy import Pseudonyms
from tests.report.cohorts import hostile_strings

CODES = Pseudonyms(b"s" * 32)
QUESTIONS = ("code", "nom", "metier", "envies", "structures", "souhaits", "eviter", "accord")
"""The fields of the programme; each question, each criterion and each rule bears some of the texts."""
PARTS = len(QUESTIONS)
CRITERIA: list[dict[str, Any]] = [
    {"kind": "same", "field": "metier"},
    {"kind": "overlap", "field": "envies"},
    {"kind": "wishes", "mentee": "souhaits"},
]
RULES: list[dict[str, Any]] = [
    {"kind": "different", "field": "structures"},
    {"kind": "veto", "field": "eviter", "against": ["code"]},
]
MOST_CHARACTERS = 5_000
"""Of one text; it stands in an edition many times over."""
MOST_SHOWN = 12
"""Texts that one question offers or that one person gives where several may be; a bar is drawn for each."""


@dataclass(frozen=True)
class Edition:
    """All from which documents are made."""

    matching: Matching
    contacts: Contacts
    intake: Intake
    profiles: Profiles
    year: Year


def example(folder: Path) -> Edition:
    """Return the edition of the example programme, which asks for no wishes after profiles: they are added to it."""
    programme, files = examples.programme(), copy_to(folder)
    data = programme.model_dump(by_alias=True)
    refused = {"question": "À éviter", "kind": "names", "private": True, "later": True}
    data["fields"]["ecarter"] = refused
    data["rules"] = [{"kind": "veto", "field": "ecarter", "against": ["code"]}]
    matching = match(examples.cohort(), programme)
    return Edition(
        matching,
        read_contacts(programme, files.answers),
        intake(programme, files.answers),
        anonymous_profiles(matching.cohort, Programme.read(data), CODES),
        follow_up(programme, matching.pairs, dict(copy_waves_to(folder))),
    )


def attacks(folder: Path) -> list[str]:
    """Return the hostile texts that a file can hold and that are told apart as answers and as keys."""
    typed = [text for text in hostile_strings(folder) if "\0" not in text and len(text) <= MOST_CHARACTERS]
    sound = [text for text in typed if text.encode("utf-8", "ignore").decode("utf-8") == text]
    kept = {fold(text): text for text in sound if fold(text) and canonical(text)}
    return list({canonical(text): text for text in kept.values()}.values())


def harmless(texts: Sequence[object]) -> list[str]:
    """Return as many texts that do nothing."""
    return [f"mot {place}" for place, _ in enumerate(texts)]


def edition(texts: Sequence[str]) -> Edition:
    """Return the edition in which these texts are names, answers, questions, criteria, rules, and all else."""
    rules = programme(texts)
    mentors, mentees = answers(rules, texts)
    cohort = read_survey(rules, mentors=mentors, mentees=mentees)
    matching = match(cohort, rules)
    return Edition(
        matching,
        read_contacts(rules, mentors=mentors, mentees=mentees),
        intake(rules, mentors=mentors, mentees=mentees),
        anonymous_profiles(cohort, rules, CODES),
        follow_up(rules, matching.pairs, {1: wave(rules, matching)}),
    )


def programme(texts: Sequence[str]) -> Programme:
    """Return a programme whose every word is one of these texts; all of them stand in its questions, and again in
    the names of its criteria and of its rules."""
    said = [" ".join(texts[place::PARTS]) for place in range(PARTS)]
    return Programme.read(
        {
            "programme": {"name": said[0]},
            "fields": fields(texts, said),
            "criteria": [one | {"name": said[at], "group": said[at + 1]} for at, one in enumerate(CRITERIA)],
            "rules": [one | {"name": said[at + 4]} for at, one in enumerate(RULES)],
            "profiles": {"consent": "accord"},
            "documents": {"name": "nom", "contacts": ["nom"], "message": "\n\n".join(said), "score": True},
            "follow_up": after(texts, said),
        }
    )


def fields(texts: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    """Return the questions."""
    own: dict[str, dict[str, Any]] = {
        "code": {"kind": "text", "use": "key"},
        "nom": {"kind": "text", "use": "contact"},
        "metier": {"kind": "choice", "options": list(texts), "shareable": True},
        "envies": {"kind": "choices", "options": list(texts[:MOST_SHOWN])},
        "structures": {"kind": "names"},
        "souhaits": {"kind": "names", "side": "mentee", "private": True, "later": True},
        "eviter": {"kind": "names", "private": True, "later": True},
        "accord": {"kind": "yesno", "use": "consent"},
    }
    return {name: {"question": question, **own[name]} for name, question in zip(QUESTIONS, said, strict=True)}


def after(texts: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    """Return what is asked during the year."""
    options = list(texts[:MOST_SHOWN])
    return {
        "months": [1],
        "stopped": {"field": "toujours", "in": ["Non"]},
        "calls": [{"field": "note", "in": [option], "why": why} for option, why in zip(options, said, strict=False)],
        "outcomes": [{"name": text, "field": "note", "in": options[:1]} for text in options],
        "fields": {
            "toujours": {"question": said[2], "kind": "yesno"},
            "note": {"question": said[3], "kind": "choice", "options": options},
        },
    }


def answers(rules: Programme, texts: Sequence[str]) -> tuple[DataFrame, DataFrame]:
    """Return a person for each text, on either side in turn; two more rows are nobody: no consent, no key."""
    heads = [field.question for name, field in rules.fields.items() if not field.later]
    rows = [person(texts, place) for place in range(len(texts))]
    sides = rows[::2], rows[1::2]
    strays = [*person(texts, 0)[:-1], "Non"], ["", *person(texts, 1)[1:]]
    ours, theirs = (DataFrame([*side, stray], columns=heads) for side, stray in zip(sides, strays, strict=True))
    return ours, theirs


def person(texts: Sequence[str], place: int) -> list[str]:
    """Return what one person answers: their key and their name are hostile, and all their answers."""
    others = list(islice(cycle(texts), place + 1, place + 3))
    return [texts[place], others[0], texts[place // 2], texts[place % MOST_SHOWN], others[1], "Oui"]


def wave(rules: Programme, matching: Matching) -> DataFrame:
    """Return what mentees answer during the year: some meet no more; strangers answer too."""
    heads = [rules.fields["code"].question, *(field.question for field in rules.follow_up.fields.values())]
    return DataFrame(list(replies(rules, matching)), columns=heads)


def replies(rules: Programme, matching: Matching) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a wave."""
    notes = rules.follow_up.calls
    for place, pair in enumerate(matching.pairs):
        yield pair.mentee, "Non" if place % 3 else "Oui", notes[place % len(notes)].answers[0]
    yield f"{matching.pairs[0].mentee} x", "Oui", "autre chose"
