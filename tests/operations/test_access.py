"""Equal access: figures that a recount gives too, nothing of fewer than five people, prices by solving again."""

from io import BytesIO
from itertools import product
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch.base.inference import LEAST_SHOWN, correct_levels
from mentormatch.operations.access import level, merge_small_groups
from mentormatch.report.exporters.workbook import WorkbookExporter
from mentormatch.results import ProportionEstimate
from mentormatch.rules import Where

TOWNS = ["Lyon", "Valence", "Cantal", "Allier"]


def programme(*, watch: bool = True, **field: Any) -> mm.Programme:
    return mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "town": {"kind": "choice", "options": TOWNS, "watch": watch, **field},
                "skills": {"kind": "choices", "options": ["a", "b", "c", "d"]},
                "wish": {"kind": "names", "side": "mentee"},
            },
            "criteria": [
                {"kind": "overlap", "field": "skills", "weight": 3},
                {"kind": "wishes", "mentee": "wish", "weight": 1},
            ],
            "rules": [{"kind": "common", "field": "skills"}],
        }
    )


def people(letter: str, towns: dict[str, int], **more: Any) -> list[dict[str, Any]]:
    """Return so many people of each town, whose skills are in turn those of ``SKILLS``."""
    names = [town for town, count in towns.items() for _ in range(count)]
    return [
        {"id": f"{letter}{number:02}", "town": town, "skills": ["abc"[number % 3]], "wish": [], **more}
        for number, town in enumerate(names)
    ]


def matching(mentees: list[dict[str, Any]], mentors: int = 12, **asked: Any) -> mm.Matching:
    ours = people("M", {"Lyon": mentors})
    given = programme(**asked)
    return mm.match(mm.read_survey(given, mentors=ours, mentees=mentees), given)


def of_mentees(found: mm.results.Access) -> mm.results.AccessQuestion:
    (one,) = (question for question in found.questions if question.side == "mentee")
    return one


def test_figures_are_those_of_a_recount() -> None:
    asked = people("E", {"Lyon": 9, "Valence": 7, "Cantal": 3, "Allier": 2}, wish=["M03", "M05"])
    made = matching(asked)
    town = {one["id"]: one["town"] for one in asked}
    partner = {pair.mentee: pair for pair in made.pairs}
    groups = of_mentees(mm.access(made, prices=False)).groups
    assert [group.answers for group in groups] == [("Lyon",), ("Valence",), ("Allier", "Cantal")]
    for group in groups:
        own = [key for key, answer in town.items() if answer in group.answers]
        placed = [partner[key] for key in own if key in partner]
        assert (group.placed.count, group.placed.of) == (len(placed), len(own))
        assert (group.others.count, group.others.of) == (len(partner) - len(placed), len(town) - len(own))
        assert group.met.count == len(own)  # mentors of every skill are there
        if len(placed) >= LEAST_SHOWN:
            assert group.points == round(sum(pair.score for pair in placed) / len(placed))
        else:
            assert group.points is None
        assert group.wished is not None
        assert (group.wished.count, group.wished.of) == (sum(pair.mentor == "M03" for pair in placed), len(own))


def test_people_who_cannot_meet_anybody_are_a_clear_difference() -> None:
    asked = people("E", {"Lyon": 10, "Cantal": 10})
    for one in asked[10:]:
        one["skills"] = ["d"]  # which no mentor has
    question = of_mentees(mm.access(matching(asked)))
    lyon, cantal = question.groups
    assert (cantal.met.count, cantal.placed.count, lyon.placed.count) == (0, 0, 10)
    assert cantal.clear
    assert lyon.clear
    assert cantal.price is None  # no quota would place them
    assert "« Cantal » : 0 sur 10 (de 0 % à 31 %) ont un binôme, contre 10 sur 10" in plain(question.sentences[1])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_few_people_are_too_few_to_tell() -> None:
    question = of_mentees(mm.access(matching(people("E", {"Lyon": 6, "Valence": 5}), mentors=8)))
    assert not any(group.clear for group in question.groups)
    assert question.sentences[0].startswith("Trop peu pour conclure")
    alone = of_mentees(mm.access(matching(people("E", {"Lyon": 9, "Valence": 3}))))
    assert alone.groups == ()
    assert alone.sentences == ("Trop peu de réponses pour en dire quoi que ce soit sans désigner quelqu’un.",)


