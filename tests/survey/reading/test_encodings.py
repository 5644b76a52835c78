# ruff: noqa: RUF001 - letters of other scripts are what is tried
"""Text in each encoding of one byte a letter, short and long: read as it was typed, or asked; never garbled."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

import mentormatch as mm
from mentormatch import SurveyError
from mentormatch.survey.encodings import CANDIDATES, character_penalty, choose_encoding
from mentormatch.survey.text_decoder import decode
from tests.conftest import DEEP

TIMES = 60 if DEEP else 4
SIZES = (1, 2, 3, 10, 40)
FRENCH = (
    "Zoé", "François", "Œuvre", "Hélène", "Benoît", "Anaïs", "Gaëlle", "Jérôme", "Éloïse", "Raphaël", "Loïc", "Inès",
    "J’ai déjà été mentorée l’an dernier", "Aider les étudiant·es à réussir", "« Bien sûr », dit-elle",
    "ingénierie mécanique", "économie – gestion", "à distance…", "20 € par mois", "2ème année", "n° 12 rue des Écoles",
    "Université de Nîmes", "où et quand ça t’arrange", "être à l’écoute", "cœur de métier", "À définir", "août",
    "ÉCOLE D’INGÉNIEURS", "DÉJÀ DIPLÔMÉ", "forêt, bâtiment, hôpital", "reçu au concours", "aiguë", "dû", "oui", "non",
)  # fmt: skip
ENGLISH = (
    "I’d like to meet people who don’t work in my field", "my café project", "résumé", "“yes”, she said", "naïve",
    "John O’Brien", "Beyoncé", "Zoë", "£20 a month", "it’s fine – really", "Let’s go…", "fiancée", "José", "yes",
)  # fmt: skip
FOREIGN = {
    "cp1250": "imie;miasto\nMałgorzata;Łódź\nStanisław;Kraków\n",
    "cp1251": "имя;город\nАнна;Москва\n",
    "cp1253": "όνομα;πόλη\nΆννα;Αθήνα\n",
    "cp1254": "ad;sehir\nAyşe;Iğdır\n",
    "cp1256": "الاسم\nفاطمة\n",
    "gbk": "姓名;城市\n王芳;北京\n",
    "koi8-r": "имя;город\nАнна;Москва\n",
    "shift-jis": "名前;町\n花子;東京\n",
}


def typed(random: Random, said: tuple[str, ...], size: int, encoding: str) -> bytes:
    """Return a file of so many rows, without the letters that the encoding does not have."""
    rows = [";".join(random.choices(said, k=3)) for _ in range(size)]
    text = "\n".join(["prenom;reponse;ville", *rows, ""])
    return text.encode(encoding, "ignore")


def files(encoding: str) -> Iterator[bytes]:
    random = Random(encoding)
    for said in (FRENCH, FRENCH[:12], ENGLISH):
        for size in SIZES:
            yield from (typed(random, said, size, encoding) for _ in range(TIMES))


def is_unicode(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.promise(3)
@pytest.mark.parametrize("encoding", CANDIDATES)
def test_no_text_is_read_otherwise_than_it_was_typed(encoding: str) -> None:
    outcomes: Counter[str] = Counter()
    for content in files(encoding):
        if not is_unicode(content):
            found = choose_encoding(content)
            same = found is not None and content.decode(found) == content.decode(encoding)
            outcomes["asked" if found is None else "same" if same else "garbled"] += 1
    assert not outcomes["garbled"]
    assert outcomes["same"] > sum(outcomes.values()) * (0.9 if encoding == "cp1252" else 0.3)


@pytest.mark.promise(3)
@pytest.mark.parametrize("size", SIZES[2:])
def test_plain_french_of_windows_is_read_and_never_asked(size: int) -> None:
    random = Random(size)
    for _ in range(2 * TIMES):
        content = typed(random, FRENCH, size, "cp1252")
        assert is_unicode(content) or choose_encoding(content) == "cp1252"


@pytest.mark.promise(3)
@pytest.mark.parametrize("encoding", FOREIGN)
def test_what_is_in_none_of_these_encodings_is_asked(encoding: str) -> None:
    with pytest.raises(SurveyError) as refusal:
        decode(FOREIGN[encoding].encode(encoding), "reponses.csv")
    (problem,) = refusal.value.problems
    assert "UTF-8" in problem.expected or "seul encodage" in problem.expected


def test_a_question_about_the_encoding_names_those_that_may_be_meant() -> None:
    with pytest.raises(SurveyError, match=r"ligne 2 .*--encoding cp1252"):
        decode("nom\nAyşe\n".encode("cp1254"), "reponses.csv")


@pytest.mark.parametrize(("encoding", "said"), [("mac_roman", "mac_roman"), ("cp850", "cp850")])
def test_another_encoding_than_that_of_windows_is_remarked_on(encoding: str, said: str) -> None:
    content = "nom;réponse\n" + "Zoé;J’ai déjà été mentorée\nHélène;être à l’écoute de l’élève, ça me plaît\n" * 9
    text, remarks = decode(content.replace("’", "'").encode(encoding), "reponses.csv")
    assert text.whole == content.replace("’", "'")
    assert [said in remark.text for remark in remarks] == [True]


def test_an_encoding_that_is_said_is_that_of_the_whole_survey(tmp_path: Path) -> None:
    made = mm.examples.copy_to(tmp_path)
    content = made.answers.read_text("utf-8-sig").encode("cp850", "ignore")
    made.answers.write_bytes(content)
    programme = mm.Programme.load(made.programme)
    with pytest.raises(SurveyError, match="--encoding cp850"):
        mm.read_survey(programme, made.answers)
    cohort = mm.read_survey(programme, made.answers, encoding="cp850")
    assert cohort.mentors.ids == mm.examples.cohort().mentors.ids
    assert mm.intake(programme, made.answers, encoding="cp850").fates.counts["taken"] == 30


@pytest.mark.parametrize(
    ("home", "lost"),
    [
        (("Zo", "é", "\n"), ("Zo", "Ž", "\n")),
        (("L", "’", "am"), ("L", "Õ", "am")),
        ((" ", "à", " l"), (" ", "…", " l")),
    ],
)
def test_a_letter_costs_less_where_it_is_at_home(home: tuple[str, str, str], lost: tuple[str, str, str]) -> None:
    assert character_penalty(*home) < character_penalty(*lost)
