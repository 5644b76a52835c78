"""Drafts of forms in seven languages, and in one that is not known."""

import csv
import io
import tomllib
from pathlib import Path

import pytest
from pandas import DataFrame

from mentormatch.languages.text_keys import says_yes
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts.form_language import languages_in
from mentormatch.programme.drafts.programme_draft import Draft, DraftDecisions, make_draft
from mentormatch.programme.drafts.samples import languages_of
from mentormatch.programme.drafts.sensitivity import subject_of
from mentormatch.programme.drafts.structures import pairs_that_may_be_one
from mentormatch.programme.enrolment import read_survey, read_tables
from mentormatch.programme.programme import Programme

PEOPLE = 24


def cycle(*cells: str) -> list[str]:
    """Return as many answers as there are people, these again and again."""
    return [cells[at % len(cells)] for at in range(PEOPLE)]


def drafted(columns: dict[str, list[str]], stated: DraftDecisions | None = None) -> Draft:
    """Return the draft of a form whose people have an address."""
    mails = {"E-mail": [f"p{at}@example.org" for at in range(PEOPLE)]}
    tables = read_tables(DataFrame(mails | columns, dtype=object))
    return make_draft(tables, decisions=stated or DraftDecisions())


POLISH = {
    "Imię i nazwisko": [f"Osoba {chr(65 + at)}" for at in range(PEOPLE)],
    "Kim chce Pani być?": cycle("Mentor", "Mentee"),
    "Jakie jest Pani wyznanie?": cycle("Rzymskokatolickie", "Inne"),
    "Jakie języki Pani zna?": cycle("English, French", "French"),
    "Czy choruje Pani przewlekle?": cycle("Tak", "Nie"),
}


def test_in_an_unknown_language_choices_are_forbidden_until_people_say_otherwise() -> None:
    made = drafted(POLISH)
    assert made.outline.languages == ()
    assert made.text.startswith("# LANGUE INCONNUE")
    uses = {entry.question: entry.guess.use for entry in made.entries}
    assert uses["Jakie jest Pani wyznanie?"] == uses["Czy choruje Pani przewlekle?"] == "forbidden"
    # What a form says in words that are known in any language is understood.
    assert made.outline.role
    assert uses["Jakie języki Pani zna?"] == "match"
    said = drafted(POLISH, DraftDecisions(uses={"czy choruje pani przewlekle?": "display"}))
    assert {entry.question: entry.guess.use for entry in said.entries}["Czy choruje Pani przewlekle?"] == "display"


def test_the_language_of_a_form_can_be_stated() -> None:
    columns = {"Rolle": cycle("Mentor", "Mentee"), "Themen": cycle("Budget", "Recht")}
    made = drafted(columns, DraftDecisions(languages=("de",)))
    assert made.outline.languages == ("de",)
    assert "LANGUE INCONNUE" not in made.text


@pytest.mark.parametrize(
    "texts",
    [
        ("Hur vill du delta?", "Vilka ämnen intresserar dig?", "Din stad", "Har du någon funktionsnedsättning?"),
        (
            "Com et dius?",
            "Quins temes t'interessen?",
            "Quan pots trobar-te?",
            "La teva ciutat",
            "Tens alguna malaltia?",
        ),
        ("Cum vă numiți?", "Ce teme vă interesează?", "Orașul în care locuiți", "Aveți un handicap?"),
        ("ما اسمك؟", "في أي مدينة تعيش؟"),
    ],
    ids=["Swedish", "Catalan", "Romanian", "Arabic"],
)
def test_a_form_in_another_language_is_in_none_that_is_known(texts: tuple[str, ...]) -> None:
    assert languages_in(texts) == ()


@pytest.mark.parametrize(
    ("refusal", "consent"),
    [("Nein", "Ja"), ("Nee", "Ja"), ("No", "Sí"), ("Não", "Sim"), ("No", "Sì"), ("Nein, danke!", "Ja, gerne")],
)
def test_a_refusal_is_read_in_every_language(refusal: str, consent: str) -> None:
    assert says_yes(refusal) is False
    assert says_yes(consent) is True


def test_whoever_refuses_the_notice_in_german_is_not_taken_in(tmp_path: Path) -> None:
    notice = "Ich willige in die Verarbeitung meiner Angaben ein"
    made = drafted(
        {
            "Ich nehme teil als": cycle("Mentorin oder Mentor", "Mentee"),
            "Zu welchen Themen wünschen Sie sich Rat?": cycle("Budget", "Recht", "Presse"),
            notice: ["Nein", *["Ja"] * (PEOPLE - 1)],
        }
    )
    assert made.dry_run.fates["rejected"] == 1
    assert next(entry for entry in made.entries if entry.question == notice).guess.use == "consent"