@pytest.mark.parametrize("scarce", [4, 6, 8])
def test_a_price_is_what_solving_again_with_a_quota_loses(scarce: int) -> None:
    asked = people("E", {"Lyon": 8, "Cantal": 8})
    for one in asked[:8]:
        one["wish"] = ["M00", "M01"]  # they get more points
    made = matching(asked, mentors=scarce)
    group = next(one for one in of_mentees(mm.access(made)).groups if one.answers == ("Cantal",))
    if group.placed.count >= group.others.count:
        assert group.price is None
        return
    assert group.price is not None
    least = group.price.least
    quota = mm.rules.Quota(where=[Where(side="mentee", field="town", among=["Cantal"])], least=least)
    again = mm.match(made.cohort, made.programme.with_rules([quota]))
    lost = sum(pair.score for pair in made.pairs) - sum(pair.score for pair in again.pairs)
    assert (group.price.pairs, group.price.points) == (len(made.pairs) - len(again.pairs), lost)
    assert least == -(-group.others.count * group.placed.of // group.others.of)


def test_a_price_of_a_plan_by_hand_is_that_of_the_best_plan() -> None:
    asked = people("E", {"Lyon": 8, "Cantal": 8})
    for one in asked[:8]:
        one["wish"] = ["M00", "M01"]
    best = matching(asked, mentors=8)
    some = [(pair.mentor, pair.mentee) for pair in best.pairs if pair.mentee < "E08"][:5]
    by_hand = mm.evaluate(best.cohort, best.programme, some).matching
    price = next(one for one in of_mentees(mm.access(by_hand)).groups if one.answers == ("Cantal",)).price
    assert price is not None
    quota = mm.rules.Quota(where=[Where(side="mentee", field="town", among=["Cantal"])], least=price.least)
    again = mm.match(best.cohort, best.programme.with_rules([quota]))
    lost = sum(pair.score for pair in best.pairs) - sum(pair.score for pair in again.pairs)
    assert (price.pairs, price.points) == (0, lost)


def test_where_people_have_several_places_no_price_is_told() -> None:
    given = mm.Programme.read({**programme().to_dict(), "rules": [{"kind": "capacity", "side": "mentor", "most": 2}]})
    asked = people("M", {"Lyon": 6, "Cantal": 6})
    cohort = mm.read_survey(given, mentors=asked, mentees=people("E", {"Lyon": 12}))
    found = mm.access(mm.match(cohort, given))
    assert [group.price for one in found.questions if one.side == "mentor" for group in one.groups] == [None, None]


def answered(counts: dict[str, int], **field: Any) -> mm.results.AccessQuestion:
    """Return how mentees fared by town, empty for no answer; no mentor has what the last six look for."""
    asked = people("E", counts)
    for one in asked[-6:]:
        one["skills"] = ["d"]
    for one in asked:
        one["town"] = one["town"] or None  # who did not answer
    return of_mentees(mm.access(matching(asked, **field)))


def test_few_are_not_told_under_their_name_with_those_who_did_not_answer() -> None:
    question = answered({"Lyon": 9, "Cantal": 2, "": 4})
    lyon, others = question.groups
    assert (lyon.answers, lyon.silent, lyon.label) == (("Lyon",), False, "Lyon")
    assert (others.answers, others.silent, others.label) == (("Cantal",), True, "autres réponses et sans réponse")
    assert not any("« Cantal »" in plain(sentence) for sentence in question.sentences)
    assert others.price is None


def test_who_did_not_answer_alone_has_a_label_that_is_no_answer() -> None:
    options = [*TOWNS, "sans réponse"]
    question = answered({"Lyon": 9, "sans réponse": 6, "": 6}, options=options)
    found = [(plain(one.words), one.answers, one.silent) for one in question.groups if one.label == "sans réponse"]
    assert found == [("« sans réponse »", ("sans réponse",), False), ("sans réponse", (), True)]


def test_a_group_of_several_answers_has_no_price() -> None:
    asked = people("E", {"Cantal": 4, "Allier": 4, "Lyon": 8})
    for one, skill in zip(asked, "bbbbbbbbacacacac", strict=True):
        one["skills"] = [skill]  # two mentors pass on each
    groups = of_mentees(mm.access(matching(asked, mentors=6))).groups
    several = next(one for one in groups if set(one.answers) == {"Allier", "Cantal"})
    assert several.placed.count < several.others.count
    assert several.met.count > several.placed.count
    assert several.price is None


@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_nothing_is_told_of_fewer_than_five_nor_left_to_subtraction(counts: list[int]) -> None:
    codes = np.repeat(np.arange(len(counts)), counts)
    groups = list(merge_small_groups([((str(code),), codes == code) for code in range(len(counts))]))
    sizes = [int(mask.sum()) for _, mask in groups]
    assert all(size >= LEAST_SHOWN for size in sizes)
    rest = sum(counts) - sum(sizes)
    assert rest == 0 or sizes == []
    assert len({label for labels, _ in groups for label in labels}) == sum(len(labels) for labels, _ in groups)


def test_several_options_each_are_told_where_the_others_are_five_too() -> None:
    asked = people("E", {"Lyon": 12})
    for number, one in enumerate(asked):
        one["skills"] = ["a", "b"] if number < 6 else ["a"] if number < 9 else ["c"]
    made = matching(asked, watch=False)
    watched = made.programme.to_dict()
    watched["fields"]["skills"]["watch"] = True
    given = mm.Programme.read(watched)
    cohort = mm.read_survey(given, mentors=people("M", {"Lyon": 12}), mentees=asked)
    groups = of_mentees(mm.access(mm.match(cohort, given))).groups
    for group in groups:
        assert group.placed.of >= LEAST_SHOWN
        assert group.others.of == 0 or group.others.of >= LEAST_SHOWN


@pytest.mark.parametrize(("count", "of"), [(0, 7), (3, 11), (11, 11), (1, 40)])
def test_the_ends_of_an_interval_are_where_so_many_or_more_are_one_in_forty(count: int, of: int) -> None:
    one = ProportionEstimate.among(count, of)

    def chance(share: float, numbers: range) -> float:
        return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in numbers)

    assert one.low == 0 or chance(one.low, range(count, of + 1)) == pytest.approx(0.025)
    assert one.high == 1 or chance(one.high, range(count + 1)) == pytest.approx(0.025)
    assert (one.low == 0, one.high == 1) == (count == 0, count == of)


