"""What is wrong or odd about files of answers is told in English to whom asks for it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pandas import DataFrame

from mentormatch import MentorMatchError, Programme, language, pseudonyms_for, read_survey
from mentormatch.languages.translation import tr
from mentormatch.survey.privacy import read_forgotten, secret_beside
from mentormatch.survey.table_reader import read_table
from mentormatch.survey.tool import tools_by_kind
from tests.english import french_in

WIDE = "a;b\n" + "1;2;3\n" * 3
FILES: dict[str, bytes] = {
    "nothing": b"",
    "blank": b"\n\n",
    "mixed": "é\n".encode() + b"\xe9\n",
    "long": WIDE.encode(),
    "doubled": b"Name;name;c\n1;2;3\n",
    "nameless": b"a;;c\n1;2;3\n",
    "open": b'a;b\n"1;2\n',
    "swallowed": b'a;b;c\n1;"2;3\n1;2;3\n1;2;3\n1;2";3\n',
    "followed": b'a;b\n"1"x;2\n',
    "followed later": b'a;b\n"1\n"x;2\n',
    "nul": b"a\0;b\n1;2\n",
    "pdf": b"%PDF-1.4",
    "programme": b"# A comment\n\n[programme]\nname = 1\n",
    "columns": b";".join(b"c%d" % number for number in range(1_001)) + b"\n",
    "workbook": b"PK\x03\x04 no workbook",
}
READINGS: dict[str, Callable[[Path], object]] = {
    "absent": lambda path: read_table(path.with_name("absent.csv")),
    "encoding": lambda path: read_table(path, encoding="klingon"),
    "bytes": lambda path: read_table(path, encoding="ascii"),
    "delimiter": lambda path: read_table(path, delimiter="ab"),
    "tool": lambda path: read_table(path, tool="klingon"),
    "frame": lambda path: read_table(3),  # type: ignore[arg-type]  # a wrong type on purpose
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_taken_is_refused_in_english(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(FILES[name])
    with language("en"), pytest.raises(MentorMatchError, match=r"The file “file\.csv” cannot be read") as refused:
        read_table(path)
    assert refused.value.problems
    assert not french_in(str(refused.value))


@pytest.mark.parametrize("name", READINGS)
def test_a_file_that_is_asked_for_otherwise_is_refused_in_english(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("a;b\né;1\n".encode())
    with language("en"), pytest.raises(MentorMatchError) as refused:
        READINGS[name](path)
    assert not french_in(str(refused.value))


@pytest.mark.parametrize("kind", [kind for kind, tool in tools_by_kind().items() if not tool.last])
def test_each_tool_refuses_in_english_what_it_did_not_write(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a;b\n")
    with language("en"):
        label = re.escape(tr(tools_by_kind()[kind].label))
        with pytest.raises(MentorMatchError, match=f"not an export of {label}; expected: [^«»]*$"):
            read_table(path, tool=kind)


FIELDS = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "role": {"question": "You take part as", "kind": "choice", "options": ["Mentor", "Mentee"]},
    "mail": {"question": "Email", "kind": "text", "use": "contact"},
    "notice": {"question": "I agree", "kind": "yesno", "use": "consent"},
    "firms": {"question": "Firms", "kind": "names"},
    "topics": {"question": "Topics", "kind": "choices", "options": ["one", "two"]},
}
ROLE = {"field": "role", "mentor": "Mentor", "mentee": "Mentee"}
HEAD = ["Code", "You take part as", "Email", "I agree", "Firms", "Topics [one]", "More"]
ROWS = [
    ["M1", "Mentor", "a@x.org", "oui", "Northern Light", "oui", ""],
    ["M2", "Mentor", "a@x.org", "oui", "Northern Lights", "perhaps", ""],
    ["E1", "Mentee", "test@x.org", "oui", "", "", ""],
    ["E2\u200b", "Mentee", "e@x.org", "oui", "", "oui", ""],
    ["E3", "Nobody", "f@x.org", "oui", "", "", ""],
    ["", "Mentee", "g@x.org", "oui", "", "", ""],
    ["E5", "Mentee", "h@x.org", "non", "", "", ""],
]


def programme(*, key: bool = True, least: float = 0.0) -> Programme:
    """Return a programme that knows people by their code, or by their e-mail address alone."""
    fields = {name: field for name, field in FIELDS.items() if key or name != "code"}
    criteria = [{"kind": "overlap", "field": "topics", "weight": 1}]
    head = {"name": "X", "role": ROLE, "email": "mail", "minimum_answered": least}
    return Programme.read({"programme": head, "fields": fields, "criteria": criteria})


def test_the_fate_of_rows_and_what_is_odd_about_them_is_told_in_english() -> None:
    again = ["", "Mentor", "a@x.org", "oui", "", "oui", ""]
    with language("en"):
        cohorts = [read_survey(programme(least=0.5), DataFrame(ROWS, columns=HEAD, dtype=object))]
        cohorts.append(read_survey(programme(key=False), DataFrame([again, *ROWS], columns=HEAD, dtype=object)))
        told = [row.reason for cohort in cohorts for row in cohort.rows]
        told += [remark.text for cohort in cohorts for remark in cohort.remarks]
    assert "0% of the criteria answered, 50% required" in told
    assert "a required consent is not given" in told
    assert "lines 2 and 3: the same e-mail address" in told
    assert "column not used: “More”" in told
    assert "“topics”: no column for [two]" in told
    assert "replaced by an answer further down in the file (line 4)" in told
    odd = [text for text in told if french_in(text.replace("test, essai", ""))]
    assert [text for text in odd if not text.startswith("“topics”: ")] == []


def test_headers_that_do_not_fit_are_refused_in_english() -> None:
    frame = DataFrame(ROWS, columns=HEAD, dtype=object)
    twice = [*ROWS[:1], *ROWS[:1]]
    wrong = [
        frame.drop(columns="Topics [one]").rename(columns={"More": "Topic"}),
        frame.drop(columns="I agree"),
        frame.rename(columns={"More": "mail"}),
        DataFrame(twice, columns=HEAD, dtype=object),
    ]
    for each in wrong:
        with language("en"), pytest.raises(MentorMatchError) as refused:
            read_survey(programme(), each)
        assert not french_in(str(refused.value).replace("[mapping.questions] ", ""))


def test_a_key_of_pseudonyms_that_cannot_serve_is_refused_in_english(tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    for content in ("no key", "00"):
        secret_beside(path).write_text(content, "utf-8")
        secret_beside(path).chmod(0o600)
        with language("en"), pytest.raises(MentorMatchError, match="it is not a key") as refused:
            pseudonyms_for(path)
        assert not french_in(str(refused.value))
    path.with_suffix(".oublis.json").write_text("[]", "utf-8")
    with language("en"), pytest.raises(MentorMatchError, match="cannot be recognised") as refused:
        read_forgotten(path)
    assert not french_in(str(refused.value))
