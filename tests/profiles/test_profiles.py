"""Anonymous profiles show what the programme shares, and nothing else, of those who agreed."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import Programme, ProgrammeError, anonymous_profiles
from mentormatch.fields import Side
from mentormatch.report.profiles import write_profiles
from mentormatch.results import Profiles
from mentormatch.survey.privacy import Pseudonyms
from tests.report.readers import Outline, sheets

CODES = Pseudonyms(b"s" * 32)
CODE = {"question": "Code", "kind": "text", "use": "key"}
NAME = {"question": "Nom", "kind": "text", "use": "contact"}
TRADE = {"question": "Métier", "kind": "choice", "options": ["production", "diffusion"], "shareable": True}
GRID = {
    "question": "Savoirs",
    "kind": "levels",
    "side": "mentor",
    "items": ["paie", "budget", "tournée"],
    "levels": ["non", "un peu", "oui"],
    "shareable": True,
}
FIRMS = {"question": "Structures", "kind": "names"}
WISHED = {"question": "Souhaits", "kind": "names", "side": "mentee", "private": True, "later": True}
REFUSED = {"question": "À éviter", "kind": "names", "private": True, "later": True}
AGREED = {"question": "Mon profil peut être montré", "kind": "yesno"}
FIELDS: dict[str, Any] = {
    "code": CODE,
    "nom": NAME,
    "metier": TRADE,
    "savoirs": GRID,
    "structures": FIRMS,
    "souhaits": WISHED,
    "eviter": REFUSED,
    "accord": AGREED,
}
WISHES = {"kind": "wishes", "mentee": "souhaits"}
VETO = {"kind": "veto", "field": "eviter", "against": ["code"]}


def programme(**parts: Any) -> Programme:
    """Return a programme in which mentees wish and both sides refuse, after profiles are read."""
    base = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": [WISHES], "rules": [VETO]}
    return Programme.read({**base, **parts})


def answers(folder: Path) -> dict[str, Path]:
    """Write three mentors and two mentees, of whom one mentor does not agree to be shown."""
    (folder / "m.csv").write_text(
        "Code;Nom;Métier;Savoirs [paie];Savoirs [budget];Savoirs [tournée];Structures;Mon profil peut être montré\n"
        "M1;Canari Un;production;oui;un peu;oui;Cie Canari;Oui\n"
        "M2;Canari Deux;diffusion;non;non;;Cie Canari;Non\n"
        "M3;Canari Trois;;oui;;;;Oui\n",
        "utf-8",
    )
    (folder / "e.csv").write_text(
        "Code;Nom;Métier;Structures;Mon profil peut être montré\nE1;Canari A;production;Cie Canari;Oui\nE2;B;;;Oui\n",
        "utf-8",
    )
    return {"mentors": folder / "m.csv", "mentees": folder / "e.csv"}


def made(folder: Path, **parts: Any) -> Profiles:
    rules = programme(**parts)
    return anonymous_profiles(mm.read_survey(rules, **answers(folder), tool=None, encoding=None), rules, CODES)


def shown(profiles: Profiles, side: Side) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the answers on each profile, by the key of the person."""
    return {profiles.keys[side, one.code]: dict(one.answers) for one in profiles.shown[side]}


def test_a_profile_has_a_pseudonym_and_the_shareable_answers_alone(tmp_path: Path) -> None:
    profiles = made(tmp_path)
    assert shown(profiles, "mentor") == {
        "M1": {"Métier": ("production",), "Savoirs": ("oui : paie, tournée", "un peu : budget")},
        "M2": {"Métier": ("diffusion",), "Savoirs": ("non : paie, budget",)},
        "M3": {"Savoirs": ("oui : paie",)},
    }
    assert {one.code for one in profiles.shown["mentor"]} == {CODES.of("mentor", key) for key in ("M1", "M2", "M3")}
    assert [one.code for one in profiles.shown["mentor"]] == sorted(one.code for one in profiles.shown["mentor"])


@pytest.mark.parametrize("use", ["match", "consent"])
def test_who_does_not_agree_to_be_shown_has_no_profile(tmp_path: Path, use: str) -> None:
    fields = {**FIELDS, "accord": {**AGREED, "use": use}}
    profiles = made(tmp_path, profiles={"consent": "accord"}, fields=fields)
    assert set(shown(profiles, "mentor")) == {"M1", "M3"}
    assert profiles.withheld["mentor"] == (1 if use == "match" else 0)


def test_who_cannot_be_paired_at_all_has_no_profile(tmp_path: Path) -> None:
    rule = {"kind": "require", "field": "accord", "in": ["Oui"]}
    assert set(shown(made(tmp_path, rules=[VETO, rule]), "mentor")) == {"M1", "M3"}