def test_a_level_is_the_chance_of_a_table_as_rare_or_rarer() -> None:
    for own, rest, of, others in product(range(6), range(7), [5], [6]):
        group = mm.results.AccessGroup(
            ("a",),
            "a",
            ProportionEstimate(of, of, 0, 1),
            ProportionEstimate(own, of, 0, 1),
            ProportionEstimate(rest, others, 0, 1),
            None,
            None,
            1.0,
        )
        drawn = own + rest
        chances = [
            comb(of, k) * comb(others, drawn - k) / comb(of + others, drawn) for k in range(of + 1) if drawn >= k
        ]
        here = comb(of, own) * comb(others, rest) / comb(of + others, drawn)
        assert level(group) == pytest.approx(sum(each for each in chances if each <= here * (1 + 1e-9)))


@given(levels=st.lists(st.floats(0, 1), max_size=6))
def test_corrected_levels_keep_their_order_and_are_no_lower(levels: list[float]) -> None:
    found = correct_levels(levels)
    assert all(raw <= each <= 1 for raw, each in zip(levels, found, strict=True))
    ordered = [found[place] for place in sorted(range(len(levels)), key=levels.__getitem__)]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize("field", [{"use": "forbidden"}, {"use": "contact", "kind": "text", "options": None}])
def test_a_question_whose_answers_are_not_kept_cannot_be_watched(field: dict[str, Any]) -> None:
    stated = programme(watch=False).to_dict()
    town = {**stated["fields"]["town"], "watch": True, **field}
    stated["fields"]["town"] = {name: value for name, value in town.items() if value is not None}
    with pytest.raises(mm.ProgrammeError) as refused:
        mm.Programme.read(stated)
    assert "watch" in str(refused.value)


def sheet_names(made: mm.Matching) -> list[str]:
    names: list[str] = load_workbook(BytesIO(WorkbookExporter().content(made))).sheetnames
    return names


def test_what_is_not_watched_is_not_told() -> None:
    made = matching(people("E", {"Lyon": 6, "Cantal": 6}), watch=False)
    with pytest.raises(mm.RequestError, match="Aucune question n’est surveillée"):
        mm.access(made)
    assert "Aucune question n’est surveillée" in made.show.access().page()
    assert "Égalité d’accès" not in sheet_names(made)


def test_the_workbook_and_the_view_have_it_too() -> None:
    made = matching(people("E", {"Lyon": 8, "Cantal": 8}), mentors=8)
    assert "Égalité d’accès" in sheet_names(made)
    page = made.show.access().page()
    assert "Cantal" in page
    assert not [pair.mentee for pair in made.pairs if pair.mentee in page]
