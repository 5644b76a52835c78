"""The step of the columns: how the files are understood, what staff said of it, and the programme that comes of it.

What ``draft`` makes of answers: the step of the columns without a programme, and questions that one leaves out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mentormatch.fields import Use
from mentormatch.languages.phrases import counted, joined, quoted
from mentormatch.languages.translation import language, mark, spoken, tr
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import distinct
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.identity import could_be_key, email_of
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.programme_draft import (
    Draft,
    StatedDraft,
    draft,
    examples,
    rejections,
    surety_of_entry,
)
from mentormatch.programme.drafts.roles import MOST_ANSWERS, RoleQuestion
from mentormatch.programme.drafts.samples import QuestionSample, Tables, language_of, sample_questions
from mentormatch.programme.drafts.uses import is_sensitive
from mentormatch.programme.enrolment import plan_of
from mentormatch.programme.programme import Programme
from mentormatch.report.intake_words import KINDS
from mentormatch.report.texts import visible
from mentormatch.service.desk.column_mapping import ColumnMapping, SeenMapping
from mentormatch.service.desk.column_messages import (
    ColumnBlocker,
    ColumnCounts,
    ColumnGesture,
    ColumnLine,
    ColumnMenu,
    ColumnsOut,
    LineState,
    MenuEntry,
    MenuGroup,
    OptionsByHand,
    ProposedLine,
    entry,
    one_side,
    sensitive,
    sure_words,
    tag,
    without_key,
)
from mentormatch.survey.headers import claims_by_field
from mentormatch.widgets.form.questions import OfferedQuestion

MEANINGS = {
    "match": mark("Peut compter dans les binômes"),
    "display": mark("Lue par l'équipe, jamais comptée"),
    "key": mark("Identifiant de la personne"),
    "role": mark("Côté : mentor·e ou mentoré·e"),
    "contact": mark("Coordonnées"),
    "consent": mark("Accord pour participer"),
    "forbidden": mark("Ne pas lire"),
}
"""What may be done with a question, in the order of the menu."""
TAKEN_PLACES = mark("Nombre de places")
WHO_TEXT = {
    "mentor": mark("Quelle réponse donne un·e mentor·e ?"),
    "mentee": mark("Quelle réponse donne un·e mentoré·e ?"),
}
NOTHING_TAKEN = mark("Ce qui rapproche deux personnes")
NOTHING_TAKEN_HINT = mark("Tous ont le même poids ; chacun se coche ou se décoche plus bas.")
NOTHING_PROPOSED = mark("Aucune question ne s'y prête d'elle-même : choisissez-en une.")
COUNTED = "counted"
"""The menu of the questions that pairs may be compared by."""


@dataclass
class ColumnDraft:
    """What staff said so far of the columns of some files, for which a programme is drafted.

    ``role`` is the question that tells the sides and ``sides`` the answers of each, all by their words, so that they
    hold for a corrected file too; ``options`` are those that were added to a question by hand.
    """

    tables: Tables
    name: str = ""
    uses: dict[str, Use] = field(default_factory=dict)
    role: str = ""
    sides: dict[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    options: dict[str, list[str]] = field(default_factory=dict)

    def interpret(self) -> "SeenDraft":
        """Return how the files are understood now, in the language that is spoken."""
        both = len(self.sides) > 1
        role = (self.role, self.sides["mentor"], self.sides["mentee"]) if self.role and both else None
        return SeenDraft(self, draft(self.tables, self.name, StatedDraft(self.uses, role, self.taken, self.options)))

    def content(self) -> bytes:
        """Return the file of the programme, as ``draft`` writes it."""
        return self.interpret().made.text.encode()

    def do(self, gesture: ColumnGesture, seen: "SeenDraft") -> None:
        """Do what a gesture asks of the step as it was ``seen``; what is not there any more changes nothing."""
        one = next((each for each in seen.made.entries if tag(fold(each.question)) == gesture.question), None)
        match gesture.what:
            case "column" if one:
                self.use(one, gesture.means, seen.made.outline.role)
            case "answer" if one:
                self.tell(one, gesture.text, gesture.means)
            case "confirm":
                for each in [one] if one else [each for each in seen.made.entries if seen.state(each) == "open"]:
                    self.use(each, seen.meaning(each), seen.made.outline.role)
            case "option" if one and one.takes_options and gesture.text.strip():
                self.add_option(one, " ".join(gesture.text.split()))
            case "no_option" if one:
                question = fold(one.question)
                self.options[question] = [text for text in self.options.get(question, ()) if tag(text) != gesture.means]
            case "take" | "leave":
                keys = {each.key for each in seen.made.proposals if gesture.means in ("", tag(each.key))}
                self.taken = self.taken | keys if gesture.what == "take" else self.taken - keys
            case "name":
                self.name = " ".join(gesture.text.split())
            case "restore":
                self.uses, self.role, self.sides, self.taken, self.name = {}, "", {}, frozenset(), ""
                self.options = {}

    def use(self, one: DraftEntry, means: str, role: RoleQuestion | None) -> None:
        """Have the answers to a question be used like this; ``role`` is what seems to tell the sides."""
        question = fold(one.question)
        if means == "role":
            known = (role.mentor, role.mentee) if role and fold(role.sample.question) == question else None
            found = known or words.roles(distinct(one.sample.answers))
            self.role, self.sides = question, dict(zip(("mentor", "mentee"), found, strict=True)) if found else {}
        elif means in MEANINGS:
            self.role, self.sides = ("", {}) if self.role == question else (self.role, self.sides)
            uses = {key: use for key, use in self.uses.items() if use != "key" or means != "key"}
            self.uses = {**uses, question: next(use for use in USES if use == means)}

    def add_option(self, one: DraftEntry, text: str) -> None:
        """Have a question offer one more option, unless it offers that already."""
        if fold(text) not in map(fold, one.options):
            self.options = {**self.options, fold(one.question): [*self.options.get(fold(one.question), ()), text]}

    def tell(self, one: DraftEntry, side: str, means: str) -> None:
        """Have an answer tell a side; of two answers the other tells the other."""
        given = distinct(one.sample.answers)
        said = next((text for text in given if tag(text) == means), None)
        if said is not None:
            rest = [text for text in given if text != said]
            other = {"mentee" if side == "mentor" else "mentor": rest[0]} if len(rest) == 1 else {}
            self.sides = {**self.sides, **other, side: said}


USES: tuple[Use, ...] = ("key", "contact", "match", "display", "consent", "forbidden")


@dataclass(frozen=True)
class SeenDraft:
    """How files are understood, and the programme that is drafted of them."""

    of: ColumnDraft
    made: Draft

    @cached_property
    def aside(self) -> list[QuestionSample]:
        """The questions that no field answers: those that the survey tool added."""
        known = {fold(header) for one in self.made.entries for header in (one.question, *one.sample.headers, *one.also)}
        return [one for one in sample_questions(self.of.tables) if not known & {fold(text) for text in one.headers}]

    @property
    def knows_sides(self) -> bool:
        """Whether it is known who is mentor and who is mentee."""
        return self.made.outline.knows_sides

    @property
    def role(self) -> str:
        """The question that tells the sides, as ``fold`` returns it."""
        role = self.made.outline.role
        return self.of.role or (fold(role.sample.question) if role else "")

    def state(self, one: DraftEntry) -> LineState:
        """Return whether a question is known, to be confirmed, a free text, or of no use."""
        if one.guess.use == "forbidden":
            return "unused"
        if one.guess.kind == "text" and one.guess.use == "display":
            return "typed"
        confirmed = fold(one.question) == self.of.role
        return "known" if confirmed or surety_of_entry(one) == "sure" else "open"

    def meaning(self, one: DraftEntry) -> str:
        """Return what is done with a question, as its menu says it."""
        return "role" if fold(one.question) == self.role else one.guess.use

    def able(self, one: DraftEntry) -> list[str]:
        """Return what may be done with a question."""
        sample, means = one.sample, self.meaning(one)
        single = not sample.items
        given = len(distinct(sample.answers))
        fits = {
            "match": one.guess.kind != "text" or one.guess.use in ("contact", "key", "forbidden"),
            "display": True,
            "key": could_be_key(sample),
            "role": single and not self.made.outline.apart and 2 <= given <= MOST_ANSWERS,
            "contact": single,
            "consent": single and one.guess.kind == "yesno",
            "forbidden": True,
        }
        return [name for name, fit in fits.items() if fit or name == means]

    # --- what the page shows ---------------------------------------------------------------------------------------

    @cached_property
    def out(self) -> ColumnsOut:
        """The step as the page shows it."""
        apart = [one for one in self.made.entries if one.guess.use == "forbidden" and is_sensitive(one.sample)]
        lines = [self.line(one) for one in self.made.entries if one not in apart]
        return ColumnsOut(
            lead=self.lead(),
            name=self.of.name,
            menus={**self.use_menus(), **self.role_menus(), **self.build_menus()},
            blockers=list(self.blockers()),
            lines=[*lines, *map(self.describe_added, self.aside)],
            aside=[sensitive(one.sample) for one in apart],
            proposals=list(self.proposals()),
            remarks=[*(f"{one}." for one in rejections(self.made.dry_run, ())), *self.misread()],
            documents=["programme.toml"],
        )

    def lead(self) -> str:
        """Return how much was understood."""
        questions = [one.sample for one in self.made.entries]
        return tr(
            "Sans programme, en voici un que proposent vos réponses : {files}, {columns}, {questions}. Rien n'est"
            " décidé sans vous.",
            files=joined([quoted(table.source) for table, _ in self.of.tables]),
            columns=counted(sum(len(one.headers) for one in (*questions, *self.aside)), "colonne"),
            questions=counted(len(questions) + len(self.aside), "question"),
        )

    def misread(self) -> Iterator[str]:
        """Yield how many answers the programme would not understand."""
        questions = {one.name: one.question for one in self.made.entries}
        for name, count in self.made.dry_run.misread.items():
            given = counted(count, "réponse")
            yield tr("« {name} » : {given} que ce programme ne comprend pas.", name=questions[name], given=given)

    def use_menus(self) -> dict[str, list[MenuGroup]]:
        """Return one menu for each set of things that may be done with a question."""
        menus = {",".join(able): able for able in map(self.able, self.made.entries)}
        return {
            name: [MenuGroup(title="", entries=[entry(one, tr(MEANINGS[one])) for one in able])]
            for name, able in menus.items()
        }

    def role_menus(self) -> dict[str, list[MenuGroup]]:
        """Return the menus of the question that tells the sides, of its answers, and of what tells people apart."""
        telling = [one for one in self.made.entries if "role" in self.able(one) and one.guess.use != "forbidden"]
        codes = [one for one in self.made.entries if "key" in self.able(one) and one.guess.use != "forbidden"]
        chosen = next((one for one in self.made.entries if fold(one.question) == self.of.role), None)
        given = distinct(chosen.sample.answers) if chosen else []
        left = [text for text in given if text not in self.of.sides.values()]
        found = {"role": questions(telling), "key": questions(codes), "sides": [entry(tag(one), one) for one in left]}
        return {name: [MenuGroup(title="", entries=entries)] for name, entries in found.items()}

    def build_menus(self) -> dict[str, list[MenuGroup]]:
        """Return the menu of the questions that pairs may be compared by."""
        able = [one for one in self.made.entries if one.guess.kind != "text" and one.guess.use in ("match", "display")]
        return {COUNTED: [MenuGroup(title="", entries=questions([one for one in able if not one.stated]))]}

    def line(self, one: DraftEntry) -> ColumnLine:
        """Return one question of the files."""
        question, able = tag(fold(one.question)), self.able(one)
        sure = "sure" if self.state(one) == "known" else surety_of_entry(one)
        gesture = ColumnGesture(words="", what="column", question=question)
        kind, use, joiner = one.guess.kind, one.guess.use, one.guess.settings.get("joiner")
        return ColumnLine(
            question=one.question,
            key=question,
            state=self.state(one),
            columns=counted(len(one.sample.headers), "colonne") if len(one.sample.headers) > 1 else "",
            examples=list(examples(one.sample, kind, use, joiner if isinstance(joiner, str) else None)),
            seems=self.seems(one),
            sure=sure,
            sure_words=sure_words(sure),
            why=one.why,
            menu=ColumnMenu(menu=",".join(able), value=self.meaning(one), slot="means", gesture=gesture),
            answers=[],
            options=self.options(one),
        )

    def options(self, one: DraftEntry) -> OptionsByHand | None:
        """Return how options are added to a question that has answers of one person alone, or had some."""
        question, added = tag(fold(one.question)), self.of.options.get(fold(one.question), [])
        if not one.takes_options or not (added or one.guess.single):
            return None
        remove = [ColumnGesture(words=text, what="no_option", question=question, means=tag(text)) for text in added]
        return OptionsByHand(gesture=ColumnGesture(words="", what="option", question=question), added=remove)

    def seems(self, one: DraftEntry) -> str:
        """Return what a question seems to be: what is done with it where that says most, else its kind."""
        means = self.meaning(one)
        if one.takes:
            return tr(TAKEN_PLACES)
        return tr(KINDS[one.guess.kind]) if means in ("match", "display") else tr(MEANINGS[means])

    def describe_added(self, one: QuestionSample) -> ColumnLine:
        """Return a column that the survey tool added to those of the form."""
        return ColumnLine(
            question=one.question,
            key=tag(fold(one.question)),
            state="unused",
            columns="",
            examples=[],
            seems=tr("ajoutée par l'outil de questionnaire"),
            sure="sure",
            sure_words="",
            why="",
            menu=None,
            answers=[],
        )

    def proposals(self) -> Iterator[ProposedLine]:
        """Yield the criteria and rules that the answers allow."""
        for one in self.made.proposals:
            taken = one.key in self.of.taken
            gesture = ColumnGesture(words="", what="leave" if taken else "take", means=tag(one.key))
            kind = tr("règle") if one.rule else tr("critère")
            words = one.why.partition(", ")[2] if one.rule else one.why
            yield ProposedLine(words=words, kind=kind, taken=taken, gesture=gesture)

    # --- what stands in the way ------------------------------------------------------------------------------------

    def blockers(self) -> Iterator[ColumnBlocker]:
        """Yield what stands in the way, in the order in which it is best dealt with."""
        found = [*self.missing_sides(), *self.missing_key(), *self.missing_criteria()]
        yield from found
        if not found:
            for problem in self.made.dry_run.problems:
                yield ColumnBlocker(title=problem.where, text=f"{problem.found}.", hint=problem.advice)

    def missing_sides(self) -> Iterator[ColumnBlocker]:
        """Yield that nothing tells mentors from mentees, or which answer of the question that was chosen does."""
        if self.knows_sides and not (self.of.role and len(self.of.sides) < 2):
            return
        if self.of.role:
            chosen = next((one for one in self.made.entries if fold(one.question) == self.of.role), None)
            side = "mentee" if "mentor" in self.of.sides else "mentor"
            gesture = ColumnGesture(words=tr(WHO_TEXT[side]), what="answer", question=tag(self.of.role), text=side)
            yield ColumnBlocker(
                title=chosen.question if chosen else self.of.role,
                text=tr(WHO_TEXT[side]),
                menu=ColumnMenu(menu="sides", value="", slot="means", gesture=gesture),
                quiet=ColumnGesture(
                    words=tr("Une autre question"), what="column", question=tag(self.of.role), means="display"
                ),
            )
            return
        yield one_side()

    def missing_key(self) -> Iterator[ColumnBlocker]:
        """Yield that nothing tells people apart, where the files are refused for it."""
        known = email_of(self.made.entries) or any(one.guess.use == "key" for one in self.made.entries)
        if not self.made.dry_run.problems or known:
            return
        yield without_key([one.sample for one in self.made.entries if one.guess.use != "forbidden"])

    def missing_criteria(self) -> Iterator[ColumnBlocker]:
        """Yield that nothing says what makes a pair better, once it is known who may be in one."""
        if not self.knows_sides or any(one.key in self.of.taken and not one.rule for one in self.made.proposals):
            return
        criteria = [one for one in self.made.proposals if not one.rule]
        count = len(self.made.proposals)
        all_of_them = ColumnGesture(words=tr("Prendre les {count} propositions", count=count), what="take")
        if count == 1:
            all_of_them = all_of_them.model_copy(update={"words": tr("Prendre la proposition")})
        gesture = ColumnGesture(words=tr(NOTHING_TAKEN), what="column", means="match")
        yield ColumnBlocker(
            title=tr(NOTHING_TAKEN),
            text=tr("Vos questions permettent {proposals}.", proposals=counted(count, "proposition"))
            if criteria
            else tr(NOTHING_PROPOSED),
            hint=tr(NOTHING_TAKEN_HINT) if criteria else "",
            main=all_of_them if criteria else None,
            menu=None if criteria else ColumnMenu(menu=COUNTED, value="", slot="question", gesture=gesture),
        )


def questions(entries: Sequence[DraftEntry]) -> list[MenuEntry]:
    """Return questions as the entries of a menu."""
    return [entry(tag(fold(one.question)), one.question) for one in entries]


@dataclass
class UnreadQuestions:
    """What ``draft`` makes of the columns that a programme leaves unread; worked out where there are some."""

    tables: Tables

    def of(self, programme: Programme) -> list[OfferedQuestion]:
        """Return the questions that can be added, in the order of the files; none that is sensitive."""
        unread = self._unread(programme)
        return [
            OfferedQuestion(one.name, settings_of(one))
            for one in (self._entries if unread else [])
            if unread.issuperset(one.sample.headers) and not one.answers and not any(one.map_headers())
        ]

    @cached_property
    def _entries(self) -> list[DraftEntry]:
        drafted = draft(self.tables, "").entries
        return [one for one in drafted if one.guess.use != "forbidden" and not is_sensitive(one.sample)]

    def _unread(self, programme: Programme) -> set[str]:
        return set(self._headers(programme))

    def _headers(self, programme: Programme) -> Iterator[str]:
        """Yield the headers that answer no question of a programme, and are not the survey tool's own."""
        plan = plan_of(programme, apart=self.tables[0][1] is not None)
        for table, _ in self.tables:
            claims = claims_by_field(table.header, plan).values()
            read = {column for one in claims for column in (*one.whole, *(at for _, at in one.items))}
            yield from (header for at, header in enumerate(table.header) if at not in read and at not in table.own)


