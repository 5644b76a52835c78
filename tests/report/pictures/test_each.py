"""What each picture shows, in worked examples."""

import re
from datetime import date, timedelta
from statistics import fmean, median

import pytest

from mentormatch import Matching, RequestError, choose_dates, examples, schedule_turns
from mentormatch.explanation.goal_prices import FrontierPoint
from mentormatch.explanation.names import KEY_LABELS
from mentormatch.inspection.market import prospects
from mentormatch.languages.phrases import NO_BREAK, day, points
from mentormatch.operations.matching import grid_of, unsolved_matching
from mentormatch.report.pictures import Distribution, Fairness, HeatMap, Waterfall
from mentormatch.report.pictures.picture import Drawing, LinearScale
from mentormatch.report.pictures.timeline import Timeline, session_positions
from tests.report.cohorts import matched, person, programme, small
from tests.report.pictures.markets import market


def texts(picture: Drawing) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", (picture.svg or b"").decode())


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_the_map_has_a_line_each_from_the_best_pair_down_and_marks_the_chosen() -> None:
    matching = small()
    found, pairs = HeatMap(matching), matching.pairs
    named = [text for text in texts(found) if re.fullmatch(r"[ME]\d", text)]
    assert [name for name in named if name[0] == "M"] == [pair.mentor for pair in pairs]
    assert [name for name in named if name[0] == "E"] == [*(pair.mentee for pair in pairs), "E1"]
    assert (found.svg or b"").count(b'stroke-width="2.5"') == 3
    mean = points(round(fmean(grid_of(matching).points.ravel()) * 10_000))
    assert plain(found.alternative) == (
        "3 mentor·es en lignes, 4 mentoré·es en colonnes : 12 binômes permis par les règles sur 12, de 0,0 à 100,0"
        f" points, {mean} en moyenne. 3 binômes retenus, de 50,0 à 100,0 points, 72,2 en moyenne."
    )


def test_above_sixty_people_a_side_the_map_shows_groups_and_no_names() -> None:
    found = HeatMap(market(200), KEY_LABELS)
    labels = [text for text in texts(found) if "–" in text]
    assert labels[:2] == ["1–4", "5–8"]
    assert len(labels) == 100
    assert "par rang" in " ".join(texts(found))
    assert "moyenne d’un groupe" in found.caption


@pytest.mark.parametrize(("size", "marked"), [(25, "encadrés"), (26, "rond"), (60, "rond"), (61, "rond")])
def test_the_caption_of_the_map_says_how_chosen_pairs_are_marked(size: int, marked: str) -> None:
    found = HeatMap(market(size), KEY_LABELS)
    assert [word for word in ("encadrés", "rond") if word in found.caption] == [marked]
    assert ((found.svg or b"").count(b"<circle") > 0) == (marked == "rond")


def test_the_waterfall_ends_at_the_points_of_the_pair() -> None:
    matching = small()
    pair = matching.pairs[1]
    found = Waterfall(matching, mentor=pair.mentor, mentee=pair.mentee)
    steps = found.steps
    assert steps[0].start == 0
    assert [step.start for step in steps[1:-1]] == [step.end for step in steps[:-2]]
    assert (steps[-1].start, steps[-1].end) == (0, pair.score)
    assert [text for text in texts(found) if "sur" in text] == ["33,3 sur 33,3", "33,3 sur 66,7", "66,7 sur 100"]


def test_a_criterion_without_an_answer_is_pale() -> None:
    known, unknown = (
        Waterfall(matched(programme(), [person("M1", trade)], [person("E1")]), mentor="M1", mentee="E1").steps[0].colour
        for trade in ("production", "")
    )
    assert known != unknown


def test_a_waterfall_of_somebody_who_is_not_there_is_refused() -> None:
    with pytest.raises(RequestError):
        _ = Waterfall(small(), mentor="M9", mentee="E1").svg


def test_the_price_of_fairness_is_drawn_with_both_ends_and_the_plan() -> None:
    found = Fairness(market(2))
    assert found.curve == (FrontierPoint(388_889, 1_055_555), FrontierPoint(500_000, 1_000_000))
    assert {"répartition retenue, plus grand total", "plancher le plus haut"} <= set(texts(found))
    assert plain(found.alternative) == (
        "Sans plancher, le total est de 105,6 points et le binôme le moins bien noté en a 38,9. Le relever à 50,0"
        " points, le plus possible, coûte 5,3 % du total (5,6 points). La répartition retenue : 38,9 points au moins,"
        " 105,6 au total."
    )


