"""The summary for a committee: what to vote on, the strongest and the weakest pairs, who is without, what to decide."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Matching
from mentormatch.explanation.names import KEY_LABELS, cohort_names
from mentormatch.operations.matching import exporter_for
from mentormatch.report.exporters.page import MAX_NAME_LENGTH, MOST_ALONE, MOST_NAMED, CommitteeSummary, shorten_middle
from mentormatch.report.view import FIRST_PAGE_PAIRS
from tests.report.cohorts import matched, person, programme
from tests.report.readers import Outline

TRADES, NEEDS = ("production", "diffusion", "administration", ""), ("budget", "contrats", "tournée", "")


def pairs_of(count: int, others: int = 0) -> Matching:
    """Return a matching of so many pairs, and of so many mentees without one."""
    mentors = [person(f"M{place:03}", TRADES[place % 4], NEEDS[place % 3]) for place in range(count)]
    mentees = [person(f"E{place:03}", TRADES[place % 3], NEEDS[place % 4]) for place in range(count + others)]
    return matched(programme(), mentors, mentees)


def summary(matching: Matching) -> CommitteeSummary:
    return CommitteeSummary(matching, KEY_LABELS, None, "")


def shown(matching: Matching, names: dict[str, str] | None = None) -> Outline:
    known = None if names is None else cohort_names(names, matching.cohort, matching.programme)
    return Outline(exporter_for("x.resume.html").content(matching, None, known).decode())  # type: ignore[call-arg]  # it is a NamedExporter


@pytest.mark.parametrize("count", [1, 2, 3, 7, FIRST_PAGE_PAIRS, FIRST_PAGE_PAIRS + 1, 40])
def test_the_strongest_and_the_weakest_are_those_of_the_ranking_and_nobody_is_both(count: int) -> None:
    matching = pairs_of(count)
    found, ranked = summary(matching), matching.pairs
    strong, weak = ([(one.card.mentor, one.card.mentee) for one in some] for some in (found.strongest, found.weakest))
    keys = [(one.mentor, one.mentee) for one in ranked]
    assert strong == keys[: len(strong)]
    assert weak == keys[::-1][: len(weak)]
    assert not {*strong} & {*weak}
    assert len(strong) + len(weak) == min(count, 2 * MOST_NAMED)


@pytest.mark.parametrize("count", [1, FIRST_PAGE_PAIRS, FIRST_PAGE_PAIRS + 1, 40])
def test_every_pair_stands_in_it_once_as_a_line_to_vote_on_or_in_the_annex(count: int) -> None:
    matching = pairs_of(count)
    found, keys = summary(matching), [(one.mentor, one.mentee) for one in matching.pairs]
    listed = found.lines if found.fits_first_page else found.annex
    assert [one.number for one in listed] == list(range(1, count + 1))
    voted = [(one.card.mentor, one.card.mentee) for one in found.lines]
    assert voted == keys[-FIRST_PAGE_PAIRS:]
    assert [(one.mentor, one.mentee) for one in found.annex] == ([] if count <= FIRST_PAGE_PAIRS else keys)
    assert [one.number for one in found.lines] == list(range(max(count - FIRST_PAGE_PAIRS, 0) + 1, count + 1))


def test_what_staff_decided_and_what_is_open_is_told() -> None:
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    pin, ban = first.pairs[3], first.pairs[-1]
    second = mm.match(
        first.cohort, mm.examples.programme(), pins=[(pin.mentor, pin.mentee)], bans=[(ban.mentor, ban.mentee)]
    )
    found = summary(second)
    assert found.by_hand == (
        f"Binôme imposé : {pin.mentor} – {pin.mentee}",
        f"Binôme écarté : {ban.mentor} – {ban.mentee}",
    )
    assert found.to_decide[0].startswith(f"Le binôme n° {len(second.pairs)} a le moins de points")
    assert any("sans binôme" in sentence for sentence in found.to_decide)
    assert len(found.alone) + found.more_alone == len(second.unmatched)


def test_people_without_a_partner_beyond_those_named_are_counted() -> None:
    found = summary(pairs_of(2, others=MOST_ALONE + 7))
    assert (len(found.alone), found.more_alone) == (MOST_ALONE, 7)


def test_without_an_answer_it_says_why_and_what_would_do() -> None:
    rules = programme(
        rules=[{"kind": "pin", "mentor": "M1", "mentee": "E1"}, {"kind": "ban", "mentor": "M1", "mentee": "E1"}]
    )
    matching = matched(rules, [person("M1")], [person("E1")])
    assert not matching.pairs
    assert summary(matching).lines == ()
    assert "Aucun binôme." in shown(matching).inside("p.")


def test_people_are_called_by_their_names_alone_where_these_are_asked_for() -> None:
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    keys = [*matching.cohort.mentors.ids, *matching.cohort.mentees.ids]
    found = shown(matching, {key: f"Quelqu'un {key[::-1]}" for key in keys})
    people = [text for text in found.inside("span.who") if text.strip()]
    assert people
    assert all(text.startswith("Quelqu'un ") and not text.endswith(")") for text in people)
    assert all(text in keys for text in shown(matching).inside("span.who") if text.strip())


def test_whoever_is_to_be_forgotten_is_found_also_where_a_long_name_is_cut() -> None:
    keys = [f"{letter * 60}-{'scene' * 6}" for letter in "ab"]
    found = shown(matched(programme(), [person(keys[0])], [person(keys[1])]))
    whole = {value for name, value in found.attributes if name == "title"}
    assert {*keys} <= whole
    assert all(len(text) <= MAX_NAME_LENGTH for text in found.inside("span.who"))


@given(st.text(max_size=90))
def test_what_is_cut_keeps_its_beginning_and_its_end(text: str) -> None:
    short = shorten_middle(text)
    assert len(short) <= max(len(text) if len(text) <= MAX_NAME_LENGTH else 0, MAX_NAME_LENGTH)
    start, _, end = short.partition("…") if short != text else (text, "", text)
    assert text.startswith(start)
    assert text.endswith(end)


def test_long_names_of_two_people_with_codes_stay_apart() -> None:
    names = [shorten_middle(f"{'Marie-Antoinette ' * 4}({code})") for code in ("M01", "M02", "E17")]
    assert all(one != other for one, other in combinations(names, 2))
