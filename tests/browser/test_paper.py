"""The documents of a meeting on paper, printed by a real browser: exactly two pages, and a page that does not grow."""

import re
from collections.abc import Mapping

import pytest

import mentormatch as mm
from mentormatch import Matching, language
from mentormatch.explanation.names import cohort_names
from mentormatch.languages.text_keys import fold
from mentormatch.operations.matching import NamedExporter, exporters
from mentormatch.report.view import FIRST_PAGE_PAIRS
from tests.browser.browsing import NOTHING, Watched, faults
from tests.browser.test_every_page import show
from tests.conftest import some_of
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.service.desk.test_turnover import ROWS, validated

SHEETS = """() => [...document.querySelectorAll(".sheet")].map((one) => {
  const foot = one.querySelector(".foot").getBoundingClientRect();
  const last = one.querySelector(".foot").previousElementSibling.getBoundingClientRect();
  return one.scrollHeight <= one.clientHeight && last.bottom <= foot.top;
})"""
"""Whether all that a sheet says stands on it, above its last line."""
LONG = "Marie-Antoinette de La Tour d'Auvergne-Lauraguais et Saint-Germain"


def printed(watched: Watched, html: str) -> int:
    """Return on how many pages a document is printed."""
    show(watched.page, html)
    watched.page.emulate_media(media="print")
    return len(re.findall(rb"/Type\s*/Page\b", watched.page.pdf(prefer_css_page_size=True)))


def document(matching: Matching, kind: str, names: Mapping[str, str] | None = None) -> str:
    exporter = exporters()[kind]
    assert isinstance(exporter, NamedExporter)
    known = None if names is None else cohort_names(names, matching.cohort, matching.programme)
    return exporter.content(matching, None, known).decode()


def wordy(count: int, *, details: bool = False) -> Matching:
    """Return so many pairs, and more people without one, of a programme whose every word is long."""
    fields = {name: {**one, "question": f"{one['question']} {LONG}"} for name, one in FIELDS.items()}
    criteria = [{"kind": "same", "field": "metier", "name": f"métier, {LONG}"}]
    rules = [{"kind": "minimum_score", "points": 1, "name": f"{place} {LONG}"} for place in range(8)]
    head = {"name": f"Mentorat {LONG} {LONG}"}
    plan = programme(programme=head, fields=fields, criteria=criteria, rules=rules, documents={"details": details})
    mentors = [person(f"M{place:03}") for place in range(count)]
    mentees = [person(f"E{place:03}") for place in range(count + 30)]
    return matched(plan, mentors, mentees)


def called(matching: Matching) -> dict[str, str]:
    """Return a long name for everybody."""
    return {key: f"{LONG} {key}" for side in (matching.cohort.mentors, matching.cohort.mentees) for key in side.ids}


@pytest.mark.parametrize("code", some_of(["fr", "en"]))
@pytest.mark.parametrize("called_by", ["name", "code"])
def test_the_summary_is_two_pages_of_which_nothing_is_lost(code: str, called_by: str, watched: Watched) -> None:
    example = mm.match(mm.examples.cohort(), mm.examples.programme())
    for matching in (example, wordy(FIRST_PAGE_PAIRS), wordy(0), wordy(1)):
        with language(code):
            html = document(matching, ".resume.html", called(matching) if called_by == "name" else None)
        assert printed(watched, html) == 2
        assert watched.page.evaluate(SHEETS) == [True, True]
    assert watched.trouble == NOTHING


def test_a_sheet_that_says_more_than_stands_on_it_would_be_found(watched: Watched) -> None:
    show(watched.page, document(wordy(1), ".resume.html"))
    watched.page.emulate_media(media="print")
    watched.page.evaluate("document.querySelector('.told').style.height = '280mm'")
    assert watched.page.evaluate(SHEETS) == [True, False]


@pytest.mark.parametrize("count", some_of([40, 223]))
def test_of_many_pairs_the_two_pages_stay_two_and_the_list_follows_as_an_annex(count: int, watched: Watched) -> None:
    matching = wordy(count)
    pages = printed(watched, document(matching, ".resume.html", called(matching)))
    assert watched.page.evaluate(SHEETS) == [True, True]
    assert watched.page.locator(".annex li").count() == count
    assert 2 < pages <= 3 + count // 25
    assert faults(watched.page, "html")[0] == set()


@pytest.mark.proof
def test_the_full_page_of_many_pairs_is_short_unless_every_detail_is_asked_for(watched: Watched) -> None:
    short, whole = (printed(watched, document(wordy(60, details=asked), ".html")) for asked in (False, True))
    assert short < whole / 2
    assert watched.page.locator("article").count() == 60


def test_the_details_of_many_pairs_open_on_the_screen(watched: Watched) -> None:
    show(watched.page, document(wordy(FIRST_PAGE_PAIRS + 1), ".html"))
    details = watched.page.locator("details").first
    assert details.locator("table").is_hidden()
    details.locator("summary").click()
    assert details.locator("table").is_visible()


def test_the_pairs_in_detail_are_cards_by_mentor_fourteen_a_page_and_no_address_is_cut(watched: Watched) -> None:
    sitting = validated()
    page = sitting.content("show", "fiches").decode()
    longest = f"{'prenom-compose.nom-de-famille-compose'[:50]}@administration-centrale.exemple.org"
    page = page.replace(ROWS[2]["Adresse e-mail"].replace("@", "@\u200b"), longest.replace("@", "@\u200b"))
    assert printed(watched, page) == 2
    cut = """() => [...document.querySelectorAll(".reach")].filter((one) => {
      const [around, card] = [one.getBoundingClientRect(), one.closest("li").getBoundingClientRect()];
      return around.right > card.right || around.height > 20;
    }).map((one) => one.textContent)"""
    assert watched.page.evaluate(cut) == []
    mentors = watched.page.locator(".pairs .who:first-child").all_text_contents()
    assert mentors == sorted(mentors, key=fold)
    assert watched.page.locator(".reach").count() == 2 * len(mentors)
    assert faults(watched.page, "html")[0] == set()
    sitting.done("name", shown=False, where="everywhere")
    assert "@" not in sitting.content("show", "fiches").decode().partition("<body>")[2]
