"""A place is found however it is written, and never guessed."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.fields import Place
from mentormatch.languages.translation import tr
from mentormatch.places.finding import (
    AMBIGUOUS_MESSAGE,
    ONLY_DEPARTEMENT,
    ONLY_POSTCODE,
    OTHER_POSTCODE,
    READ_AS_DEPARTEMENT_MESSAGE,
    SEVERAL_MESSAGE,
    SHARED_POSTCODE_MESSAGE,
    UNKNOWN_MESSAGE,
    PlaceMatch,
    find,
)
from mentormatch.places.gazetteer import DEPARTEMENTS, load_gazetteer, normalise_name

PLACES = load_gazetteer()
COMMUNES = sorted(PLACES.by_code.values())
POSTCODES = PLACES.by_postcode.keys() | PLACES.areas.keys()


def departement(position: int) -> tuple[str, str]:
    """Return the number and the name of the département in which a place lies."""
    return DEPARTEMENTS[PLACES.departements[position]]


def code(text: str) -> str:
    """Return the code of what is found."""
    position = find(text).position
    assert position is not None, find(text).note
    return PLACES.codes[position]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("St-Etienne", "42218"),
        ("saint etienne", "42218"),
        ("SAINT-ÉTIENNE (Loire)", "42218"),
        ("St-Étienne, 42", "42218"),
        ("Ste Foy lès Lyon", "69202"),
        ("Bourg en Bresse (01)", "01053"),
        ("01 - Bourg-en-Bresse", "01053"),
        ("1000 Bourg-en-Bresse", "01053"),
        ("Villeurbanne, Rhône", "69266"),
        ("Villeurbanne (Métropole de Lyon)", "69266"),
        ("Villeurbanne 69", "69266"),
        ("Chalon s/ Saône", "71076"),
        ("l’haÿ les roses", "94038"),
        ("Annecy-le-Vieux", "74010"),
        ("Lyon", "69123"),
        ("Lyon, France", "69123"),
        ("69000 Lyon", "69123"),
        ("Lyon 3", "69383"),
        ("lyon3", "69383"),
        ("Lyon 3e", "69383"),
        ("LYON 03", "69383"),
        ("Lyon IIIe", "69383"),
        ("Lyon 3ème arrondissement", "69383"),
        ("69003", "69383"),
        ("69003 LYON", "69383"),
        ("Lyon (69003)", "69383"),
        ("F-69003 Lyon", "69383"),
        ("69 003 Lyon", "69383"),
        ("69003 Lyon Cedex 03", "69383"),
        ("12 place Bellecour, 69002 Lyon", "69382"),
        ("69432 LYON CEDEX 03", "69123"),
        ("BP 12345 - 38041 Grenoble Cedex 9", "38185"),
        ("Paris XIe", "75111"),
        ("Paris 11", "75111"),
        ("75116 Paris", "75116"),
        ("Marseille 1er", "13201"),
        ("Marseille 13", "13055"),
        ("Marseille 13e", "13213"),
        ("13001", "13201"),
        ("INSEE 13001", "13001"),
        ("Ajaccio", "2A004"),
        ("20000 Ajaccio", "2A004"),
        ("Ajaccio (Corse-du-Sud)", "2A004"),
        ("2a004", "2A004"),
        ("Ajaccio (20)", "2A004"),
        ("20 Bastia", "2B033"),
        ("20200 Bastia", "2B033"),
        ("20600 Bastia", "2B033"),
        ("20189 Ajaccio cedex", "2A004"),
        ("Saint-Denis de La Réunion", "97411"),
        ("St Denis (974)", "97411"),
        ("97400", "97411"),
        ("Saint-Denis, Seine-Saint-Denis", "93066"),
        ("Fort-de-France, Martinique", "97209"),
        ("97200 Fort-de-France", "97209"),
        ("Cayenne", "97302"),
        ("St-Laurent du Maroni", "97311"),
        ("Saint-Pierre (975)", "97502"),
        ("97133 Saint-Barthélemy", "97701"),
        ("97150", "97801"),
        ("Saint-Martin (978)", "97801"),
        ("Nouméa", "98818"),
        ("98800 NOUMEA CEDEX", "98818"),
        ("Papeete, Polynésie française", "98735"),
        ("Nouvelle-Calédonie", "988"),
        ("Mamoudzou (Mayotte)", "97611"),
        ("Vienne (38)", "38544"),
        ("Vienne, Isère", "38544"),
        ("38 Vienne", "38544"),
        ("Valence (26)", "26362"),
        ("26000 Valence", "26362"),
        ("38160", "38160"),
        ("38", "38"),
        ("Isère", "38"),
        ("38 - Isère", "38"),
        ("dept 38", "38"),
        ("Département de l'Isère", "38"),
        ("Chalon (71)", "71076"),
        ("Chalon (38)", "38066"),
        ("Rhône (hors métropole)", "69"),
        ("Corse-du-Sud (2A)", "2A"),
        ("Réunion", "974"),
    ],
)
def test_a_place_is_found_however_it_is_written(text: str, expected: str) -> None:
    assert (code(text), find(text).note) == (expected, "")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Saint-Denis", AMBIGUOUS_MESSAGE),
        ("Valence", AMBIGUOUS_MESSAGE),
        ("Chalon", AMBIGUOUS_MESSAGE),
        ("Évry", AMBIGUOUS_MESSAGE),
        ("Boulogne", AMBIGUOUS_MESSAGE),
        ("Sainte-Colombe (69) ou ailleurs", UNKNOWN_MESSAGE),
        ("01200", SHARED_POSTCODE_MESSAGE),
        ("69001 Lyon et 38000 Grenoble", SEVERAL_MESSAGE),
        ("Paris ou Lyon", UNKNOWN_MESSAGE),
        ("Lyon et Grenoble", UNKNOWN_MESSAGE),
        ("Lyon 12", UNKNOWN_MESSAGE),
        ("99999", UNKNOWN_MESSAGE),
        ("INSEE 99999", UNKNOWN_MESSAGE),
        ("Grenoble (69)", UNKNOWN_MESSAGE),
        ("69999 Grenoble", UNKNOWN_MESSAGE),
        ("Genève", UNKNOWN_MESSAGE),
        ("partout", UNKNOWN_MESSAGE),
        ("Лион", UNKNOWN_MESSAGE),
        ("?", UNKNOWN_MESSAGE),
        ("Saint-Martin", AMBIGUOUS_MESSAGE),
        ("98000 Monaco", UNKNOWN_MESSAGE),
        ("Lyon " * 100_000, UNKNOWN_MESSAGE),
    ],
)
def test_what_names_no_place_or_several_is_none_and_the_note_says_what_to_add(text: str, note: str) -> None:
    assert find(text) == PlaceMatch(None, note)
    reading = Place(question="?").read(text)
    assert (reading.value, reading.note) == (None, note)


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("Vienne", "86", READ_AS_DEPARTEMENT_MESSAGE),
        ("Indre", "36", READ_AS_DEPARTEMENT_MESSAGE),
        ("38 - ailleurs", "38", ONLY_DEPARTEMENT),
        ("Isère (plutôt en altitude)", "38", ONLY_DEPARTEMENT),
        ("69100 Vileurbane", "69266", ONLY_POSTCODE),
        ("38160 quelque part", "38160", ONLY_POSTCODE),
        ("69003 Villeurbanne", "69266", OTHER_POSTCODE),
    ],
)
def test_what_is_understood_in_part_is_taken_with_a_remark(text: str, expected: str, note: str) -> None:
    assert (code(text), find(text).note) == (expected, tr(note))


def test_every_commune_is_found_by_its_name_with_its_departement_but_those_that_bear_its_name() -> None:
    lost = [place for place in COMMUNES if find(f"{PLACES.names[place]} ({departement(place)[0]})").position != place]
    assert sorted(PLACES.names[place] for place in lost) == ["Corrèze", "Doubs", "Mayenne", "Paris"]
    assert all(PLACES.names[place] == departement(place)[1] for place in lost)


def test_every_commune_is_found_by_its_name_with_its_postcode() -> None:
    first = {place: PLACES.postcodes[place].split("|")[0] for place in COMMUNES}
    lost = [place for place in COMMUNES if find(f"{first[place]} {PLACES.names[place].upper()}").position != place]
    assert lost == []


def test_every_commune_is_found_by_its_insee_code_and_by_the_code_alone_where_that_is_no_postcode() -> None:
    for place in COMMUNES:
        number = PLACES.codes[place]
        assert find(f"INSEE {number}").position == place
        assert number in POSTCODES or find(number).position == place


def test_every_postcode_is_found_but_those_of_two_departements() -> None:
    lost = {number for number in POSTCODES if find(number).position is None}
    assert all(len({PLACES.departements[place] for place in PLACES.by_postcode[number]}) == 2 for number in lost)
    assert len(lost) < 30


def test_every_departement_is_found_by_number_and_name_and_both() -> None:
    for place, (number, name) in enumerate(DEPARTEMENTS):
        for said in (number, name, f"{number} - {name}", f"{name} ({number})", name.upper()):
            assert find(said).position == place


def test_a_name_that_one_commune_has_is_enough_and_one_that_several_have_is_not() -> None:
    for name, places in PLACES.by_name.items():
        found = find(name).position
        alone = len(places) == 1 and name not in PLACES.by_short_name and found not in range(len(DEPARTEMENTS))
        assert found == places[0] if alone else found not in places


def test_the_name_of_a_small_commune_is_not_enough_where_that_of_a_larger_one_begins_with_it() -> None:
    for name, larger in PLACES.by_short_name.items():
        found = find(name).position
        assert found is None or found < len(DEPARTEMENTS)
        assert all(PLACES.keys[place].startswith(f"{name} ") for place in larger)


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[int, str]:
    """Draw a commune and its name with its département as somebody in a hurry might type them."""
    place = draw(st.sampled_from(COMMUNES))
    number, name = departement(place)
    random = Random(draw(st.integers(0, 2**32)))
    words = [shortened(word, random) for word in PLACES.names[place].replace("'", "’ ").replace("-", " ").split()]
    typed = "".join(f"{word}{random.choice(['-', ' ', '  ', ' - '])}" for word in words)
    beside = random.choice([f"({number})", f", {name}", f" {number}", f"; {name.upper()}", f"/ {number}"])
    return place, "".join(random.choice([sign.upper(), sign.lower(), sign]) for sign in typed + beside)


def shortened(word: str, random: Random) -> str:
    """Return a word without its accents, or shortened, at times."""
    short = {"Saint": "St", "Sainte": "Ste"}.get(word, word)
    return random.choice([word, short, normalise_name(word)])


@given(written=rewritten())
def test_a_commune_is_found_whatever_its_case_accents_hyphens_and_saints(written: tuple[int, str]) -> None:
    place, text = written
    assert find(text) == PlaceMatch(place)


@given(text=st.text(max_size=40))
def test_any_text_is_read_without_an_error_and_no_note_repeats_it(text: str) -> None:
    found = find(text)
    assert found.position is not None or found.note in (
        UNKNOWN_MESSAGE,
        AMBIGUOUS_MESSAGE,
        SEVERAL_MESSAGE,
        SHARED_POSTCODE_MESSAGE,
    )
    assert found.note in (
        "",
        UNKNOWN_MESSAGE,
        AMBIGUOUS_MESSAGE,
        SEVERAL_MESSAGE,
        SHARED_POSTCODE_MESSAGE,
        READ_AS_DEPARTEMENT_MESSAGE,
        ONLY_DEPARTEMENT,
        ONLY_POSTCODE,
        OTHER_POSTCODE,
    )
