"""Plans made by hand, repaired, several, and what stands in their way: on the command line as in the library."""

import csv
import json
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.cli.options import ANSWERS
from mentormatch.contract.operations.matching import DiagnoseResponse, EvaluateResponse, PlansResponse
from mentormatch.contract.operations.other_pairs import AlternativesResponse, WhyNotResponse
from mentormatch.contract.operations.repair import RepairResponse
from tests.cli.commands import Done, Edition, done

COHORT, PROGRAMME = mm.examples.cohort(), mm.examples.programme()
BEST = mm.match(COHORT, PROGRAMME)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return Edition.made(tmp_path_factory.mktemp("edition"))


def on(edition: Edition, command: str) -> Done:
    return done(*edition.words(f"{command} -p {{programme}}"))


def test_the_best_plan_is_as_good_as_the_best_and_keeps_all_rules(edition: Edition) -> None:
    said = on(edition, "evaluate {answers} {pairs}").out
    assert "12\xa0binômes, 768,9 points en tout.\nToutes les règles sont respectées." in said
    assert said.endswith("Ce plan atteint tout ce qu’atteint la meilleure répartition.\n")
    told = EvaluateResponse.model_validate_json(on(edition, "evaluate {answers} {pairs} --json -q").out)
    assert told.best is not None
    assert [tier.value for tier in told.tiers] == [tier.value for tier in told.best.tiers]
    assert told.total == sum(pair.score for pair in BEST.pairs)
    assert told.breaches == []


def test_a_plan_made_by_hand_is_told_with_each_rule_that_it_breaks_and_how_far_it_is_from_the_best(
    edition: Edition, tmp_path: Path
) -> None:
    sheet = tmp_path / "main.csv"
    sheet.write_text("mentor,mentoré\nM01,E01\nM06,E08\n", "utf-8")
    plan = mm.evaluate(COHORT, PROGRAMME, [("M01", "E01"), ("M06", "E08")])
    ended = on(edition, f"evaluate {{answers}} {sheet}")
    assert ended.code == 0
    for breach in plan.breaches:
        assert breach.rule in ended.out
    assert "Binômes formés : 2\xa0binômes, 10\xa0binômes de moins" in ended.out
    told = EvaluateResponse.model_validate_json(on(edition, f"evaluate {{answers}} {sheet} --json").out)
    assert [breach.rule for breach in told.breaches] == [breach.rule for breach in plan.breaches]
    assert plan.matching.solution.tiers[0].value == 2


def test_where_no_plan_keeps_the_rules_any_plan_is_told_and_there_is_no_best(edition: Edition, tmp_path: Path) -> None:
    programme = impossible(edition, tmp_path)
    words = edition.words("evaluate {answers} {pairs}")
    ended = done(*words, "-p", programme)
    assert ended.code == 0
    said = "Aucune meilleure répartition à lui comparer. Aucune répartition ne respecte toutes les règles.\n"
    assert ended.out.endswith(said)
    stopped = done(*edition.words("evaluate {answers} {pairs} -p {programme} --time-limit 0.001"))
    assert "Aucune répartition ne respecte" not in stopped.out


@pytest.mark.parametrize("former", ["binomes.json", "binomes.decision.json", "binomes.csv"])
def test_a_repair_begins_from_whatever_file_holds_the_pairs(edition: Edition, former: str) -> None:
    command = f"repair {{answers}} {edition.folder}/out/{former} --withdrawn M04 --no-steps --json -q"
    told = RepairResponse.model_validate_json(on(edition, command).out)
    library = mm.repair(BEST, withdrawn=["M04"])
    assert [(pair.mentor, pair.mentee) for pair in told.kept] == list(library.kept)
    assert [(pair.mentor, pair.mentee) for pair in told.ended] == [("M04", "E05")]
    assert told.ladder is None
    assert told.reserves is not None
    assert [one.reserve for one in told.reserves] == [one.reserve for one in library.reserves]


def test_a_repair_of_validated_documents_keeps_every_pair_unless_somebody_says_otherwise(
    edition: Edition, tmp_path: Path
) -> None:
    folder = tmp_path / "valides"
    assert on(edition, f"match {{answers}} -o {folder}").code == 0
    assert done("validate", f"{folder}/binomes.decision.json", "--who", "Camille Roux").code == 0
    said = "Ces binômes sont validés\xa0: aucun n’est défait tant que les règles le permettent"
    repair = f"repair {{answers}} {folder}/binomes.json --withdrawn M04 --no-steps --json"
    for further, kept in (("", True), (" --keep none", False), (" --keep all", False)):
        ended = on(edition, f"{repair}{further}")
        assert ended.code == 0, ended.err
        assert (said in ended.err) is kept
    goals = [goal.goal for goal in mm.repair(BEST, withdrawn=["M04"], keep="all").matching.solution.tiers]
    assert goals[0] == "changes"