def settings_of(entry: DraftEntry) -> dict[str, Any]:
    """Return a question of a draft as the table of a programme file."""
    settings: dict[str, Any] = {"question": entry.question, "kind": entry.guess.kind}
    settings |= {
        name: value if isinstance(value, str | int | float) else list(value)
        for name, value in entry.guess.settings.items()
    }
    if entry.side:
        settings["side"] = entry.side
    return settings if entry.guess.use == "match" else {**settings, "use": entry.guess.use}


PROGRAMME, MAPPING = "programme.toml", "correspondance.toml"
"""What can be kept of the step: the programme, and the mapping alone."""


@dataclass
class DeskColumns:
    """The columns of some files, understood for a programme or without one.

    ``made`` is the programme that came of it last, None before, and ``settled`` whether nothing was said since. What
    staff said is known by the words of the files: it goes on with a file that was corrected.
    """

    columns: ColumnMapping | ColumnDraft
    code: str
    made: bytes | None = None
    settled: bool = False
    shown: dict[str, SeenMapping | SeenDraft] = field(default_factory=dict)

    @classmethod
    def of(cls, programme: bytes | None, tables: Tables, former: "DeskColumns | None") -> "DeskColumns":
        """Return the columns of these tables; what was said on ``former`` ones holds on where it is about the same."""
        if former is not None and former.fits(programme):
            settled = former.settled and former.tables == tables
            return replace(former, columns=replace(former.columns, tables=tables), settled=settled, shown={})
        if programme is None:
            return cls(ColumnDraft(tables), language_of(tables))
        return cls(ColumnMapping(programme, tables), Programme.parse(programme).heading.language)

    @property
    def tables(self) -> Tables:
        """The tables that are understood."""
        return self.columns.tables

    def fits(self, programme: bytes | None) -> bool:
        """Say whether a programme is the one for which the columns are understood, or came of them."""
        source = self.columns.source if isinstance(self.columns, ColumnMapping) else None
        return programme == source or (programme is not None and programme == self.made)

    def out(self) -> ColumnsOut:
        """Return the step as the page shows it, in the language that is spoken."""
        return self.interpret().out

    def interpret(self) -> SeenMapping | SeenDraft:
        """Return how the files are understood, in the language that is spoken; worked out once."""
        if spoken() not in self.shown:
            self.shown[spoken()] = self.columns.interpret()
        return self.shown[spoken()]

    def count_left(self) -> ColumnCounts:
        """Return how much there is still to do."""
        out = self.out()
        left = 0 if self.settled else sum(line.state == "open" for line in out.lines)
        return ColumnCounts(blocked=len(out.blockers), open=left)

    def do(self, gesture: ColumnGesture) -> None:
        """Do what a gesture asks."""
        match self.columns, self.interpret():
            case ColumnMapping() as columns, SeenMapping() as seen:
                columns.do(gesture, seen)
            case ColumnDraft() as columns, SeenDraft() as seen:
                columns.do(gesture, seen)
        self.settled = False
        self.shown.clear()

    def document(self, name: str) -> bytes:
        """Return the programme, or the mapping alone where there is one."""
        writers: dict[str, Callable[[], bytes]] = {PROGRAMME: self.columns.content}
        if isinstance(self.columns, ColumnMapping):
            writers[MAPPING] = self.columns.write_mapping
        with language(self.code):
            return writers.get(name, self.columns.content)()

    def settle(self) -> bytes:
        """Return the programme that comes of all that was said, from now on the one that is used."""
        self.made, self.settled = self.document(PROGRAMME), True
        return self.made


def gesture(values: Mapping[str, Any]) -> ColumnGesture:
    """Return what the page asks as a gesture, a name that somebody typed fit to be written."""
    return ColumnGesture(words="", **{**values, "text": visible(values["text"])})
