"""What one person alone answered is in no draft, unless the columns of the tool say that it is an option."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pandas import DataFrame
from pydantic import JsonValue

from mentormatch import MentorMatchError
from mentormatch.languages.translation import language
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import Draft, make_draft
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.drafts.scales import order_answers
from mentormatch.programme.edits import ProgrammeText
from mentormatch.programme.enrolment import make_intake_plan, read_tables
from mentormatch.programme.question_edits import QuestionSettings
from mentormatch.survey.intake import build_cohort

ROWS = 12
MADE_WITHOUT_A_TABLE = ("alchemer", "eusurvey")
CANARY = "canari"


def exports(folder: Path) -> Iterator[Path]:
    """Yield the exports of survey tools, published ones and made ones."""
    found = [*(folder / "surveys").iterdir(), *(folder / "surveys-made").glob("*/*")]
    yield from sorted(path for path in found if path.suffix in (".csv", ".tsv", ".xlsx", ".txt"))


def tables_of(path: Path) -> Tables:
    """Return the tables of an export, none if its tool is not known."""
    try:
        return read_tables(path)
    except MentorMatchError:
        return []


def copied(made: Draft) -> Iterator[tuple[DraftEntry, str]]:
    """Yield each option of a draft that no column of the tool states, with its question."""
    role = tomllib.loads(made.text)["programme"].get("role", {}).get("field")
    for entry in made.entries:
        boxes = {fold(item) for item in entry.sample.items}
        settings = entry.guess.settings
        listed = [*settings.get("options", ()), *settings.get("levels", ())] if entry.name != role else []
        yield from ((entry, str(text)) for text in listed if fold(str(text)) not in boxes)


def people_of(entry: DraftEntry, option: str) -> set[str]:
    """Return who gave an option, in a cell of its own or among others."""
    rows = zip(entry.sample.people, entry.sample.rows, strict=True)
    return {person for person, row in rows if any(fold(option) in fold(cell) for cell in row)}


def test_no_export_leaves_a_draft_with_an_answer_of_one_person_alone(shared_data: Path) -> None:
    options = 0
    for path in exports(shared_data):
        tables = tables_of(path)
        if not tables:
            continue
        made = make_draft(tables)
        for entry, option in copied(made):
            options += 1
            others = {fold(text) for other in made.entries if other is not entry for text in other.options}
            # Levels of a grid of columns are words for degrees, and nobody types there
            degree = (
                entry.guess.kind == "levels" and entry.sample.items and order_answers(entry.guess.settings["levels"])
            )
            known = degree or option.isdigit() or fold(option) in others
            assert known or len(people_of(entry, option)) > 1, (path.name, entry.name)
    assert options > 150


TYPED = {
    "Votre secteur": ["Son", "Image"] * 5 + ["Son", f"le {CANARY}, depuis toujours"],
    "Thèmes": ["Budget;Droit", "Droit"] * 5 + ["Budget", f"Droit;un {CANARY}"],
    "Niveau d'expérience": ["Débutant", "Confirmé"] * 5 + ["Débutant", f"{CANARY} confirmé"],
    "À quel point ? [Paie]": ["Bof", "Mouais"] * 5 + ["Bof", f"{CANARY} paie"],
    "À quel point ? [Droit]": ["Bof", "Mouais"] * 5 + ["Bof", "Mouais"],
    "Ateliers : 1er choix": ["Chant", "Danse"] * 5 + ["Chant", f"le {CANARY}"],
    "Ateliers : 2e choix": ["Danse", "Chant"] * 5 + ["Danse", "Chant"],
    "Combien de mentorés pouvez-vous accompagner ?": ["Un seul", "Deux"] * 5
    + ["Deux", f"2 (le {CANARY} et son frère)"],
    "Je m'engage à participer": ["Oui, je m'engage"] * 11 + [f"Oui, foi de {CANARY}"],
}


@pytest.mark.parametrize("twice", [False, True], ids=["one row", "two rows of one person"])
def test_what_one_person_typed_is_in_no_draft_also_if_this_person_answered_twice(*, twice: bool) -> None:
    emails = [f"p{row}@example.org" for row in range(ROWS)]
    columns = {"Courriel": emails, "Vous êtes": ["Mentor·e", "Mentoré·e"] * (ROWS // 2), **TYPED}
    frame = DataFrame(columns, dtype=object)
    if twice:
        frame = frame.iloc[[*range(ROWS), ROWS - 1]]
    with language("fr"):
        made = make_draft(read_tables(frame))
    assert CANARY not in made.text.casefold()
    assert '"Son", "Image"' in made.text
    assert made.text.count("1 réponse donnée une seule fois") >= 3


def column(answers: str, *typed: str) -> list[str]:
    """Return an answer of each person: those of a list again and again, and at the end what some typed."""
    chosen = answers.split(" / ")
    return [*[chosen[row % len(chosen)] for row in range(2 * ROWS - len(typed))], *typed]


EXPORTS = {
    "fr": {
        "Vous êtes": column("Mentor·e / Mentoré·e"),
        "Attentes [Réseau]": column("Peu important / Important / Très important", f"Très important, {CANARY}"),
        "Attentes [Écoute]": column("Peu important / Important"),
        "Niveau en anglais": column("Débutant / Intermédiaire / Avancé", f"Avancé ({CANARY} bilingue)"),
        "Combien de personnes ?": column("Une seule / Deux maximum", f"Deux, si le {CANARY} veut"),
        "Disponibilités [Lundi]": column("Matin / Après-midi", f"Matin, sauf {CANARY}"),
        "Ancienneté": column("Moins de 1 an / 1 à 3 ans / Plus de 3 ans", f"Plus de 3 ans, {CANARY}"),
        "Loisir": column("Son / Image", "Chant choral", "Chant choral"),
    },
    "en": {
        "I want to be": column("a mentor / a mentee", f"a mentor because {CANARY} asked me"),
        "How confident are you? [Budgets]": column("Somewhat confident / Very confident", f"Very confident, {CANARY}"),
        "How confident are you? [Law]": column("Not at all confident / Somewhat confident"),
        "How often can you meet?": column("Weekly / Monthly", f"Weekly with {CANARY}"),
        "What would you like to learn?": column(
            "Networking, Law / Law", f"Law, how {CANARY} sings", "Grants", "Grants"
        ),
        "I agree to take part": column("Yes", f"Yes, says {CANARY}, and I have thought about it for a long time"),
    },
    "de, es": {
        "Rolle": column("Mentor/in / Mentee", f"Mentorin von {CANARY}"),
        "Wie wichtig ist Ihnen? [Austausch]": column("nicht wichtig / wichtig / sehr wichtig", f"wichtig, {CANARY}"),
        "Wie wichtig ist Ihnen? [Zeit]": column("nicht wichtig / wichtig"),
        "¿Con qué frecuencia?": column("Nunca / A veces / Siempre", f"Siempre con {CANARY}"),
        "Themen": column("Recht;Budget / Budget / Recht", f"Recht;mein {CANARY}"),
        "Themen : 1. Wahl": column("Recht / Budget", f"das {CANARY}"),
        "Themen : 2. Wahl": column("Budget / Recht"),
    },
    "it, pt": {
        "Sei": column("Mentore / Mentee", f"Mentore di {CANARY}"),
        "Quanto è importante? [Ascolto]": column("poco importante / importante", f"importante per {CANARY}"),
        "Quanto è importante? [Rete]": column("poco importante / importante"),
        "Áreas": column("Saúde / Educação", CANARY),
        "Lingue": column("Italiano, Português / Italiano", f"Italiano, {CANARY}ese"),
        "Quando": column("lunedì mattina / martedì sera", f"lunedì mattina col {CANARY}"),
        "Anos de experiência": column("0-2 anos / 3-5 anos", f"3-5 anos com {CANARY}"),
    },
    "nl": {
        "Ik ben": column("Mentor / Mentee", f"Mentor, zegt de {CANARY}", f"Mentor, zegt de {CANARY}"),
        "Sector": column("Geluid / Beeld", f"de {CANARY}", f"de {CANARY}"),
        "Hoe belangrijk? [Tijd]": column(
            "Niet belangrijk / Belangrijk", f"Belangrijk, {CANARY}", f"Belangrijk, {CANARY}"
        ),
        "Hoe belangrijk? [Rust]": column("Niet belangrijk / Belangrijk"),
    },
}
"""What was typed is of one person; in the last, whose last two rows are of one person, it is there twice."""


@pytest.mark.parametrize("name", EXPORTS)
def test_no_option_of_a_draft_is_what_one_person_typed_in_any_language(name: str) -> None:
    people = [f"p{row}@example.org" for row in range(2 * ROWS)]
    people = [*people[:-1], people[-2]] if name == "nl" else people
    made = make_draft(read_tables(DataFrame({"E-mail": people, **EXPORTS[name]}, dtype=object)))
    assert CANARY not in made.text.casefold()
    options = list(copied(made))
    # Italian beside Portuguese is no known language: what was chosen there is forbidden, and has no options.
    assert len(options) > {"nl": 4, "it, pt": 3}.get(name, 9)
    assert all(len(people_of(entry, option)) > 1 for entry, option in options)
    assert ("Chant choral" in made.text) == (name == "fr")
    assert ("Grants" in made.text) == (name == "en")


def test_boxes_that_one_person_ticked_stay_options() -> None:
    boxes = {"Vos arts [Danse]": ["X"] + [""] * (ROWS - 1), "Vos arts [Cirque]": ["", "X"] * (ROWS // 2)}
    frame = DataFrame({"Code": [f"P{row}" for row in range(ROWS)], **boxes}, dtype=object)
    fields = tomllib.loads(make_draft(read_tables(frame)).text)["fields"]
    assert fields["arts"]["options"] == ["Danse", "Cirque"]


def test_an_answer_of_one_person_that_others_gave_to_another_question_stays() -> None:
    frame = DataFrame(
        {
            "Code": [f"P{row}" for row in range(ROWS)],
            "Que pouvez-vous transmettre ?": ["Paie;Droit", "Droit;Budget", "Paie;Budget"] * 3
            + ["Paie;Droit", "Droit", "Réseau"],
            "Que voulez-vous apprendre ?": ["Réseau;Droit", "Droit;Budget", "Réseau;Paie"] * 4,
        },
        dtype=object,
    )
    fields = tomllib.loads(make_draft(read_tables(frame)).text)["fields"]
    assert "Réseau" in fields["pouvez_transmettre"]["options"]


def test_answers_given_once_are_counted_and_one_is_added_by_hand() -> None:
    sectors = ["Son", "Image", "Danse"] * 3 + ["Cirque", "Magie", "Rue"]
    frame = DataFrame(
        {
            "Code": [f"P{row}" for row in range(ROWS)],
            "Votre secteur": sectors,
            "Vous êtes": ["Mentor·e", "Mentoré·e"] * 6,
        },
        dtype=object,
    )
    tables = read_tables(frame)
    with language("fr"):
        made = make_draft(tables)
        (entry,) = (entry for entry in made.entries if entry.question == "Votre secteur")
        assert "3\u00a0réponses données une seule fois" in entry.why
    assert "3 réponses données une seule fois" in made.text
    text = ProgrammeText(made.text)
    options: list[JsonValue] = [*entry.options, "Cirque"]
    added = text.after(QuestionSettings(name=entry.name, changes={"options": options}))
    before, after = (build_cohort(tables, make_intake_plan(one.programme, per_side=False)) for one in (text, added))
    known = [
        sum(int(people.known(entry.name).sum()) for people in (one.mentors, one.mentees)) for one in (before, after)
    ]
    assert known[1] - known[0] == 1
