"""A desk of groups, of a working group, and of the year of pairs: all that it tells is what the library says."""

import json
import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from itertools import permutations
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import carry_over, lessons, with_history
from mentormatch.examples import contents, folder_of
from mentormatch.groups.sessions import topics_of, year_of, years_of
from mentormatch.report.followup import year_json, year_summary
from mentormatch.report.sessions import WRITER_BY_SUFFIX, SessionDocuments
from mentormatch.report.texts import spaced
from mentormatch.widgets.board.view import format_texts
from tests.doors import substitute
from tests.english import french_in
from tests.operations.situations import edition
from tests.service.desk.session import ANSWERS, EXAMPLE, PROGRAMME, VALIDATION, Sitting, copied
from tests.service.desk.trees import Tree, element, elements, words

NAMES = {"pairs": "mentorat", "groups": "codeveloppement", "sessions": "groupe-de-travail"}
WAVES = {month: EXAMPLE.joinpath(f"suivi-{month}-mois.csv").read_bytes() for month in (1, 3, 6, 12)}
STAMP = re.compile(rb"DTSTAMP:\d{8}T\d{6}Z")
FEW = b"""[programme]
name = "Pairs"
[fields.courriel]
question = "Courriel"
kind = "text"
use = "contact"
[fields.structure]
question = "Structure"
kind = "names"
[groups]
size = 2
[[rules]]
kind = "different"
field = "structure"
"""


def file(kind: str, name: str) -> bytes:
    """Return a file of the example of one kind."""
    return contents(NAMES[kind])[name]


def formed(kind: str) -> Sitting:
    """Return a desk of its own at which the example of one kind is formed."""
    return copied(formed_once(kind))