FALSE_ALARMS = [
    "Prise de parole en public",
    "Concours d'origine",
    "Administration d'origine",
    "In 1-2 sentences, why do you want to join?",
    "Due parole su di lei",
    "¿Milita en la conservación del patrimonio?",
    "Herkunftsbehörde vor der Versetzung",
    "Dienst van herkomst",
    "Concurso de origem",
]
SENSITIVE = {
    "De quelle région du monde vient votre famille ?": "origin",
    "Quelle est la couleur de votre peau ?": "origin",
    "Faites-vous le ramadan ou un autre jeûne ?": "religion",
    "Étiez-vous sur une liste aux élections professionnelles ?": "union",
    "Êtes-vous proche aidant ?": "health",
    "Êtes-vous sujet à l'angoisse en groupe ?": "health",
    "How would you describe your skin tone?": "origin",
    "What part of the world is your family from?": "origin",
    "Do you fast at any time of the year?": "religion",
    "Were you on a list for the works council election?": "union",
    "Are you a carer for a relative?": "health",
    "Do you have caring responsibilities?": "health",
    "Do you get anxious in groups?": "health",
    "¿De qué color es su piel?": "origin",
    "Tragen Sie aus religiösen Gründen ein Kopftuch?": "religion",
    "Leidet jemand in Ihrem Haushalt an einer Krankheit?": "health",
    "Ha mai avuto attacchi di panico?": "health",
    "A sua família é de que parte do mundo?": "origin",
    "Bent u weleens opgenomen voor een depressie?": "health",
}


@pytest.mark.parametrize("question", FALSE_ALARMS)
def test_words_that_only_look_sensitive_are_left_in(question: str) -> None:
    assert subject_of(question) is None


@pytest.mark.parametrize("question", SENSITIVE)
def test_a_sensitive_question_is_known_however_indirectly_it_is_worded(question: str) -> None:
    assert subject_of(question) == SENSITIVE[question]


def test_a_question_in_another_language_than_its_form_is_read_in_its_own() -> None:
    with words_of(("es",)):
        assert subject_of("Haben Sie eine anerkannte Schwerbehinderung?") == "health"


@pytest.mark.parametrize("code", ["it", "nl"])
def test_the_words_of_an_address_tell_nothing_sensitive(code: str) -> None:
    mails = DataFrame({"E-mail": [f"p{at}@example.invalid" for at in range(PEOPLE)]}, dtype=object)
    made = make_draft(read_tables(mails), decisions=DraftDecisions(languages=(code,)))
    assert [entry.guess.use for entry in made.entries] == ["contact"]


@pytest.mark.parametrize("question", ["Direction / service", "Service", "Bureau ou direction", "Department"])
def test_a_service_is_not_the_organisation(question: str) -> None:
    columns = {"Vous êtes": cycle("Mentor·e", "Mentoré·e"), question: cycle("Budget", "Achats", "Paie")}
    assert all(proposal.kind != "different" for proposal in drafted(columns).proposals)


HOUSES = {
    "fr": (
        "Organisme de rattachement",
        "Votre établissement",
        "Votre collectivité",
        "Ministère",
        "Préfecture",
        "Mairie",
    ),
    "en": ("Your employer", "Which organisation do you work for?"),
    "de": ("Behörde, in der Sie arbeiten", "Ihre Einrichtung"),
    "es": ("Organismo en el que trabaja", "Su ayuntamiento"),
    "it": ("L'ente in cui lavora", "La sua azienda"),
    "pt": ("Entidade em que trabalha", "Ministério"),
    "nl": ("De organisatie waar u werkt", "Uw werkgever"),
}


@pytest.mark.parametrize(("code", "question"), [(code, text) for code, texts in HOUSES.items() for text in texts])
def test_the_words_for_an_organisation_are_known(code: str, question: str) -> None:
    columns = {"Role": cycle("Mentor", "Mentee"), question: cycle("Nord", "Sud", "Est", "Ouest")}
    found = [proposal.kind for proposal in drafted(columns, DraftDecisions(languages=(code,))).proposals]
    assert found == ["different"]


