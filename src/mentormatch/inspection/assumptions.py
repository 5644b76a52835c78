"""What was taken for granted when answers were read, in sentences: each can be changed in the programme."""

from collections.abc import Iterator, Sequence

from mentormatch.languages import tr
from mentormatch.languages.phrases import listed, percent
from mentormatch.programme.programme import Programme
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import SubmissionSheet


def assumptions(programme: Programme, plan: Plan, sheets: Sequence[SubmissionSheet]) -> Iterator[str]:
    """Yield what was assumed: who is who, on which side, what sets a row aside, what a blank means."""
    yield identity(plan)
    yield sides(plan, sheets)
    consents = [quoted(plan, name) for name in programme.fields_with("consent")]
    if consents:
        yield tr("Sans un oui à {questions}, une ligne est rejetée.", questions=listed(consents))
    if plan.minimum_answered:
        share = percent(plan.minimum_answered)
        yield tr("Sous {share} de réponses aux critères, une personne est mise de côté.", share=share)
    if programme.criteria:
        yield tr("Une réponse vide n'est ni un « non » ni un zéro : son critère compte à sa valeur neutre.")
    forbidden = [quoted(plan, name) for name in programme.fields_with("forbidden")]
    if forbidden:
        yield tr("Jamais lu, même présent dans le fichier : {questions}.", questions=listed(forbidden))


def quoted(plan: Plan, name: str) -> str:
    """Return the words of a question between quotes."""
    return tr("« {text} »", text=plan.fields[name].question)


def identity(plan: Plan) -> str:
    """Return by what people are told from one another."""
    if plan.key is not None:
        return tr("Chaque personne est reconnue par « {question} ».", question=plan.fields[plan.key].question)
    if plan.email is None:
        return tr("Faute de code et de courriel, chaque réponse est une personne.")
    return tr(
        "Faute de code, chaque personne est reconnue par « {question} » : sa dernière réponse complète compte.",
        question=plan.fields[plan.email].question,
    )


def sides(plan: Plan, sheets: Sequence[SubmissionSheet]) -> str:
    """Return by what mentors are told from mentees."""
    roles = plan.roles
    if roles is None or all(sheet.side is not None for sheet in sheets):
        return tr("Chaque fichier est celui d'un seul côté.")
    return tr(
        "« {question} » dit le côté : « {mentor} » ou « {mentee} ».",
        question=plan.fields[roles.field].question,
        mentor=roles.mentor,
        mentee=roles.mentee,
    )
