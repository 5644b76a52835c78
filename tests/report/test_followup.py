"""The year as a page, a workbook, JSON and in a notebook: the same, in plain text only."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mentormatch import examples, follow_up, match
from mentormatch.followup.waves import DESCRIPTION
from mentormatch.languages.translation import tr
from mentormatch.people.codes import codes_of
from mentormatch.report.followup import notebook_fragment, year_page, year_workbook
from mentormatch.results import Year
from tests.followup.years import HEAD, asking, frame, paired, year
from tests.report.cohorts import FIELDS, hostile_strings, matched, programme
from tests.report.readers import ALIVE, Outline, parts, sheets


def example(folder: Path) -> Year:
    rules = examples.programme()
    return follow_up(rules, match(examples.cohort(), rules).pairs, dict(examples.copy_waves_to(folder)))


def read(html: str) -> str:
    """Return what somebody reads."""
    return " ".join(" ".join(text for where, text in Outline(html).texts if not where.startswith("style")).split())


@pytest.mark.promise(26)
def test_page_workbook_and_json_of_a_year_agree(tmp_path: Path) -> None:
    found = example(tmp_path)
    html, book, told = found.save(tmp_path / "suivi")
    data: dict[str, Any] = json.loads(told.read_text("utf-8"))
    cells, outline = sheets(book.read_bytes()), Outline(html.read_text("utf-8"))
    calls = [one["person"] for one in data["to_call"]]
    assert calls == [row[0] for row in cells["À appeler"][1:]] == outline.inside("th.who")
    pairs = sorted((one["mentor"], one["mentee"]) for one in data["meetings"])
    names = outline.inside("th.who pair")
    assert pairs == sorted((str(row[0]), str(row[1])) for row in cells["Binômes"][1:])
    assert pairs == sorted(zip(names[::2], names[1::2], strict=True))
    lines = [(one["criterion"], one["pairs"], one["known"], one["reached"]) for one in data["outcomes"]]
    assert lines == [(row[1], row[3], row[4], row[5]) for row in cells["Résultats par critère"][1:]]
    assert len([where for where, _ in outline.texts if where == "td.number"]) >= 4 * len(lines)


def test_the_page_warns_of_small_numbers_and_says_that_it_describes(tmp_path: Path) -> None:
    said = read(year_page(example(tmp_path)).decode())
    assert "Petits nombres" in said
    assert tr(DESCRIPTION) in said
    assert "1 ne se voit plus" in said


def test_a_share_stands_beside_its_interval_in_french() -> None:
    found = year({1: frame(("E1", "", "Oui", "bien"), ("E2", "", "Oui", "mal"))})
    assert "50 % 9 à 91 %" in read(year_page(found).decode())


@pytest.mark.promise(25)
def test_a_notebook_names_nobody_whose_key_is_an_address() -> None:
    contact = {"question": "Courriel", "kind": "text", "use": "contact"}
    fields = {"metier": FIELDS["metier"], "courriel": contact}
    rules = programme(fields=fields, criteria=[], follow_up=asking().follow_up.model_dump(by_alias=True))
    matching = matched(rules, [{"courriel": "a@x.example"}], [{"courriel": "b@x.example"}])
    wave = frame(("a@x.example", "", "Non")).set_axis(["Courriel", *HEAD[1:]], axis=1)
    found = follow_up(rules, matching.pairs, {1: wave})
    assert [one.state for one in found.meetings] == ["stopped"]
    assert "x.example" not in notebook_fragment(found)
    assert "x.example" in year_page(found).decode()
    assert "M2" in notebook_fragment(year({1: frame(("E1",))}))


@pytest.mark.promise(25)
@pytest.mark.parametrize("coded", [False, True])
def test_a_notebook_shows_people_whose_key_is_an_address_by_codes_or_not_at_all(*, coded: bool) -> None:
    keys = {"metier": FIELDS["metier"], "courriel": {"question": "Courriel", "kind": "text", "use": "key"}}
    rules = programme(fields=keys, criteria=[], follow_up=asking().follow_up.model_dump(by_alias=True))
    matching = matched(rules, [{"courriel": "a@x.example"}], [{"courriel": "b@x.example"}])
    wave = frame(("a@x.example", "", "Non")).set_axis(["Courriel", *HEAD[1:]], axis=1)
    found = follow_up(rules, matching.pairs, {1: wave}, codes=codes_of(matching.cohort) if coded else None)
    shown = notebook_fragment(found)
    assert "x.example" not in shown
    assert ("M01" in shown) == coded
    assert ("x.example" in year_page(found).decode()) != coded
    assert "1 ne se voit plus" in read(shown)


@pytest.mark.promise(23)
def test_no_hostile_text_lives_in_a_year(shared_data: Path) -> None:
    strings = [text for text in hostile_strings(shared_data / "hostile") if text.isprintable()]
    (pair, *_), texts = paired().pairs, iter(strings)
    people = [replace(pair, mentor=mentor, mentee=mentee) for mentor, mentee in zip(texts, texts, strict=False)]
    calls = [{"field": "note", "in": ["mal"], "why": text} for text in strings[:40]]
    named = [{"name": text, "field": "note", "in": ["bien"]} for text in dict.fromkeys(strings[:20])]
    rules = asking(calls=calls, outcomes=named)
    rows = [(one.mentee, "", "Non", "mal") for one in people] + [(text, text) for text in strings[:50]]
    found = follow_up(rules, people, {1: frame(*rows)})
    content, html = year_workbook(found), year_page(found).decode()
    assert [name for name, xml in parts(content) if ALIVE.search(name + xml)] == []
    for text in (html, notebook_fragment(found)):
        outline = Outline(text)
        assert outline.balanced
        assert not {"script", "a", "img", "iframe", "form", "object", "svg"} & set(outline.tags)
        assert not [name for name, _ in outline.attributes if name.startswith("on") or name in ("href", "src")]
    assert re.search(r"default-src 'none'", html)
