"""A programme and answers in other words, as the step of the columns shows them: what ``map`` proposes, by menus."""

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
    Counterpart,
    MappingDraft,
    StatedMapping,
    ask_later,
    find_unanswered_fields,
    mapping_text,
    plan_with,
    propose,
    with_identity,
    with_mapping,
)
from mentormatch.programme.drafts.programme_draft import examples, surety_of_column
from mentormatch.programme.drafts.roles import RoleQuestion, role_among
from mentormatch.programme.drafts.samples import QuestionSample, Tables, sample_questions
from mentormatch.programme.drafts.uses import first_fit, is_sensitive
from mentormatch.programme.enrolment import make_intake_plan
from mentormatch.programme.programme import Programme
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.service.desk.column_messages import (
    ColumnAnswer,
    ColumnBlocker,
    ColumnGesture,
    ColumnLine,
    ColumnMenu,
    ColumnsOut,
    LineState,
    MenuGroup,
    entry,
    one_side,
    sensitive,
    sure_words,
    tag,
    taking,
    without_key,
)
from mentormatch.survey.headers import claims_by_field, separate_questions
from mentormatch.survey.intake import take_in
from mentormatch.survey.plan import Plan, answers_of

FIELDS, FREE = "fields", "columns"
"""The menus: the questions of the programme, and the columns that answer none of them."""
DECISIVE = ("consent",)
"""Uses of questions whose answers say whether a row is taken in at all."""
FEW, MOSTLY = 3, 0.75
"""Where more questions than so many, and than that share of those needed, lack a column, the file is another."""
NONE = mark("Aucune colonne n'y répond.")
NEAR = mark("La colonne la plus proche : « {near} ».")
UNIQUE = mark("« {question} » a une réponse différente sur chaque ligne.")
LATER = mark("Continuer sans")
CONSENT_LATER = mark("Continuer sans : l'accord est recueilli autrement")
LATER_HINT = mark("Sans elle, ce qui en dépend compte comme sans réponse, jusqu'à ce qu'elle soit posée.")
PLACES_HINT = mark("Sans elle, une place par personne.")
OTHER_FILE = mark("Ce fichier ne parle guère de ce programme")
OTHER_FILE_TEXT = mark("Sur {questions} dont le programme a besoin, {lacking} sans colonne.")
OTHER_FILE_HINT = mark("Déposez un autre fichier, ou partez des réponses seules : un programme en sera proposé.")


@dataclass
class ColumnMapping:
    """What staff said so far of the columns of some files, for a programme.

    ``stated`` is by the words of questions and answers, so that it holds for a corrected file too; ``confirmed`` are
    the fields that questions were rightly taken to answer, ``later`` those that nobody was asked yet; ``key`` and
    ``role`` are the questions that tell people and sides apart for a programme that names none.
    """

    source: bytes
    tables: Tables
    stated: StatedMapping = field(default_factory=StatedMapping)
    confirmed: dict[str, str] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    key: str = ""
    role: RoleQuestion | None = None

    @property
    def known(self) -> Programme:
        """The programme, without what nobody was asked yet."""
        return Programme.parse(self.amended)

    @property
    def amended(self) -> bytes:
        """The file of the programme, without a mapping that was made here."""
        content = ask_later(self.source, self.later) if self.later else self.source
        return with_identity(content, self.key, self.role) if self.key or self.role else content

    def interpret(self) -> "SeenMapping":
        """Return how the files are understood now."""
        return SeenMapping.of(self.known, self.tables, self.stated, self.confirmed)

    def content(self) -> bytes:
        """Return the file of the programme with the mapping, as ``map`` writes it."""
        return with_mapping(self.amended, self.interpret().proposal)

    def write_mapping(self) -> bytes:
        """Return the mapping alone, as ``map`` writes it."""
        seen = self.interpret()
        return mapping_text(seen.proposal, seen.programme).encode()

    def do(self, gesture: ColumnGesture, seen: "SeenMapping") -> None:
        """Do what a gesture asks of the step as it was ``seen``; what is not there any more changes nothing."""
        sample = seen.tagged.get(gesture.question)
        match gesture.what:
            case "column" if sample:
                self.take_for(sample, gesture.means, seen)
            case "answer":
                self.read_as(seen, gesture)
            case "confirm":
                confirmed = [fold(one.question) for one in ([sample] if sample else seen.open)]
                self.confirmed = {**self.confirmed, **{question: seen.fields_of[question] for question in confirmed}}
            case "later" if gesture.means in seen.names:
                self.later |= {seen.names[gesture.means]}
            case "restore":
                self.stated, self.confirmed, self.later = StatedMapping(), {}, frozenset()
                self.key, self.role = "", None

    def take_for(self, sample: QuestionSample, means: str, seen: "SeenMapping") -> None:
        """Have a question tell people or sides apart, or answer a field, by its tag: none where it is no field's."""
        if means == "key":
            self.key = sample.question
        elif means == "role":
            self.role = role_among([sample])
        else:
            self.answer_with(sample, seen.names.get(means, ""))

    def answer_with(self, sample: QuestionSample, name: str) -> None:
        """Have a question answer a field, empty for none; a field that nobody was asked yet is asked then."""
        self.later -= {name}
        self.stated = replace(self.stated, questions={**self.stated.questions, fold(sample.question): name})

    def read_as(self, seen: "SeenMapping", gesture: ColumnGesture) -> None:
        """Have a text that an answer holds stand for an option of its question, or for itself."""
        name = seen.names.get(gesture.question, "")
        text = next((one.text for one in seen.answers(name) if tag(one.text) == gesture.text), None)
        if text is not None:
            option = next((one for one in answers_of(seen.programme.fields[name]) if tag(one) == gesture.means), "")
            texts = {**self.stated.options.get(name, {}), text: option}
            self.stated = replace(self.stated, options={**self.stated.options, name: texts})


