"""Every mistake in a programme file is told, all at once: where, what was found, what was expected, a valid name."""

import tomllib
from typing import Any

import pytest

from mentormatch import Programme, ProgrammeError
from mentormatch.errors import Problem
from mentormatch.programme.validation_messages import type_name

BASE = """
[programme]
name = "Essai"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.courriel]
question = "Courriel"
kind = "text"
use = "contact"
[fields.metier]
question = "Métier"
kind = "choice"
options = ["Production", "Diffusion"]
[fields.annees]
question = "Années"
kind = "scale"
options = ["Moins de 1 an", "Plus de 1 an"]
[fields.territoire]
question = "Territoire"
kind = "place"
[fields.places]
question = "Places"
kind = "number"
side = "mentor"
[fields.attente]
question = "Attente"
kind = "yesno"
side = "mentee"
[fields.amis]
question = "Amis"
kind = "names"
[fields.secret]
question = "Secret"
kind = "choice"
options = ["a"]
use = "forbidden"
"""

DOZEN = """
titre = "Essai"

[programme]
nom = "Essai"
minimum_answered = 1.5

[fields.metier]
question = "Métier"
kind = "choise"
options = ["Production", "Diffusion"]

[fields.annees]
question = "Années"
kind = "scale"
options = ["Moins de 1 an", "moins de 1 AN"]

[fields.besoins]
question = "Besoins"
kind = "ranking"
items_of = "besoin"
sides = "mentee"

[fields.vrai]
question = "Vrai"
kind = "choice"
options = ["Oui", "Non"]

[[criteria]]
kind = "same"
field = "vrais"
weight = "lourd"

[[criteria]]
kind = "closeness"
field = "vrai"

[[criteria]]
field = "vrai"

[[rules]]
kind = "require"
field = "vrai"
in = ["Oiu"]

[[rules]]
kind = "gap"
field = "annee"
least = nan

[[rules]]
kind = "capacity"

[goals]
order = ["matched", "totals"]
"""


