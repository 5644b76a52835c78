"""What concerns one person: the participant reads their partners and nothing else; names come from contacts."""

import re

import pytest

from mentormatch import Matching
from mentormatch.explanation.names import ABSENT_PERSON
from mentormatch.fields import SIDES
from mentormatch.report.handouts import common_text, make_handouts
from mentormatch.report.texts import render_template
from mentormatch.results import Contacts
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.report.handouts.samples import CONTACTS, example, read
from tests.report.pictures.markets import CANARY, KEY, market

STAFF_WORDS = ("veto", "souhait", "éviter", "écart", "exclu", "règle", "critère", "points", "%", "rang", "préfér")
"""What tells of vetoes, of rankings, of reasons and of scores."""


def vetoing() -> Matching:
    """Return people of whom one asked not to be with another, and ranked the others."""
    fields = {**FIELDS, "eviter": {"question": "À éviter", "kind": "names", "private": True}}
    rules = programme(fields=fields, rules=[{"kind": "veto", "field": "eviter", "against": ["code"]}])
    mentees = [{**person("E1"), "eviter": "M1; Compagnie secrète"}, {**person("E2"), "eviter": ""}]
    return matched(rules, [{**person(key), "eviter": ""} for key in ("M1", "M2")], mentees)


def test_a_participant_reads_the_sheet_that_is_handed_to_them() -> None:
    matching, contacts = example()
    for one in make_handouts(matching, contacts):
        view = matching.show.participant(one.key, contacts)
        assert view.page() == render_template("handouts.html", handed=[one], common=common_text(matching, None))
        assert read(view._repr_html_()).removeprefix("Votre binôme ") in read(view.page())


@pytest.mark.promise(25)
def test_a_participant_reads_of_nobody_but_their_partners() -> None:
    matching, contacts = example()
    theirs: dict[str, set[str]] = {}
    for (_, key), told in contacts.people.items():
        for said in told.values():
            theirs.setdefault(said, set()).add(key)  # two people of the example have the same address
    partners: dict[str, set[str]] = {key: {key} for side in SIDES for key in matching.cohort.side(side).ids}
    for pair in matching.pairs:
        partners[pair.mentor].add(pair.mentee)
        partners[pair.mentee].add(pair.mentor)
    for key, allowed in partners.items():
        shown = matching.show.participant(key, contacts)._repr_html_()
        assert [said for said in theirs if said in shown and not theirs[said] & allowed] == []
        assert {code for code in partners if re.search(rf"\b{code}\b", shown)} <= allowed


def test_a_participant_reads_no_answer_no_veto_no_ranking_no_reason_and_no_points() -> None:
    for matching in (vetoing(), market(11)):
        for side in SIDES:
            for key in matching.cohort.side(side).ids:
                view = matching.show.participant(key)
                for told in (view._repr_html_(), read(view.page())):
                    assert CANARY not in told
                    assert KEY not in told
                    assert [word for word in STAFF_WORDS if word in told.lower()] == []


def test_the_team_reads_that_there_is_a_veto_and_never_whose_or_of_what() -> None:
    matching = vetoing()
    told = matching.show.pair("M1", "E1")._repr_html_()
    assert "souhait d’une des deux personnes" in told
    show = matching.show
    for view in (show.person("M1"), show.person("E1"), show.market(), show.pairs(), show.unmatched(), show.summary()):
        assert "Compagnie secrète" not in view._repr_html_()


def test_contacts_give_people_their_names_in_every_view() -> None:
    matching, contacts = example()
    pair = matching.pairs[0]
    name = contacts.of("mentor", pair.mentor)["nom"]
    assert name in matching.show.pairs(names=contacts)._repr_html_()
    assert name not in matching.show.pairs()._repr_html_()
    assert matching.show.person(name, names=contacts).title == f"{name}, mentor·e"


def test_people_of_one_name_are_told_apart_by_their_codes() -> None:
    rules = programme(fields={**FIELDS, **CONTACTS}, documents={"name": "nom"})
    matching = matched(rules, [person("M1"), person("M2")], [person("E1")])
    known = {("mentor", key): {"nom": "Ana"} for key in ("M1", "M2")} | {("mentee", "E1"): {"nom": "Bob"}}
    labels = matching.show.pairs(names=Contacts(("nom",), known)).labels  # type: ignore[arg-type]  # keys are pairs of side and key
    assert [labels.person("mentor", key) for key in ("M1", "M2")] == ["Ana (M1)", "Ana (M2)"]
    assert labels.person("mentee", "e1") == "Bob"
    assert labels.person("mentee", "E9") == ABSENT_PERSON
