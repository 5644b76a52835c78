"""What another package adds is found once it is installed, and is told wherever what is ours is told."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from mentormatch import Matching, People, Person, Rule, fields
from mentormatch.base.arrays import BoolMatrix
from mentormatch.contract.requests import CohortRequest
from mentormatch.operations.matching import Exporter
from mentormatch.record.seal import Seal
from mentormatch.rules import Ban, Gap, Market, Relaxation
from mentormatch.scoring.criteria import Same
from mentormatch.scoring.criterion import Block
from mentormatch.survey import fact_tool, facts, table, tool
from mentormatch.survey.tool import Tool, ToolPage
from mentormatch.survey.tools.google import Google
from mentormatch.testing import check_criterion, check_exporter, check_rule, check_tool
from tests.laws.planted import GROUPS, ROOT, install, run
from tests.survey.tools import exports

SHOWN = ("page", "notebook", "workbook", "json", "answer", "frames")
SHY = "Sur 2 mentor·es, aucun n’est possible : « charte des marraines E2 » en exclut 2."
WAIVED = "une exception à « charte des marraines E2 » pour ce binôme"
BUSY = "Aucune place : « charte des marraines M2 »."
FULL = "ne laissent pas prendre : « binôme imposé M2 - E2 » et « charte des marraines »."
RAISED = "« charte des marraines » relevé à 2 binômes au plus"
RELAXED = "Assouplir « charte des marraines E2 » de 2."
NUMBERED = re.compile(r"\b([EM])0(\d)")
"""Documents call people by numbers where the programme has no field for their key."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    install(folder)
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, dict[str, str]]:
    """Return what documents say of matchings, by what is matched and the document."""
    done = run(folder, "-m", "tests.laws.planted")
    assert done.returncode == 0, done.stderr
    texts: dict[str, dict[str, str]] = json.loads(done.stdout)
    return {name: {place: NUMBERED.sub(r"\1\2", text) for place, text in each.items()} for name, each in texts.items()}


@pytest.mark.parametrize("place", SHOWN)
@pytest.mark.parametrize(
    ("matching", "sentence"),
    [
        ("forbidding", SHY),
        ("forbidding", WAIVED),
        ("bounding", BUSY),
        ("coupling", FULL),
        ("coupling", RAISED),
    ],
)
def test_every_document_tells_of_a_rule(
    told: dict[str, dict[str, str]], matching: str, sentence: str, place: str
) -> None:
    assert sentence in told[matching][place]


@pytest.mark.parametrize("place", ["page", "notebook", "workbook", "json", "answer"])
def test_every_document_tells_how_a_rule_is_relaxed(told: dict[str, dict[str, str]], place: str) -> None:
    assert RELAXED in told["impossible"][place]


@pytest.mark.parametrize("place", ["page", "notebook", "workbook"])
def test_the_list_of_rules_has_it(told: dict[str, dict[str, str]], place: str) -> None:
    assert told["forbidding"][place].count("charte des marraines E2") > 2


@pytest.mark.parametrize("place", SHOWN)
def test_every_document_tells_of_a_criterion_with_its_points_and_its_reason(
    told: dict[str, dict[str, str]], place: str
) -> None:
    text = told["mirrored"][place]
    assert "Réponses opposées (niveau)" in text
    assert "expert face à débutant" in text
    assert re.search(r"\b50[,.]0\b", text)


def test_a_document_is_written_as_the_other_package_has_it(told: dict[str, dict[str, str]]) -> None:
    assert told["mirrored"]["txt"] == "M1 + E1\n"


def test_the_schema_of_the_json_contract_has_the_kinds_with_their_examples(folder: Path) -> None:
    script = (
        "import json\n"
        "from mentormatch.contract.operation import operations_by_kind, schema_of\n"
        "print(json.dumps(schema_of(operations_by_kind()['match'], 'request')))\n"
    )
    schema = json.loads(run(folder, "-c", script).stdout)
    assert schema["$defs"]["Charter"]["examples"] == [{"kind": "charter", "shy": ["E01"]}]
    assert schema["$defs"]["Mirror"]["properties"]["kind"]["const"] == "mirror"


def test_a_file_of_the_other_package_s_tool_is_known_by_its_marks(folder: Path) -> None:
    text = "Bulletins du jour;;;;\nRendu;Fini;Nom;Rôle;Ville\n12/03/2026;oui;Ana;M;Lyon\n"
    (folder / "bulletins.csv").write_text(text, encoding="utf-8")
    script = (
        "from mentormatch.survey.table_reader import read_rows\n"
        "from mentormatch.survey.tool import sort_by_tool, tools_by_kind\n"
        "table = sort_by_tool(read_rows('bulletins.csv'))\n"
        "print(table.tool, *table.header, *tools_by_kind())\n"
    )
    done = run(folder, "-c", script)
    assert done.stdout.split()[:4] == ["slips", "Nom", "Rôle", "Ville"], done.stderr
    assert "slips" in done.stdout.split()[4:]