def problems(data: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(ProgrammeError) as refusal:
        Programme.read(data)
    assert all(str(problem) in str(refusal.value) for problem in refusal.value.problems)
    return refusal.value.problems


def only(text: str) -> Problem:
    (problem,) = problems(tomllib.loads(text))
    return problem


def test_what_the_mistakes_are_made_in_is_right_without_them() -> None:
    assert Programme.read(tomllib.loads(BASE)).name == "Essai"


def test_a_dozen_mistakes_in_one_file_are_all_told_at_once() -> None:
    told = problems(tomllib.loads(DOZEN))
    assert sorted(problem.where for problem in told) == sorted(
        [
            "fichier",
            "programme",
            "programme",
            "programme.minimum_answered",
            "fields.metier",
            "fields.annees.options",
            "fields.besoins",
            "criteria n° 1 : weight",
            "criteria n° 2 : field",
            "criteria n° 3",
            "rules n° 1 : in",
            "rules n° 2 : least",
            "rules n° 3",
            "goals.order n° 2",
        ]
    )
    assert all(problem.found for problem in told)


@pytest.mark.parametrize(
    ("more", "where", "found", "expected", "advice"),
    [
        ("[extra]", "fichier", "« extra »", "« criteria »", ""),
        ("['critères']", "fichier", "« critères »", "« criteria »", "« criteria »"),
        ("[goals]\nordre = ['total']", "goals", "« ordre »", "« order »", "« order »"),
        ("[goals]\norder = []", "goals.order", "hors des limites", "au moins 1", ""),
        ("[goals]\norder = ['total', 'total']", "goals.order", "deux fois", "", ""),
        ("[goals]\norder = ['totl']", "goals.order n° 1", "« totl »", "« total »", "« total »"),
        ("[goals]\norder = 3", "goals.order", "un nombre", "une liste", ""),
        ("[fields.x]\nkind = 'choice'", "fields.x", "« options »", "« options »", ""),
        ("[fields.x]\nquestion = 'x'", "fields.x", "« kind »", "genre", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'txt'", "fields.x", "« txt »", "« text »", "« text »"),
        ("[fields.x]\nquestion = 3\nkind = 'text'", "fields.x.question", "un nombre", "un texte", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'text'\nuse = 'clef'", "fields.x.use", "« clef »", "« key »", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'text'\nuse = 'key'", "fields", "« code », « x »", "« key »", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'text'\nprivate = 'oui'", "fields.x.private", "un texte", "true", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'text'\n'privé' = true", "fields.x", "« privé »", "« private »", "« priv"),
        ("[fields.x]\nquestion = 'x'\nkind = 'choice'\noptions = []", "fields.x.options", "hors", "au moins 1", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'choice'\noptions = ['É', 'e']", "fields.x.options", "même façon", "", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'choices'\noptions = [' ']", "fields.x.options", "vide", "", ""),
        ("[fields.x]\nquestion = 'x'\nkind = 'choices'\noptions = ['a']\nmost = 0", "fields.x.most", "hors", "1", ""),
        (
            "[fields.x]\nquestion = 'x'\nkind = 'levels'\nitems = ['a', 'A']\nlevels = ['n', 'o']",
            "fields.x.items", "même façon", "", "",
        ),
        (
            "[fields.x]\nquestion = 'x'\nkind = 'slots'\ndays = ['lundi', 'Lundi']\nmoments = ['matin']",
            "fields.x.days", "même façon", "", "",
        ),
        ("[fields.x]\nquestion = 'x'\nkind = 'ranking'", "fields.x", "aucun item", "« items_of »", ""),
        (
            "[fields.x]\nquestion = 'x'\nkind = 'ranking'\nitems_of = 'metiers'",
            "fields.x", "aucun item", "« items_of »", "« metier »",
        ),
        ("[fields]\nx = 3", "fields.x", "un nombre", "une table", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metiers'", "criteria n° 1 : field", "« metiers »", "", "« metier »"),
        ("[[criteria]]\nkind = 'same'\nfield = 'amis'", "criteria n° 1 : field", "« names »", "« choice »", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'attente'", "criteria n° 1 : field", "qu’à un côté", "les deux", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'secret'", "criteria n° 1 : field", "« forbidden »", "« match »", ""),
        ("[[criteria]]\nkind = 'same'\nfield = ['metier']", "criteria n° 1 : field", "une liste", "un texte", ""),
        ("[[criteria]]\nkind = 'same'", "criteria n° 1", "« field »", "« field »", ""),
        ("[[criteria]]\nkind = 'sam'\nfield = 'metier'", "criteria n° 1", "« sam »", "« same »", "« same »"),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\npoids = 3", "criteria n° 1", "« poids »", "« weight »", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\nweight = -1", "criteria n° 1 : weight", "hors", "0", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\nweight = inf", "criteria n° 1 : weight", "", "fini", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\nweight = 1e7", "criteria n° 1 : weight", "hors", "", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\nweight = true", "criteria n° 1 : weight", "true", "", ""),
        ("[[criteria]]\nkind = 'same'\nfield = 'metier'\nneutral = 2", "criteria n° 1 : neutral", "hors", "1", ""),
        ("[[criteria]]\nkind = 'wishes'", "criteria n° 1", "`mentor`", "", ""),
        ("[criteria]\nkind = 'same'", "criteria", "une table", "[[criteria]]", ""),
        (
            "[[criteria]]\nkind = 'table'\nmentor = 'metier'\nmentee = 'attente'\n"
            "cells = [{ mentor = 'Prodution', mentee = 'Oui', points = 1 }]",
            "criteria n° 1 : cells.mentor", "« Prodution »", "« Production »", "« Production »",
        ),
        (
            "[[criteria]]\nkind = 'table'\nmentor = 'metier'\nmentee = 'attente'\n"
            "cells = [{ mentor = 'Production', mente = 'Oui', mentee = 'Oui', points = 1 }]",
            "criteria n° 1 : cells n° 1", "« mente »", "« mentee »", "« mentee »",
        ),
        ("[[rules]]\nkind = 'require'\nfield = 'metier'\nin = 'a'", "rules n° 1 : in", "un texte", "une liste", ""),
        ("[[rules]]\nkind = 'require'\nfield = 'metier'\nin = ['a']", "rules n° 1 : in", "« a »", "« Diffusion »", ""),
        (
            "[[rules]]\nkind = 'require'\nfield = 'territoire'\nin = ['15 - Cantal']",
            "rules n° 1 : in", "« 15 - Cantal »", "« Territoire »", "« Cantal »",
        ),
        (
            "[[rules]]\nkind = 'quota'\nleast = 1\nwhere = { side = 'mentee', field = 'metier', in = ['x'] }",
            "rules n° 1 : where.in", "« x »", "« Production »", "",
        ),
        (
            "[[rules]]\nkind = 'quota'\nleast = 1\nwhere = { side = 'mentor', field = 'attente', in = ['Oui'] }",
            "rules n° 1 : where.field", "qu’à un côté", "les mentor·es", "",
        ),
        (
            "[[rules]]\nkind = 'quota'\nleast = 1\nwhere = { side = 'mentee', in = ['x'] }",
            "rules n° 1 : where n° 1", "« field »", "« field »", "",
        ),
        (
            "[[rules]]\nkind = 'quota'\nleast = 2\nmost = 1\nwhere = { side = 'mentee', field = 'metier', in = ['x'] }",
            "rules n° 1", "`least` dépasse `most`", "", "",
        ),
        ("[[rules]]\nkind = 'capacity'", "rules n° 1", "`most`", "", ""),
        ("[[rules]]\nkind = 'capacity'\nmost = 1.5", "rules n° 1 : most", "un nombre", "entier", ""),
        ("[[rules]]\nkind = 'capacity'\nmost = true", "rules n° 1 : most", "true", "entier", ""),
        ("[[rules]]\nkind = 'capacity'\nmost = -1", "rules n° 1 : most", "hors", "au moins 0", ""),
        ("[[rules]]\nkind = 'capacity'\nmost = 1\nminimum = 2", "rules n° 1", "`minimum`", "", ""),
        (
            "[[rules]]\nkind = 'capacity'\nfield = 'places'\nside = 'mentee'",
            "rules n° 1 : field", "qu’à un côté", "les mentoré·es", "",
        ),
        ("[[rules]]\nkind = 'priority'\nfield = 'attente'", "rules n° 1", "`field` avec `in`", "", ""),
        (
            "[[rules]]\nkind = 'priority'\nfield = 'attente'\nin = ['Oui']\nside = 'mentor'",
            "rules n° 1 : field", "qu’à un côté", "les mentor·es", "",
        ),
        ("[[rules]]\nkind = 'priority'\nfield = 'attente'\nin = ['z']", "rules n° 1 : in", "« z »", "« Oui »", ""),
        (
            "[[rules]]\nkind = 'veto'\nfield = 'amis'\nagainst = ['code', 'courriel']",
            "rules n° 1 : against", "« contact »", "« match »", "",
        ),
        ("[[rules]]\nkind = 'gap'\nfield = 'annees'\nleast = inf", "rules n° 1 : least", "un nombre", "fini", ""),
        ("[[rules]]\nkind = 'gap'\nfield = 'annees'\nmissing = 'no'", "rules n° 1 : missing", "« no »", "« allow", ""),
        (
            "[[rules]]\nkind = 'veto'\nfield = 'amis'\nagainst = ['code']\nmissing = 'forbid'",
            "rules n° 1", "clé inconnue « missing »", "« against »", "",
        ),
        (
            "[[rules]]\nkind = 'pin'\nmentor = 'M1'\nmentee = 'E1'\nmissing = 'allow'",
            "rules n° 1", "clé inconnue « missing »", "« mentor »", "",
        ),
        ("[rules]\nkind = 'gap'", "rules", "une table", "[[rules]]", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(more: str, where: str, found: str, expected: str, advice: str) -> None:
    problem = only(f"{BASE}\n{more}")
    assert problem.where == where
    assert found in problem.found
    assert expected in problem.expected
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("heading", "where", "found", "advice"),
    [
        ("", "programme", "« name »", ""),
        ("name = 'Essai'\nlanguage = 'de'", "programme.language", "« de »", ""),
        ("name = 'Essai'\nminimum_answered = nan", "programme.minimum_answered", "un nombre", ""),
        ("name = 'Essai'\nminimum_answered = '0.4'", "programme.minimum_answered", "un texte", ""),
        ("name = 'Essai'\nrole = 'metier'", "programme.role", "un texte", ""),
        ("name = 'Essai'\nrole = { field = 'metier', mentor = 'Production' }", "programme.role", "« mentee »", ""),
        (
            "name = 'Essai'\nrole = { field = 'metier', mentor = 'Production', mentee = 'Difusion' }",
            "programme.role.mentee", "« Difusion »", "« Diffusion »",
        ),
        (
            "name = 'Essai'\nrole = { field = 'roles', mentor = 'a', mentee = 'b' }",
            "programme.role.field", "« roles »", "",
        ),
        (
            "name = 'Essai'\nrole = { field = 'amis', mentor = 'a', mentee = 'b' }",
            "programme.role.field", "« names »", "",
        ),
        ("name = 'Essai'\nemail = 'mail'", "programme.email", "« mail »", ""),
        ("name = 'Essai'\nemail = 'code'", "programme.email", "« key »", ""),
    ],
)  # fmt: skip
def test_a_mistake_in_the_heading_is_told(heading: str, where: str, found: str, advice: str) -> None:
    problem = only(BASE.replace('name = "Essai"', heading))
    assert problem.where == where
    assert found in problem.found
    assert advice in problem.advice


@pytest.mark.parametrize(
    ("data", "where", "found"),
    [
        ({"programme": 3}, "programme", "un nombre"),
        ({"programme": {"name": "Essai"}, "fields": []}, "fields", "une liste"),
        ({"programme": {"name": "Essai"}, "fields": "x"}, "fields", "un texte"),
        ({"programme": {"name": "Essai"}, "criteria": {}}, "criteria", "une table"),
        ({"programme": {"name": "Essai"}, "rules": True}, "rules", "true"),
        ({"programme": {"name": "Essai"}, "goals": []}, "goals", "une liste"),
        ({"programme": {"name": "Essai"}, "rules": [3]}, "rules n° 1", "un nombre"),
    ],
)
def test_a_part_of_another_shape_is_told(data: dict[str, Any], where: str, found: str) -> None:
    (problem,) = problems(data)
    assert problem.where == where
    assert found in problem.found


def test_a_mistake_in_a_question_does_not_make_what_speaks_of_it_a_mistake() -> None:
    stated = BASE.replace('kind = "scale"', 'kind = "scala"') + "[[criteria]]\nkind = 'closeness'\nfield = 'annees'"
    assert only(stated).where == "fields.annees"


def test_a_date_is_no_name_of_a_type_in_english() -> None:
    assert type_name(tomllib.loads("x = 2025-01-01")["x"]) == "une date ou une heure"


@pytest.mark.parametrize(("points", "expected"), [("101", "au plus 100"), ("-0.5", "au moins 0")])
def test_a_bound_is_written_as_people_write_numbers(points: str, expected: str) -> None:
    assert only(f"{BASE}[[rules]]\nkind = 'minimum_score'\npoints = {points}").expected == expected