@pytest.mark.promise(27)
def test_no_file_that_people_are_sent_holds_a_key_a_name_or_an_answer_that_is_not_shareable(tmp_path: Path) -> None:
    profiles = made(tmp_path)
    written = write_profiles(profiles, tmp_path / "profils")
    sent = [path for path in written if path.name != "profils-qui-est-qui.csv"]
    assert len(sent) == 8
    for path in sent:
        content = path.read_bytes()
        text = repr(sheets(content)) if path.suffix == ".xlsx" else content.decode()
        # The style and its digest are the same for all, and their letters mean nothing
        text = re.sub(r"sha256-[\w+/=]+|<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not any(secret in text.casefold() for secret in ("canari", "m1", "e1;", "'e1'"))
        assert path.suffix != ".html" or Outline(text).balanced
    assert "M1" in written[-1].read_text("utf-8-sig")
    assert written[-1].stat().st_mode & 0o077 == 0


def test_the_page_of_one_side_shows_the_other(tmp_path: Path) -> None:
    profiles = made(tmp_path)
    write_profiles(profiles, tmp_path)
    page = Outline((tmp_path / "profils-pour-les-mentorees.html").read_text("utf-8"))
    assert page.inside("h3.who") == [one.code for one in profiles.shown["mentor"]]


LISTS = {"mentor": {"M1": ("E1",), "M2": ("E1",), "M3": ()}, "mentee": {"E1": ("M1", "M2"), "E2": ()}}


def listed(folder: Path) -> Profiles:
    """Return the profiles of people who each read a list of their own; two people have an empty one."""
    rules = programme(profiles={"consent": "accord"})
    cohort = mm.read_survey(rules, **answers(folder), tool=None, encoding=None)
    return anonymous_profiles(cohort, rules, CODES, lists=cast("dict[Side, dict[str, tuple[str, ...]]]", LISTS))


def test_with_lists_everybody_reads_a_page_of_their_own(tmp_path: Path) -> None:
    written = {path.name for path in write_profiles(listed(tmp_path), tmp_path)}
    codes = {key: CODES.of("mentor" if key[0] == "M" else "mentee", key) for key in ("M1", "M2", "M3", "E1", "E2")}
    pages = {name for name in written if name.endswith(".html")}
    # M2 does not agree to be shown, and reads all the same
    assert pages == {
        f"profils-pour-les-mentorees-{codes['E1']}.html",
        f"profils-pour-les-mentors-{codes['M1']}.html",
        f"profils-pour-les-mentors-{codes['M2']}.html",
    }
    page = Outline((tmp_path / f"profils-pour-les-mentorees-{codes['E1']}.html").read_text("utf-8"))
    assert page.inside("h3.who") == [codes["M1"]]
    assert page.inside("h2.") == [f"1\N{NO-BREAK SPACE}profil pour {codes['E1']}"]


def test_with_lists_each_row_of_the_form_offers_its_own_codes(tmp_path: Path) -> None:
    profiles = listed(tmp_path)
    write_profiles(profiles, tmp_path)
    book = load_workbook(tmp_path / "profils-pour-les-mentors-formulaire.xlsx")
    form, codes = book["Souhaits"], book["Codes"]
    rows = {row[0].value: row[0].row for row in form.iter_rows(min_row=2)}
    assert set(rows) == {CODES.of("mentor", key) for key in ("M1", "M2")}
    for rule in form.data_validations.dataValidation:
        place = re.fullmatch(r"=?Codes!(\$B\$\d+)(:\$B\$\d+)?", rule.formula1)
        assert place
        assert codes[place[1].replace("$", "")].value == CODES.of("mentee", "E1")
    assert len(form.data_validations.dataValidation) == len(rows)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"criteria": [], "rules": []}, "ni souhaits ni refus"),
        ({"fields": {**FIELDS, "eviter": {**REFUSED, "private": False}}}, "private = true"),
        (
            {"fields": {**FIELDS, "metier": {**TRADE, "shareable": False}, "savoirs": {**GRID, "shareable": False}}},
            "vides",
        ),
    ],
)
def test_a_programme_that_asks_for_no_wishes_or_would_show_them_is_told(
    tmp_path: Path, parts: dict[str, Any], told: str
) -> None:
    with pytest.raises(ProgrammeError, match=r"(?s).*") as refusal:
        made(tmp_path, **parts)
    assert told in str(refusal.value)


@pytest.mark.parametrize(("consent", "told"), [("accor", "accord"), ("metier", "yesno")])
def test_the_question_of_consent_is_one_of_yes_or_no(consent: str, told: str) -> None:
    with pytest.raises(ProgrammeError) as refusal:
        programme(profiles={"consent": consent})
    assert told in str(refusal.value)


def test_a_list_of_names_is_never_shareable_and_only_answers_that_are_matched_come_later() -> None:
    for field in ({**FIRMS, "shareable": True}, {"question": "Q", "kind": "text", "use": "display", "later": True}):
        with pytest.raises(ProgrammeError, match=r"shareable|later"):
            programme(fields={**FIELDS, "structures": field})
