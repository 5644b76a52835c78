"""Learning: a weight is proposed only where an effect is clear, with the pairs of a match; nothing is applied."""

import json
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.contract.operation import ask
from mentormatch.contract.operations.evidence import LearnResponse
from mentormatch.operations.learn import learn_from_matching
from tests.cli.commands import done
from tests.operations.situations import NAME, edition


def weight(programme: mm.Programme) -> float:
    return next(one.weight for one in programme.criteria if one.label == NAME)


@pytest.mark.parametrize(("sign", "times"), [(1, 2.0), (-1, 0.5)])
def test_a_clear_effect_proposes_a_step_and_shows_the_pairs_of_a_match_with_it(sign: int, times: float) -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    before = programme.to_dict()
    found = mm.learn(cohort, programme, [edition(sign=sign)] * 2)
    (change,) = found.changes
    assert (change.criterion, change.after) == (NAME, times * change.before)
    assert programme.to_dict() == before  # nothing is applied
    assert found.proposed_programme is not None
    assert weight(found.proposed_programme) == times * weight(programme)
    made = mm.match(cohort, found.proposed_programme)
    assert found.pairs == tuple((pair.mentor, pair.mentee) for pair in made.pairs)
    today = {(pair.mentor, pair.mentee) for pair in mm.match(cohort, programme).pairs}
    assert set(found.other_pairs) == set(found.pairs) - today


def test_without_a_clear_effect_nothing_is_proposed_and_nothing_solved() -> None:
    found = mm.learn(mm.examples.cohort(), mm.examples.programme(), [edition(pairs=8)])
    assert (found.changes, found.proposed, found.pairs) == ((), None, ())
    assert any("Aucun changement de poids" in sentence for sentence in found.sentences)


def test_a_criterion_that_the_programme_has_no_more_is_told_and_not_changed() -> None:
    found = mm.learn(mm.examples.cohort(), mm.examples.programme(), [edition("jadis")] * 2)
    assert found.lessons.effects[0].clear
    assert found.changes == ()


def test_pins_hold_in_both_matchings() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    pin = ("M06", "E11")
    found = mm.learn(cohort, programme, [edition()] * 2, pins=iter([pin]))
    assert pin in found.pairs
    assert pin not in found.other_pairs


def test_the_command_and_the_operation_tell_the_same(tmp_path: Path) -> None:
    mm.examples.copy_to(tmp_path)
    programme, cohort = mm.examples.programme(), mm.examples.cohort()
    year = mm.follow_up(programme, mm.match(cohort, programme).pairs, mm.examples.copy_waves_to(tmp_path))
    year.save(tmp_path / "suivi")
    options = ["-p", tmp_path / "programme.toml", "--edition", tmp_path / "suivi" / "suivi.json"]
    ended = done("learn", tmp_path / "reponses.csv", *options)
    told = mm.learn(cohort, programme, [year]).sentences
    assert ended.code == 0
    assert ended.out.splitlines() == list(told)
    as_json = done("learn", tmp_path / "reponses.csv", *options, "--json").out
    assert LearnResponse.model_validate_json(as_json).sentences == list(told)


def test_documents_of_pairs_tell_it_where_editions_are_given(tmp_path: Path) -> None:
    mm.examples.copy_to(tmp_path)
    past = tmp_path / "suivi.json"
    past.write_text(json.dumps({"results": edition().model_dump(mode="json")}), "utf-8")
    out = tmp_path / "binomes.html"
    given = ["-p", tmp_path / "programme.toml", "--edition", past, "-o", out]
    assert done("match", tmp_path / "reponses.csv", *given).code == 0
    assert "Ce que les années enseignent" in out.read_text("utf-8")
    past.write_text("{}", "utf-8")
    assert done("match", tmp_path / "reponses.csv", *given).code == 3


def test_beside_a_matching_it_is_what_the_cohort_teaches_and_what_was_imposed_holds() -> None:
    cohort, programme, pin = mm.examples.cohort(), mm.examples.programme(), ("M06", "E11")
    made = mm.match(cohort, programme, pins=[pin]).with_editions([edition()] * 2)
    beside = learn_from_matching(made)
    assert beside.sentences == mm.learn(cohort, programme, [edition()] * 2, pins=[pin]).sentences
    assert beside.today is made
    assert pin in beside.pairs


def test_the_service_refuses_what_is_no_edition() -> None:
    with pytest.raises(mm.RequestError):
        ask("learn", {"programme": {"programme": {"name": "x"}}, "mentors": [], "mentees": [], "editions": []})


def test_it_is_told_in_english() -> None:
    with mm.language("en"):
        told = " ".join(mm.learn(mm.examples.cohort(), mm.examples.programme(), [edition()] * 2).sentences)
    assert "This year's pairs would be the same." in told
    assert "binôme" not in told.replace("besoins", "")
