"""Any table gives a draft, or an error in words: no header and no answer ends in a traceback."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentormatch.drafting.programme import draft
from mentormatch.errors import MentorMatchError
from mentormatch.survey.table import Record, Table

ODD = ("", *"-?…🙂0(/;,’·", "1)", "--", "=1", "N/A", "None", "x" * 3000, "1 = ", "2 (")
"""Answers without a word, and others that break what cuts texts apart."""
HEADERS = ("", "?", "Nom", "Email", "[a]", "Q [", "Niveau", "Rate it (1 = ", "1er choix", "2e choix", "🙂", "Créneaux")
words = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.integers(-5, 3000).map(str))
headers = st.lists(st.one_of(st.sampled_from(HEADERS), st.text(max_size=30)), min_size=1, max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    header = tuple(draw(headers))
    seen = draw(st.lists(words, min_size=1, max_size=4))
    cell = st.sampled_from(seen)
    rows = draw(st.lists(st.tuples(*[cell] * len(header)), max_size=12))
    return Table("odd.csv", header, tuple(Record(place + 2, row) for place, row in enumerate(rows)))


@given(tables())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_of_anything_gives_a_draft_or_an_error_in_words(table: Table) -> None:
    with suppress(MentorMatchError):
        assert draft([(table, None)]).text
