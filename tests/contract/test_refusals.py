"""What is refused is refused with a reason: where, what was found, what is expected; never with an answer."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mentormatch import MatchRequest, MentorMatchError, ProgrammeError, RequestError, language
from mentormatch.base.strict_json import Text, Whole, first, parse_json
from mentormatch.contract.operation import SAMPLE_PROGRAMME, ask
from mentormatch.contract.requests import type_expected
from mentormatch.errors import Problem
from mentormatch.examples import folder_of
from mentormatch.languages.translation import LANGUAGES
from tests.canaries import ANSWER
from tests.contract.bodies import KINDS, example
from tests.english import french_in

FOLDER, CODEV = folder_of("mentorat"), folder_of("codeveloppement")
MADE = [
    *("bigint", "bom", "bool_as_num", "deep", "dup_key", "float_cap", "huge_cap"),
    *("inf", "nan", "neg_cap", "proto", "str_as_num", "surrogate", "utf16"),
]
HEADING = {"name": "Essai", "role": {"field": "role", "mentor": "M", "mentee": "E"}}
FIELDS: dict[str, Any] = {
    "code": {"kind": "text", "question": "Code", "use": "key"},
    "role": {"kind": "choice", "question": "Rôle", "options": ["M", "E"]},
    "nom": {"kind": "text", "question": "Nom", "use": "contact"},
    "places": {"kind": "number", "question": "Places"},
    "accord": {"kind": "yesno", "question": "Accord"},
    "territoire": {"kind": "place", "question": "Territoire"},
    "noms": {"kind": "names", "question": "Noms"},
    "texte": {"kind": "text", "question": "Texte"},
}
AN_ANSWER = "un texte, un nombre, true ou false, une liste de textes, un objet de textes, ou null"


def refusal(kind: str, sent: Any) -> MentorMatchError:
    with pytest.raises(MentorMatchError) as refused:
        ask(kind, sent)
    return refused.value


def lines(kind: str, sent: Any) -> list[str]:
    return [str(problem) for problem in refusal(kind, sent).problems]


@pytest.mark.promise(6)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MADE)
def test_each_hostile_body_is_refused_with_a_reason(kind: str, name: str, shared_data: Path) -> None:
    refused = refusal(kind, (shared_data / "hostile" / "http-made" / f"{name}.json").read_bytes())
    assert isinstance(refused, RequestError)
    assert refused.problems
    assert all(problem.where and problem.found and problem.expected for problem in refused.problems)


def test_every_hostile_body_is_tried(shared_data: Path) -> None:
    assert sorted(path.stem for path in (shared_data / "hostile" / "http-made").iterdir()) == MADE


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b'\xef\xbb\xbf{"a": 1}',
            "$ : une marque d’ordre des octets (BOM) avant le texte ; attendu : du JSON en UTF-8, sans marque",
        ),
        (
            "\ufeff{}",
            "$ : une marque d’ordre des octets (BOM) avant le texte ; attendu : du JSON en UTF-8, sans marque",
        ),
        ('{"a": 1}'.encode("utf-16"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        ('{"a": 1}'.encode("utf-16-be"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        ("\ufeff日本".encode("utf-16-le"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        ("\ufeff日本".encode("utf-16-be"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        (b'{"\0": 1}', "ligne 1, colonne 3 : une syntaxe incorrecte ; attendu : un objet JSON"),
        ('{"a": 1}'.encode("utf-32-be"), "$ : un texte en UTF-16 ou en UTF-32 ; attendu : du JSON en UTF-8"),
        ('{"é": 1}'.encode("latin-1"), "$ : des octets qui ne sont pas de l’UTF-8 ; attendu : du JSON en UTF-8"),
        (b"", "ligne 1, colonne 1 : une syntaxe incorrecte ; attendu : un objet JSON"),
        ('{"a": 1,\n "b" 2}', "ligne 2, colonne 6 : une syntaxe incorrecte ; attendu : un objet JSON"),
        ("[" * 100_000, "ligne 1, colonne 65 : un objet trop imbriqué ; attendu : 64 niveaux au plus"),
        (
            "\n[" + "[],{}," * 3 + "[" * 100_000,
            "ligne 2, colonne 83 : un objet trop imbriqué ; attendu : 64 niveaux au plus",
        ),
        ('{"a": NaN}', "$.a : un nombre qui n’est pas fini ; attendu : un nombre fini"),
        ('{"a": [0, -Infinity]}', "$.a[1] : un nombre qui n’est pas fini ; attendu : un nombre fini"),
        ('{"a": 1e400}', "$.a : un nombre qui n’est pas fini ; attendu : un nombre fini"),
        ('{"a": {"b": ' + "9" * 101 + "}}", "$.a.b : un nombre de trop de chiffres ; attendu : 100 chiffres au plus"),
        ('{"a": ' + "9" * 5_000 + "}", "$.a : un nombre de trop de chiffres ; attendu : 100 chiffres au plus"),
        ('{"a": {"b c": "\\ud800"}}', "$.a['b c'] : un demi-caractère (surrogate isolé) ; attendu : du texte Unicode"),
        ('{"\\udfff": 1}', "$ : une clé qui n’est pas du texte Unicode ; attendu : du texte Unicode"),
        ('{"a": {"x": 0, "b": 1, "b": 2}}', "$.a : la clé « b » deux fois ; attendu : chaque clé une fois"),
    ],
)
def test_json_that_is_not_plain_is_refused_at_its_place(body: str | bytes, told: str) -> None:
    assert lines("match", body) == [told]


def test_the_greatest_depth_and_the_longest_number_are_taken() -> None:
    deep = "[" * 64 + "]" * 64
    assert parse_json(deep)
    assert parse_json("9" * 100) == int("9" * 100)
    with pytest.raises(RequestError):
        parse_json(f"[{deep}]")


def test_an_empty_text_and_an_empty_key_are_plain() -> None:
    assert parse_json('{"": ""}') == {"": ""}
    assert parse_json('""') == ""


def test_all_that_is_not_plain_is_told_at_once() -> None:
    body = '{"a": NaN, "b": ["\\ud800", 1e999], "c": {"d": 1, "d": 2, "e": 1, "e": 2}}'
    assert [line.split(" : ")[0] for line in lines("match", body)] == ["$.a", "$.b[0]", "$.b[1]", "$.c", "$.c"]


def test_the_same_holds_of_objects_that_were_no_text() -> None:
    sent = example("match", mentors=[{"id": "M01", "answers": {"skills": float("nan"), "x": "\udc80"}}])
    assert [line.split(" : ")[0] for line in lines("match", sent)] == [
        "$.mentors[0].answers.skills",
        "$.mentors[0].answers.x",
    ]
    assert [line.split(" : ")[0] for line in lines("match", {1: 2})] == ["$"]


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"seed": True}, "$.seed : true ou false ; attendu : un nombre entier"),
    ({"seed": "3"}, "$.seed : un texte ; attendu : un nombre entier"),
    ({"seed": 0.5}, "$.seed : un nombre ; attendu : un nombre entier"),
    ({"seed": -1}, "$.seed : un nombre ; attendu : un nombre d’au moins 0"),
    ({"seed": 2**64}, f"$.seed : un nombre ; attendu : un nombre d’au plus {2**64 - 1}"),
    ({"time_limit_s": 0}, "$.time_limit_s : un nombre ; attendu : un nombre de plus de 0"),
    ({"time_limit_s": 90_000}, "$.time_limit_s : un nombre ; attendu : un nombre d’au plus 86400"),
    ({"language": "??"}, f"$.language : un texte ; attendu : {', '.join(f'« {code} »' for code in LANGUAGES)}"),
    ({"schema_version": 2}, "$.schema_version : un nombre ; attendu : 1"),
    ({"mentors": {}}, "$.mentors : un objet ; attendu : une liste"),
    ({"mentors": [[]]}, "$.mentors[0] : une liste ; attendu : un objet"),
    ({"mentors": [{"id": ""}]}, "$.mentors[0].id : un texte ; attendu : 1\u00a0caractère au moins"),
    ({"mentors": [{"id": "M" * 1001}]}, "$.mentors[0].id : un texte ; attendu : 1\u202f000\u00a0caractères au plus"),
    ({"mentors": [{"id": None}]}, "$.mentors[0].id : null ; attendu : un texte"),
    (
        {"mentors": [{"id": "M01", "answers": {"skills": [1]}}]},
        f"$.mentors[0].answers.skills : une liste ; attendu : {AN_ANSWER}",
    ),
    (
        {"mentors": [{"id": "M01", "anwsers": {}}]},
        "$.mentors[0] : clé inconnue « anwsers » ; attendu : « id », « answers » → vouliez-vous dire « answers » ?",
    ),
    (
        {"mentors": [{"id": "M01", "answers": {"skils": "x"}}]},
        "$.mentors[0].answers : champ inconnu « skils » ; attendu : un champ du programme"
        " → vouliez-vous dire « skills » ?",
    ),
    ({"pins": [["M01", "E01"]]}, "$.pins[0] : une liste ; attendu : un objet"),
    ({"pins": [{"mentor": "M01"}]}, "$.pins[0] : il manque « mentee » ; attendu : une clé « mentee »"),
    ({"programme": []}, "$.programme : une liste ; attendu : un objet"),
]


@pytest.mark.parametrize(("parts", "told"), MISFITS)
def test_what_does_not_fit_is_told_with_its_place_and_type(parts: dict[str, Any], told: str) -> None:
    assert lines("match", example("match", pins=[]) | parts) == [told]


def test_that_nothing_may_be_said_is_told_in_words() -> None:
    (told,) = lines("reply", example("reply", replies=[{"person": "E01", "answer": "declined", "reason": "loin"}]))
    assert told.startswith("$.replies[0].reason : un texte ; attendu : « partner », « schedule », « distance »")
    assert told.endswith("« no_answer », ou rien")


@pytest.mark.parametrize("parts", [parts for parts, _ in MISFITS])
def test_what_does_not_fit_is_told_in_english_where_english_is_spoken(parts: dict[str, Any]) -> None:
    sent = example("match") | {"language": "en", "pins": []} | parts
    with language("en"):
        assert french_in(str(refusal("match", sent))) == []
    if "language" not in parts:
        assert french_in(str(refusal("match", sent))) == []


def test_all_that_does_not_fit_is_told_at_once() -> None:
    sent = example("match", seed=True, mentors=[{"id": 1}, {"id": "M02", "anwsers": {}}], colour="red")
    assert [line.split(" : ")[0] for line in lines("match", sent)] == ["$.mentors[0].id", "$.mentors[1]", "$.seed", "$"]


def test_mistakes_in_the_programme_are_told_in_words_in_the_language_asked_for() -> None:
    sent = example("match")
    sent["programme"]["criteria"][0]["kind"] = "covrage"
    assert isinstance(refusal("match", sent), ProgrammeError)
    assert "« kind » inconnu : « covrage »" in str(refusal("match", sent))
    assert french_in(str(refusal("match", sent | {"language": "en"}))) == []
    sent["programme"]["programme"]["language"] = "en"
    assert french_in(str(refusal("match", sent))) == []
    assert french_in(str(refusal("match", sent | {"language": "fr"}))) != []


def test_the_language_asked_for_goes_before_that_of_the_programme_and_of_the_caller() -> None:
    sent, reasons = example("why-not"), {}
    for asked in (None, "fr", "en"):
        for own in ("fr", "en"):
            sent["programme"]["programme"]["language"] = own
            told = sent | ({"language": asked} if asked else {})
            reasons[asked, own] = ask("why-not", told).model_dump()["reason"]
    english = "en"
    assert [french_in(reason) == [] for reason in reasons.values()] == [False, True, False, False, True, True]
    with language(english):
        assert french_in(ask("why-not", sent | {"language": None}).model_dump()["reason"]) == []
        assert french_in(ask("why-not", sent | {"language": "fr"}).model_dump()["reason"]) != []


def test_a_key_of_any_length_is_told_by_its_beginning() -> None:
    for long in (61, 100_000):
        (problem,) = refusal("match", example("match", **{"k" * long: 1})).problems
        assert problem.found == f"clé inconnue « {'k' * 60} »"


def test_a_doubled_person_is_told_with_both_lines() -> None:
    told = refusal("match", example("match", mentors=[{"id": "M01"}, {"id": "m01"}]))
    assert isinstance(told, RequestError)


@pytest.mark.promise(27)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "verify"])
def test_no_answer_of_a_person_stands_in_a_refusal(kind: str) -> None:
    for answer in (ANSWER, [ANSWER], {ANSWER[:5]: ANSWER}, {"x": ANSWER}):
        people = [{"id": f"M{number:02}", "answers": {"skills": answer, "nowhere": answer}} for number in (1, 2, 2)]
        for sent in (example(kind, mentors=people), example(kind, mentors=people, seed=ANSWER)):
            with pytest.raises(MentorMatchError) as refused:
                ask(kind, json.dumps(sent))
            assert ANSWER not in str(refused.value)


def test_everybody_who_is_named_and_nobody_is_told_with_the_place() -> None:
    pair = {"mentor": "M09", "mentee": "E01"}
    assert lines("evaluate", example("evaluate", pins=[pair], pairs=[pair, {"mentor": "m01", "mentee": "M01"}])) == [
        "$.pins[0].mentor : identifiant inconnu « M09 » ; attendu : l’identifiant d’un·e mentor·e de la demande",
        "$.pairs[0].mentor : identifiant inconnu « M09 » ; attendu : l’identifiant d’un·e mentor·e de la demande",
        "$.pairs[1].mentee : identifiant inconnu « M01 » ; attendu : l’identifiant d’un·e mentoré·e de la demande",
    ]
    told = lines("reply", example("reply", proposal={"pairs": [pair, {"mentor": "M01", "mentee": "x"}]}))
    assert [line.split(" : ")[0] for line in told] == ["$.proposal.pairs[0].mentor", "$.proposal.pairs[1].mentee"]
    told = lines("why-not", example("why-not", mentor="E01", mentee="x", bans=[pair]))
    assert [line.split(" : ")[0] for line in told] == ["$.bans[0].mentor", "$.mentor", "$.mentee"]
    assert lines("alternatives", example("alternatives", person="x")) == [
        "$.person : identifiant inconnu « x » ; attendu : l’identifiant d’une personne de la demande"
    ]


@pytest.mark.parametrize("many", [100, 101, 1_000])
def test_of_many_problems_the_first_hundred_are_told(many: int) -> None:
    bodies: tuple[dict[str, Any], ...] = (
        {"pins": [{}] * many},
        {"mentors": [{"id": "M01", "answers": {f"f{k}": 1 for k in range(many)}}]},
    )
    for parts in bodies:
        problems = refusal("match", example("match") | parts).problems
        assert len(problems) == min(many * (2 if "pins" in parts else 1), 101)
    (*_, last) = refusal("match", example("match") | bodies[1]).problems
    assert ("d’autres encore" in str(last)) is (many > 100)


def test_of_very_many_problems_only_those_that_are_told_are_made() -> None:
    made: list[int] = []

    def problems() -> Iterator[Problem]:
        for number in range(1_000):
            made.append(number)
            yield Problem(str(number), "")

    assert len(first(problems(), "$")) == 101
    assert len(made) == 101


@pytest.mark.parametrize(("kind", "other"), [("match", CODEV), ("groups", FOLDER), ("topics", FOLDER)])
def test_a_programme_of_another_kind_is_told_before_the_people(kind: str, other: Path) -> None:
    programme = tomllib.loads((other / "programme.toml").read_text(encoding="utf-8"))
    whole = example(kind) | {"programme": programme}
    people = {part: people for part, people in whole.items() if part in {"mentors", "mentees", "members"}}
    asked = {part: [{**person, "answers": {"inconnue": 1}} for person in persons] for part, persons in people.items()}
    assert people
    assert str(refusal(kind, whole | asked)) == str(refusal(kind, whole))


def test_what_the_library_below_says_is_told_where_it_names_no_words() -> None:
    error: ErrorDetails = {"type": "other", "loc": (), "input": None, "msg": "it's wrong"}
    assert type_expected(error) == "it's wrong"


@pytest.mark.promise(27)
def test_nothing_that_was_sent_hangs_on_a_refusal() -> None:
    refused: BaseException | None = refusal(
        "match", example("match", mentors=[{"id": "M01", "answers": {"a": [ANSWER, 1]}}])
    )
    while refused is not None:
        assert ANSWER not in repr(refused)
        refused = refused.__context__


@pytest.mark.promise(27)
def test_not_even_the_error_of_the_library_below_shows_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refused:
        MatchRequest.model_validate(example("match", seed=ANSWER))
    assert "seed" in str(refused.value)
    assert ANSWER not in str(refused.value)


@pytest.mark.promise(27)
@pytest.mark.parametrize("part", [None, "seed", "pins", "rows", "programme"])
def test_no_cell_of_a_row_stands_in_a_refusal_or_a_remark(part: str | None) -> None:
    programme = {**SAMPLE_PROGRAMME, "fields": {**FIELDS, **SAMPLE_PROGRAMME["fields"]}, "programme": HEADING}
    cells = {field["question"]: ANSWER for field in programme["fields"].values()}
    rows: list[Any] = [{**cells, "Code": f"P{number}", "Rôle": role} for number, role in enumerate(["M", "E", ANSWER])]
    sent = {"programme": programme, "rows": rows}
    broken = {
        "seed": ANSWER,
        "pins": [ANSWER],
        "rows": [*rows, {"Code": [[ANSWER]]}],
        "programme": {**programme, "x": 1},
    }
    if part is None:
        told = json.loads(ask("match", sent).to_json())
        assert [row["key"] for row in told["rejected"]] == ["P2"]
        assert ANSWER not in json.dumps([told["remarks"], told["rejected"], told["unmatched"]], ensure_ascii=False)
    else:
        assert ANSWER not in str(refusal("match", sent | {part: broken[part]}))


def test_brackets_that_no_parser_could_descend_into_are_told_by_their_place() -> None:
    with pytest.raises(RequestError) as refused:
        parse_json('{"a": ' + "[\n" * 200_000)
    assert [problem.where for problem in refused.value.problems] == ["ligne 64, colonne 1"]


def test_a_whole_number_goes_to_its_bounds_and_no_further() -> None:
    seed = TypeAdapter(Whole)
    assert [seed.validate_python(number) for number in (0, 2**64 - 1, 3.0)] == [0, 2**64 - 1, 3]
    for wrong in (-1, 2**64, 2**64 + 1, 0.5):
        with pytest.raises(ValidationError):
            seed.validate_python(wrong)


def test_a_text_has_a_character_at_least_and_a_thousand_at_most() -> None:
    said = TypeAdapter(Text)
    assert [len(said.validate_python("a" * length)) for length in (1, 1_000)] == [1, 1_000]
    for length in (0, 1_001):
        with pytest.raises(ValidationError):
            said.validate_python("a" * length)
