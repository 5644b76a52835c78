"""What was taken for granted when answers were read, in sentences: each can be changed in the programme."""

from collections.abc import Iterator, Sequence

from mentormatch.french import listed, percent
from mentormatch.programme import Programme
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import Sheet


def assumptions(programme: Programme, plan: Plan, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield what was assumed: who is who, on which side, what sets a row aside, what a blank means."""
    yield identity(plan)
    yield sides(plan, sheets)
    consents = [f"« {plan.fields[name].question} »" for name in programme.fields_with("consent")]
    if consents:
        yield f"Sans un oui à {listed(consents)}, une ligne est rejetée."
    if plan.minimum_answered:
        yield f"Sous {percent(plan.minimum_answered)} de réponses aux critères, une personne est mise de côté."
    if programme.criteria:
        yield "Une réponse vide n'est ni un « non » ni un zéro : son critère compte à sa valeur neutre."
    forbidden = [f"« {plan.fields[name].question} »" for name in programme.fields_with("forbidden")]
    if forbidden:
        yield f"Jamais lu, même présent dans le fichier : {listed(forbidden)}."


def identity(plan: Plan) -> str:
    """Return by what people are told from one another."""
    if plan.key is not None:
        return f"Chaque personne est reconnue par « {plan.fields[plan.key].question} »."
    named = plan.fields[plan.email].question if plan.email else ""
    return f"Faute de code, chaque personne est reconnue par « {named} » : sa dernière réponse complète compte."


def sides(plan: Plan, sheets: Sequence[Sheet]) -> str:
    """Return by what mentors are told from mentees."""
    roles = plan.roles
    if roles is None or all(sheet.side is not None for sheet in sheets):
        return "Chaque fichier est celui d'un seul côté."
    question = plan.fields[roles.field].question
    return f"« {question} » dit le côté : « {roles.mentor} » ou « {roles.mentee} »."
