"""Topics are those of exhaustive search, keep the axioms that the rule promises, and tell nobody who asked for what."""

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import RequestError, choose_topics
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.results import Topics, Verdict
from tests.canaries import ANSWER
from tests.groups.seasons import Approvals, ballots, choices, few, value


def short(approvals: Approvals, chosen: Sequence[str], level: int) -> bool:
    """Say whether members large enough in number agree on so many topics, and each has fewer of theirs."""
    offered = {topic for wanted in approvals.values() for topic in wanted}
    for shared in combinations(sorted(offered), level):
        left = [set(wanted) for wanted in approvals.values() if set(shared) <= set(wanted)]
        poor = sum(len(wanted & set(chosen)) < level for wanted in left)
        if poor and poor * len(chosen) >= level * len(approvals):
            return True
    return False


@pytest.mark.promise(13)
@few
@given(ballots())
def test_topics_are_the_best_of_all_choices_in_each_goal(asked: tuple[Approvals, tuple[str, ...], int]) -> None:
    approvals, offered, number = asked
    topics = choose_topics(approvals, number, topics=offered)
    assert str(topics.status) == "proved"
    assert len(topics.chosen) == min(number, len(offered))
    assert value(approvals, topics.chosen) == max(value(approvals, some) for some in choices(offered, number))


@few
@given(ballots())
def test_the_goals_may_come_in_another_order(asked: tuple[Approvals, tuple[str, ...], int]) -> None:
    approvals, offered, number = asked
    topics = choose_topics(approvals, number, topics=offered, goals=("approvals", "served"))
    ways = [value(approvals, some) for some in choices(offered, number)]
    served, _, total = value(approvals, topics.chosen)
    assert (total, served) == max((total, served) for served, _, total in ways)


@few
@given(ballots())
def test_no_part_of_the_members_who_share_a_wish_is_left_without_any(
    asked: tuple[Approvals, tuple[str, ...], int],
) -> None:
    approvals, offered, number = asked
    assert not short(approvals, choose_topics(approvals, number, topics=offered).chosen, 1)


@few
@given(ballots())
def test_proportional_first_gives_each_part_that_agrees_its_share(
    asked: tuple[Approvals, tuple[str, ...], int],
) -> None:
    approvals, offered, number = asked
    chosen = choose_topics(approvals, number, topics=offered, goals=("proportional",)).chosen
    assert not any(short(approvals, chosen, level) for level in range(1, number + 1))


def test_the_axiom_is_one_that_a_choice_can_fail() -> None:
    approvals: Approvals = {"A": ("x",), "B": ("y",), "C": ("z",)}
    assert short(approvals, ("x", "y", "w"), 1)
    assert not short(approvals, ("x", "y", "z"), 1)


@pytest.mark.promise(12)
@few
@given(ballots(), st.randoms(use_true_random=False), st.integers(0, 9))
def test_the_order_of_members_and_topics_changes_nothing(
    asked: tuple[Approvals, tuple[str, ...], int], random: Any, seed: int
) -> None:
    approvals, offered, number = asked
    members = random.sample(list(approvals), len(approvals))
    shuffled = {member: random.sample(approvals[member], len(approvals[member])) for member in members}
    other = choose_topics(shuffled, number, topics=random.sample(offered, len(offered)), seed=seed)
    assert choose_topics(approvals, number, topics=offered, seed=seed).chosen == other.chosen


def test_the_seed_settles_what_is_tied() -> None:
    approvals = {"A": ["x"], "B": ["y"], "C": ["z"]}
    assert len({choose_topics(approvals, 1, seed=seed).chosen for seed in range(12)}) == 3


@few
@given(ballots())
def test_everybody_is_told_served_or_not_and_what_would_do(asked: tuple[Approvals, tuple[str, ...], int]) -> None:
    approvals, offered, number = asked
    topics = choose_topics(approvals, number, topics=offered)
    for one, wanted in zip(topics.members, approvals.values(), strict=True):
        got = bool(set(wanted) & set(topics.chosen))
        assert one.code == ("served" if got else "not_served" if wanted else "asked_nothing")
    askers = sum(map(bool, approvals.values()))
    enough = next(n for n in range(7) if max(value(approvals, some)[0] for some in choices(offered, n)) == askers)
    assert topics.enough == (enough if enough > len(topics.chosen) else None)