def test_a_repair_may_undo_nothing_and_says_by_name_what_undoing_buys(edition: Edition) -> None:
    command = "repair {answers} {pairs} --withdrawn M12 --stopped M04:E05 --undo 0"
    answer = json.loads(on(edition, f"{command} --choices --no-steps --json -q").out)
    library = mm.repair(BEST, withdrawn=["M12"], stopped=[("M04", "E05")], undo=0)
    assert (answer["broken"], len(answer["ended"])) == ([], 2)
    assert [choice["sentence"] for choice in answer["choices"]] == list(map(str, library.choices()))
    told = on(edition, f"{command} --choices").out
    assert all(str(choice) in told for choice in library.choices())
    assert str(library.choices()[0].repair.advice[0]) in told
    assert str(library.ladder[-1]) not in told
    assert on(edition, "repair {answers} {pairs} --stopped M04").code == 2


def test_a_repair_writes_the_letters_that_change_and_no_others(edition: Edition, tmp_path: Path) -> None:
    command = f"repair {{answers}} {{pairs}} --withdrawn M12 --undo 0 --no-steps --letters {tmp_path}/lettres"
    ended = on(edition, command)
    assert ended.code == 0
    with (tmp_path / "lettres" / "lettres.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["Identifiant"]: row["Objet"] for row in csv.DictReader(file, delimiter=";")}
    changes = mm.repair(BEST, withdrawn=["M12"], undo=0).letter_changes
    assert set(told) == {change.person for change in changes}
    assert told["M12"].endswith("merci")
    assert "lettres" in ended.err


def test_a_repair_says_what_moves_buy_and_who_would_take_over_and_writes_the_new_plan(
    edition: Edition, tmp_path: Path
) -> None:
    ended = on(edition, f"repair {{answers}} {{pairs}} --withdrawn M04 -o {tmp_path}/neuf.csv")
    assert ended.code == 0
    steps = ended.out.partition("\n\n")[0].splitlines()
    assert steps == list(map(str, mm.repair(BEST, withdrawn=["M04"]).ladder))
    assert steps[0].startswith("0\xa0binôme défait au plus : 11\xa0binômes")
    assert "M01 - E12 : personne ne peut prendre le relais" in ended.out
    assert "11\xa0binômes conservés, 0\xa0binôme défait" in ended.err
    assert "M04" not in (tmp_path / "neuf.csv").read_text("utf-8-sig")


def test_a_pair_that_has_begun_is_kept_and_one_who_left_may_be_gone_from_the_answers(
    edition: Edition, tmp_path: Path
) -> None:
    answers = tmp_path / "reponses.csv"
    lines = (edition.folder / "reponses.csv").read_text("utf-8-sig").splitlines(keepends=True)
    answers.write_text("".join(line for line in lines if line.split(";")[1] != "M04"), "utf-8")
    former = edition.folder / "out" / "binomes.json"
    ended = on(edition, f"repair {answers} {former} --withdrawn M04 --keep M06:E08 --no-steps --json -q")
    assert ended.code == 0, ended.err
    told = RepairResponse.model_validate_json(ended.out)
    assert [(pair.mentor, pair.mentee) for pair in told.ended] == [("M04", "E05")]
    assert ("M06", "E08") in [(pair.mentor, pair.mentee) for pair in told.kept]
    ended = on(edition, f"repair {answers} {edition.folder}/out/binomes.decision.json --withdrawn M04")
    assert ended.code == 3
    assert "une décision sur d’autres réponses" in ended.err


def test_who_arrives_is_read_from_a_file_of_their_own(edition: Edition, tmp_path: Path) -> None:
    header, *rows = (edition.folder / "reponses.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (tmp_path / "new.csv").write_text(
        header + next(row for row in rows if row.split(";")[1] == "M04").replace("M04", "M77"), "utf-8"
    )
    command = f"repair {{answers}} {{pairs}} --withdrawn M04 --arrived {tmp_path}/new.csv --no-steps --json -q"
    told = RepairResponse.model_validate_json(on(edition, command).out)
    assert [(pair.mentor, pair.mentee) for pair in told.new] == [("M77", "E05")]


@pytest.mark.parametrize("text", ["[]", "{}", '{"pairs": 3}', '{"pairs": [{"mentor": 1}]}', '{"matching": []}'])
def test_json_without_pairs_is_told_so(edition: Edition, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    ended = on(edition, f"repair {{answers}} {tmp_path}/x.json")
    assert ended.code == 3
    assert "x.json" in ended.err


def test_plans_are_those_of_the_library_with_what_each_gives_up_and_written_each_in_its_folder(
    edition: Edition,
) -> None:
    ended = on(edition, "plans {answers} -n 2 --differ-by 2 --json -o {new}/plans")
    told = PlansResponse.model_validate_json(ended.out)
    library = mm.plans(COHORT, PROGRAMME, 2, differ_by=2)
    assert [[(pair.mentor, pair.mentee) for pair in plan.matching.pairs] for plan in told.plans] == [
        [(pair.mentor, pair.mentee) for pair in plan.pairs] for plan in library
    ]
    assert "Plan 2\u00a0: 12\xa0binômes" in ended.err
    assert "il renonce à 3\xa0binômes du plan 1." in ended.err
    written = [edition.folder / "new" / "plans" / f"plan-{number}" / "binomes.xlsx" for number in (1, 2)]
    assert [f"Écrit\u00a0: {path}" in ended.err and path.exists() for path in written] == [True, True]


def impossible(edition: Edition, folder: Path) -> Path:
    """Return a programme like that of the edition, with a rule that nothing can keep."""
    rule = '\n[[rules]]\nkind = "quota"\nwhere = { side = "mentee", field = "territoire", in = ["Ain"] }\nleast = 17\n'
    path = folder / "impossible.toml"
    text = (edition.folder / "programme.toml").read_text("utf-8")
    path.write_text(text.replace("\n[goals]", f"{rule}\n[goals]"), "utf-8")
    return path


def test_a_diagnosis_ends_with_0_where_there_is_a_solution_and_with_4_where_there_is_none(
    edition: Edition, tmp_path: Path
) -> None:
    fine = on(edition, "diagnose {answers}")
    assert fine.code == 0
    assert fine.out.splitlines() == list(mm.diagnose(COHORT, PROGRAMME).sentences)
    words = edition.words("diagnose {answers} --json -q")
    none = done(*words, "-p", impossible(edition, tmp_path))
    assert (none.code, none.err) == (4, "")
    told = DiagnoseResponse.model_validate_json(none.out)
    assert told.status == "infeasible"
    assert told.diagnosis.conflict is not None


def test_why_two_people_are_no_pair_and_whom_else_somebody_could_have_had(edition: Edition) -> None:
    why = BEST.why_not("M14", "E02")
    assert on(edition, "why-not {answers} M14 E02").out == f"{why.reason}\n"
    told = WhyNotResponse.model_validate_json(on(edition, "why-not {answers} M14 E02 --json").out)
    assert (told.reason, told.losses, tuple(told.rules)) == (why.reason, None, why.rules)
    others = AlternativesResponse.model_validate_json(on(edition, "alternatives {answers} E05 -n 3 --json").out)
    assert [one.partner for one in others.alternatives] == [one.partner for one in BEST.alternatives("E05", 3)]
    assert on(edition, "alternatives {answers} E05 -n 3").out.splitlines() == list(
        map(str, BEST.alternatives("E05", 3))
    )
    assert on(edition, "alternatives {answers} E16").out == "Aucun autre binôme n’est possible pour cette personne.\n"


def test_where_the_sides_answered_apart_what_follows_the_answers_comes_alone(edition: Edition, tmp_path: Path) -> None:
    header, *rows = (edition.folder / "reponses.csv").read_text("utf-8-sig").splitlines(keepends=True)
    for side, start in (("mentors", "M"), ("mentees", "E")):
        chosen = [row for row in rows if row.split(";")[1].startswith(start)]
        (tmp_path / f"{side}.csv").write_text("".join([header, *chosen]), "utf-8")
    apart = f"--mentors {tmp_path}/mentors.csv --mentees {tmp_path}/mentees.csv"
    assert on(edition, f"why-not M14 E02 {apart}").out == on(edition, "why-not {answers} M14 E02").out
    assert on(edition, f"evaluate {{pairs}} {apart} -q").code == 0
    missing = on(edition, f"why-not M14 {apart}")
    assert missing.code == 2
    assert "Il manque MENTORÉ." in missing.err
    assert on(edition, "evaluate {answers}").code == 2
    assert "BINÔMES" in on(edition, "evaluate {answers}").err
    assert ANSWERS in on(edition, "match").err


def test_what_the_library_knows_of_a_plan_given_by_hand_is_what_the_engine_says_of_its_own() -> None:
    pairs = [(pair.mentor, pair.mentee) for pair in BEST.pairs]
    given = mm.evaluate(COHORT, PROGRAMME, pairs).matching
    assert [tier.value for tier in given.solution.tiers] == [tier.value for tier in BEST.solution.tiers]
    assert given.solution.pairs.tolist() == BEST.solution.pairs.tolist()
    assert json.loads(mm.MatchResponse.of(given).to_json())["status"] == "feasible"
