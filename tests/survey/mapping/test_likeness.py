"""The name that is suggested is the nearest one, or none."""

from mentormatch.languages.similarity import closest, likenesses


def test_the_same_words_are_wholly_alike_whatever_their_case_accents_and_punctuation() -> None:
    assert likenesses(["Métier, visé ?"], ["METIER VISE"]) == [[1.0]]


def test_words_in_another_order_are_as_alike_as_the_same_words() -> None:
    assert likenesses(["Expérience (années)"], ["Années expérience"]) == [[1.0]]


def test_a_short_question_inside_a_long_one_is_near_but_not_the_same() -> None:
    near = closest("Vos disciplines", ["Vos disciplines, par ordre d'importance", "Vos disponibilités"])
    assert near is not None
    assert (near.name, near.likeness) == ("Vos disciplines, par ordre d'importance", 0.8)


def test_nothing_is_near_where_nothing_is_alike() -> None:
    assert closest("Courriel", ["Années", "Métier"]) is None


def test_nothing_is_near_among_no_names_and_to_no_words() -> None:
    assert closest("Courriel", []) is None
    assert closest("", ["Courriel"]) is None