@pytest.mark.promise(11)
@few
@given(ballots())
def test_the_choice_is_checked_and_its_certificate_never_says_more_than_the_engine(
    asked: tuple[Approvals, tuple[str, ...], int],
) -> None:
    approvals, offered, number = asked
    topics = choose_topics(approvals, number, topics=offered)
    assert violations(topics.problem, topics.solution) == []
    assert topics.certificate.verdict in (Verdict.CERTIFIED, Verdict.PARTLY)
    assert all(one.certified is not None and one.certified >= one.value for one in topics.certificate.tiers)


def public_texts(topics: Topics, folder: Path) -> list[str]:
    """Return all that a result says where nothing for the team is asked for."""
    files = [topics.save(folder / f"sujets{suffix}") for suffix in (".html", ".csv", ".json")]
    texts = [path.read_text(encoding="utf-8-sig") for path in files]
    return [*texts, topics._repr_html_(), repr(topics), repr(topics.ballot), *topics.sentences]


@pytest.mark.promise(25)
def test_the_public_view_is_the_same_whoever_asked_for_what_is_chosen(tmp_path: Path) -> None:
    one = choose_topics({"A": ["x", "w"], "B": ["x"], "C": ["y"], "D": ["y", "v"]}, 2)
    other = choose_topics({"A": ["x"], "B": ["y", "v"], "C": ["y"], "D": ["x", "w"]}, 2)
    assert one.requests != other.requests
    assert public_texts(one, tmp_path) == public_texts(other, tmp_path)


def test_what_is_not_chosen_is_in_no_public_view_and_in_that_of_the_team(tmp_path: Path) -> None:
    topics = choose_topics({"A": ["x", ANSWER], "B": ["x"]}, 1)
    assert not any(ANSWER in text for text in public_texts(topics, tmp_path))
    staff = topics.save(tmp_path / "equipe.json", staff=True)
    assert json.loads(staff.read_text())["requests"][0] == {"member": "A", "asked": ["x", ANSWER], "chosen": ["x"]}
    assert staff.stat().st_mode & 0o077 == 0


def test_nobody_nothing_and_more_sessions_than_topics_are_answers() -> None:
    assert choose_topics({}, 3).chosen == ()
    assert (
        choose_topics({"A": ["x"]}, 0).sentences[0]
        == "0\xa0sujet retenu ; 0\xa0personne sur 1 en a demandé un au moins."
    )
    assert choose_topics({"A": None, "B": []}, 2).chosen == ()
    assert choose_topics({"A": ["x", "y"]}, 5).chosen == ("x", "y")


def test_a_topic_is_the_same_whatever_its_case_and_shown_as_it_is_offered() -> None:
    topics = choose_topics({"A": ["PAIE"], "B": ["paie"]}, 1, topics=["Paie", "Budget"])
    assert topics.chosen == ("Paie",)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sessions": -1}, "un nombre entier"),
        ({"sessions": 1.5}, "un nombre entier"),
        ({"topics": ["x", "X"]}, "cité deux fois"),
        ({"topics": ["y"]}, "une demande d’un sujet inconnu"),
        ({"topics": ["x", ""]}, "un nom est vide"),
        ({"goals": ()}, "Ces buts"),
        ({"goals": ("served", "served")}, "Ces buts"),
        ({"goals": ("total",)}, "goals"),
        ({"approvals": {"A": ["x"], "a": []}}, "cité deux fois"),
        ({"approvals": {"A": [f"x{n}" for n in range(20)]}, "sessions": 20}, "moins de sujets"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        choose_topics(**{"approvals": {"A": ["x"]}, "sessions": 1, **changed})


@pytest.mark.promise(27)
def test_a_request_that_is_refused_is_not_repeated() -> None:
    with pytest.raises(RequestError) as refusal:
        choose_topics({"A": [ANSWER]}, 1, topics=["x"])
    assert ANSWER not in str(refusal.value)


def test_twenty_topics_for_one_member_are_chosen_without_proportions() -> None:
    approvals = {"A": [f"x{n}" for n in range(20)]}
    assert len(choose_topics(approvals, 20, goals=("served", "approvals")).chosen) == 20


def test_topics_are_told_in_english_too() -> None:
    with mm.language("en"):
        topics = choose_topics({"A": ["x"], "B": ["y"], "C": []}, 1)
        told = " ".join([*topics.sentences, *(title for sheet in topics.sheets.values() for title in sheet.titles)])
    assert not set("àâéèêç«»{}") & set(told)
    assert "With 2\xa0topics" in told