@pytest.mark.parametrize(
    ("group", "point", "said"),
    [
        ("mentormatch.rules", "charter = tests.laws.planted.rule:Nothing", "attendu : Rule"),
        ("mentormatch.rules", "charter = tests.laws.nowhere:Charter", "attendu : Rule"),
        ("mentormatch.rules", "charter = tests.laws.planted.criterion:Mirror", "attendu : Rule"),
        ("mentormatch.rules", "chart = tests.laws.planted.rule:Charter", "attendu : « charter »"),
        ("mentormatch.criteria", "same = mentormatch.scoring.criteria:Same", "attendu : un autre nom"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_package_and_why(
    tmp_path: Path, group: str, point: str, said: str
) -> None:
    install(tmp_path, {group: point})
    done = run(tmp_path, "-m", "mentormatch", "demo", "essai", "--language", "fr")
    assert done.returncode == 3
    assert "Une extension installée ne peut pas être prise" in done.stderr
    assert f"mentormatch-planted : {point} ; {said}" in done.stderr.replace("\u00a0", " ")
    assert "Traceback" not in done.stderr


def test_without_the_package_nothing_of_it_is_known(tmp_path: Path) -> None:
    script = "from mentormatch.rules import rules_by_kind; print('charter' in rules_by_kind())"
    assert run(tmp_path, "-c", script).stdout == "False\n"
    install(tmp_path, GROUPS)
    assert run(tmp_path, "-c", script).stdout == "True\n"


GUIDE = ROOT / "docs" / "guides" / "extend.md"
LIMITED = """
import mentormatch as mm
from tests.explanation.diagnosis.people import CRITERIA, FIELDS, alike
parts = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA}
limited = mm.Programme.read({**parts, "rules": [{"kind": "limit", "most": 1}]})
print(mm.match(alike(2, 2), limited).unmatched[0].reason)
"""


def test_the_methods_that_the_guide_names_are_there() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    told = guide.split("| what it does | method |")[1].split("\n\n")[0]
    methods = set(re.findall(r"`(\w+)`", told))
    assert {"forbidden", "sentence", "mistakes"} <= methods
    assert {name for name in methods if not hasattr(Rule, name)} == set()
    asked = set(re.findall(r"`request\.(\w+)\(\)`", guide))
    assert asked
    assert {name for name in asked if not hasattr(CohortRequest, name)} == set()
    columns = guide.split("| kind of field |")[1].split("\n\n")[0]
    readers = set(re.findall(r"^\| [^|`]+ \| `(\w+)` \|", columns, re.MULTILINE))
    assert {"codes", "names"} <= readers
    assert {name for name in readers if not hasattr(People, name)} == set()
    words = set(re.findall(r"`(\w+)`", guide.split("*A survey tool*")[1].split("*An operation*")[0]))
    assert {"knows", "with_submissions", "unfinished"} <= words
    places = (Tool, ToolPage, tool, fact_tool, facts, table, fields, exports)
    assert {word for word in words if not any(hasattr(place, word) for place in places)} == set()


def test_the_package_of_the_guide_is_built_installed_and_used(tmp_path: Path) -> None:
    blocks = re.findall(r"^```(python|toml)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (module,) = [text for _, text in blocks if "class Limit(Rule)" in text]
    (tests,) = [text for _, text in blocks if "check_rule(Limit)" in text]
    (project,) = [text for language, text in blocks if language == "toml"]
    source, folder = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    folder.mkdir()
    (source / "mentormatch_limit.py").write_text(module, encoding="utf-8")
    (source / "pyproject.toml").write_text(project, encoding="utf-8")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *quiet, "--target", str(folder), str(source)], check=True, timeout=100
    )
    done = run(folder, "-c", LIMITED)
    assert "ne laissent pas prendre : « 1 binôme au plus »." in done.stdout.replace("\u00a0", " "), done.stderr
    (folder / "test_limit.py").write_text(f"from mentormatch_limit import Limit\n{tests}", encoding="utf-8")
    tested = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_limit.py")
    assert "1 passed" in tested.stdout, tested.stdout


LAWFUL = """
from mentormatch import Programme
from mentormatch.testing import check_criterion, check_exporter, check_rule, check_tool
from tests.laws.planted import criterion, exporter, rule, tool

role = {"field": "role", "mentor": "M", "mentee": "E"}
choice = {"role": {"question": "Rôle", "kind": "choice", "options": ["M", "E"]}}
scale = {"niveau": {"question": "Niveau", "kind": "scale", "options": ["bas", "haut"]}}
fields = {"code": {"question": "Code", "kind": "text", "use": "key"}, **choice, **scale}
criteria = [criterion.Mirror.example]
answers = [{"Code": str(n), "Rôle": "ME"[n % 2], "Niveau": ("bas", "haut", "")[n % 3]} for n in range(12)]
asked = Programme.read({"programme": {"name": "Essai", "role": role}, "fields": fields, "criteria": criteria})
check_criterion(criterion.Mirror, asked, answers)
check_rule(rule.Charter)
check_tool(tool.Slips)
check_tool(tool.Slips, [["Bulletins du jour", ""], ["Rendu", "Fini"], ["12/3/2026", "oui"]], above=2)
check_exporter(exporter.Lines)
print("all hold")
"""


@pytest.mark.proof
def test_the_laws_hold_for_what_the_other_package_adds(folder: Path) -> None:
    done = run(folder, "-c", LAWFUL)
    assert done.stdout == "all hold\n", done.stderr


class Relative(Same):
    """Gives a pair more where the others of its block have less."""

    def score(self, left: People, right: People) -> Block:
        values = super().score(left, right)
        return values / max(1.0, float(np.nansum(values)))


class Silent(Same):
    """Has no reason for a pair that has nothing in common."""

    def reason(self, left: Person, right: Person) -> str:
        return "" if left[self.field] != right[self.field] else "pareil"


class FirstOnly(Ban):
    """Forbids whoever comes first, whoever that is."""

    def forbidden(self, market: Market) -> BoolMatrix:
        block = np.zeros(market.shape, dtype=bool)
        block[:1] = True
        return block


class Stricter(Gap):
    """Asks more where it says that it asks less."""

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        stricter = self.model_copy(update={"least": self.least + 9, "missing": "forbid"})
        yield Relaxation("relax", 1, lambda _: stricter, lambda _: "moins")


class Counted(Exporter):
    """Writes how often it was asked."""

    kind: ClassVar[str] = ".counted"
    filename: ClassVar[str] = "essai.counted"
    times: ClassVar[Iterator[int]] = count()

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return str(next(self.times)).encode()


def google(**changes: object) -> type[Google]:
    """Return Google Forms with something else stated of it."""
    return type("Other", (Google,), changes)


def with_cells(cells: Mapping[str, str]) -> Sequence[Sequence[str]]:
    """Return the example of Google Forms with some cells changed."""
    return [[cells.get(cell, cell) for cell in row] for row in Google.example]


@pytest.mark.parametrize(
    ("check", "law"),
    [
        (lambda: check_tool(google(example=())), "`google` states an example"),
        (lambda: check_tool(google(example=Google.example[:-1])), "the example has as mentees E1, E2"),
        (
            lambda: check_tool(google(example=with_cells({"Peu": "Beaucoup", "Beaucoup": "Peu"}))),
            "the example is read as the same answers to `attentes`: {'M1': 'Réseau : Peu,",
        ),
        (
            lambda: check_tool(google(example=with_cells({"Tournées, cirque": "Tournées"}))),
            "the example has what M2 typed beside the options",
        ),
        (
            lambda: check_tool(google(example=with_cells({"bo@lilas.fr": "ana@lilas.fr"}))),
            "the example is read as people who are reached as they told",
        ),
        (
            lambda: check_tool(google(example=with_cells({"10/03/2026 18:30:00": ""}))),
            "`page.sent`: M2 answered at 2026-03-10 18:30:00, not None",
        ),
        (
            lambda: check_tool(google(example=with_cells({"10/03/2026 18:30:00": "10/03/2026 17:30:00"}))),
            "`page.sent`: M2 answered at 2026-03-10 18:30:00, not 2026-03-10 17:30:00",
        ),
        (
            lambda: check_tool(google(page=replace(Google.page, sent=""))),
            "`page.sent`: M1 answered at None, not 2026-03-09 10:04:00",
        ),
        (
            lambda: check_tool(google(page=replace(Google.page, unfinished="jamais vu"))),
            "`page.unfinished` says whether it is known that E2 left half-way",
        ),
        (
            lambda: check_tool(google(page=replace(Google.page, response="« N° »"))),
            "each answer has a number of its own where `page.response` says so",
        ),
        (lambda: check_criterion(Relative), "a pair has the same value, to the bit, whichever block it comes in"),
        (lambda: check_criterion(Silent), "`reason` gives a phrase for every pair with a value"),
        (lambda: check_rule(FirstOnly), "a pair is forbidden whichever block it comes in, or in none"),
        (lambda: check_rule(Stricter), "a relaxed rule forbids no pair that it did not forbid before"),
        (lambda: check_exporter(Counted), "`.counted` writes the same bytes each time"),
        (
            lambda: check_tool(Google, [["Nom", "Ville"], ["A", "B"]]),
            "an export of `google` is known by that tool alone",
        ),
    ],
)
def test_a_kind_that_breaks_a_law_is_told_which(check: Callable[[], None], law: str) -> None:
    with pytest.raises(AssertionError) as broken:
        check()
    assert str(broken.value).startswith(law)
