import pytest

from mentormatch import Matching
from mentormatch.explanation.names import pseudonyms
from tests.doors import substitute
from tests.report.cohorts import FIELDS, matched, person, programme, small
from tests.report.readers import Outline, notebook, page

BY_EMAIL = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}
MENTORS = ["ana@example.org", "bob@example.org"]
MENTEES = ["cyd@example.org", "dan@example.org", "eve@example.org"]


def by_email() -> Matching:
    rules = programme(fields=BY_EMAIL)
    bans = [(MENTORS[0], MENTEES[1]), (MENTORS[1], MENTEES[1])]
    return matched(rules, [person(key) for key in MENTORS], [person(key) for key in MENTEES], bans=bans)


@pytest.mark.promise(25)
def test_people_known_by_their_e_mail_are_shown_under_pseudonyms() -> None:
    shown = notebook(by_email())
    assert "example" not in shown
    names = Outline(shown).inside("th.who pair")
    assert {"M01", "M02", "E01", "E03"} <= set(names)


@pytest.mark.promise(25)
def test_the_reason_why_somebody_is_left_out_names_others_under_pseudonyms() -> None:
    shown = matched(programme(fields=BY_EMAIL), [person(MENTORS[0])], [person(key) for key in MENTEES])
    holder = {f"E{place:02d}" for place, key in enumerate(MENTEES, start=1) if key == shown.pairs[0].mentee}
    reasons = [text for text in Outline(notebook(shown)).inside("td.reason") if "prise" in text]
    assert reasons == [f"1\u00a0mentor·e possible, dont la place est prise par {holder.pop()}."] * 2


@pytest.mark.promise(25)
def test_a_pair_that_was_ruled_out_is_named_under_pseudonyms() -> None:
    text = "".join(text for _, text in Outline(notebook(by_email())).texts)
    assert "binôme écarté M01 - E02" in text
    assert "« binôme écarté M01 - E02 » en exclut 1".replace(" »", "\u00a0»").replace("« ", "«\u00a0") in text


@pytest.mark.promise(25)
def test_rows_of_people_known_by_their_e_mail_are_told_by_their_line_alone() -> None:
    fields = {**BY_EMAIL, "notice": {"question": "Notice", "kind": "yesno", "use": "consent"}}
    mentees = [{**person(key), "notice": "Non" if key == MENTEES[1] else "Oui"} for key in MENTEES]
    matching = matched(programme(fields=fields), [{**person(MENTORS[0]), "notice": "Oui"}], mentees)
    assert len(matching.rejected) == 1
    assert "example" not in notebook(matching)


def test_codes_are_pseudonyms_already_and_are_shown() -> None:
    assert {"M1", "E2"} <= set(Outline(notebook(small())).inside("th.who pair"))


def test_a_page_calls_people_by_the_same_codes() -> None:
    assert page(by_email()).inside("span.who") == ["M01", "E03", "M02", "E01"]


def test_what_a_notebook_shows_depends_on_no_style_script_or_document() -> None:
    found = Outline(notebook(small()))
    assert found.balanced
    assert not {"style", "script", "html", "head", "body", "link"} & set(found.tags)
    assert "66,7" in found.inside("td.number points")


def test_a_matching_shows_itself_in_a_notebook() -> None:
    matching = small()
    assert matching._repr_html_() == notebook(matching)


def test_only_the_first_pairs_of_many_are_shown_and_the_rest_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "report", MOST_SHOWN=2)
    shown = notebook(small())
    assert shown.count("les 2 critères") == 2
    assert "… et 1\u00a0autre, dans le classeur et dans la page." in "".join(Outline(shown).inside("p."))


def test_pseudonyms_follow_the_order_of_the_cohort_and_differ_from_each_other() -> None:
    cohort = by_email().cohort
    labels = pseudonyms(cohort)
    assert [labels.person("mentor", key) for key in cohort.mentors.ids] == ["M01", "M02"]
    assert [labels.person("mentee", key.upper()) for key in cohort.mentees.ids] == ["E01", "E02", "E03"]
    assert labels.person("mentor", MENTEES[0]) == "personne absente"
