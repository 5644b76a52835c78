"""Wishes after profiles, and the rights of people, speak English to whom asks for it."""

from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import MentorMatchError, language, with_wishes
from mentormatch.record.rights.edition import Edition, find_personal_data
from mentormatch.record.rights.erasure import forget
from tests.english import french_in
from tests.profiles.test_profiles import CODES, answers
from tests.profiles.test_wishes import RULES, E, M, form, names

HEAD = "Your code|Your choices|To set aside"


def test_a_form_is_read_in_either_language_whichever_is_spoken(tmp_path: Path) -> None:
    cohort = mm.read_survey(RULES, **answers(tmp_path), tool=None, encoding=None)
    for head in (HEAD, "Votre code|Vos choix|À écarter"):
        for code in ("en", "fr"):
            with language(code):
                read = with_wishes(cohort, RULES, CODES, form(head, f"{E['E1']}|{M['M3']}; {M['M1']}|{M['M2']}"))
            assert names(read, "mentee", "souhaits") == [("M3", "M1"), None]
            assert names(read, "mentee", "eviter") == [("M2",), None]


def test_the_problems_of_a_form_are_told_in_english(tmp_path: Path) -> None:
    cohort = mm.read_survey(RULES, **answers(tmp_path), tool=None, encoding=None)
    rows = [f"{E['E1']}||nobody", f"nobody||{M['M1']}", f"{E['E1']}||{E['E2']}", f"{E['E1']}|{M['M1']}|{M['M1']}"]
    rows += [f"{E['E1']}||{M['M1']};{M['M2']};{M['M3']}", f"{E['E2']}||{M['M1']}", f"{E['E2']}||{M['M1']}"]
    with language("en"), pytest.raises(MentorMatchError) as refused:
        with_wishes(cohort, RULES, CODES, form(HEAD, *rows), form("Your code", E["E1"]))
    told = str(refused.value).replace("tableau", "")
    assert "3 refusals; expected: 2 at most" in told
    assert "“Your code” is nobody's" in told
    assert not french_in(told)


def test_what_is_left_to_do_after_somebody_is_forgotten_is_told_in_english(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path)
    (tmp_path / "notes.txt").write_text("M03", "utf-8")
    edition = Edition(files.programme, {"answers": files.answers}, (tmp_path,))
    with language("en"):
        done = forget(edition, "M03")
        with pytest.raises(MentorMatchError, match="Person not found") as refused:
            find_personal_data(edition.load(), edition.tables(), "Z99")
    assert "notes.txt names this person" in done.to_do
    assert not french_in(str(refused.value))
