"""Yes and no in any wording are read as what was said, or told; so are a role, a box and a consent."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Programme, ProgrammeError, language, read_survey
from mentormatch.fields import AnswerReading, Choice, Choices, Slots, YesNo
from mentormatch.languages import text_keys
from mentormatch.languages.text_keys import says_yes
from mentormatch.languages.translation import FRENCH
from mentormatch.record.digests import digest_of_answers
from tests.doors import substitute
from tests.survey.intake.answers import CONSENT, KEY, fates, frame, programme

YES_LEADS = ["Oui", "OUI", "oui", "Yes", "YES", "Yep", "Yeah", "Absolutely", "Bien sûr", "D\u2019accord", "Of course"]
YES_ENDS = ["", ".", " !", ", avec plaisir", ", je veux bien", " (volontiers)", " - with pleasure", ", sans problème",
            ", no problem", "\u00a0!", ", toujours partante", " please"]  # fmt: skip
NO_LEADS = ["Non", "NON", "non", "No", "NO", "Nope"]
NO_ENDS = ["", ".", " !", ", merci", " merci", " thanks", ", pas cette année", ", not this year", " je ne peux pas",
           " (désolé)", ", I am not able to", " I can't"]  # fmt: skip
TAKEN_BACK = [
    *(" et non", " and no", ", mais le soir", " but only on Mondays", ", si possible", ", if I can", ", peut-être"),
    *(" ?", "/Non", " or no", ", l'an prochain", ", sauf en mai", ", cela dépend", ", je crois", " sous condition"),
]
NEITHER = [
    *(
        "Not sure",
        "Je ne sais pas",
        "Peut-être",
        "Maybe",
        "Oui et non",
        "Yes and no",
        "Non renseigné",
        "No idea",
        "N/A",
    ),
    *("No preference", "Non-binaire", "Non applicable", "Non concerné", "I do not know", "I wouldn't mind", "Nord"),
    *("Ouistiti", "Yesterday", "Nobody", "Noé", "No answer", "je préfère ne pas répondre", "nan", "☒"),
    *(
        "Absolument impossible",
        "Non, mais oui",
        "No, yes",
        "Yes, unfortunately not",
        "2",
        "ni oui ni non",
        "Never mind",
    ),
]
SPELLED = st.sampled_from(
    [str, str.upper, str.lower, lambda text: f" {text}\n", lambda text: text.replace("'", "\u2019")]
)


def said(text: str) -> object:
    """Return how a question of yes or no reads a text."""
    return YesNo(question="Participez-vous ?").read(text).value


@given(st.sampled_from(list(product(YES_LEADS, YES_ENDS))), SPELLED)
def test_a_word_of_yes_with_what_does_not_take_it_back_is_yes(
    parts: tuple[str, str], spell: Callable[[str], str]
) -> None:
    assert said(spell("".join(parts))) == 1


@given(st.sampled_from(list(product(NO_LEADS, NO_ENDS))), SPELLED)
def test_a_word_of_no_with_what_does_not_take_it_back_is_no(
    parts: tuple[str, str], spell: Callable[[str], str]
) -> None:
    assert said(spell("".join(parts))) == 0


@pytest.mark.promise(6)
def test_every_wording_of_the_templates_is_read_and_none_is_read_as_the_other() -> None:
    yes, no = (["".join(parts) for parts in product(*both)] for both in ((YES_LEADS, YES_ENDS), (NO_LEADS, NO_ENDS)))
    assert len(yes) + len(no) > 200
    assert [text for text in yes if says_yes(text) is not True] == []
    assert [text for text in no if says_yes(text) is not False] == []


def test_of_a_third_language_the_words_alone_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "languages", READ_LANGUAGES=(FRENCH,))
    assert {"yes": True, "no": False}.items() <= text_keys.spoken_answers.__wrapped__().items()
    substitute(monkeypatch, "languages", spoken_answers=lambda: {"si": True, "no": False})
    texts = ("Sì", "Sì, ma non subito", "No", "forse")
    assert [says_yes.__wrapped__(text) for text in texts] == [True, None, False, None]


@pytest.mark.promise(6)
@pytest.mark.parametrize("lead", ["Oui", "Yes", "Bien sûr", "Yep"])
def test_a_yes_that_is_taken_back_is_neither_and_is_told(lead: str) -> None:
    assert [end for end in TAKEN_BACK if says_yes(lead + end) is not None] == []


@pytest.mark.promise(6)
@pytest.mark.parametrize("text", NEITHER)
def test_what_says_neither_is_told_and_not_guessed(text: str) -> None:
    reading = YesNo(question="?").read(text)
    assert (reading.value, reading.note) == (None, "ni oui ni non")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("0", 0), ("1.0", 1), ("TRUE", 1), ("Faux", 0), ("coché", 1), ("Non coché", 0), ("Checked", 1),
     ("unchecked", 0), ("✔", 1), ("☑", 1), ("☐", 0), ("Pas du tout", 0), ("Certainement pas", 0), ("I agree", 1),
     ("J'ai lu et j'accepte la notice", 1), ("J'ai lu la notice mais je refuse", None)],
)  # fmt: skip
def test_figures_ticks_and_words_of_consent_are_yes_or_no(text: str, value: int | None) -> None:
    assert said(text) == value


@pytest.mark.parametrize(
    ("answer", "value"),
    [({"J'accepte": "J'accepte"}, 1), ({"J'accepte": "X"}, 1), ({"J'accepte": "peut-être"}, None),
     ({"Oui": "", "Non": "x"}, 0), ({"Oui": "Oui", "Non": ""}, 1), ({"Oui": "x", "Non": "x"}, None),
     ({"Yes": "TRUE", "No": "FALSE"}, 1), ({"J'accepte": "N/A"}, None)],
)  # fmt: skip
def test_a_box_is_ticked_by_a_tick_or_by_its_own_label_and_by_nothing_else(
    answer: dict[str, str], value: int | None
) -> None:
    reading = YesNo(question="?").read(answer)
    assert reading.value == value
    assert bool(reading.note) == (value is None)


def test_a_box_that_is_left_is_no_answer() -> None:
    assert YesNo(question="?").read({"J'accepte": "non"}) == AnswerReading()


def test_a_box_with_a_text_that_is_no_tick_chooses_nothing_and_is_told() -> None:
    reading = Choices(question="?", options=["Danse", "Cirque"]).read({"Danse": "N/A", "Cirque": "X"})
    assert reading.value == (1,)
    assert reading.note
    slots = Slots(question="?", days=["lundi"], moments=["matin", "soir"])
    assert slots.read({"lundi matin": "parfois", "lundi soir": "Oui, volontiers"}).note
    assert slots.read({"lundi matin": "parfois", "lundi soir": "Oui, volontiers"}).value == (1,)


WANTS = {"question": "Would you like to be a mentor?", "kind": "yesno"}
ROLE_OF = {"field": "mentor", "mentor": "Yes", "mentee": "No"}


def english(asked: object, role: object = ROLE_OF) -> Programme:
    """Return an English programme where one question tells the role."""
    heading = {"name": "Essai", "language": "en", "role": role}
    return Programme.read({"programme": heading, "fields": {"code": KEY, "mentor": asked}})


@pytest.mark.parametrize("asked", [WANTS, WANTS | {"kind": "choice", "options": ["Yes", "No"]}])
def test_a_role_asked_with_yes_or_no_is_told_by_every_wording(asked: dict[str, object]) -> None:
    answers = ["Yes", "Oui", "Yes, please", "Y", "No thanks", "Non", "Yes and no", ""]
    rows = [f"P{place}|{answer}" for place, answer in enumerate(answers)]
    cohort = read_survey(english(asked), frame(f"Code|{WANTS['question']}", *rows))
    assert cohort.mentors.ids == ("P0", "P1", "P2", "P3")
    assert cohort.mentees.ids == ("P4", "P5")
    assert [fate for _, fate in fates(cohort)] == ["taken"] * 6 + ["rejected"] * 2


def test_two_ticked_roles_put_nobody_on_a_side() -> None:
    asked = {"question": "Role", "kind": "choices", "options": ["Mentor", "Mentee"]}
    plan = english(asked, {"field": "mentor", "mentor": "Mentor", "mentee": "Mentee"})
    cohort = read_survey(plan, frame("Code|Role", "P1|Mentor", "P2|Mentee;", "P3|Mentor;Mentee"))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("P1",), ("P2",))
    assert fates(cohort)[-1] == (4, "rejected")


def test_a_programme_whose_roles_have_one_answer_is_refused() -> None:
    with pytest.raises(ProgrammeError, match="la même réponse pour les deux côtés"):
        english(WANTS, {"field": "mentor", "mentor": "Yes", "mentee": "Oui"})


def test_yes_is_as_good_as_oui_in_rules_and_is_shown_in_the_language_spoken() -> None:
    fields = {"code": KEY, "remote": {"question": "Remote", "kind": "yesno"}}
    rules = [{"kind": "require", "field": "remote", "in": ["Yes"]}]
    stated = Programme.read({"programme": {"name": "Essai"}, "fields": fields, "rules": rules})
    mentors = frame("Code|Remote", "M1|Yes", "M2|Non", "M3|")
    cohort = read_survey(stated, mentors=mentors, mentees=mentors.iloc[:0])
    assert cohort.mentors.gave("remote", ["Yes"]).tolist() == [True, False, False]
    assert cohort.mentors.gave("remote", ["Oui"]).tolist() == [True, False, False]
    assert cohort.mentors.gave("remote", ["No"]).tolist() == [False, True, False]
    admitted = stated.rules[0].eligible(cohort.mentors, "mentor")
    assert admitted is not None
    assert admitted.tolist() == [True, False, False]
    assert [cohort.mentors.person(row)["remote"] for row in range(3)] == ["Oui", "Non", ""]
    with language("en"):
        assert [cohort.mentors.person(row)["remote"] for row in range(3)] == ["Yes", "No", ""]
        assert cohort.mentors.take([1]).person(0)["remote"] == "No"
        in_english = read_survey(stated, mentors=mentors, mentees=mentors.iloc[:0])
    assert digest_of_answers(in_english) == digest_of_answers(cohort)


def test_an_answer_that_is_neither_yes_nor_no_is_no_option_of_a_rule() -> None:
    fields = {"code": KEY, "remote": {"question": "Remote", "kind": "yesno"}}
    rules = [{"kind": "require", "field": "remote", "in": ["Maybe"]}]
    with pytest.raises(ProgrammeError, match="option inconnue"):
        Programme.read({"programme": {"name": "Essai"}, "fields": fields, "rules": rules})


@pytest.mark.promise(6)
@pytest.mark.parametrize("answer", ["Oui, si je peux relire", "J'ai lu la notice", "non merci", "peut-être", "Oui"])
def test_without_a_plain_yes_nobody_has_consented(answer: str) -> None:
    plan = programme({"code": KEY, "notice": CONSENT}, one_file=False)
    cohort = read_survey(plan, mentors=frame("Code|Notice", f"M1|{answer}"), mentees=frame("Code|Notice", "E1|Oui"))
    assert len(cohort.mentors) == (answer in ("Oui", "J'ai lu la notice"))


INCLUSIVE = ["Mentor{}e", "mentor{}e", "MENTOR{}E", "Mentor{}es", "mentor{}e{}s"]


@given(st.sampled_from(INCLUSIVE), st.sampled_from("·.•‧-/"), SPELLED)
def test_inclusive_writing_names_the_option_that_is_meant(word: str, mark: str, spell: Callable[[str], str]) -> None:
    role = Choice(question="Rôle", options=["Mentor·e", "Mentoré·e"])
    mentee = word.replace("or{}e", "oré{}e").replace("OR{}E", "ORÉ{}E")
    assert role.read(spell(word.replace("{}", mark))).value == 0
    assert role.read(spell(mentee.replace("{}", mark))).value == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("Mentor", 0), ("Mentors", 0), ("mentor(e)", 0), ("Mentoré", 1), ("Mentorée", 1), ("MENTORÉES", 1),
     ("Mentoree", 1), ("Mentore", None), ("Mentor ou mentoré", None),
     ("mentor ou mentore", None), ("Mentors et mentorés", None)],
)  # fmt: skip
def test_a_word_that_may_be_either_role_is_neither(text: str, value: int | None) -> None:
    reading = Choice(question="Rôle", options=["Mentor·e", "Mentoré·e"]).read(text)
    assert reading.value == value
    assert bool(reading.note) == (value is None)


@pytest.mark.parametrize(
    ("options", "text", "value"),
    [(["Oui", "Non", "Je ne sais pas"], "Yes, please", 0), (["Oui", "Oui, parfois", "Non"], "Yes", None),
     (["1 - Débutant", "2 - Confirmé"], "2", 1), (["1 - Débutant", "2 - Confirmé"], "débutant", 0),
     (["1-2 ans", "3-4 ans"], "3", None), (["1", "2", "3"], "Oui", None), (["Non", "Oui"], "1", None),
     (["Non", "Oui"], "X", None), (["Non", "Oui"], "Y", 1)],
)  # fmt: skip
def test_an_option_is_found_by_another_yes_or_by_its_number_where_one_alone_can_be_meant(
    options: list[str], text: str, value: int | None
) -> None:
    assert Choice(question="?", options=options).read(text).value == value