def test_names_that_may_be_one_organisation_stand_side_by_side_and_are_not_joined() -> None:
    names = ("DREAL ARA", "DREAL Auvergne-Rhône-Alpes", "DREAL Bretagne", "CHU Grenoble", "CHU de Grenoble Alpes")
    assert set(pairs_that_may_be_one(names)) == {
        ("DREAL ARA", "DREAL Auvergne-Rhône-Alpes"),
        ("CHU Grenoble", "CHU de Grenoble Alpes"),
    }
    made = drafted({"Vous êtes": cycle("Mentor·e", "Mentoré·e"), "Votre organisme": cycle(*names)})
    assert '# "DREAL ARA" = "DREAL Auvergne-Rhône-Alpes"' in made.text
    assert tomllib.loads(made.text).get("mapping", {}).get("options", {}) == {}
    # Joined by people, they are one organisation.
    lines = made.text.replace('# "DREAL ARA"', '"DREAL ARA"').replace("# [mapping.options", "[mapping.options")
    programme = Programme.read(tomllib.loads(lines))
    assert programme.mapping.options["organisme"] == {"DREAL ARA": "DREAL Auvergne-Rhône-Alpes"}


def test_names_that_one_person_alone_typed_are_in_no_draft() -> None:
    typed = ["DREAL ARA", "DREAL Auvergne-Rhône-Alpes", *["Ville"] * (PEOPLE - 2)]
    made = drafted({"Vous êtes": cycle("Mentor·e", "Mentoré·e"), "Votre organisme": typed})
    assert "DREAL" not in made.text


def test_an_instruction_in_brackets_is_no_line_of_a_grid() -> None:
    for asked in ("Vos moments libres [cochez tout ce qui convient]", "Times you are free [tick all that apply]"):
        columns = {"Vous êtes / I am": cycle("Mentor", "Mentee"), asked: cycle("lundi matin, mardi soir", "mardi soir")}
        made = drafted(columns)
        entry = next(entry for entry in made.entries if entry.question == asked)
        assert entry.guess.kind == "slots"
        assert not made.dry_run.misread


def test_a_question_that_asks_for_all_that_apply_has_several_answers_whatever_the_brackets() -> None:
    for asked in ("Vos outils (plusieurs réponses possibles)", "Your tools – select all that apply"):
        made = drafted({asked: cycle("Son", "Image", "Lumière", "Son, Image")})
        assert next(entry for entry in made.entries if entry.question == asked).guess.kind == "choices"


TWINS = [
    ("Ce que vous apportez", "Ce que vous cherchez"),
    ("Compétence principale que vous pouvez transmettre", "Compétence principale que vous cherchez"),
    ("What I can bring", "What I am looking for"),
    ("Was Sie mitbringen und weitergeben", "Was Sie suchen"),
    ("Lo que usted ofrece", "Lo que usted busca"),
    ("Ciò che lei offre", "Ciò che lei cerca"),
    ("O que você oferece", "O que você procura"),
    ("Wat u te bieden heeft", "Wat u zoekt"),
]


@pytest.mark.parametrize(("offer", "need"), TWINS)
def test_twins_are_found_from_two_files_as_from_one(offer: str, need: str, tmp_path: Path) -> None:
    items = cycle("Budget, Droit", "Presse", "Droit, Presse")
    sides = cycle("Mentor", "Mentee")
    halves = {
        offer: [text if side == "Mentor" else "" for text, side in zip(items, sides, strict=True)],
        need: [text if side == "Mentee" else "" for text, side in zip(items, sides, strict=True)],
    }
    one = drafted({"Role": sides, **halves})
    files = {"mentors": write(tmp_path / "m.csv", offer, items), "mentees": write(tmp_path / "t.csv", need, items)}
    two = make_draft(read_tables(mentors=files["mentors"], mentees=files["mentees"]))
    for made in (one, two):
        assert [proposal.kind for proposal in made.proposals] == ["coverage"]


def write(path: Path, question: str, items: list[str]) -> Path:
    """Write the answers of one side, and return the file."""
    text = io.StringIO()
    rows = [["E-mail", question], *([f"{path.stem}{at}@example.org", item] for at, item in enumerate(items))]
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def test_primary_needs_meet_primary_offers() -> None:
    sides = cycle("Mentor", "Mentee")
    items = cycle("Budget", "Presse", "Droit")
    asked = {
        "Primary skill you can share": "Mentor",
        "Secondary skill you can share": "Mentor",
        "Primary skill you want to learn": "Mentee",
        "Secondary skill you want to learn": "Mentee",
    }
    columns = {
        question: [item if side == of else "" for item, side in zip(items, sides, strict=True)]
        for question, of in asked.items()
    }
    made = drafted({"I am a": sides, **columns})
    pairs = {(p.settings["mentee"].split("_")[0], p.settings["mentor"].split("_")[0]) for p in made.proposals}
    assert pairs == {('"primary', '"primary'), ('"secondary', '"secondary')}