@cache
def library_groups() -> mm.results.Grouping:
    """Return the groups of the example, from the library."""
    return mm.form_groups(mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement"))


@cache
def formed_once(kind: str) -> Sitting:
    """Return a desk at which the example of one kind is formed, and which is not to be changed."""
    sitting = Sitting()
    sitting.done("kind", kind=kind)
    sitting.done("example")
    sitting.done("read")
    told = sitting.done("form")
    assert told["kind"] == kind
    return sitting


def unstamped(content: bytes) -> bytes:
    """Return a calendar without the times at which it was made."""
    return STAMP.sub(b"", content)


def in_groups(told: Mapping[str, Any]) -> list[list[str]]:
    """Return the names in each group."""
    return [[one["name"] for one in group["members"]] for group in told["groups"]]


@pytest.mark.parametrize("kind", NAMES)
def test_a_programme_says_what_it_is_and_then_nothing_else_can_be_chosen(kind: str) -> None:
    sitting = Sitting()
    assert (sitting.done("look")["kind"], sitting.done("look")["stated"]) == ("pairs", False)
    told = sitting.done("take", file(kind, "programme.toml"), part="programme", name="p.toml")
    assert (told["kind"], told["stated"]) == (kind, True)
    other = next(one for one in NAMES if one != kind)
    assert sitting.done("kind", kind=other)["kind"] == kind


def test_without_a_programme_the_kind_is_what_was_chosen_and_outlasts_files_that_say_nothing() -> None:
    sitting = Sitting()
    assert sitting.done("kind", kind="sessions")["kind"] == "sessions"
    told = sitting.done("take", ANSWERS, part="answers", name="r.csv")
    assert (told["kind"], told["stated"]) == ("sessions", False)
    told = sitting.done("take", b"[programme]\nname = 3", part="programme", name="p.toml")
    assert (told["kind"], told["stated"]) == ("sessions", False)


@pytest.mark.parametrize(
    ("kind", "content"),
    [("groups", b'{"kind": "groups", "groups": []}'), ("pairs", b'{"programme": "A", "left_out": []}')],
)
def test_a_file_of_an_edition_before_says_the_kind_wherever_it_is_dropped(kind: str, content: bytes) -> None:
    sitting = Sitting()
    told = sitting.done("take", content, part="proposal", name="a.json")
    assert (told["kind"], told["stated"], told["files"][0]["part"]) == (kind, True, "edition")


def test_the_groups_are_those_of_the_library() -> None:
    sitting = formed("groups")
    grouping = library_groups()
    told = sitting.done("groups")
    assert in_groups(told) == [list(group.members) for group in grouping.groups]
    assert told["sentences"] == format_texts([*grouping.sentences, *grouping.staff_sentences])
    assert sitting.done("look")["gathered"]["title"] == format_texts(grouping.sentences[0])
    for name in ("groupes.html", "groupes.json"):
        made = WRITER_BY_SUFFIX[name[name.index(".") :]](SessionDocuments(grouping))
        assert sitting.content("hand", name) == made
    staff = WRITER_BY_SUFFIX[".html"](SessionDocuments(grouping, staff=True))
    assert sitting.content("hand", "equipe-groupes.html") == staff


@pytest.mark.proof
def test_whom_staff_bring_together_are_together_and_what_was_done_is_undone_step_by_step() -> None:
    sitting = formed("groups")
    first = sitting.done("groups")
    together = sitting.done("wish", way="together", people=["e1", "e9"])
    assert any({"C01", "C09"} <= set(group) for group in in_groups(together))
    assert "points" in together["changed"]
    both = sitting.done("wish", way="apart", people=["e6", "e1"])
    assert not any({"C01", "C06"} <= set(group) for group in in_groups(both))
    library = mm.form_groups(
        mm.examples.cohort("codeveloppement"),
        mm.examples.programme("codeveloppement"),
        together=[("C01", "C09")],
        apart=[("C01", "C06")],
    )
    assert in_groups(both) == [list(group.members) for group in library.groups]
    assert [one["people"] for one in both["wishes"]] == ["C01 et C09", "C06 et C01"]
    lifted = sitting.done("lift", number=0)
    assert [one["people"] for one in lifted["wishes"]] == ["C06 et C01"]
    for expected in (both, together, first):
        assert in_groups(sitting.done("unwish")) == in_groups(expected)
    assert "rien à annuler" in sitting.refused("unwish")["title"]


@pytest.mark.proof
def test_a_wish_that_no_rule_allows_is_refused_with_the_reason_and_changes_nothing() -> None:
    sitting = formed("groups")
    before = sitting.done("groups")
    told = sitting.refused("wish", way="together", people=["e1", "e2"])["title"]
    assert "C01 et C02 ne peuvent pas être réuni·es" in told
    assert "pas deux personnes de la même structure" in told
    assert sitting.done("groups") == before
    assert "deux personnes différentes" in sitting.refused("wish", way="apart", people=["e1", "e1"])["title"]
    for strange in (["e1", "e99"], ["m1", "e2"]):
        assert "inconnue" in sitting.refused("wish", way="apart", people=strange)["title"]


def test_the_year_of_each_group_is_that_of_the_library_and_so_are_its_calendars() -> None:
    sitting = formed("groups")
    cohort, programme = mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")
    told = sitting.done("year")
    for number, (dates, turns) in enumerate(years_of(cohort, programme, library_groups().groups), start=1):
        assert dates is not None
        assert turns is not None
        lane = told["lanes"][number - 1]
        shown = [(person, session["number"]) for session in lane["sessions"] for person in session["presenting"]]
        order = list(turns.season.sessions)
        assert shown == [(turn.member, order.index(turn.session) + 1) for turn in turns.turns]
        assert [session["when"] for session in lane["sessions"]] == format_texts([one.words for one in dates.chosen])
        assert all(0 <= session["at"] <= 1 for session in lane["sessions"])
        calendar = sitting.content("hand", f"groupe-{number}.ics")
        assert unstamped(calendar) == unstamped(turns.calendar())
    assert any("1 et 3" in one for one in told["clashes"])
    with ZipFile(BytesIO(sitting.content("hand", "groupes.zip"))) as archive:
        assert set(archive.namelist()) == {
            one["name"]
            for one in sitting.done("look")["gathered"]["documents"]
            if not one["name"].startswith("equipe-") and one["name"] != "groupes.zip"
        }


def test_names_stand_on_the_screen_and_in_documents_once_they_are_asked_for() -> None:
    sitting = formed("groups")
    assert "Arnaud" not in sitting.content("hand", "groupes.html").decode()
    assert sitting.done("name", shown=True)["gathered"]["named"] is True
    assert "Arnaud Alix" in in_groups(sitting.done("groups"))[0]
    assert any("Arnaud Alix" in one["presenting"] for one in sitting.done("year")["lanes"][0]["sessions"])
    assert "Arnaud" not in sitting.content("hand", "groupes.html").decode()
    told = sitting.done("name", shown=True, where="documents")["gathered"]
    held = {one["name"]: one["holds"] for one in told["documents"]}
    assert held["groupe-1.ics"] == held["groupes.html"] == "Des noms, à côté des codes"
    assert held["groupes.json"] == "Des codes"
    assert "Arnaud Alix" in sitting.content("hand", "groupes.html").decode()
    assert "Arnaud" not in sitting.content("hand", "groupes.json").decode()
    assert "Présente : Arnaud Alix" in sitting.content("hand", "groupe-1.ics").decode()


def attendance_of_topics(told: dict[str, Any]) -> int:
    """Return how many people who ask for the topic of a session can come to it, over all sessions."""
    counts = [re.search(r"» : (\d+) des \d+ qui", one["topic"].replace("\u00a0", " ")) for one in told["sessions"]]
    return sum(int(count[1]) for count in counts if count)


def best_attendance(topics: mm.results.Topics, dates: mm.results.Dates) -> int:
    """Return the same for the best order of the topics, found by trying every one."""
    asked = {one.member: set(one.asked) for one in topics.requests}
    missed = {one.member: set(one.names) for one in dates.missed}
    names = [moment.name for moment in dates.chosen]
    return max(
        sum(
            topic in asked[member] and name not in missed[member]
            for member in missed
            for name, topic in zip(names, order, strict=True)
        )
        for order in permutations(topics.chosen)
    )


def kept_for_nobody_else(told: dict[str, Any]) -> int:
    """Return how many people have only one of the chosen topics, as the reasons tell it."""
    counts = [
        re.match(r"le seul sujet retenu de (\d+)", one["reason"].replace("\u00a0", " ")) for one in told["topics"]
    ]
    return sum(int(count[1]) for count in counts if count)


def test_the_season_of_a_working_group_is_that_of_the_library_for_any_number_of_sessions() -> None:
    sitting = formed("sessions")
    cohort, programme = mm.examples.cohort("groupe-de-travail"), mm.examples.programme("groupe-de-travail")
    for number in (4, 3):
        told = sitting.done("try", number=number)
        topics, (dates, turns) = topics_of(cohort, programme, number=number), year_of(cohort, programme, number=number)
        assert {one["topic"] for one in told["topics"] if one["chosen"]} == set(topics.chosen)
        assert [one["name"] for one in told["unserved"]] == [one.member for one in topics.members if not one.served]
        assert dates is not None
        assert [one["when"] for one in told["sessions"]] == format_texts([one.words for one in dates.chosen])
        assert turns is not None
        assert sum(len(one["presenting"]) for one in told["sessions"]) == len(turns.turns)
        assert told["enough"] == (topics.enough or 0)
        assert attendance_of_topics(told) == best_attendance(topics, dates)
        assert kept_for_nobody_else(told) == sum(len(one.chosen) == 1 for one in topics.requests)
        for name, result in (("sujets.html", topics), ("dates.html", dates), ("tours.html", turns)):
            assert sitting.content("hand", name) == WRITER_BY_SUFFIX[".html"](SessionDocuments(result))
        assert unstamped(sitting.content("hand", "seances.ics")) == unstamped(turns.calendar())


def test_where_no_dates_keep_all_that_is_asked_the_page_says_why_and_hands_out_none() -> None:
    sitting = formed("sessions")
    told = sitting.done("try", number=6)
    assert sum(one["chosen"] for one in told["topics"]) == 6
    assert (told["answered"], told["sessions"], bool(told["refusal"])) == (False, [], True)
    names = {one["name"] for one in sitting.done("look")["gathered"]["documents"]}
    assert "sujets.html" in names
    assert not names & {"dates.html", "seances.ics", "tours.html"}
    assert "n’est plus là" in sitting.refused("hand", name="seances.ics")["title"]


@pytest.mark.parametrize(
    ("kind", "strange"),
    [
        ("groups", ("open", "sessions", "round", "follow")),
        ("sessions", ("open", "groups", "year", "unwish", "follow")),
        ("pairs", ("groups", "year", "sessions")),
    ],
)
def test_nothing_is_done_for_a_programme_of_another_kind(kind: str, strange: tuple[str, ...]) -> None:
    sitting = formed(kind)
    before = sitting.done("look")
    for do in strange:
        assert "pas encore été" in sitting.refused(do)["title"]
    after = sitting.done("look")
    assert (before["plan"] is None, before["gathered"] is None) == (kind != "pairs", kind == "pairs")
    assert {**after, "edition": 0} == {**before, "edition": 0}


def test_the_year_of_the_pairs_is_that_of_the_library_and_ticks_stay() -> None:
    sitting = formed("pairs")
    assert files_of(sitting.done("follow")) == []
    sitting.done("wave", WAVES[3], month=3, name="suivi-3.csv")
    told = sitting.done("wave", WAVES[1], month=1, name="suivi-1.csv")
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    folder = folder_of("mentorat")
    year = mm.follow_up(
        matching.programme, matching.pairs, {month: str(folder.joinpath(f"suivi-{month}-mois.csv")) for month in (1, 3)}
    )
    calls = calls_of(told)
    assert [words(element(one, "b")) for one in calls] == [one.person for one in year.to_call]
    reasons = [[words(reason) for reason in elements(one, "li")] for one in calls]
    assert reasons == format_texts([[*one.reasons] for one in year.to_call])
    assert words(next(elements(element(told["tree"], kind="verdict"), "b"))) == format_texts(year_summary(year))
    assert files_of(told) == ["suivi-1.csv", "suivi-3.csv"]
    made = json.loads(sitting.content("hand", "suivi.json"))
    assert {**made, "rejected": []} == {**json.loads(year_json(year)), "rejected": []}
    person = json.loads(element(calls[0], "input")[1]["data-do"])["person"]
    ticked = sitting.done("call", person=person, done=True)
    assert f"appels faits : 1 sur {len(calls)}" in words(ticked["tree"]).replace("\u00a0", " ")
    assert list(map(words, calls_of(ticked))) == list(map(words, calls))
    assert [one for one in calls_of(ticked) if "done" in one[1]["class"].split()] == calls_of(ticked)[:1]
    assert sitting.done("call", person=person, done=False) == told
    assert files_of(sitting.done("unwave", month=3)) == ["suivi-1.csv"]


def calls_of(step: dict[str, Any]) -> list[Tree]:
    """Return who is to be called, in the order in which they stand."""
    return list(elements(step["tree"], "li", "call"))


def files_of(step: dict[str, Any]) -> list[str]:
    """Return the files of answers that the year has."""
    return [words(element(place, "span", "hint")) for place in elements(step["tree"], kind="held")]


def test_people_are_called_by_name_with_their_telephone_once_that_is_asked_for() -> None:
    sitting = formed("pairs")
    plain = sitting.done("wave", WAVES[3], month=3, name="suivi.csv")
    assert [one for one in elements(plain["tree"], "a") if "href" in one[1]] == []
    sitting.done("name", shown=True)
    besson = next(one for one in calls_of(sitting.done("follow")) if words(element(one, "b")).endswith("(E05)"))
    telephone = element(besson, "a")
    assert (words(element(besson, "b")), words(telephone)) == ("Besson Inès (E05)", "06 00 00 02 05")
    assert telephone[1]["href"] == "tel:0600000205"
    assert "Besson" not in sitting.content("hand", "suivi.html").decode()
    told = sitting.done("name", shown=True, where="documents")["plan"]["year"]
    assert {one["name"]: one["holds"][:8] for one in told} == {
        "suivi.html": "Des noms",
        "suivi.xlsx": "Des noms",
        "suivi.json": "Des code",
    }
    assert "Besson Inès" in sitting.content("hand", "suivi.html").decode()
    assert "Besson" not in sitting.content("hand", "suivi.json").decode()


def test_a_file_that_is_no_follow_up_is_refused_in_words_and_what_was_there_stays() -> None:
    sitting = formed("pairs")
    sitting.done("wave", WAVES[1], month=1, name="suivi-1.csv")
    before = sitting.done("follow")
    for content, month in ((b"a;b\n1;2\n", 3), (WAVES[3], 5), (b"", 3)):
        assert sitting.refused("wave", content, month=month, name="autre.csv")["title"]
        assert sitting.done("follow") == before


def past(*, programme: str = "Mentorat 2024") -> bytes:
    """Return the follow-up of an edition before, as it was written, in which a criterion told who went well."""
    results = edition().model_copy(update={"programme": programme})
    return json.dumps({"pairs": ["M99"], "results": results.model_dump(mode="json")}).encode()


def test_editions_before_teach_with_this_year_and_only_their_results_are_held() -> None:
    sitting = formed("pairs")
    assert words(editions_of(sitting.done("follow"))).endswith("sous d’autres poids.")
    assert "Rien ne peut être dit" in sitting.content("show", "annees").decode()
    one = editions_of(sitting.done("edition", past(), name="2024/suivi.json"))
    assert words(element(one, "li")) == "Mentorat 2024 20\u00a0binômes, suivi.json Retirer"
    sitting.done("wave", WAVES[3], month=3, name="suivi-3.csv")
    told = sitting.done("edition", past(programme="Mentorat 2023"), name="autre.json")
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    year = mm.follow_up(
        matching.programme, matching.pairs, {3: str(folder_of("mentorat").joinpath("suivi-3-mois.csv"))}
    )
    before = [edition(), edition()]
    taught = [words(one) for one in editions_of(told)[2:] if one[:2] == ["p", {}]]
    assert taught == format_texts(list(lessons([*before, year]).sentences))
    assert "M99" not in repr(sitting.desk.kinds.follow_up)
    shown = sitting.content("show", "annees").decode()
    for sentence in mm.learn(mm.examples.cohort(), mm.examples.programme(), [*before, year]).sentences:
        assert str(escape(spaced(sentence))) in shown
    left = editions_of(sitting.done("unedition", at=0))
    assert [words(one) for one in elements(left, "b")] == ["Mentorat 2023"]


def editions_of(step: dict[str, Any]) -> Tree:
    """Return what the step of the year shows of editions before."""
    return element(step["tree"], "section", data_place="editions")


def test_what_editions_teach_stands_in_the_documents_also_once_they_are_sealed() -> None:
    sitting = formed("pairs")
    title = "Ce que les années enseignent"
    assert title not in load_workbook(BytesIO(sitting.content("hand", "binomes.xlsx"))).sheetnames
    sitting.done("edition", past(), name="suivi.json")
    assert title in load_workbook(BytesIO(sitting.content("hand", "binomes.xlsx"))).sheetnames
    assert title in sitting.content("hand", "binomes.html").decode()
    sitting.done("open")
    sitting.moved(**VALIDATION)
    assert title in load_workbook(BytesIO(sitting.content("hand", "binomes.xlsx"))).sheetnames
    assert title in sitting.content("show", "binomes").decode()


def test_what_is_no_follow_up_of_an_edition_or_is_there_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", MOST_EDITIONS=3)
    sitting = formed("pairs")
    before = sitting.done("edition", past(), name="suivi.json")
    for content in (past(), b"", b"{}", b'{"results": 1}', PROGRAMME, ANSWERS):
        assert sitting.refused("edition", content, name="suivi.json")["title"]
        assert sitting.done("follow") == before
    sitting.done("edition", past(programme="y"), name="suivi.json")
    assert "déjà 2 éditions" in sitting.refused("edition", past(programme="x"), name="suivi.json")["title"]


def test_the_next_edition_does_not_repeat_a_pair_and_puts_first_who_was_left_out() -> None:
    sitting = formed("pairs")
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    carried = carry_over(first)
    assert sitting.content("hand", "edition.json").decode() == carried.to_json()
    told = sitting.done("next")
    assert [one["name"] for one in told["files"]] == ["programme.toml", "edition.json"]
    assert (told["plan"], told["intake"], told["kind"]) == (None, None, "pairs")
    sitting.done("take", ANSWERS, part="answers", name="r.csv")
    sitting.done("read")
    sitting.done("form")
    second = mm.match(mm.examples.cohort(), with_history(mm.examples.programme(), carried))
    pairs = [(one["mentor"], one["mentee"]) for one in json.loads(sitting.content("hand", "binomes.json"))["pairs"]]
    assert pairs == [(one.mentor, one.mentee) for one in second.pairs]
    assert not set(pairs) & {(one.mentor, one.mentee) for one in first.pairs}


@pytest.mark.proof
def test_the_next_edition_of_groups_has_as_few_people_as_can_be_meet_again() -> None:
    sitting = formed("groups")
    told = sitting.done("next")
    assert [one["part"] for one in told["files"]] == ["programme", "edition"]
    sitting.done("take", file("groups", "reponses.csv"), part="answers", name="r.csv")
    sitting.done("read")
    sitting.done("form")
    cohort, programme = mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")
    again = mm.form_groups(cohort, programme, past=[library_groups()])
    assert in_groups(sitting.done("groups")) == [list(group.members) for group in again.groups]


def test_an_edition_before_that_cannot_be_read_is_told() -> None:
    sitting = Sitting()
    sitting.done("example")
    sitting.done("take", b'{"left_out": 3}', part="edition", name="e.json")
    assert "année passée" in sitting.refused("read")["title"]


def test_a_decision_gives_its_pairs_back_with_its_own_answers_and_with_no_others() -> None:
    sitting = formed("pairs")
    sitting.moved(action="ban", mentor="m1", mentee="e12")
    sitting.moved(**VALIDATION)
    decision, pairs = (sitting.content("hand", name) for name in ("binomes.decision.json", "binomes.json"))
    later = Sitting()
    later.done("example")
    assert later.done("take", decision, part="answers", name="d.json")["files"][-1]["part"] == "proposal"
    later.done("read")
    assert later.done("form")["plan"]["answered"]
    found = [(one["mentor"], one["mentee"]) for one in json.loads(later.content("hand", "binomes.json"))["pairs"]]
    assert found == [(one["mentor"], one["mentee"]) for one in json.loads(pairs)["pairs"]]
    assert files_of(later.done("wave", WAVES[1], month=1, name="s.csv")) == ["s.csv"]
    lines = ANSWERS.decode("utf-8-sig").splitlines(keepends=True)
    for answers in ("".join([lines[0], *lines[2:]]), "".join([lines[0], lines[2], lines[1], *lines[3:]])):
        ask = later.confirmed if later.desk.round else later.done
        ask("take", answers.encode(), part="answers", name="r.csv")
        later.done("read")
        assert "ne va pas avec ces réponses" in later.refused("form")["title"]


@pytest.mark.proof
@given(
    st.lists(st.tuples(st.sampled_from(["together", "apart", "lift", "unwish"]), st.integers(0, 3), st.integers(0, 3)))
)
def test_after_any_gestures_the_groups_are_those_of_the_wishes_that_are_told(
    gestures: list[tuple[str, int, int]],
) -> None:
    people = [f"{name}@essai.example" for name in "abcd"]
    rows = "".join(f"{one};S{at // 2}\n" for at, one in enumerate(people))
    sitting = Sitting()
    sitting.done("take", FEW, part="programme", name="p.toml")
    sitting.done("take", f"Courriel;Structure\n{rows}".encode(), part="answers", name="r.csv")
    sitting.done("read")
    sitting.done("form")
    for do, one, other in gestures:
        asked = {"lift": {"number": one}, "unwish": {}}.get(do, {"way": do, "people": [f"e{one + 1}", f"e{other + 1}"]})
        sitting.ask(do if do in ("lift", "unwish") else "wish", **asked)
    told = sitting.done("groups")
    assert "@" not in json.dumps(told)  # who is known by an address has a number on the screen
    codes = {f"E0{at}": person for at, person in enumerate(people, start=1)}
    wishes = [(one["way"], [codes[name] for name in one["people"].split(" et ")]) for one in told["wishes"]]
    cohort = mm.read_survey(
        programme := mm.Programme.parse(FEW),
        [{"Courriel": one, "Structure": f"S{at // 2}"} for at, one in enumerate(people)],
    )
    library = mm.form_groups(
        cohort,
        programme,
        together=[keys for way, keys in wishes if way == "together"],
        apart=[keys for way, keys in wishes if way == "apart"],
    )
    found = [[codes[name] for name in group] for group in in_groups(told)]
    assert found == [list(group.members) for group in library.groups]


@pytest.mark.proof
def test_in_english_nothing_french_is_said_of_any_kind() -> None:
    said: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, str):
            said.append(value)
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            gather(one)

    groups, season, pairs = Sitting(), Sitting(), Sitting()
    for sitting, kind in ((groups, "groups"), (season, "sessions"), (pairs, "pairs")):
        sitting.done("speak", language="en")
        sitting.done("kind", kind=kind)
        sitting.done("example")
        sitting.done("read")
        sitting.done("form")
    gather(groups.done("look")["gathered"]["documents"])
    gather(groups.done("wish", way="together", people=["e1", "e9"])["changed"])
    gather(groups.refused("wish", way="together", people=["e1", "e2"])["title"].splitlines()[0])
    year = groups.done("year")
    gather([year["clashes"], year["free"], year["months"], [one["slot"] for one in year["lanes"]]])
    told = season.done("sessions")
    gather([told["title"], told["about_dates"][:2], [one["attendance"] for one in told["sessions"]]])
    gather(season.done("look")["gathered"]["documents"])
    gather([(one["title"], one["titles"]) for one in told["tables"]])
    followed = pairs.done("wave", WAVES[3], month=3, name="s.csv")
    gather([words(one) for tag in ("p", "h3", "h4", "th") for one in elements(followed["tree"], tag)])
    assert french_in(*said) == []
    assert len(said) > 80


