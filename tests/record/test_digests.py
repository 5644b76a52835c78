"""To the letter, what the digest of the answers is the digest of: it must be the same years later."""

import json
from hashlib import sha256

import numpy as np
import pytest

from mentormatch import Cohort, People, Programme
from mentormatch.base.columns import Column, Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice, Texts
from mentormatch.record.digests import digest, digest_of_answers, digest_of_programme
from tests.explanation.diagnosis.people import programme

pytestmark = pytest.mark.promise(29)

COLUMNS: dict[str, tuple[Column, object]] = {
    "choice": (SingleChoice(("débutant", "expert"), np.array([1, -1])), "expert"),
    "choices": (
        MultiChoice(("z", "b", "c"), np.array([[1, 1, 0], [0, 0, 0]], bool), np.array([True, False])),
        ["b", "z"],
    ),
    "grid": (
        Grades(("chant", "danse", "jeu"), ("bas", "haut"), np.array([[0, -1, 1], [-1, -1, -1]])),
        {"chant": "bas", "jeu": "haut"},
    ),
    "names": (NameLists((("Ève", "Al"), None)), ["Ève", "Al"]),
    "nobody": (NameLists(((), None)), []),
    "number": (NumberColumn(np.array([2.5, np.nan])), 2.5),
    "ranking": (Ranks(("a", "b", "c"), np.array([[0, 2, 1], [0, 0, 0]]), 2), {"b": 2, "c": 1}),
    "text": (Texts(("\ud800 ?", "")), "\ud800 ?"),
}
TOLD = {name: told for name, (_, told) in COLUMNS.items()}


def people(names: list[str]) -> People:
    """Return somebody who answered everything and somebody who answered nothing, in these columns."""
    return People(("M1", "m2"), {name: COLUMNS[name][0] for name in names}, np.array([True, False]))


def test_the_answers_are_digested_as_sorted_and_compact_json_in_utf_8() -> None:
    mentors = people(list(COLUMNS)[::-1])
    cohort = Cohort(mentors, people([]).take([]))
    told = "{" + ",".join(f'"{name}":{json.dumps(TOLD[name], ensure_ascii=False)}' for name in sorted(TOLD)) + "}"
    told = told.replace(", ", ",").replace(": ", ":")
    text = '{"mentees":{},"mentors":{"m1":[true,' + told + '],"m2":[false,{}]}}'
    assert digest_of_answers(cohort) == sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def test_a_digest_is_a_sha_256_in_hexadecimal() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_programme_is_digested_under_the_names_that_its_file_uses() -> None:
    where = {"side": "mentor", "field": "metier", "in": ["production"]}
    asked = programme({"kind": "quota", "where": where, "least": 1})
    stated = asked.model_dump(mode="json", by_alias=True)
    del stated["documents"], stated["follow_up"], stated["sessions"]  # they say nothing of pairs
    del stated["programme"]["keys"]  # what it makes of people is in the digest of their answers
    text = json.dumps(stated, ensure_ascii=False, sort_keys=True)
    assert '"in": ["production"]' in text
    compact = json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest_of_programme(asked) == sha256(compact.encode()).hexdigest()


def test_a_programme_keeps_its_digest_when_questions_gain_a_setting() -> None:
    """Computed before places took options: decisions made then are still of this programme."""
    place = {"question": "Où ?", "kind": "place"}
    choice = {"question": "Qui ?", "kind": "choice", "options": ["x", "y"]}
    near = {"kind": "near", "field": "a", "weight": 100, "within": 10, "zero_at": 100}
    stated = {"programme": {"name": "Essai"}, "fields": {"a": place, "b": choice}, "criteria": [near]}
    found = digest_of_programme(Programme.read(stated))
    assert found == "aeb98873db6532118b5eca97cf93304714fac99cdc9f00eea06eeffab2f6bbe2"
    options = {**stated, "fields": {"a": {**place, "options": ["Lille", "Gand"]}, "b": choice}, "criteria": []}
    bare = {**stated, "criteria": []}
    assert digest_of_programme(Programme.read(options)) != digest_of_programme(Programme.read(bare))