CAPACITIES = {
    "Wie viele Mentees können Sie begleiten?": ("Eine Person", "Höchstens zwei", "So viele wie nötig"),
    "¿A cuántas personas puede acompañar?": ("Solo una", "Dos como máximo", "Las que hagan falta"),
    "Quante persone può affiancare?": ("Una sola", "Al massimo due", "Quante ne servono"),
    "Quantas pessoas pode acompanhar?": ("Só uma", "Duas no máximo", "As que forem precisas"),
    "Hoeveel mensen kunt u begeleiden?": ("Eén", "Hoogstens twee", "Zoveel als nodig"),
}


@pytest.mark.parametrize("question", CAPACITIES)
def test_a_capacity_in_words_is_a_number_and_the_number_is_asked_where_a_word_needs_one(question: str) -> None:
    made = drafted({question: cycle(*CAPACITIES[question])}, DraftDecisions())
    entry = next(entry for entry in made.entries if entry.question == question)
    one, two, open_ended = CAPACITIES[question]
    assert entry.answers == {one: "1", two: "2"}
    assert entry.unclear == (open_ended,)
    assert [proposal.kind for proposal in made.proposals] == ["capacity"]


def test_a_draft_of_a_spanish_file_pairs_people(tmp_path: Path) -> None:
    names = cycle("Budget", "Prensa", "Derecho")
    columns = {
        "¿En qué calidad participa usted?": cycle("Como tutora o tutor", "Como persona que busca apoyo"),
        "¿Qué temas le interesan?": names,
    }
    made = drafted(columns)
    assert made.outline.languages == ("es",)
    assert made.outline.role
    frame = DataFrame({"E-mail": [f"p{at}@example.org" for at in range(PEOPLE)], **columns}, dtype=object)
    cohort = read_survey(Programme.read(tomllib.loads(made.text)), frame)
    assert (len(cohort.mentors), len(cohort.mentees)) == (PEOPLE // 2, PEOPLE // 2)


@pytest.mark.parametrize(
    ("columns", "language"),
    [
        ({"Code": ["A1", "A2"], "Rôle": ["Mentor·e", "Mentoré·e"]}, ("fr",)),
        ({"ID": ["A1", "A2"], "Ok": ["Ja", "Nein"]}, ("de",)),
        ({"Dirección de correo": ["a@x.invalid"], "Rol": ["Mentor"], "Tema": ["Budget"]}, ("es",)),
        ({"ID": ["A1", "A2"], "Side": ["Mentor", "Mentee"]}, ()),
        ({"Kod": ["A1", "A2"], "Roll": ["Mentor", "Adept"]}, ()),
    ],
)
def test_a_form_of_few_words_takes_its_language_from_certain_words(
    columns: dict[str, list[str]], language: tuple[str, ...]
) -> None:
    assert languages_of(read_tables(DataFrame(columns, dtype=object))) == language


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("May we use these answers to suggest a coachee?", "Yes", "No"),
        ("Can we use your answers to match you?", "Yes", "No"),
        ("Acceptez-vous que nous utilisions vos réponses pour former les binômes ?", "Oui", "Non"),
        ("¿Podemos usar sus respuestas?", "Sí", "No"),
        ("Dürfen wir Ihre Antworten verwenden?", "Ja", "Nein"),
        ("Possiamo utilizzare le tue risposte?", "Sì", "No"),
        ("Podemos utilizar as suas respostas?", "Sim", "Não"),
        ("Mogen wij uw antwoorden gebruiken?", "Ja", "Nee"),
    ],
)
def test_who_refuses_the_use_of_answers_is_not_paired(question: str, yes: str, no: str) -> None:
    frame = DataFrame({"E-mail": [f"p{at}@example.invalid" for at in range(12)], question: [*[yes] * 11, no]})
    made = make_draft(read_tables(frame))
    assert [entry.guess.use for entry in made.entries if entry.question == question] == ["consent"]


@pytest.mark.parametrize(
    "question", ["May we use your photo on the website?", "Can we use your name in the newsletter?"]
)
def test_the_use_of_a_picture_or_a_name_may_be_refused(question: str) -> None:
    frame = DataFrame({"E-mail": [f"p{at}@example.invalid" for at in range(12)], question: [*["Yes"] * 9, *["No"] * 3]})
    made = make_draft(read_tables(frame))
    assert [entry.guess.use for entry in made.entries if entry.question == question] == ["display"]
