import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from mentormatch import Matching, Status
from mentormatch.assignment.model.solution import empty_solution
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import CRITERION_COLOURS, FIRST_PAGE_PAIRS
from tests.report.cohorts import hostile_matchings, hostile_strings, matched, person, programme, small
from tests.report.readers import (
    IMAGE,
    NOTEBOOK_TAGS,
    TAGS,
    Outline,
    assert_nothing_runs_or_loads,
    contrast,
    notebook,
    page,
    written,
)


@pytest.mark.promise(24)
def test_hostile_texts_are_nothing_but_text_in_the_page(shared_data: Path) -> None:
    for matching in hostile_matchings(hostile_strings(shared_data / "hostile")):
        found = page(matching)
        assert set(found.tags) <= TAGS
        assert found.tags.count("article") == (len(matching.pairs) if len(matching.pairs) <= FIRST_PAGE_PAIRS else 0)
        assert_nothing_runs_or_loads(found)
        shown = "\n".join(text for _, text in found.texts)
        assert [key for key in keys_and_names(matching) if visible(key) not in shown] == []


@pytest.mark.promise(24)
def test_hostile_texts_are_nothing_but_text_in_a_notebook(shared_data: Path) -> None:
    for matching in hostile_matchings(hostile_strings(shared_data / "hostile")):
        found = Outline(notebook(matching))
        assert set(found.tags) <= NOTEBOOK_TAGS
        assert_nothing_runs_or_loads(found)


def keys_and_names(matching: Matching) -> set[str]:
    keys = {key for pair in matching.pairs for key in (pair.mentor, pair.mentee)}
    criteria = {spaced(criterion.label) for criterion in matching.programme.criteria}
    rules = {spaced(rule.label) for rule in matching.programme.rules}
    return keys | criteria | rules | {spaced(matching.programme.name)}


def test_the_reader_of_these_tests_sees_a_tag_and_a_handler_that_are_live() -> None:
    found = Outline("<p onclick='x'>&lt;b&gt;</p><script>1</script>")
    assert found.tags == ["p", "script"]
    assert found.attributes == [("onclick", "x")]
    assert found.texts[0] == ("p.", "<b>")


@pytest.mark.promise(24)
def test_the_page_forbids_everything_but_its_own_style_and_the_images_that_it_holds() -> None:
    text = written(small(), ".html").decode()
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    policy = re.search(r'Policy" content="([^"]+)"', text)
    assert len(style) == 1
    assert policy
    assert (
        policy[1]
        == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[0]
    assert "@import" not in style[0]


def test_the_page_is_one_french_document() -> None:
    text = written(small(), ".html").decode()
    assert text.startswith('<!doctype html>\n<html lang="fr">')
    assert page(small()).inside("title.") == ["Binômes – Essai"]


def test_a_key_and_a_name_with_marks_of_html_are_shown_as_typed() -> None:
    rules = programme(programme={"name": "<b>\"A\" & 'B'</b>"})
    found = page(matched(rules, [person("<i>M1</i>")], [person("E&amp;1")]))
    assert found.inside("h1.") == ["<b>\"A\" & 'B'</b>"]
    assert found.inside("span.who") == ["<i>M1</i>", "E&amp;1"]


def test_a_name_that_a_template_could_take_for_its_own_is_left_alone() -> None:
    found = page(matched(programme(), [person("{{ 7 * 7 }}")], [person("{% if %}")]))
    assert found.inside("span.who") == ["{{ 7 * 7 }}", "{% if %}"]


def test_each_pair_has_its_points_by_criterion_its_reasons_and_what_is_known() -> None:
    found = page(small())
    assert found.inside("p.known")[0] == "Part connue\u00a0: 0\u00a0%"
    assert "contrats" in found.inside("td.")
    assert [text for text in found.inside("b.") if "," in text][:3] == ["100,0", "33,3", "66,7"]


def test_the_bar_of_a_pair_ends_at_its_points() -> None:
    text = written(small(), ".html").decode()
    drawn = re.findall(r"<svg class=.bar.*?</svg>", text, re.DOTALL)
    assert drawn[:3] == drawn[3:]
    bars = [re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', bar)[1:] for bar in drawn]
    assert [round(float(bar[-1][0]) + float(bar[-1][1]), 4) for bar in bars] == [100.0, 66.6666, 50.0] * 2


def test_the_people_without_a_partner_are_there_with_the_reason() -> None:
    found = page(small())
    assert "E1" in found.inside("th.who")
    assert "3\u00a0mentor·es possibles, dont les places sont prises par E2, E3 et E4." in found.inside("td.reason")


def test_rows_that_were_set_aside_are_told_with_their_line() -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "notice": {"question": "Notice", "kind": "yesno", "use": "consent"},
    }
    rules = programme(fields=fields, criteria=[])
    mentees = [{"code": "E1", "notice": "Oui"}, {"code": "E2", "notice": "Non"}]
    found = page(matched(rules, [{"code": "M1", "notice": "Oui"}], mentees))
    assert found.inside("td.number line") == ["3"]
    assert "la notice d’information n’est pas acceptée" in found.inside("td.")
    assert "3\u00a0réponses au questionnaire\u00a0: 2\u00a0retenues et 1\u00a0rejetée." in found.inside("p.")


def test_a_veto_is_told_as_a_rule_and_never_with_who_asked() -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "eviter": {"question": "À éviter", "kind": "names", "private": True},
    }
    rules = programme(fields=fields, criteria=[], rules=[{"kind": "veto", "field": "eviter", "against": ["code"]}])
    mentees = [{"code": "E1", "eviter": "M1; Compagnie secrète"}]
    matching = matched(rules, [{"code": "M1", "eviter": ""}], mentees)
    text = written(matching, ".html").decode()
    assert "souhait d’une des deux personnes" in text
    assert "Compagnie secrète" not in text
    assert "E1" not in [reason for one in matching.unmatched if one.person == "M1" for reason in one.reason.split()]


def test_without_an_answer_the_page_says_so() -> None:
    done = small()
    for status in (Status.INFEASIBLE, Status.STOPPED, Status.FAILED):
        failed = Matching(done.cohort, done.programme, done.scores, done.problem, empty_solution(status, "aucun"))
        found = page(failed)
        assert "Aucun binôme." in found.inside("p.")
        assert "article" not in found.tags


def test_the_page_holds_its_pictures_each_with_its_text() -> None:
    found = page(small())
    images = [(name, value) for name, value in found.attributes if name in ("src", "alt")]
    assert [name for name, _ in images] == ["alt", "src"] * found.tags.count("img")
    assert found.tags.count("img") >= 2
    assert all(value.startswith(IMAGE) for name, value in images if name == "src")
    assert "Binômes retenus\u00a0: 3, de 50,0 à 100,0 points" in " ".join(value for _, value in images)


def test_nobody_at_all_still_makes_a_page() -> None:
    found = page(matched(programme(criteria=[]), [], []))
    assert found.inside("p.lead") == ["Sur personne, la répartition forme 0\u00a0binôme."]
    assert found.balanced


def test_the_colours_of_the_bar_stand_out_on_white() -> None:
    assert min(contrast(tone, "#FFFFFF") for tone in CRITERION_COLOURS) >= 4.5


def test_the_inks_of_the_page_are_readable_on_its_grounds() -> None:
    style = page(small()).inside("style.")[0]
    colours = dict(re.findall(r"--(\w+): (#\w{6})", style))
    grounds = ["#FFFFFF", colours["tint"]]
    assert min(contrast(colours[ink], ground) for ink in ("ink", "soft", "accent") for ground in grounds) >= 4.5
