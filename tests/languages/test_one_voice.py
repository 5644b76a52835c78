"""What a programme's objects say is in its language, or in the one asked for, and never in two at once."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

import mentormatch as mm
from mentormatch.languages.translation import LANGUAGES, language

OWN = re.compile(r"« [^»]*»|“[^”]*”")
"""What staff and people wrote themselves, in quotation marks."""
FRENCH = re.compile(
    r"\b(aucune?|avec|binômes?|côté|défaits?|essais|gardé|pas|points sur|réponses?|sont|sur \d|solide)\b| :"
)
ENGLISH = re.compile(r"\b(all|answers?|are|fragile:|has|kept|misses|of \d|out of|pairs?|solid|the|this|trials)\b")


@cache
def matching(code: str) -> mm.Matching:
    stated = mm.examples.programme().to_dict()
    stated["programme"]["language"] = code
    stated["fields"]["situation"]["watch"] = True
    stated["criteria"] = [{**one, "name": f"C{place}"} for place, one in enumerate(stated["criteria"])]
    stated["rules"] = [{**one, "name": f"R{place}"} for place, one in enumerate(stated["rules"])]
    programme = mm.Programme.read(stated)
    return mm.match(mm.examples.cohort(), programme)


def refused(code: str) -> Iterator[str]:
    with pytest.raises(mm.RequestError) as told:
        matching(code).explain("zz", "E01")
    yield from map(str, told.value.problems)


def evaluated(code: str) -> Iterator[str]:
    made = matching(code)
    found = mm.evaluate(made.cohort, made.programme, [("M01", "E01"), ("M06", "E08")])
    yield from (str(one).splitlines()[0] for one in (*found.pairs, *found.breaches))


def repaired(code: str) -> Iterator[str]:
    found = mm.repair(matching(code), withdrawn=["M06"])
    yield from map(str, (found, *found.reserves, *found.ladder))


STRAYS: dict[str, Callable[[str], Any]] = {
    "diagnose": lambda code: mm.diagnose(matching(code).cohort, matching(code).programme).sentences,
    "diagnosis": lambda code: [str(mm.diagnose(matching(code).cohort, matching(code).programme))],
    "robustness": lambda code: [str(matching(code).robustness(samples=3))],
    "steadiness": lambda code: [str(one) for one in matching(code).robustness(samples=3).pairs],
    "pair": lambda code: [str(one).splitlines()[0] for one in matching(code).pairs],
    "contribution": lambda code: [str(one).split("C")[0] for one in matching(code).pairs[0].contributions],
    "problem": refused,
    "evaluate": evaluated,
    "repair": repaired,
    "access": lambda code: [str(group.met) for one in mm.access(matching(code)).questions for group in one.groups],
    "access_sentences": lambda code: [said for one in mm.access(matching(code)).questions for said in one.sentences],
    "rounds": lambda code: mm.Proposal.of(matching(code)).people.titles,
}


def strays_of(name: str, code: str) -> list[str]:
    return [OWN.sub("", text.replace("\u00a0", " ").replace("\u202f", " ")) for text in STRAYS[name](code)]


@pytest.mark.parametrize("name", sorted(STRAYS))
def test_a_stray_speaks_the_language_of_its_programme(name: str) -> None:
    french, english = strays_of(name, "fr"), strays_of(name, "en")
    assert len(french) == len(english) > 0
    assert [text for text in english if FRENCH.search(text)] == []
    assert [text for text in french if ENGLISH.search(text)] == []
    assert french != english


@pytest.mark.parametrize("name", sorted(STRAYS))
@pytest.mark.parametrize("asked", LANGUAGES)
def test_a_stray_speaks_the_language_that_is_asked_for(name: str, asked: str) -> None:
    other = "en" if asked == "fr" else "fr"
    with language(asked):
        assert strays_of(name, other) == strays_of(name, asked)


def test_a_text_made_in_one_language_is_told_in_it_whole() -> None:
    pair = matching("en").pairs[0]
    before = str(pair)
    with language("fr"):
        assert str(pair) == before
        assert str(matching("en").pairs[0]) != before


@pytest.mark.parametrize("code", LANGUAGES)
def test_frames_have_codes_in_every_language(code: str) -> None:
    made = matching(code)
    assert set(made.frames.unmatched["side"]) == {"mentor", "mentee"}
    assert set(made.frames.rejected["fate"]) <= {"incomplete", "rejected", "replaced"}
    assert set(mm.suggest(made.cohort, made.programme, each=2).frame["side"]) == {"mentor", "mentee"}
    sides = {str(row[0]) for row in mm.Proposal.of(made).people.rows}
    assert sides == ({"mentor·e", "mentoré·e"} if code == "fr" else {"mentor", "mentee"})
