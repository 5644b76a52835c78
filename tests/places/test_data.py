"""The data on places: small, with the licences beside, read late, and complete."""

import re
import subprocess
import sys
from runpy import run_path

from mentormatch.places.gazetteer import DEPARTEMENTS, load_gazetteer
from tests.conftest import ROOT

DATA = ROOT / "src" / "mentormatch" / "places" / "data"
MOST_BYTES = 600_000


def run(code: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_the_data_take_no_more_than_they_may() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) <= MOST_BYTES


def test_the_readme_of_the_data_names_the_packages_they_are_built_from_and_their_licences() -> None:
    told = (DATA / "README.md").read_text(encoding="utf-8")
    tool = run_path(str(ROOT / "tools" / "places"))
    for package in (tool["OFFICIAL"], tool["POINTS"], tool["BOROUGHS"]):
        name, version = package.rsplit("@", 1)
        assert re.search(rf"`{name}`\s+{version}", told), name
    for source in ("Licence Ouverte", "CC BY 4.0", "GeoNames", "Insee", "La Poste"):
        assert source in told


def test_every_departement_has_communes_and_every_commune_a_code_a_name_and_a_departement() -> None:
    places = load_gazetteer()
    communes = list(places.by_code.values())
    assert {places.departements[place] for place in communes} == set(range(len(DEPARTEMENTS)))
    assert all(re.fullmatch(r"\d[\dAB]\d{3}", places.codes[place]) and places.names[place] for place in communes)
    assert len(communes) > 34_900


def test_the_data_are_read_only_where_a_place_has_to_be_found_or_measured() -> None:
    read = "print(mentormatch.places.gazetteer.load_gazetteer.cache_info().currsize)"
    load = "import mentormatch.places.gazetteer, mentormatch.fields; place = mentormatch.fields.Place(question='?')"
    departement = "place.column([place.read('38 - Isère').value]).shown(0)"
    assert run(f"{load}; {departement}; {read}") == "0"
    assert run(f"{load}; place.read('Grenoble'); {read}") == "1"


def test_the_outlines_are_small_and_the_readme_names_their_package_and_licence() -> None:
    assert (DATA / "shapes.json").stat().st_size < 100_000
    told = (DATA / "README.md").read_text(encoding="utf-8")
    name, version = run_path(str(ROOT / "tools" / "shapes"))["OUTLINES"].rsplit("@", 1)
    assert re.search(rf"`{name}`\s+{version}", told)
    assert "MapSVG" in told.partition("shapes.json")[2]
