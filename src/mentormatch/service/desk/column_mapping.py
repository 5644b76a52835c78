"""Columns of answers mapped to an existing programme: the proposals of ``map``, corrected by staff with menus."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mentormatch.errors import SurveyError
from mentormatch.fields import SIDES, AnyField
from mentormatch.languages.phrases import counted, joined, quoted
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.programme.drafts.identity import could_be_key, key_candidates
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.mapping_draft import (
    MappingDecisions,
    MappingDraft,
    MappingProposal,
    find_unanswered_fields,
    mapping_text,
    plan_with,
    postpone_questions,
    propose_mapping,
    with_identity,
    with_mapping,
)
from mentormatch.programme.drafts.programme_draft import find_examples, get_column_confidence
from mentormatch.programme.drafts.roles import RoleQuestion, find_role
from mentormatch.programme.drafts.samples import QuestionSample, Tables, sample_questions
from mentormatch.programme.drafts.uses import find_first_guess, is_sensitive
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.service.desk.column_messages import (
    ColumnAction,
    ColumnAnswer,
    ColumnBlocker,
    ColumnLine,
    ColumnMenu,
    ColumnsOut,
    LineState,
    MenuGroup,
    choose_question_action,
    describe_sensitive_question,
    format_surety,
    make_menu_entry,
    make_no_key_blocker,
    make_opaque_tag,
    make_sides_unknown_blocker,
)
from mentormatch.survey.headers import claims_by_field, separate_questions
from mentormatch.survey.intake import build_cohort
from mentormatch.survey.plan import IntakePlan, answers_of

FIELD_MENU = "fields"
FREE_COLUMN_MENU = "columns"


@dataclass
class ColumnMapping:
    """Choices of staff for the columns of files and a programme.

    ``stated`` is keyed by the texts of questions and answers, so that it applies to a corrected file. ``confirmed`` are
    fields confirmed for questions, ``deferred`` fields without a column yet, ``key`` and ``role`` the questions that
    identify people and sides if the programme names none.
    """

    source: bytes
    tables: Tables
    stated: MappingDecisions = field(default_factory=MappingDecisions)
    confirmed: dict[str, str] = field(default_factory=dict)
    deferred: frozenset[str] = frozenset()
    key: str = ""
    role: RoleQuestion | None = None

    @property
    def current_programme(self) -> Programme:
        return Programme.parse(self.current_source)

    @property
    def current_source(self) -> bytes:
        """The programme file without the mapping."""
        content = postpone_questions(self.source, self.deferred) if self.deferred else self.source
        return with_identity(content, self.key, self.role) if self.key or self.role else content

    def interpret(self) -> "InterpretedMapping":
        """Return the interpretation of the files."""
        return InterpretedMapping.of(self.current_programme, self.tables, self.stated, self.confirmed)

    def content(self) -> bytes:
        """Return the programme file with the mapping, as ``map`` writes it."""
        return with_mapping(self.current_source, self.interpret().proposal)

    def write_mapping(self) -> bytes:
        """Return only the mapping, as ``map`` writes it."""
        interpretation = self.interpret()
        return mapping_text(interpretation.proposal, interpretation.programme).encode()

    def apply(self, gesture: ColumnAction, interpretation: "InterpretedMapping") -> None:
        """Apply an action to the step as shown; an action on a missing question has no effect."""
        sample = interpretation.tagged.get(gesture.question)
        match gesture.what:
            case "column" if sample:
                self.set_meaning(sample, gesture.means, interpretation)
            case "answer":
                self.map_answer(interpretation, gesture)
            case "confirm" if sample or not gesture.question:
                confirmed = [
                    fold(question_sample.question) for question_sample in ([sample] if sample else interpretation.open)
                ]
                self.confirmed = {
                    **self.confirmed,
                    **{question: interpretation.fields_of[question] for question in confirmed},
                }
            case "later" if gesture.means in interpretation.names:
                self.deferred |= {interpretation.names[gesture.means]}
            case "restore":
                self.stated, self.confirmed, self.deferred = MappingDecisions(), {}, frozenset()
                self.key, self.role = "", None

    def set_meaning(self, sample: QuestionSample, means: str, interpretation: "InterpretedMapping") -> None:
        if means == "key":
            self.key = sample.question
        elif means == "role":
            self.role = find_role([sample])
        else:
            self.map_question(sample, interpretation.names.get(means, ""))

    def map_question(self, sample: QuestionSample, name: str) -> None:
        """Map a question to a field, empty for none; the field is no longer deferred."""
        self.deferred -= {name}
        self.stated = replace(self.stated, questions={**self.stated.questions, fold(sample.question): name})

    def map_answer(self, interpretation: "InterpretedMapping", gesture: ColumnAction) -> None:
        """Map a text in an answer to an option, or to itself."""
        name = interpretation.names.get(gesture.question, "")
        text = next(
            (
                candidate.text
                for candidate in interpretation.answers(name)
                if make_opaque_tag(candidate.text) == gesture.text
            ),
            None,
        )
        if text is not None:
            option = next(
                (
                    candidate
                    for candidate in answers_of(interpretation.programme.fields[name])
                    if make_opaque_tag(candidate) == gesture.means
                ),
                "",
            )
            texts = {**self.stated.options.get(name, {}), text: option}
            self.stated = replace(self.stated, options={**self.stated.options, name: texts})


@dataclass(frozen=True)
class InterpretedMapping:
    """Files interpreted with a programme and the choices of staff; ``fields_of`` maps questions to fields.

    ``proposed`` are guessed questions, folded by ``fold``; ``confirmed`` are the fields confirmed for questions.
    """

    programme: Programme
    tables: Tables
    stated: MappingDecisions
    confirmed: Mapping[str, str]
    proposal: MappingDraft
    plan: IntakePlan
    questions: Sequence[QuestionSample]
    fields_of: Mapping[str, str]
    proposed: Mapping[str, MappingProposal]

    @classmethod
    def of(
        cls, programme: Programme, tables: Tables, stated: MappingDecisions, confirmed: Mapping[str, str]
    ) -> "InterpretedMapping":
        has_sides = all(side is not None for _, side in tables)
        plan = make_intake_plan(programme, per_side=has_sides)
        sheets = [(separate_questions(table, plan), side) for table, side in tables]
        proposal = propose_mapping(programme, sheets, stated)
        plan = plan_with(plan, proposal.questions, stated.options)
        fields = dict(fields_by_header([header for table, _ in sheets for header in table.header], plan))
        named = {fold(sample.text): sample for sample in proposal.questions if sample.name}
        questions = sample_questions(sheets)
        fields_of = {fold(sample.question): find_first_known(fields, sample.headers) or "" for sample in questions}
        guessed = {
            fold(sample.question): find_first_known(named, (sample.question, *sample.headers)) for sample in questions
        }
        open_ends = {key: sample for key, sample in guessed.items() if sample and key not in stated.questions}
        return cls(programme, sheets, stated, confirmed, proposal, plan, questions, fields_of, open_ends)

    @cached_property
    def tagged(self) -> dict[str, QuestionSample]:
        """The questions by tag."""
        return {make_opaque_tag(fold(sample.question)): sample for sample in self.questions}

    @cached_property
    def names(self) -> dict[str, str]:
        """The fields by tag."""
        return {make_opaque_tag(name): name for name in self.programme.fields}

    @property
    def open(self) -> list[QuestionSample]:
        """The questions to confirm."""
        return [sample for sample in self.questions if self.state(sample) == "open"]

    @cached_property
    def sensitive_questions(self) -> list[QuestionSample]:
        return [
            sample for sample in self.questions if not self.fields_of[fold(sample.question)] and is_sensitive(sample)
        ]

    @cached_property
    def unmapped_questions(self) -> list[QuestionSample]:
        return [
            sample
            for sample in self.questions
            if not self.fields_of[fold(sample.question)] and sample not in self.sensitive_questions
        ]

    def answers(self, name: str) -> list[MappingProposal]:
        """Return the texts of a field that match no option and that staff have not mapped."""
        mapped = {fold(text) for text in self.stated.options.get(name, {})}
        return [
            counterpart for counterpart in self.proposal.options.get(name, ()) if fold(counterpart.text) not in mapped
        ]

    def state(self, sample: QuestionSample) -> LineState:
        """Return whether a question is known, to be confirmed, or unused."""
        question = fold(sample.question)
        name = self.fields_of[question]
        if not name or self.programme.fields[name].use == "forbidden":
            return "unused"
        guessed = question in self.proposed or any(answer.name for answer in self.answers(name))
        return "open" if guessed and self.confirmed.get(question) != name else "known"

    # --- messages --------------------------------------------------------------------------------------------------

    @cached_property
    def out(self) -> ColumnsOut:
        """The step as a message."""
        return ColumnsOut(
            lead=self.lead(),
            menus={FIELD_MENU: self.field_menu(), **self.column_menus(), **self.option_menus()},
            blockers=list(self.blockers()),
            lines=[self.line(sample) for sample in self.questions if sample not in self.sensitive_questions],
            aside=[describe_sensitive_question(sample) for sample in self.sensitive_questions],
            remarks=list(self.remarks()),
            documents=["programme.toml", "correspondance.toml"],
        )

    def lead(self) -> str:
        """Return the introduction: numbers of columns and questions."""
        columns = sum(len(sample.headers) for sample in self.questions)
        return tr(
            "Ce que nous avons compris de {files} : {columns}, {questions}. Rien n'est deviné sans vous le dire.",
            files=joined([quoted(table.source) for table, _ in self.tables]),
            columns=counted(columns, "colonne"),
            questions=counted(len(self.questions), "question"),
        )

    def remarks(self) -> Iterator[str]:
        """Yield a remark with the number of answers that were typed next to the options, if there are any."""
        typed = sum(self.proposal.typed.values())
        if typed:
            yield tr_n(
                "{count} a été tapée à côté des options : elle reste telle quelle.",
                "{count} ont été tapées à côté des options : elles restent telles quelles.",
                typed,
                count=counted(typed, "réponse"),
            )

    def field_menu(self) -> list[MenuGroup]:
        """Return the fields of the programme, first those without a column."""
        mapped = set(self.fields_of.values())
        fields = {name: field for name, field in self.programme.fields.items() if field.use != "forbidden"}
        without_column = [
            make_menu_entry(make_opaque_tag(name), field.question)
            for name, field in fields.items()
            if name not in mapped
        ]
        with_column = [
            make_menu_entry(make_opaque_tag(name), field.question) for name, field in fields.items() if name in mapped
        ]
        groups = [
            MenuGroup(title=tr("Sans colonne"), entries=without_column),
            MenuGroup(title=tr("Déjà une colonne"), entries=with_column),
            MenuGroup(title=tr("Hors du calcul"), entries=[make_menu_entry("", tr("Ne pas lire"))]),
        ]
        return [group for group in groups if group.entries]

    def column_menus(self) -> dict[str, list[MenuGroup]]:
        """Return the menus of unmapped columns: all, possible keys, and possible roles."""
        codes = [sample for sample in self.unmapped_questions if could_be_key(sample)]
        sides = [sample for sample in self.unmapped_questions if find_role([sample])]
        by_menu = {FREE_COLUMN_MENU: self.unmapped_questions, "key": codes, "role": sides}
        entries = {
            name: [make_menu_entry(make_opaque_tag(fold(sample.question)), sample.question) for sample in samples]
            for name, samples in by_menu.items()
        }
        return {name: [MenuGroup(title="", entries=samples)] for name, samples in entries.items()}

    def option_menus(self) -> dict[str, list[MenuGroup]]:
        return {
            make_opaque_tag(name): [
                MenuGroup(
                    title="",
                    entries=[
                        make_menu_entry(make_opaque_tag(option), option)
                        for option in answers_of(self.programme.fields[name])
                    ],
                ),
                MenuGroup(title="", entries=[make_menu_entry("", tr("la laisser telle quelle"))]),
            ]
            for name in self.proposal.options
            if answers_of(self.programme.fields[name])
        }

    def line(self, sample: QuestionSample) -> ColumnLine:
        question = fold(sample.question)
        name = self.fields_of[question]
        field = self.programme.fields.get(name)
        state = self.state(sample)
        guessed = self.proposed.get(question)
        sure = "sure" if field is None or guessed is None or state == "known" else get_column_confidence(sample, field)
        gesture = ColumnAction(words="", what="column", question=make_opaque_tag(question))
        menu = ColumnMenu(menu=FIELD_MENU, value=make_opaque_tag(name) if name else "", slot="means", gesture=gesture)
        return ColumnLine(
            question=sample.question,
            key=make_opaque_tag(question),
            state=state,
            columns=counted(len(sample.headers), "colonne") if len(sample.headers) > 1 else "",
            examples=list(self.examples(sample, field)),
            seems=self.apparent_meaning(sample, field),
            sure=sure,
            sure_words=format_surety(sure) if field else "",
            why=self.why(guessed, field),
            menu=None if field and field.use == "forbidden" else menu,
            answers=[self.answer(name, answer) for answer in self.answers(name) if field and answers_of(field)],
        )

    def apparent_meaning(self, sample: QuestionSample, field: AnyField | None) -> str:
        """Return the apparent meaning of a question: the text of the field, unless equal."""
        if field is None:
            return tr("rien que le programme demande")
        return tr("la question de mêmes mots") if fold(sample.question) == fold(field.question) else field.question

    def why(self, guessed: MappingProposal | None, field: AnyField | None) -> str:
        """Return the reason for the meaning of a question."""
        if field is None:
            return ""
        kind = tr(KIND_LABELS[field.kind])
        if guessed is None:
            return kind
        return joined([kind, guessed.why.removeprefix(quoted(field.question)).lstrip(" :?\u00a0\u202f")])

    def examples(self, sample: QuestionSample, field: AnyField | None) -> tuple[str, ...]:
        """Return up to two answers to a question, none if they are private."""
        if field is None:
            guess: Guess = find_first_guess(sample, ())
            return find_examples(sample, guess.kind, guess.use)
        if field.private or field.special:
            return ()
        return find_examples(sample, field.kind, field.use, field.joiner)

    def answer(self, name: str, answer: MappingProposal) -> ColumnAnswer:
        """Return an unknown answer, with the menu of options."""
        gesture = ColumnAction(
            words="", what="answer", question=make_opaque_tag(name), text=make_opaque_tag(answer.text)
        )
        value = make_opaque_tag(answer.name) if answer.name else ""
        menu = ColumnMenu(menu=make_opaque_tag(name), value=value, slot="means", gesture=gesture)
        return ColumnAnswer(text=answer.text, given=answer.why, menu=menu)

    # --- problems --------------------------------------------------------------------------------------------------

    def blockers(self) -> Iterator[ColumnBlocker]:
        """Yield the problems, in the best order to solve them."""
        lacking = find_unanswered_fields(self.tables, self.plan)
        problems = [
            *self.wrong_file_blocker(len(lacking)),
            *self.find_unidentified(),
            *self.find_doubled(),
            *(self.missing_column_blocker(name, nearest) for name, nearest in lacking.items()),
            *self.find_undecided(),
        ]
        yield from problems
        if not problems:
            yield from self.find_refusals()

    def wrong_file_blocker(self, lacking: int) -> Iterator[ColumnBlocker]:
        """Yield the problem that the file is another one, if most fields lack a column."""
        needed = len(self.plan.required_fields) + sum(field.later for field in self.programme.fields.values())
        if lacking > max(3, 0.75 * needed):
            questions = counted(needed, "question")
            upload_other = ColumnAction(words=tr("Déposer un autre fichier"), what="file")
            use_answers_only = ColumnAction(words=tr("Partir des réponses seules"), what="alone")
            pairs = self.programme.served_by == ("match",)  # the draft is a programme of pairs
            yield ColumnBlocker(
                title=tr("Ce fichier ne parle guère de ce programme"),
                text=tr(
                    "Sur {questions} dont le programme a besoin, {lacking} sans colonne.",
                    questions=questions,
                    lacking=lacking,
                ),
                hint=tr("Déposez un autre fichier, ou partez des réponses seules : un programme en sera proposé.")
                if pairs
                else "",
                main=use_answers_only if pairs else upload_other,
                quiet=upload_other if pairs else None,
            )

    def find_doubled(self) -> Iterator[ColumnBlocker]:
        """Yield a problem per field with two columns in one file."""
        for table, _ in self.tables:
            for name, claim in claims_by_field(table.header, self.plan).items():
                columns = claim.find_doubled()
                headers = [table.header[column] for column in columns]
                duplicates = [sample for sample in self.questions if set(sample.headers) & set(headers)]
                if len(duplicates) > 1:
                    first, second = duplicates[:2]
                    yield ColumnBlocker(
                        title=self.programme.fields[name].question,
                        text=tr("Deux colonnes y répondent : {columns}.", columns=joined(list(map(quoted, headers)))),
                        main=keep_column_action(first, second),
                        quiet=keep_column_action(second, first),
                    )

    def find_unidentified(self) -> Iterator[ColumnBlocker]:
        """Yield the problem that people cannot be identified, and that sides cannot."""
        if not self.proposal.absent:
            return
        headers = [claims_by_field(table.header, self.plan) for table, _ in self.tables]
        if not self.plan.key and not all(self.plan.email in claims for claims in headers):
            yield make_no_key_blocker(self.unmapped_questions)
        if self.plan.roles is None and self.plan.only_side is None and any(side is None for _, side in self.tables):
            role = find_role(self.unmapped_questions)
            yield make_sides_unknown_blocker(role.sample if role else None)

    def missing_column_blocker(self, name: str, nearest: str) -> ColumnBlocker:
        """Return the problem of a field without a column, with a candidate column."""
        field = self.programme.fields[name]
        sample, hint = self.candidate(name, nearest)
        later = ColumnAction(words=tr("Continuer sans"), what="later", means=make_opaque_tag(name))
        gesture = ColumnAction(words="", what="column", means=make_opaque_tag(name))
        if field.use == "consent":
            later = later.model_copy(update={"words": tr("Continuer sans : l'accord est recueilli autrement")})
        can_defer = field.use == "consent" or (
            field.use == "match" and name != (self.plan.roles and self.plan.roles.field)
        )
        main = choose_question_action(sample, gesture) if sample else None
        return ColumnBlocker(
            title=field.question,
            text=tr("Aucune colonne n'y répond."),
            hint=hint
            or (
                tr(
                    mark("Sans elle, une place par personne.")
                    if self.is_capacity_only(name)
                    else mark("Sans elle, ce qui en dépend compte comme sans réponse, jusqu'à ce qu'elle soit posée.")
                )
                if can_defer
                else ""
            ),
            main=main or (later if can_defer else None),
            menu=ColumnMenu(menu=FREE_COLUMN_MENU, value="", slot="question", gesture=gesture)
            if self.unmapped_questions
            else None,
            quiet=later if can_defer and main else None,
        )

    def is_capacity_only(self, name: str) -> bool:
        """Return whether a field is only used as a number of places."""
        using = [item for item in self.programme.rules if name in {reference.field for reference in item.references()}]
        scored = any(name == reference.field for item in self.programme.criteria for reference in item.references())
        counting = [name in item.place_fields(side) for item in using for side in SIDES]
        return not scored and any(counting) and sum(counting) == len(using)

    def candidate(self, name: str, nearest: str) -> tuple[QuestionSample | None, str]:
        """Return a column that may contain a field, and the reason; a key must have distinct values."""
        if name == self.plan.key:
            sample = next(iter(key_candidates(self.unmapped_questions)), None)
            return sample, tr(
                "« {question} » a une réponse différente sur chaque ligne.", question=sample.question
            ) if sample else ""
        sample = (
            next(
                (
                    free_sample
                    for free_sample in self.unmapped_questions
                    if nearest in (*free_sample.headers, free_sample.question)
                ),
                None,
            )
            if nearest
            else None
        )
        return sample, tr("La colonne la plus proche : « {near} ».", near=nearest) if sample else ""

    def find_undecided(self) -> Iterator[ColumnBlocker]:
        """Yield unknown answers that decide whether a person is accepted, or their side."""
        decisive = {name for name, field in self.programme.fields.items() if field.use == "consent"}
        if self.plan.roles:
            decisive.add(self.plan.roles.field)
        for name in sorted(decisive):
            question = self.programme.fields[name]
            unknown = [counterpart for counterpart in self.answers(name) if counterpart.name is None]
            for answer in unknown:
                gesture = ColumnAction(
                    words="", what="answer", question=make_opaque_tag(name), text=make_opaque_tag(answer.text)
                )
                yes = answers_of(question)[0] if question.use == "consent" else None
                words = tr("« {text} » veut dire {option}", text=answer.text, option=quoted(yes)) if yes else ""
                expected = joined([quoted(option) for option in answers_of(question)])
                yield ColumnBlocker(
                    title=question.question,
                    text=tr("« {text} » n'est pas compris.", text=answer.text),
                    hint=tr("Le programme attend : {options}.", options=expected),
                    main=gesture.model_copy(update={"words": words, "means": make_opaque_tag(yes)}) if yes else None,
                    menu=ColumnMenu(menu=make_opaque_tag(name), value="", slot="means", gesture=gesture),
                )

    def find_refusals(self) -> Iterator[ColumnBlocker]:
        # Problems that remain when all columns are mapped.
        try:
            build_cohort(self.tables, plan_with(self.plan, (), options_by_text(self.proposal)))
        except SurveyError as error:
            for problem in error.problems:
                yield ColumnBlocker(title=problem.where, text=f"{problem.found}.", hint=problem.advice)


def keep_column_action(mapped: QuestionSample, unmapped: QuestionSample) -> ColumnAction:
    """Return the action that maps one of two columns, and unmaps the other."""
    words = tr("Garder « {question} »", question=make_menu_entry("", mapped.question).words)
    return ColumnAction(words=words, what="column", question=make_opaque_tag(fold(unmapped.question)))


def fields_by_header(headers: Sequence[str], plan: IntakePlan) -> Iterator[tuple[str, str]]:
    for name, claim in claims_by_field(headers, plan).items():
        yield from ((fold(headers[at]), name) for at in (*claim.whole, *(column for _, column in claim.items)))


def find_first_known[T](values: Mapping[str, T], texts: Iterable[str]) -> T | None:
    return next((values[fold(text)] for text in texts if fold(text) in values), None)


def options_by_text(proposal: MappingDraft) -> dict[str, dict[str, str]]:
    return {
        name: {counterpart.text: counterpart.name for counterpart in counterparts if counterpart.name}
        for name, counterparts in proposal.options.items()
    }
