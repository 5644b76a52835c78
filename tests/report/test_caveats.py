"""Nothing is called optimal where nothing was compared: on the terminal, in every document, in JSON."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_table

from mentormatch import (
    AssignmentProblem,
    Matching,
    MatchResponse,
    Programme,
    Status,
    certify,
    language,
    match,
    read_contacts,
    read_survey,
    solve,
    write_handouts,
)
from mentormatch.base.manifest import manifest_in
from mentormatch.contract.operation import ask
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.operations.matching import standing, summary
from mentormatch.record.validation import validate
from mentormatch.report.exporters.data_files import CAVEATS_METADATA_KEY
from mentormatch.report.words import goals, verdict
from tests.cli.processes import run
from tests.conftest import some_of
from tests.report.readers import notebook, sheets, written

pytestmark = pytest.mark.promise(37)

PROGRAMME = """[programme]
name = "Essai"
language = "fr"
role = { field = "cote", mentor = "M", mentee = "E" }
[fields.code]
question = "CaveatCode"
kind = "text"
use = "key"
[fields.cote]
question = "Côté"
kind = "choice"
options = ["M", "E"]
[fields.but]
question = "But"
kind = "choice"
options = ["a", "b", "c"]
[fields.age]
question = "Âge"
kind = "number"
"""
SAME = '[[criteria]]\nkind = "same"\nfield = "but"\nweight = {weight}\n'
BANS = "".join(f'[[rules]]\nkind = "ban"\nmentor = "M{i}"\nmentee = "E{k}"\n' for i in (1, 2) for k in (1, 2))
BOTH = ("M1;M;a;1", "M2;M;b;2", "E1;E;a;3", "E2;E;b;4")
OPTIMAL = ("démontrée optimale", "proved optimal", "ne fait mieux", "does better")

type Given = tuple[Sequence[str], str]

CASES: Mapping[CaveatCode, Given] = {
    CaveatCode.NO_MENTORS: (BOTH[2:], SAME.format(weight=1)),
    CaveatCode.NO_MENTEES: (BOTH[:2], SAME.format(weight=1)),
    CaveatCode.NO_PAIR: (BOTH, SAME.format(weight=1) + BANS),
    CaveatCode.NO_CRITERION: (BOTH, SAME.format(weight=0)),
    CaveatCode.NOTHING_COMPARED: (("M1;M;a;1", "M2;M;b;2", "E1;E;;3", "E2;E;;4"), SAME.format(weight=1)),
    CaveatCode.ALL_ALIKE: (("M1;M;a;1", "M2;M;a;2", "E1;E;a;3", "E2;E;a;4"), SAME.format(weight=1)),
}
EMPTY = {CaveatCode.NO_MENTORS, CaveatCode.NO_MENTEES, CaveatCode.NO_CRITERION}
PLACES = {
    CaveatCode.NO_MENTORS: "Mentor·es : ",
    CaveatCode.NO_MENTEES: "Mentoré·es : ",
    CaveatCode.NO_CRITERION: "Critères : ",
}


def files(folder: Path, given: Given) -> tuple[Path, Path]:
    """Write the answers and the programme of a case, and return where they are."""
    answers, programme = folder / "reponses.csv", folder / "programme.toml"
    answers.write_text("\n".join(["CaveatCode;Côté;But;Âge", *given[0], ""]), "utf-8")
    programme.write_text(PROGRAMME + given[1], "utf-8")
    return answers, programme


def matching_of(folder: Path, given: Given) -> Matching:
    """Return the pairs of a case."""
    answers, programme = files(folder, given)
    decided = Programme.load(programme)
    return match(read_survey(decided, answers), decided)


@pytest.fixture(params=CASES, ids=str)
def code(request: pytest.FixtureRequest) -> CaveatCode:
    """Why nothing is compared."""
    found: CaveatCode = request.param
    return found


def told_on(matching: Matching) -> Mapping[str, str]:
    """Return all that is said of a matching, by where it is said."""
    cells = sheets(written(matching, ".xlsx"))
    return {
        "terminal": f"{standing(matching)} {summary(matching)}",
        "verdict": " ".join(verdict(matching)),
        "goals": " ".join(each.proof for each in goals(matching)),
        "page": written(matching, ".html").decode("utf-8"),
        "notebook": notebook(matching),
        "workbook": " ".join(str(cell) for rows in cells.values() for row in rows for cell in row),
        "certificate": matching.certificate.words,
    }


@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_what_was_not_compared_is_said_first_and_nothing_is_called_optimal(
    code: CaveatCode, spoken: str, tmp_path: Path
) -> None:
    matching = matching_of(tmp_path, CASES[code])
    with language(spoken):
        (caveat,) = matching.caveats
        told = told_on(matching)
        first = next(iter(sheets(written(matching, ".xlsx")).values()))[0][0]
        lead = standing(matching)
    assert (caveat.code, matching.status, matching.is_vacuous) == (code, Status.PROVED, True)
    assert lead == caveat.sentence
    assert plain(first) == plain(caveat.sentence)
    for where in ("verdict", "page", "notebook", "workbook"):
        assert plain(caveat.sentence) in plain(told[where]), where
    assert [(where, word) for where, text in told.items() for word in OPTIMAL if word in text] == []
    if not matching.pairs:
        assert {each.proof for each in goals(matching)} == {"rien à comparer"}


def plain(text: object) -> str:
    """Return a text without what a page and a sheet do to its spaces and apostrophes."""
    return unescape(str(text)).replace("\u00a0", " ").replace("\u202f", " ")


def test_programs_are_told_by_a_code(code: CaveatCode, tmp_path: Path) -> None:
    told = json.loads(MatchResponse.of(matching_of(tmp_path, CASES[code])).to_json())
    assert [each["code"] for each in told["caveats"]] == [code]
    assert told["canonical"] is True


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("match", "dossier"),
        *(
            pytest.param(command, out, marks=pytest.mark.proof)
            for command, out in [("match", "binomes.xlsx"), ("match", None), ("plans", "dossier"), ("plans", None)]
        ),
    ],
)
def test_the_command_ends_with_3_and_writes_nothing_where_nobody_or_nothing_is_there(
    code: CaveatCode, command: str, out: str | None, tmp_path: Path
) -> None:
    answers, programme = files(tmp_path, CASES[code])
    asked = [command, answers.name, "-p", programme.name, *(["-o", out] if out else [])]
    done = run(*asked, folder=tmp_path)
    left = {path.name for path in tmp_path.iterdir()} - {answers.name, programme.name}
    assert "optimale" not in done.stderr
    if code in EMPTY:
        assert (done.returncode, done.stdout, left) == (3, "", set())
        assert (code in done.stderr, PLACES[code] in plain(done.stderr)) == (False, True)
    else:
        assert (done.returncode, bool(left)) == (0, out is not None), done.stderr


def test_pairs_that_are_compared_have_no_caveat_and_are_called_optimal(tmp_path: Path) -> None:
    matching = matching_of(tmp_path, (BOTH, SAME.format(weight=1)))
    assert (matching.caveats, matching.is_vacuous) == ((), False)
    assert "ne fait mieux" in standing(matching)


def test_differences_that_rounding_loses_are_counted(tmp_path: Path) -> None:
    near = '[[criteria]]\nkind = "closeness"\nfield = "age"\nwithin = 10\nweight = 1e-7\n'
    matching = matching_of(tmp_path, (BOTH, SAME.format(weight=1) + near))
    (caveat,) = matching.caveats
    assert (caveat.code, caveat.void, matching.is_vacuous) == (CaveatCode.ROUNDED_ALIKE, False, False)
    assert "démontrée optimale" in " ".join(verdict(matching))


def test_scores_of_arrays_that_rounding_makes_alike_are_counted_in_a_note() -> None:
    pose: Callable[..., AssignmentProblem] = AssignmentProblem.from_scores
    assert [note.split(":")[0] for note in solve(pose([[0.5, 0.5 + 1e-8], [0.1, 0.2]])).notes] == ["rounded_alike"]
    assert solve(pose([[0.5, 0.25], [0.1, 0.1 + 0.2 - 0.2]])).notes == ()
    assert solve(pose([[5, 6], [7, 8]])).notes == ()


def test_a_certificate_of_problems_without_points_says_so_too() -> None:
    nobody = AssignmentProblem.from_scores([[], []])
    assert "rien à comparer" in certify(nobody, solve(nobody)).words
    assert certify(nobody, solve(nobody)).hollow


@pytest.mark.parametrize("operation", ["match", "plans", "repair", "why-not", "alternatives", "evaluate"])
@pytest.mark.parametrize(
    "code", [CaveatCode.NO_PAIR, CaveatCode.NO_CRITERION, CaveatCode.NOTHING_COMPARED, CaveatCode.ALL_ALIKE], ids=str
)
def test_every_operation_that_tells_pairs_or_their_price_tells_programs_first(
    operation: str, code: CaveatCode, tmp_path: Path
) -> None:
    rows, more = CASES[code]
    heads = ["CaveatCode", "Côté", "But", "Âge"]
    pair = {"mentor": "M1", "mentee": "E1"}
    asked: dict[str, dict[str, Any]] = {
        "why-not": pair,
        "alternatives": {"person": "M1"},
        "evaluate": {"pairs": [pair]},
        "repair": {"former": []},
    }
    cells = [dict(zip(heads, row.split(";"), strict=True)) for row in rows]
    request = {"programme": tomllib.loads(PROGRAMME + more), "rows": cells, **asked.get(operation, {})}
    told = json.loads(ask(operation, json.dumps(request)).to_json())
    inside = {"plans": lambda: told["plans"][0]["matching"], "repair": lambda: told["matching"]}
    assert [each["code"] for each in inside.get(operation, lambda: told)()["caveats"]] == [code]


@pytest.mark.parametrize(
    "command", some_of([["match"], ["why-not", "M1", "E2"], ["alternatives", "M1"], ["handouts"]]), ids=str
)
def test_the_command_line_says_it_beside_prices_letters_and_csv(command: list[str], tmp_path: Path) -> None:
    answers, programme = files(tmp_path, CASES[CaveatCode.ALL_ALIKE])
    name, *rest = command
    out = {"match": ["-q", "-o", "binomes.csv"], "handouts": ["-q"]}.get(name, [])
    asked = [name, answers.name, *rest, "-p", programme.name, *out]
    done = run(*asked, folder=tmp_path)
    assert (done.returncode, "Tous les binômes possibles ont les mêmes points" in done.stderr) == (0, True), done.stderr


def test_letters_sheets_and_manifests_say_it_and_tables_keep_their_columns(tmp_path: Path) -> None:
    matching = matching_of(tmp_path, CASES[CaveatCode.ALL_ALIKE])
    (caveat,) = matching.caveats
    matching.save(tmp_path / "dossier")
    write_handouts(matching, read_contacts(matching.programme, tmp_path / "reponses.csv"), tmp_path / "lettres")
    first = next(iter(sheets((tmp_path / "lettres" / "publipostage.xlsx").read_bytes()).values()))
    assert plain(first[0][0]) == plain(caveat.sentence)
    for page in (tmp_path / "lettres" / "fiches.html", *(tmp_path / "lettres" / "fiches").iterdir()):
        assert "Rien ne distinguait les binômes possibles" in plain(page.read_text("utf-8")), page.name
    for folder in ("dossier", "lettres"):
        (run,) = manifest_in(tmp_path / folder).runs.values()
        assert run.caveats == {"all_alike": caveat.sentence}
    assert written(matching, ".csv").decode("utf-8-sig").splitlines()[0].startswith('"Mentor·e";"Mentoré·e";')
    table = read_table(BytesIO(written(matching, ".parquet")))
    assert table.column_names[:2] == ["mentor", "mentee"]
    assert json.loads(table.schema.metadata[CAVEATS_METADATA_KEY.encode()]) == [
        {"code": "all_alike", "sentence": caveat.sentence}
    ]


def test_what_follows_in_a_folder_keeps_what_its_manifest_says(tmp_path: Path) -> None:
    matching_of(tmp_path, CASES[CaveatCode.ALL_ALIKE]).save(tmp_path / "dossier", who="Chris")
    validate(tmp_path / "dossier" / "binomes.decision.json", who="Chris")
    (run,) = manifest_in(tmp_path / "dossier").runs.values()
    assert list(run.caveats) == ["all_alike"]
