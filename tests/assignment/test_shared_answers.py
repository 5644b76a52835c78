"""Who shares an answer with whom, by bits, by turns and by lists: the same as in plain Python."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Cohort, People
from mentormatch.base.columns import NONE, Column, MultiChoice, NameLists, NumberColumn, SingleChoice, Texts
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.rules import Common, Different, Gap, Market, Veto, market_of
from mentormatch.rules.shared_answers import pairs_with_common_entry, share_at_least
from tests.doors import substitute

LETTERS = ("Ada", "ada ", "Ad\u00e1", "Bo", "Cy", "Di", "Ed")
"""Names of which two differ in case and spaces only, and one in an accent."""
SIZES = (1, 3, 8, 9, 16, 17, 32, 33, 64, 65, 130)
"""Numbers of options on both sides of each size of a word."""

some_names = st.one_of(st.none(), st.lists(st.sampled_from(LETTERS), max_size=4).map(tuple))
columns_of_names = st.lists(some_names, max_size=5).map(lambda rows: NameLists(tuple(rows)))


def answers_of(column: Column) -> list[set[str]]:
    """Return what each person gave, in the form in which it is compared."""
    if isinstance(column, NameLists):
        return [{canonical(name) for name in given or ()} for given in column.values]
    if isinstance(column, MultiChoice):
        return [{fold(column.labels[item]) for item in np.flatnonzero(row)} for row in column.values]
    assert isinstance(column, SingleChoice)
    return [{fold(column.labels[code])} if code != NONE else set() for code in column.values.tolist()]


def counted(left: Column, right: Column, least: int) -> list[list[bool]]:
    return [[len(ours & theirs) >= least for theirs in answers_of(right)] for ours in answers_of(left)]


def drawn_members(size: int, people: int, seed: int) -> MultiChoice:
    rng = np.random.default_rng(seed)
    labels = tuple(f"Option {number}" for number in range(size))
    return MultiChoice(labels, rng.random((people, size)) < 3 / max(size, 3), rng.random(people) < 0.9)


def market(left: Column, right: Column) -> Market:
    """Return a market of people who answered one question, their keys being those of a side and a number."""
    mentors, mentees = (
        People(tuple(f"{side}{row}" for row in range(len(column.known))), {"said": column}, column.known)
        for side, column in (("M", left), ("E", right))
    )
    return market_of(Cohort(mentors, mentees), np.zeros((len(mentors), len(mentees)), dtype=np.int32))


@given(columns_of_names, columns_of_names, st.integers(1, 3))
def test_names_are_shared_as_in_plain_python(left: NameLists, right: NameLists, least: int) -> None:
    assert share_at_least(left, right, least).tolist() == counted(left, right, least)


@pytest.mark.parametrize("seldom", [0, 1 << 40], ids=["by turns", "by bits or lists"])
@pytest.mark.parametrize("kinds", [5, 40, 90])
def test_names_are_shared_alike_whichever_way_is_taken(
    kinds: int, seldom: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "rules", LOOKUP_COST=seldom)
    rng = np.random.default_rng(kinds)
    left, right = (
        NameLists(
            tuple(tuple(f"n{each}" for each in rng.integers(0, kinds, count)) for count in rng.integers(0, 5, size))
        )
        for size in (40, 30)
    )
    for least in (1, 2):
        assert share_at_least(left, right, least).tolist() == counted(left, right, least)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("least", [1, 2])
def test_options_are_shared_as_in_plain_python(size: int, least: int) -> None:
    left, right = drawn_members(size, 20, size), drawn_members(size, 15, size + 1)
    assert share_at_least(left, right, least).tolist() == counted(left, right, least)


def test_options_of_two_questions_are_told_apart_by_their_labels_and_not_their_places() -> None:
    left = MultiChoice(("Lundi", "Été"), np.array([[True, False], [False, True]]), np.ones(2, dtype=bool))
    right = MultiChoice(
        ("ete", "Mardi", "lundi"), np.array([[True, True, False], [False, False, True]]), np.ones(2) > 0
    )
    assert share_at_least(left, right, 1).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize("options", [3, 101])
def test_one_option_each_is_shared_where_it_is_the_same(options: int) -> None:
    labels = tuple(map(str, range(options)))
    left, right = (SingleChoice(labels, np.random.default_rng(seed).integers(-1, options, 30)) for seed in (1, 2))
    assert share_at_least(left, right, 1).tolist() == counted(left, right, 1)
    assert not share_at_least(left, right, 2).any()


def test_a_column_that_lists_no_answers_is_refused() -> None:
    with pytest.raises(TypeError, match="Texts lists no answers"):
        share_at_least(Texts(("a",)), Texts(("a",)), 1)


@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (2, 0), (1, 1)])
@pytest.mark.parametrize("missing", ["allow", "forbid"])
def test_nobody_on_a_side_and_answers_left_out_are_no_matter(shape: tuple[int, int], missing: str) -> None:
    for column in (NameLists((None,) * 2), drawn_members(3, 2, 0), SingleChoice(("a",), np.full(2, NONE))):
        blank = (
            column
            if not isinstance(column, MultiChoice)
            else MultiChoice(column.labels, column.values, np.zeros(2) > 0)
        )
        met = market(*(blank.take(range(size)) for size in shape))
        for kind in (Common, Different):
            block = kind.model_validate({"field": "said", "missing": missing}).forbidden(met)
            assert block.shape == shape
            assert (block == (missing == "forbid")).all()


def test_the_same_name_twice_is_one_name() -> None:
    left, right = NameLists((("Ada", "ADA"),)), NameLists((("ada", "Ada "),))
    assert share_at_least(left, right, 1).tolist() == [[True]]
    assert share_at_least(left, right, 2).tolist() == [[False]]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc"))),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"))),
)
def test_who_has_an_entry_in_common_comes_once_and_in_order(
    left: Sequence[tuple[int, str]], right: Sequence[tuple[int, str]]
) -> None:
    mentors, mentees = pairs_with_common_entry(left, right, (5, 4))
    expected = sorted({(i, k) for i, ours in left for k, theirs in right if ours == theirs})
    assert list(zip(mentors.tolist(), mentees.tolist(), strict=True)) == expected


ORGANISATIONS = SingleChoice(("Mairie", "Écoles"), np.array([0, 1, NONE]))


@pytest.mark.parametrize(
    ("said", "barred"),
    [
        ((None, (), ()), []),
        ((("nobody",), (), ()), []),
        ((("e1", "E1"), None, ()), [(0, 1)]),
        (((), ("Mairie",), ("e0", "mairie")), [(1, 0), (2, 0)]),
        (((), ("École",), ("\u00c9COLES",)), [(2, 1)]),
    ],
    ids=["nobody named anybody", "a name of nobody", "the same key twice", "an option", "accents count"],
)
def test_who_is_refused_is_found_by_key_and_by_answer(
    said: Sequence[tuple[str, ...] | None], barred: Sequence[tuple[int, int]]
) -> None:
    everybody = np.ones(3, dtype=bool)
    refusing = People(("M0", "M1", "M2"), {"avoid": NameLists(tuple(said))}, everybody)
    known = People(("E0", "E1", "E2"), {"works": ORGANISATIONS, "text": Texts(("", "x", ""))}, everybody)
    asked = Veto(field="avoid", against=["works", "text"])
    for people, turned in ((Cohort(refusing, known), False), (Cohort(known, refusing), True)):
        found = asked.forbidden_by_identity(market_of(people, np.zeros((3, 3), dtype=np.int32)))
        pairs = sorted(zip(*(side.tolist() for side in (found[::-1] if turned else found)), strict=True))
        assert pairs == sorted(barred)


@given(
    st.lists(st.integers(-1, 3), max_size=6),
    st.lists(st.integers(-1, 3), max_size=6),
    st.sampled_from([(1.0, None), (0.5, 2.0), (-1.0, 0.0)]),
    st.sampled_from(["allow", "forbid"]),
)
def test_steps_and_numbers_are_ahead_alike(
    left: list[int], right: list[int], bounds: tuple[float, float | None], missing: str
) -> None:
    asked = Gap.model_validate({"field": "said", "least": bounds[0], "most": bounds[1], "missing": missing})
    steps = [SingleChoice(("a", "b", "c", "d"), np.array(side, dtype=np.int64)) for side in (left, right)]
    numbers = [
        NumberColumn(np.where(np.array(side) < 0, np.nan, np.array(side, dtype=float))) for side in (left, right)
    ]
    assert asked.forbidden(market(*steps)).tolist() == asked.forbidden(market(*numbers)).tolist()
