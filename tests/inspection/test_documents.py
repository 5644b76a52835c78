"""Page, workbook, JSON, text and notebook of an intake: they agree, are safe, and hold nobody's own words."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from pandas import DataFrame

import mentormatch as mm
from mentormatch.errors import OutputError
from mentormatch.inspection.section import writer_for
from mentormatch.report.texts import visible
from mentormatch.results import Intake
from mentormatch.survey.table_reader import read_table
from tests.conftest import ROOT
from tests.inspection.reports import CODE, EMAIL, FIRMS, NEEDS, OVERLAP, documents, programme, report, written
from tests.report.cohorts import hostile_strings
from tests.report.readers import LOADING, TAGS, Outline, sheets

ANSWERS = ROOT / "src" / "mentormatch" / "examples" / "mentorat" / "reponses.csv"
CANARY = "canari"
OWN_WORDS = (
    "Nom et prénom",
    "Courriel",
    "Téléphone",
    "Structures pour lesquelles vous avez travaillé depuis 3 ans",
    "Personnes ou structures avec lesquelles vous ne souhaitez pas être associé·e",
    "Un élément utile à l'équipe",
)


@pytest.fixture(scope="module")
def example() -> Intake:
    return mm.intake(mm.examples.programme(), ANSWERS)


def test_every_document_tells_the_fate_of_the_same_rows(example: Intake) -> None:
    lines = ANSWERS.read_text("utf-8-sig").splitlines()[1:]
    told = json.loads(written(example, ".json"))
    book = sheets(written(example, ".xlsx"))
    assert len(example.fates.rows) == len(told["rows"]) == len(book["Lignes"]) - 1 == len(lines)
    assert [row["line"] for row in told["rows"]] == [row[1] for row in book["Lignes"][1:]]
    others = [f"{row.line}" for row in example.fates.others]
    page, text = Outline(written(example, ".html").decode()), written(example, ".txt").decode()
    lines_told = page.inside("td.number line")
    assert lines_told[: len(others)] == others
    assert [f"ligne {line} : " in text for line in others] == [True] * len(others)
    assert example.fates.taken == (("reponses.csv", "2 à 11, 13 à 32"),)


def test_every_document_names_the_same_people_with_few_partners(example: Intake) -> None:
    named = [one.person for one in example.market.scarce]
    assert named
    assert [one["person"] for one in json.loads(written(example, ".json"))["market"]["scarce"]] == named
    assert [row[0] for row in sheets(written(example, ".xlsx"))["Peu de partenaires"][1:]] == named
    page = Outline(written(example, ".html").decode())
    assert [key for key in page.inside("th.who") if key in named][: len(named)] == named
    everybody = [one.person for one in example.market.reach]
    assert page.inside("th.who")[-len(everybody) :] == everybody


def test_the_counts_of_a_question_are_those_of_its_column(example: Intake) -> None:
    table = read_table(ANSWERS)
    column = table.header.index("Comment souhaitez-vous vous voir ?")
    kept = {row.line for row in example.cohort.rows if row.fate in ("taken", "incomplete")}
    cells = [record.cells[column] for record in table.records if record.line in kept]
    asked = next(one for one in example.questions.asked if one.name == "format")
    assert {bar.label: bar.total for bar in asked.bars} == {bar.label: cells.count(bar.label) for bar in asked.bars}
    assert sum(fill.answered for fill in asked.fills) == sum(bar.total for bar in asked.bars)


def test_a_folder_gets_all_documents_and_a_suffix_one(example: Intake, tmp_path: Path) -> None:
    names = {path.name for path in example.save(tmp_path / "lu")}
    assert names == {"reponses.html", "reponses.json", "reponses.txt", "reponses.xlsx"}
    (alone,) = example.save(tmp_path / "autre.html")
    assert alone.read_bytes() == (tmp_path / "lu" / "reponses.html").read_bytes()
    with pytest.raises(OutputError, match="docx"):
        example.save(tmp_path / "a.docx")


def test_the_page_forbids_everything_but_its_own_style(example: Intake) -> None:
    text = written(example, ".html").decode()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in text
    assert "default-src 'none'" in text


@pytest.mark.promise(24)
def test_hostile_texts_are_nothing_but_text_in_page_and_notebook(shared_data: Path) -> None:
    texts = hostile_strings(shared_data / "hostile")[::23]
    option = "<img src=x onerror=alert(1)>"
    fields = {
        "code": CODE,
        "besoins": {**NEEDS, "question": texts[0], "options": [option, "</script><b>"]},
        "structures": {**FIRMS, "question": "<i>{{ 7 * 7 }}</i>"},
    }
    rules = programme(fields, criteria=[OVERLAP], rules=[{"kind": "different", "field": "structures", "name": "<u>"}])
    people = [{"code": f"{place}{text}", "besoins": option, "structures": "x"} for place, text in enumerate(texts)]
    made = report(rules, people, [{"code": "E1", "structures": "x"}, *({"code": ""},) * 2])
    for text in (written(made, ".html").decode(), made._repr_html_()):
        found = Outline(text)
        assert set(found.tags) <= TAGS | {"details", "summary"}
        assert not {name for name, _ in found.attributes if name.startswith("on")}
        assert not {name for name, _ in found.attributes} & LOADING
        assert found.balanced
    shown = "".join(text for _, text in Outline(written(made, ".html").decode()).texts)
    assert [key for key in made.cohort.mentors.ids if visible(key) not in shown] == []


@pytest.mark.promise(27)
def test_no_free_text_no_name_and_no_contact_is_in_any_document() -> None:
    table = read_table(ANSWERS)
    rows = [
        [
            f"{CANARY}{cell}{CANARY}@x.fr" if name in OWN_WORDS and cell else cell
            for name, cell in zip(table.header, record.cells, strict=True)
        ]
        for record in table.records
    ]
    answers = DataFrame(rows, columns=list(table.header), dtype=object)
    made = mm.intake(mm.examples.programme(), answers)
    assert CANARY in repr(made.cohort.mentors.columns["employeurs"]).casefold()
    assert CANARY not in documents(made).casefold()
    assert CANARY not in repr(sheets(written(made, ".xlsx"))).casefold()


@pytest.mark.promise(25)
def test_people_known_by_their_e_mail_address_are_named_by_their_line() -> None:
    rules = programme({"courriel": EMAIL, "structures": FIRMS}, rules=[{"kind": "different", "field": "structures"}])
    mentors = [{"courriel": "canari1@x.fr", "structures": "Lilas"}]
    made = report(rules, mentors, [{"courriel": "canari2@x.fr", "structures": "Lilas"}, {"courriel": "canari2@x.fr"}])
    assert [one.person for one in made.market.scarce] == []
    assert made.fates.counts == {"taken": 2, "replaced": 1}
    again = report(rules, mentors, [{"courriel": "canari2@x.fr", "structures": "Lilas"}])
    assert [one.person for one in again.market.scarce] == ["ligne 2", "ligne 2"]
    assert CANARY not in documents(made).casefold() + documents(again).casefold()
    assert CANARY not in repr(sheets(written(again, ".xlsx"))).casefold()


def test_a_part_shows_itself_in_a_notebook_and_only_a_page_can_show_one(example: Intake) -> None:
    for part in (example, example.reading, example.fates, example.remarks, example.questions, example.market):
        assert Outline(part._repr_html_()).balanced
    with pytest.raises(OutputError):
        writer_for("a.json").fragment(example.fates)