@dataclass(frozen=True)
class SeenMapping:
    """How files are understood by a programme with what staff stated; ``fields_of`` says which field answers what.

    ``proposed`` are the questions, as ``fold`` returns them, that were guessed; ``confirmed`` are the fields that some
    of them were rightly taken to answer.
    """

    programme: Programme
    tables: Tables
    stated: StatedMapping
    confirmed: Mapping[str, str]
    proposal: MappingDraft
    plan: Plan
    asked: Sequence[QuestionSample]
    fields_of: Mapping[str, str]
    proposed: Mapping[str, Counterpart]

    @classmethod
    def of(
        cls, programme: Programme, tables: Tables, stated: StatedMapping, confirmed: Mapping[str, str]
    ) -> "SeenMapping":
        """Return how these files are understood."""
        apart = all(side is not None for _, side in tables)
        plan = make_intake_plan(programme, apart=apart)
        sheets = [(separate_questions(table, plan), side) for table, side in tables]
        proposal = propose(programme, sheets, stated)
        plan = plan_with(plan, proposal.questions, stated.options)
        fields = dict(header_fields([header for table, _ in sheets for header in table.header], plan))
        named = {fold(one.text): one for one in proposal.questions if one.name}
        questions = sample_questions(sheets)
        found = {fold(one.question): first(fields, one.headers) or "" for one in questions}
        guessed = {fold(one.question): first(named, (one.question, *one.headers)) for one in questions}
        open_ends = {key: one for key, one in guessed.items() if one and key not in stated.questions}
        return cls(programme, sheets, stated, confirmed, proposal, plan, questions, found, open_ends)

    @cached_property
    def tagged(self) -> dict[str, QuestionSample]:
        """The questions of the files by their tags."""
        return {tag(fold(one.question)): one for one in self.asked}

    @cached_property
    def names(self) -> dict[str, str]:
        """The fields of the programme by their tags."""
        return {tag(name): name for name in self.programme.fields}

    @property
    def open(self) -> list[QuestionSample]:
        """The questions that are to be confirmed."""
        return [one for one in self.asked if self.state(one) == "open"]

    @cached_property
    def aside(self) -> list[QuestionSample]:
        """The sensitive questions that answer no field."""
        return [one for one in self.asked if not self.fields_of[fold(one.question)] and is_sensitive(one)]

    @cached_property
    def free(self) -> list[QuestionSample]:
        """The questions that answer no field, without the sensitive ones."""
        return [one for one in self.asked if not self.fields_of[fold(one.question)] and one not in self.aside]

    def answers(self, name: str) -> list[Counterpart]:
        """Return the texts that the question of a field does not understand, and that nobody said anything of."""
        done = {fold(text) for text in self.stated.options.get(name, {})}
        return [one for one in self.proposal.options.get(name, ()) if fold(one.text) not in done]

    def state(self, sample: QuestionSample) -> LineState:
        """Return whether a question is known, to be confirmed, or of no use."""
        question = fold(sample.question)
        name = self.fields_of[question]
        if not name or self.programme.fields[name].use == "forbidden":
            return "unused"
        guessed = question in self.proposed or any(one.name for one in self.answers(name))
        return "open" if guessed and self.confirmed.get(question) != name else "known"

    # --- what the page shows ---------------------------------------------------------------------------------------

    @cached_property
    def out(self) -> ColumnsOut:
        """The step as the page shows it."""
        return ColumnsOut(
            lead=self.lead(),
            menus={FIELDS: self.field_menu(), **self.column_menus(), **self.option_menus()},
            blockers=list(self.blockers()),
            lines=[self.line(one) for one in self.asked if one not in self.aside],
            aside=[sensitive(one) for one in self.aside],
            remarks=list(self.remarks()),
            documents=["programme.toml", "correspondance.toml"],
        )

    def lead(self) -> str:
        """Return how much was understood."""
        columns = sum(len(one.headers) for one in self.asked)
        return tr(
            "Ce que nous avons compris de {files} : {columns}, {questions}. Rien n'est deviné sans vous le dire.",
            files=joined([quoted(table.source) for table, _ in self.tables]),
            columns=counted(columns, "colonne"),
            questions=counted(len(self.asked), "question"),
        )

    def remarks(self) -> Iterator[str]:
        """Yield what else there is to know."""
        typed = sum(self.proposal.typed.values())
        if typed:
            yield tr_n(
                "{count} a été tapée à côté des options : elle reste telle quelle.",
                "{count} ont été tapées à côté des options : elles restent telles quelles.",
                typed,
                count=counted(typed, "réponse"),
            )

    def field_menu(self) -> list[MenuGroup]:
        """Return the questions of the programme: those without a column first."""
        taken = set(self.fields_of.values())
        fields = {name: field for name, field in self.programme.fields.items() if field.use != "forbidden"}
        without = [entry(tag(name), field.question) for name, field in fields.items() if name not in taken]
        others = [entry(tag(name), field.question) for name, field in fields.items() if name in taken]
        groups = [
            MenuGroup(title=tr("Sans colonne"), entries=without),
            MenuGroup(title=tr("Déjà une colonne"), entries=others),
            MenuGroup(title=tr("Hors du calcul"), entries=[entry("", tr("Ne pas lire"))]),
        ]
        return [group for group in groups if group.entries]

    def column_menus(self) -> dict[str, list[MenuGroup]]:
        """Return the columns that answer nothing yet, and those of them that tell people, or sides, apart."""
        codes = [one for one in self.free if could_be_key(one)]
        sides = [one for one in self.free if role_among([one])]
        found = {FREE: self.free, "key": codes, "role": sides}
        entries = {name: [entry(tag(fold(one.question)), one.question) for one in each] for name, each in found.items()}
        return {name: [MenuGroup(title="", entries=each)] for name, each in entries.items()}

    def option_menus(self) -> dict[str, list[MenuGroup]]:
        """Return the options of each question with answers that it does not understand."""
        return {
            tag(name): [
                MenuGroup(title="", entries=[entry(tag(one), one) for one in answers_of(self.programme.fields[name])]),
                MenuGroup(title="", entries=[entry("", tr("la laisser telle quelle"))]),
            ]
            for name in self.proposal.options
            if answers_of(self.programme.fields[name])
        }

    def line(self, sample: QuestionSample) -> ColumnLine:
        """Return one question of the files."""
        question = fold(sample.question)
        name = self.fields_of[question]
        field = self.programme.fields.get(name)
        state = self.state(sample)
        guessed = self.proposed.get(question)
        sure = "sure" if field is None or guessed is None or state == "known" else surety_of_column(sample, field)
        gesture = ColumnGesture(words="", what="column", question=tag(question))
        menu = ColumnMenu(menu=FIELDS, value=tag(name) if name else "", slot="means", gesture=gesture)
        return ColumnLine(
            question=sample.question,
            key=tag(question),
            state=state,
            columns=counted(len(sample.headers), "colonne") if len(sample.headers) > 1 else "",
            examples=list(self.examples(sample, field)),
            seems=self.seems(sample, field),
            sure=sure,
            sure_words=sure_words(sure) if field else "",
            why=self.why(guessed, field),
            menu=None if field and field.use == "forbidden" else menu,
            answers=[self.answer(name, one) for one in self.answers(name) if field and answers_of(field)],
        )

    def seems(self, sample: QuestionSample, field: AnyField | None) -> str:
        """Return what a question seems to be: the words of the programme, unless they are its own."""
        if field is None:
            return tr("rien que le programme demande")
        return tr("la question de mêmes mots") if fold(sample.question) == fold(field.question) else field.question

    def why(self, guessed: Counterpart | None, field: AnyField | None) -> str:
        """Return why a question is taken for what it seems to be."""
        if field is None:
            return ""
        kind = tr(KIND_LABELS[field.kind])
        if guessed is None:
            return kind
        return joined([kind, guessed.why.removeprefix(quoted(field.question)).lstrip(" :?\u00a0\u202f")])

    def examples(self, sample: QuestionSample, field: AnyField | None) -> tuple[str, ...]:
        """Return two answers to a question, none where they are nobody else's to see."""
        if field is None:
            found: Guess = first_fit(sample, ())
            return examples(sample, found.kind, found.use)
        if field.private or field.special:
            return ()
        return examples(sample, field.kind, field.use, field.joiner)

    def answer(self, name: str, found: Counterpart) -> ColumnAnswer:
        """Return a text that the question of a field does not understand, with the menu of its options."""
        gesture = ColumnGesture(words="", what="answer", question=tag(name), text=tag(found.text))
        value = tag(found.name) if found.name else ""
        menu = ColumnMenu(menu=tag(name), value=value, slot="means", gesture=gesture)
        return ColumnAnswer(text=found.text, given=found.why, menu=menu)

    # --- what stands in the way ------------------------------------------------------------------------------------

    def blockers(self) -> Iterator[ColumnBlocker]:
        """Yield what stands in the way, in the order in which it is best dealt with."""
        lacking = find_unanswered_fields(self.tables, self.plan)
        found = [
            *self.of_another_file(len(lacking)),
            *self.find_unidentified(),
            *self.find_doubled(),
            *(self.missing(name, near) for name, near in lacking.items()),
            *self.find_undecided(),
        ]
        yield from found
        if not found:
            yield from self.find_refusals()

    def of_another_file(self, lacking: int) -> Iterator[ColumnBlocker]:
        """Yield that the answers have hardly anything of the programme, by how many fields lack a column."""
        needed = len(self.plan.needed) + sum(field.later for field in self.programme.fields.values())
        if lacking > max(FEW, MOSTLY * needed):
            questions = counted(needed, "question")
            other = ColumnGesture(words=tr("Déposer un autre fichier"), what="file")
            alone = ColumnGesture(words=tr("Partir des réponses seules"), what="alone")
            pairs = self.programme.served_by == ("match",)  # answers alone make no other programme
            yield ColumnBlocker(
                title=tr(OTHER_FILE),
                text=tr(OTHER_FILE_TEXT, questions=questions, lacking=lacking),
                hint=tr(OTHER_FILE_HINT) if pairs else "",
                main=alone if pairs else other,
                quiet=other if pairs else None,
            )

    def find_doubled(self) -> Iterator[ColumnBlocker]:
        """Yield the fields that two questions of one file answer."""
        for table, _ in self.tables:
            for name, claim in claims_by_field(table.header, self.plan).items():
                columns = claim.find_doubled()
                headers = [table.header[column] for column in columns]
                same = [one for one in self.asked if set(one.headers) & set(headers)]
                if len(same) > 1:
                    first, second = same[:2]
                    yield ColumnBlocker(
                        title=self.programme.fields[name].question,
                        text=tr("Deux colonnes y répondent : {columns}.", columns=joined(list(map(quoted, headers)))),
                        main=keeping(first, second),
                        quiet=keeping(second, first),
                    )

    def find_unidentified(self) -> Iterator[ColumnBlocker]:
        """Yield that the programme names nothing that tells people, or sides, apart where these files need it."""
        if not self.proposal.absent:
            return
        headers = [claims_by_field(table.header, self.plan) for table, _ in self.tables]
        if not self.plan.key and not all(self.plan.email in claims for claims in headers):
            yield without_key(self.free)
        if self.plan.roles is None and self.plan.alone is None and any(side is None for _, side in self.tables):
            role = role_among(self.free)
            yield one_side(role.sample if role else None)

    def missing(self, name: str, near: str) -> ColumnBlocker:
        """Return that no column answers a field, with the column that may."""
        field = self.programme.fields[name]
        sample, hint = self.candidate(name, near)
        later = ColumnGesture(words=tr(LATER), what="later", means=tag(name))
        gesture = ColumnGesture(words="", what="column", means=tag(name))
        if field.use == "consent":
            later = later.model_copy(update={"words": tr(CONSENT_LATER)})
        able = field.use == "consent" or (field.use == "match" and name != (self.plan.roles and self.plan.roles.field))
        main = taking(sample, gesture) if sample else None
        return ColumnBlocker(
            title=field.question,
            text=tr(NONE),
            hint=hint or (tr(PLACES_HINT if self.only_counts(name) else LATER_HINT) if able else ""),
            main=main or (later if able else None),
            menu=ColumnMenu(menu=FREE, value="", slot="question", gesture=gesture) if self.free else None,
            quiet=later if able and main else None,
        )

    def only_counts(self, name: str) -> bool:
        """Say whether a field says how many people somebody takes, and nothing else is made of it."""
        using = [one for one in self.programme.rules if name in {said.field for said in one.references()}]
        scored = any(name == said.field for one in self.programme.criteria for said in one.references())
        counting = [name in one.place_fields(side) for one in using for side in SIDES]
        return not scored and any(counting) and sum(counting) == len(using)

    def candidate(self, name: str, near: str) -> tuple[QuestionSample | None, str]:
        """Return the column that may answer a field, and why; the key is looked for among those that tell apart."""
        if name == self.plan.key:
            sample = next(iter(key_candidates(self.free)), None)
            return sample, tr(UNIQUE, question=sample.question) if sample else ""
        sample = next((one for one in self.free if near in (*one.headers, one.question)), None) if near else None
        return sample, tr(NEAR, near=near) if sample else ""

    def find_undecided(self) -> Iterator[ColumnBlocker]:
        """Yield the answers that decide who is taken in, or on which side, and that nobody understands."""
        decisive = {name for name, field in self.programme.fields.items() if field.use in DECISIVE}
        if self.plan.roles:
            decisive.add(self.plan.roles.field)
        for name in sorted(decisive):
            question = self.programme.fields[name]
            unknown = [one for one in self.answers(name) if one.name is None]
            for found in unknown:
                gesture = ColumnGesture(words="", what="answer", question=tag(name), text=tag(found.text))
                yes = answers_of(question)[0] if question.use == "consent" else None
                words = tr("« {text} » veut dire {option}", text=found.text, option=quoted(yes)) if yes else ""
                expected = joined([quoted(option) for option in answers_of(question)])
                yield ColumnBlocker(
                    title=question.question,
                    text=tr("« {text} » n'est pas compris.", text=found.text),
                    hint=tr("Le programme attend : {options}.", options=expected),
                    main=gesture.model_copy(update={"words": words, "means": tag(yes)}) if yes else None,
                    menu=ColumnMenu(menu=tag(name), value="", slot="means", gesture=gesture),
                )

    def find_refusals(self) -> Iterator[ColumnBlocker]:
        """Yield why the files are refused even so."""
        try:
            take_in(self.tables, plan_with(self.plan, (), option_names(self.proposal)))
        except SurveyError as error:
            for problem in error.problems:
                yield ColumnBlocker(title=problem.where, text=f"{problem.found}.", hint=problem.advice)


def keeping(kept: QuestionSample, left: QuestionSample) -> ColumnGesture:
    """Return the gesture by which one of two columns answers a field, and the other none."""
    words = tr("Garder « {question} »", question=entry("", kept.question).words)
    return ColumnGesture(words=words, what="column", question=tag(fold(left.question)))


def header_fields(headers: Sequence[str], plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield each header that answers a field, as ``fold`` returns it, with that field."""
    for name, claim in claims_by_field(headers, plan).items():
        yield from ((fold(headers[at]), name) for at in (*claim.whole, *(column for _, column in claim.items)))


def first[T](known: Mapping[str, T], texts: Iterable[str]) -> T | None:
    """Return what the first of these texts stands for that is known."""
    return next((known[fold(text)] for text in texts if fold(text) in known), None)


def option_names(proposal: MappingDraft) -> dict[str, dict[str, str]]:
    """Return the option that each text is, by field."""
    return {name: {one.text: one.name for one in found if one.name} for name, found in proposal.options.items()}
