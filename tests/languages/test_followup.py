"""The year speaks English to whom asks for it."""

import pytest

from mentormatch import MentorMatchError, language
from mentormatch.followup.waves import DESCRIPTION, GROUP_TEXTS, warning
from mentormatch.languages.translation import tr
from tests.english import french_in
from tests.followup.years import frame, paired, reasons, year

WAVES = {
    1: frame(("M1", "E1", "Non", "bien"), ("E1", "M1", "Oui"), ("X", "", "Oui"), ("", "", "Oui"), ("E2", "E3", "Oui")),
    3: frame(("M1", "E2", "Oui", "mal"), ("M1", "E2", "Oui", "mal")),
}


def test_who_should_be_called_and_which_rows_count_for_nobody_is_said_in_english() -> None:
    with language("en"):
        found = year(WAVES)
        told = [*(each for of in reasons(found).values() for each in of if "trouve" not in each)]
        told += [one.words for one in found.meetings] + [row.reason for wave in found.waves for row in wave.rejected]
        told += [warning(found.outcomes()), tr(DESCRIPTION), *map(tr, GROUP_TEXTS.values())]
    assert "at month 1: says that they no longer see E1" in told
    assert "contradict each other (at month 1)" in told
    assert "did not answer at month 1 and 3" in told
    assert not french_in(" ".join(told))


def test_what_cannot_be_read_is_refused_in_english() -> None:
    for waves in ({}, {2: WAVES[1]}, {1: WAVES[1][["Code"]]}):
        with language("en"), pytest.raises(MentorMatchError, match="The follow-up cannot be read") as refused:
            year(waves)
        assert not french_in(str(refused.value).replace("De qui", ""))
    assert paired().pairs
