"""Random tables: every row that holds anything ends once, and everybody taken is matched or unmatched, once."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from mentormatch import Cohort, Programme, SurveyError, match, read_survey
from mentormatch.languages.text_keys import canonical
from tests.survey.intake.answers import CONSENT, EMAIL, KEY, TRADE, programme

FIELDS = {"courriel": EMAIL, "metier": TRADE, "notice": CONSENT}
CRITERIA = [{"kind": "same", "field": "metier"}]
KEYED = programme({"code": KEY, **FIELDS}, criteria=CRITERIA, minimum_answered=0.5)
BY_EMAIL = programme(FIELDS, criteria=CRITERIA, minimum_answered=0.5)
HEADER = ("Code", "Rôle", "Courriel", "Métier", "Notice")

rows = st.tuples(
    st.sampled_from(["", " ", "M1", "m1", "E1", "E2", "É3", "007"]),
    st.sampled_from(["Mentor·e", "Mentoré·e", "MENTOR·E", "", "autre"]),
    st.sampled_from(["", "a@x.fr", "A@x.fr ", "b@x.fr"]),
    st.sampled_from(["", "Production", "Diffusion", "Paie"]),
    st.sampled_from(["Oui", "X", "Non", ""]),
) | st.just(("", " ", "", "", "\u00a0"))


def filled(table: Sequence[Sequence[str]]) -> list[int]:
    """Return the lines of the rows that hold anything, counted by hand."""
    return [number + 2 for number, row in enumerate(table) if any(map(str.strip, row))]


def keyed_once(table: Sequence[Sequence[str]]) -> bool:
    """Say whether no key comes twice among the rows that are somebody."""
    somebody = [row for row in table if row[1].casefold() in ("mentor·e", "mentoré·e") and row[4] in ("Oui", "X")]
    keys = Counter(canonical(row[0]) for row in somebody if row[0].strip())
    return all(count == 1 for count in keys.values())


def ended(cohort: Cohort, rules: Programme) -> Counter[str]:
    """Return how often each person comes in the result."""
    matching = match(cohort, rules)
    found = Counter(f"{one.side} {one.person}" for one in matching.unmatched)
    found.update(f"mentor {pair.mentor}" for pair in matching.pairs)
    found.update(f"mentee {pair.mentee}" for pair in matching.pairs)
    assert len(matching.rejected) == len(cohort.rows) - len(cohort.mentors) - len(cohort.mentees)
    return found


def check(cohort: Cohort, rules: Programme, table: Sequence[Sequence[str]]) -> None:
    assert [row.line for row in cohort.rows] == filled(table)
    somebody = [f"{row.side} {row.key}" for row in cohort.rows if row.fate in ("taken", "incomplete")]
    assert Counter(somebody) == ended(cohort, rules)
    for row in cohort.rows:
        assert bool(row.reason) == (row.fate != "taken")
        assert (row.by is not None) == (row.fate == "replaced")


@pytest.mark.promise(1)
@given(table=st.lists(rows, max_size=8))
def test_with_a_key_every_row_ends_once_or_the_doubled_keys_are_told(table: list[tuple[str, ...]]) -> None:
    frame = DataFrame(table, columns=list(HEADER), dtype=object)
    if keyed_once(table):
        check(read_survey(KEYED, frame), KEYED, table)
    else:
        with pytest.raises(SurveyError, match="même identifiant aux lignes"):
            read_survey(KEYED, frame)


@pytest.mark.promise(1)
@given(table=st.lists(rows, max_size=8))
def test_without_a_key_every_row_ends_once(table: list[tuple[str, ...]]) -> None:
    cohort = read_survey(BY_EMAIL, DataFrame(table, columns=list(HEADER), dtype=object))
    check(cohort, BY_EMAIL, table)
    for row in cohort.rows:
        by = [other for other in cohort.rows if other.line == row.by]
        assert all(other.fate in ("taken", "incomplete") and other.side == row.side for other in by)


@pytest.mark.promise(1)
@given(ours=st.lists(rows, max_size=5), theirs=st.lists(rows, max_size=5))
def test_of_two_files_every_row_of_each_ends_once(ours: list[tuple[str, ...]], theirs: list[tuple[str, ...]]) -> None:
    mentors, mentees = (DataFrame(table, columns=list(HEADER), dtype=object) for table in (ours, theirs))
    cohort = read_survey(BY_EMAIL, mentors=mentors, mentees=mentees)
    assert Counter((row.side, row.line) for row in cohort.rows) == Counter(
        (side, line) for side, table in (("mentor", ours), ("mentee", theirs)) for line in filled(table)
    )