def test_where_fairness_costs_nothing_it_is_said_and_nothing_is_drawn() -> None:
    found = Fairness(small())
    assert found.svg is None
    assert "L’équité ne coûte rien ici" in found.alternative


def test_where_no_price_is_known_it_is_said() -> None:
    assert "n’est pas calculé" in Fairness(market(0)).alternative


def test_each_row_of_bars_says_how_many_pairs_it_counts_and_their_median() -> None:
    matching = small()
    middle = points(int(median(matching.problem.scores.values_of_pairs().tolist())))
    heads = {f"Binômes possibles : 12, médiane {middle}", "Binômes retenus : 3, médiane 66,7"}
    assert heads <= set(map(plain, texts(Distribution(matching))))


def test_long_names_and_names_that_look_alike_keep_a_line_each() -> None:
    long = "prenom.nom-de-famille-compose-et-long@exemple.example"
    matching = matched(programme(), [person(f"{long}{n}") for n in range(3)], [person("E1"), person("E2")])
    found = HeatMap(matching, KEY_LABELS)
    assert len([text for text in texts(found) if text.startswith("prenom.nom-de-famille")]) == 3
    assert long not in " ".join(texts(found))


def unsolved() -> Matching:
    return unsolved_matching(examples.cohort(), examples.programme())


def test_before_any_solve_the_map_has_who_takes_part_from_the_widest_choice_to_the_narrowest() -> None:
    matching = unsolved()
    found = HeatMap(matching, KEY_LABELS)
    named = [text for text in texts(found) if re.fullmatch(r"M\d\d", text)]
    reach = prospects(matching.cohort, matching.programme).reach
    partners = {one.person: one.partners for one in reach if one.side == "mentor"}
    assert set(named) == set(partners)
    assert [partners[name] for name in named] == sorted(partners.values(), reverse=True)
    assert found.title == "Qui pourrait rencontrer qui"
    assert "retenu" not in found.alternative + found.caption


def test_an_excluded_cell_has_the_letters_of_the_rules_that_exclude_the_pair() -> None:
    matching = unsolved()
    found = HeatMap(matching, KEY_LABELS)
    names = dict(found.letters)
    assert all(f"{letter} : {name}" in plain(found.caption) for letter, name in names.items())
    written = [text for text in texts(found) if text and set(text) <= set(names)]
    told = prospects(matching.cohort, matching.programme)
    assert len(written) == told.pairs - told.possible
    counts = {one.letter: one.pairs for one in told.rules}
    assert {letter: sum(letter in text for text in written) for letter in names} == counts


def test_the_year_has_a_numbered_disc_for_each_session_and_a_ring_for_each_date_set_aside() -> None:
    days = {f"d{place}": date(2026, 9, 15) + timedelta(days=14 * place) for place in range(12)}
    away = [(date(2026, 10, 1), date(2026, 11, 1), "tournée")]
    found = choose_dates({"A": list(days), "B": list(days)}, days, 4, public=False, zones=(), blackouts=away)
    year = Timeline(found)
    assert [text for text in texts(year) if text.isdecimal()] == ["1", "2", "3", "4"]
    aside = len(found.set_aside)
    assert (year.svg or b"").count(b"<circle") == 4 + aside
    assert aside > 0
    assert plain(year.alternative).startswith("4 séances : ")
    assert all(plain(day(one.day)) in plain(year.alternative) for one in found.chosen)
    assert plain(year.alternative).endswith(f"{aside} dates écartées.")


def test_sessions_that_are_close_stand_below_one_another() -> None:
    days = [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), date(2027, 6, 1)]
    across = LinearScale(days[0].toordinal(), days[-1].toordinal(), 0, 700)
    spots = list(session_positions(across, days))
    assert len({y for _, y in spots[:3]}) == 3
    assert spots[3][1] == spots[0][1]


def test_without_dates_there_is_no_year() -> None:
    found = Timeline(schedule_turns(["A", "B"], 2))
    assert found.svg is None
    assert "Aucune date" in found.alternative