@pytest.mark.parametrize(("kind", "archive"), [("groups", "groupes.zip"), ("sessions", "seances.zip")])
def test_documents_for_everyone_have_no_address_even_if_people_are_called_by_theirs(kind: str, archive: str) -> None:
    files = contents(NAMES[kind])
    by_address = files["programme.toml"].decode()
    for question, before, after in (("Code participant", "key", "match"), ("Courriel", "contact", "key")):
        field = f'question = "{question}"\nkind = "text"\nuse = '
        assert f'{field}"{before}"' in by_address
        by_address = by_address.replace(f'{field}"{before}"', f'{field}"{after}"')
    sitting = Sitting()
    sitting.done("take", by_address.encode(), part="programme", name="programme.toml")
    sitting.done("take", files["reponses.csv"], part="answers", name="reponses.csv")
    sitting.done("read")
    sitting.done("form")
    sitting.done("documents")  # with the year of the groups
    for shown in (False, True):
        told = sitting.done("name", shown=shown, where="everywhere")["gathered"]["documents"]
        with ZipFile(BytesIO(sitting.content("hand", archive))) as packed:
            names, everything = packed.namelist(), [packed.read(name) for name in packed.namelist()]
        texts = {one["name"]: texts_in(sitting.content("hand", one["name"])) for one in told if one["name"] != archive}
        with_address = [name for name, text in texts.items() if ".example" in text]
        assert with_address == [one["name"] for one in told if "adresses" in one["holds"]]
        assert set(with_address) <= {"groupes.json"}
        assert names
        assert not set(names) & set(with_address)
        assert not any(".example" in texts_in(content) for content in everything)


def texts_in(content: bytes) -> str:
    """Return the texts of a document, also those of a workbook."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8-sig")
    with ZipFile(BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
