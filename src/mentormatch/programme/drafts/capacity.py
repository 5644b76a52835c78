"""Questions that ask how many people somebody would take: their words, and the figure in each answer.

A question counts something, people or relations between people (of the other side, or any), and says that they would be
taken, rather than that they are or were. What is not said in one sentence may be in the one before.

The answers to one question -> how many differ, whether they were chosen or typed, which options they hold.
"""

# French here is read, not said

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from mentormatch.fields import Side
from mentormatch.fields.base import split
from mentormatch.fields.numbers import parse_number
from mentormatch.programme.drafts.lexicon import fold, plain

MOST_OPTIONS, LONGEST_OPTION, LONGEST_SEEN = 40, 80, 400
MOST_SPELLINGS = 4 * MOST_OPTIONS
"""Of so few options, as typed."""
FEW = 4
"""Of that many rows, one may be without an answer that everybody should give."""


def share[Answer](answers: Sequence[Answer], test: Callable[[Answer], object]) -> float:
    """Return the share of answers that pass a test, 0 where there are none."""
    return sum(bool(test(answer)) for answer in answers) / len(answers) if answers else 0.0


def distinct(answers: Sequence[str]) -> list[str]:
    """Return the answers that differ when compared as options are, as first typed."""
    found: dict[str, str] = {}
    for answer in dict.fromkeys(answers):
        if said := fold(answer):
            found.setdefault(said, answer)
    return list(found.values())


def are_chosen(answers: Sequence[str]) -> bool:
    """Say whether answers look like chosen ones: few, short or given again, and given again and again."""
    if len(set(answers)) > MOST_SPELLINGS:
        return False
    options = distinct(answers)
    if not options or len(options) > min(MOST_OPTIONS, max(2, len(answers) // 2)) or len(options) >= len(answers):
        return False
    given = Counter(map(fold, answers))
    long = [option for option in options if len(option) > LONGEST_OPTION]
    again = all(given[fold(option)] > 1 and len(option) <= LONGEST_SEEN for option in long)
    return again or (len(long) == 1 and len(options) > len(long) + 1)


def split_options(answers: Sequence[str], people: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the answers that at least two people gave, and those that one person alone gave.

    The latter may be texts that this person typed: they belong in no draft.

    >>> split_options(["Son", "Image", "son", "Ma vie"], ["A", "A", "B", "B"])
    (['Son'], ['Image', 'Ma vie'])
    """
    givers: dict[str, set[str]] = {}
    for answer, person in zip(answers, people, strict=True):
        givers.setdefault(fold(answer), set()).add(person)
    shared, single = list[str](), list[str]()
    for option in distinct(answers):
        (shared if len(givers[fold(option)]) > 1 else single).append(option)
    return shared, single


COMMA = re.compile(r",\s*(?![^()\[\]]*[)\]])")
"""A comma outside brackets."""


def pieces(answers: Sequence[str], joiner: str, *, apart: bool = False) -> list[list[str]]:
    """Return the answers of each cell: parts between joiners, those that only ever come one after the other as one.

    ``apart`` says that several are asked for, so that parts are answers of their own even where they come together.

    >>> pieces(["Web, front end, iOS", "iOS", "Web, front end"], ",")
    [['Web, front end', 'iOS'], ['iOS'], ['Web, front end']]
    """
    if joiner != ",":
        return [split(answer, None if joiner == ";" else joiner) for answer in answers]
    cells = [[part.strip() for part in COMMA.split(answer) if part.strip()] for answer in answers]
    inner = continuations(cells)
    cells = [join_parts(cell, lambda _, part: fold(part) in inner) for cell in cells]
    while not apart and (pairs := inseparable_pairs(cells)):
        cells = join_pairs(cells, pairs)
    return cells


def join_pairs(cells: Sequence[Sequence[str]], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Return the parts of each cell, these pairs of them as one."""
    return [join_parts(cell, lambda left, right: (fold(left), fold(right)) in pairs) for cell in cells]


def continuations(cells: Sequence[Sequence[str]]) -> set[str]:
    """Return the parts that go on with an option: small letters, never first, where cells begin with a capital."""
    first = [cell[0] for cell in cells if cell]
    if sum(part[0].isupper() for part in first) < 0.9 * len(first):
        return set()
    starts = {fold(part) for part in first}
    return {fold(part) for cell in cells for part in cell[1:] if not part[0].isupper()} - starts


def inseparable_pairs(cells: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Return the pairs of parts of which the first is always followed by the second, the second never without it."""
    alone = Counter(fold(part) for cell in cells for part in cell)
    beside = Counter((fold(a), fold(b)) for cell in cells for a, b in pairwise(cell))
    return {pair for pair, times in beside.items() if times > 1 and alone[pair[0]] == times == alone[pair[1]]}


def join_parts(cell: Sequence[str], joins: Callable[[str, str], bool]) -> list[str]:
    """Return the parts of a cell, each that is to go on with the one before joined to it."""
    found: list[str] = []
    for part in cell:
        if found and joins(found[-1], part):
            found[-1] = f"{found[-1]}, {part}"
        else:
            found.append(part)
    return found


COUNT = re.compile(
    r"\b(how many|how much of|number of|numbers? of|no of|num|nb|nbr|nbre|combien|nombre( maxim\w+)?( de| d)?|the most"
    r"|maximum|max|up to|at most|jusqu a|au plus|au maximum)\b"
)
MENTEES = re.compile(
    r"\b(mentees?|mentore\w*|filleul\w*|fillot\w*|bizut\w*|proteges?|protegees?|tutore\w*|tutees?|littles?|coachees?"
    r"|advisees?|mentorships?|godchild\w*)\b"
)
MENTORS = re.compile(r"\b(mentors|parrains|marraines|tuteurs|tutrices|tutors|bigs|coachs|coaches)\b")
RELATIONS = re.compile(
    r"\b(accompagnements?|parrainages?|marrainages?|tutorats?|mentorats?|suivis?|jumelages?|binomes?|duos?|pairs|dyads?"
    r"|matche?s|tandems?|budd(?:y|ies)|pairings?|partnerships"
    r"|mentoring relationships?|befriendings?|prises? en charge)\b"
)
PEOPLE = re.compile(
    r"\b(people|persons?|individuals?|personnes?|students?|scholars?|pupils?|undergrads?|undergraduates?|freshers?"
    r"|freshm[ae]n|first years?|second years?|trainees?|interns?|apprentices?|graduates?|grads|juniors?|seniors?"
    r"|starters|joiners|hires|newcomers?|newbies|recruits?|arrivals|refugees?|learners?|fellows?|beginners?|researchers?"
    r"|teachers?|workers?|users?|members?|teens|teenagers?|youngsters?|young|youth|youths|kids|child|children|adults?"
    r"|elders?|residents?|families|family|households?|colleagues?|coworkers?|peers?|buddies|friends?|neighbours?"
    r"|participants?|candidates?|applicants?|clients?|founders?|entrepreneurs?|engineers?|developers?|artists?|players?"
    r"|writers?|authors?|men|women|girls?|boys?|brothers?|sisters?|beneficiar\w*|others"
    r"|etudiant\w*|jeunes?|eleves?|lyceen\w*|collegien\w*|apprenant\w*|apprenti\w*|alternant\w*|stagiaires?|salarie\w*"
    r"|collegues?|confreres?|consoeurs?|enfants?|ados?|adolescent\w*|adultes?|aine\w*|anciens|anciennes|retraite\w*"
    r"|detenu\w*|familles?|foyers?|couples?|voisin\w*|camarades?|potes|copains|nouveaux|nouvelles|nouvel\w*|arrivant\w*"
    r"|refugie\w*|candidat\w*|demandeurs?|demandeuses?|beneficiaires?|usagers?|adherent\w*|membres?|benevoles?"
    r"|chercheu\w*|doctorant\w*|debutant\w*|entrepreneu\w*|porteu\w*|createu\w*|creatrices?|artistes?|enseignant\w*"
    r"|soignant\w*|infirmier\w*|internes?|externes?|agents?|elus|elues|pairs|accompagnes|accompagnees|parraines"
    r"|parrainees|primants?|[1-5]a|l[1-3]|m[12]|phds?|postdocs?|ecrs?|gamins?|gosses?|femmes?|hommes?|filles?|garcons?|gens|amis|amies|autres)\b"
)
AGENTS = re.compile(
    r"\b(?!numbers|papers|letters|chapters|orders|offers|answers|posters|flyers|computers|servers|quarters|dinners"
    r"|semesters|trimesters|committees|degrees|trees|fees|errors|doors|floors|metiers|dossiers|ateliers|quartiers"
    r"|annees|journees|soirees|matinees|idees|donnees|entrees|tournees|durees|papiers|courriers|chantiers|secteurs|ordinateurs|cahiers|instants|documents)"
    r"\w{3,}(ers|ees|ors|eurs|euses|rices|ants|antes|iens|iennes|istes|ists|ians)\b"
)
"""Words that most often are for people who do or undergo something: returners, bakers, tutees, débutantes."""
THINGS = re.compile(
    r"\b(time|temps|money|argent"
    r"|hours?|heures?|h|years?|ans|annees?|times?|fois|sessions?|rendez vous|rdv|meetings?|seances?|minutes?|days?"
    r"|jours?|weeks?|semaines?|months?|mois|rencontres?|afternoons?|evenings?|soirees?|per|par|with|avec|for|pour|in"
    r"|dans|about|sur|articles?|papers?|pages?|documents?|mots|words|illustrations?|theses|memoires|projects?|projets?"
    r"|langu\w+|countries|pays|sites?|jobs?|postes?|offres?|offers?|compan\w+|entreprises?|organi[sz]ations?|schools?"
    r"|ecoles?|class\w*|cours|courses?|modules?|credits?|points?|calls?|appels?|appeals?|cases?|dossiers?|e?mails?"
    r"|messages?|visits?|visites?|lits?|beds?|rooms?|chambres?|tickets?|billets?|events?|evenements?|missions?|stages?"
    r"|internships?|placements?|ateliers?|workshops?|trainings?|formations?|questions?|euros?|dollars?|km|miles?"
    r"|animals?|animaux|dogs?|cats?|chiens?|chats?|units?|arrets?|conges?|repas|meals?|members of staff|employees?"
    r"|employes?|staff|books?|livres?|topics?|themes?|domaines?|areas?|skills?|options?|choix|choices?)\b"
)
"""What is counted instead of people, or what stands between a count and somebody who is not what it counts."""
PLACES = re.compile(r"\b(places?|spots?|spaces?|slots?|room|openings?|vacanc\w+|capacit\w+)\b")
ABLE = re.compile(
    r"\b(can|could|would|will|willing|able|like|want|wish|open|prefer\w*|prepared|ready|happy|comfortable|may|accept\w*"
    r"|hop(e|ing)|ideally|pouvez|pourriez|pourrez|peux|pourrais|pourras|peut|souhait\w*|voulez|voudriez|veux|voudrais"
    r"|aimeri?\w*|pret\w*|desir\w*|envisag\w*|seriez|serais|pensez|penses|compt(ez|es) \w+|envie|dispose\w*|partant\w*"
    r"|prendri\w*|accueilleri\w*|suivri\w*|\w{3,}(?:rez|ras|raient|riez))\b"
)
WANTED = re.compile(
    r"\b(souhait\w*|accept\w*|voulu\w*|desir\w*|possibles?|max\w*|simultane\w*|en parallele|en meme temps|a la fois"
    r"|at once|at a time|at the same time|at any one time|wanted|preferred|requested|limit\w*|up to|at most|jusqu a"
    r"|au plus|disponibles?|envisag\w*|available|capacit\w+)\b"
)
"""What says of people or relations, without a verb, that they would be taken."""
PAST = re.compile(
    r"\b(did|were|was|had|already|previous\w*|so far|ever|to date|since|formerly|in the past|last (year|term)|past"
    r"|over the (last|past)|current|currently|at present|right now|these days|deja|ont|avait|aviez|avais|avions|eus?"
    r"|etait|etiez|depuis|precedent\w*|auparavant|par le passe|l an dernier|annee (derniere|passee|precedente)"
    r"|actuel\w*|en ce moment|a ce jour|jusqu ici|jusqu a present)\b"
)
HELD = re.compile(
    r"\b(have you|has|have \w+ed|do you have|have got|avez vous|as tu|avez|j ai|t as|tu as|are you (?!willing|looking"
    r"|hoping|wanting|wishing|planning|considering)\w+ing|do you \w*(mentor|supervise|manage|coach|tutor|support)"
    r"|(encadr|suiv|accompagn|parrain|mentor|ger|dirig|manag|form|tutor|coach|aid|soutenn?)(ez vous|es tu|e t)\w*)\b"
)
"""Whom somebody has today."""
ELSEWHERE = re.compile(
    r"\b(household|live with|living with|vivent|vit avec|a charge|dependents?|dependants?|in your|your own|dans votre"
    r"|dans ton|de votre (equipe|entreprise|service)|table|dinner|diner|dejeuner|lunch|voiture|vehic\w*|passag\w*|lift"
    r"|covoitur\w*|salle|venue|event|evenement|ceremon\w*|gala|conference|billets?|tickets?|travel\w*|voyag\w*|guests?"
    r"|invit\w*|badges?|bring\w*|creche|nursery|childcare|parking|garderie|cantine|hotel|hire|hiring|recrut\w*|embauch\w*"
    r"|employ\w*|enrol\w*|register|inscrire|classroom|t shirts?|attend\w*|tak(e|ing) part"
    r"|participer\w*|viendr\w*|present[es]*|references?|referees?|vouch\w*|recomm[ae]nd\w*|know|connai\w*)\b"
)
"""Contexts of counts of other people: at home, at work, at an event, among acquaintances."""
CLOSE = re.compile(
    r"\b(accompagn\w*|parrain\w*|marrain\w*|mentor(er|ez|ing|at)?|tutor(er|ez|ing|at)?|coach\w*|encadr\w*|supervis\w*"
    r"|befriend\w*|look(ing)? after|under (your|my) wing|sous (votre|ton|son) aile|(pair|match|twinn?|partner|buddi)ed"
    r"|(pair|match) (you|me)|consacr\w*|jumel\w*|apparie\w*|en binome|buddy|chaperon\w*|guid\w*|epauler"
    r"|conseiller|advis\w*)\b"
)
"""What is only done for people."""
TAKING = re.compile(
    rf"{CLOSE.pattern}|\b(support\w*|take|takes|taking|help\w*|aider|accueil\w*|prendr\w*|hosts?|hosting|heberg\w*|loger"
    r"|suivre|suivri\w*|soutenir|welcom\w*|meet\w*|rencontrer|work with|care for|s occuper|t occuper|vous occuper"
    r"|adopt\w*|accommodat\w*|handle|serve|assist\w*|receive|rece[vp]\w*|assigned|attribu\w*|confi\w+|echanger)\b"
)
OFFERING = re.compile(
    r"\b((willing|happy|glad|prepared|ready|comfortable|able|open) to|(seriez|serais) (vous |tu )?partant\w*"
    r"|pret\w* a|accepteri\w*|accepterais)\b"
)
"""How a service is offered, whatever its verb."""
ASKED = re.compile(
    r"\b((can|could|would|will|may|might|do|are) (you|u)|(you|i) (can|could|would|will|may|might)|(vous|tu|je|j) \w+"
    r"|\w+ (vous|tu))\b"
)
"""Phrases in which the person who answers is the one who acts."""
MUTUAL = re.compile(
    r"\b((pair|match|twinn?|partner|buddi)ed|(pair|match) (you|me)|jumel\w*|apparie\w*|echanger|meet\w*|rencontrer)\b"
)
"""What either side may say of the other."""
BARE = re.compile(
    r"(?:nombre de )?(?:places?|capacite)(?: (?:d accueil|disponibles?|offertes?|maximale?|max))*|capacity"
    r"|number of places"
)
SHORT = 3
"""Letters of a word that is no noun, before the verb: ``de``, ``en``, ``t``."""
NEAR, FAR = 4, 7
"""Words between a count and those counted: at most so many, or so many behind a verb."""
IF_SO = re.compile(r"(si oui|le cas echeant|if so|if yes)\b")
"""What puts a question under the one before it."""
TITLE = 4
"""So many words at most ask without a word that counts."""
MOST = 50
"""Nobody takes more people than that."""
SPELLED = {
    word: number
    for number, words in enumerate(
        (
            "zero none aucun aucune",
            "one un une",
            "two deux",
            "three trois",
            "four quatre",
            "five cinq",
            "six",
            "seven sept",
            "eight huit",
            "nine neuf",
            "ten dix",
        )
    )
    for word in words.split()
}
OPEN = re.compile(r"\b(less|fewer|moins|(?<!pas )plus d(e|')|(?<!no )more than|over|under)")
SPAN = re.compile(r"\d{1,2} ?(-|–|a|to|ou|or) ?\d{1,2}\b")
"""Numbers between which an answer leaves the choice."""
FILLERS = re.compile(
    r"(or|more|ou|plus|et|and|at|the|most|au|max\w*|up|to|jusqu|a|only|seule?s?|seulement|environ|about|e|es|s|en|de|des"
    r"|par|per|an|year|once|time|meme|fois|voire|possible|new|pas|d|tout|la|grand|uniquement|juste|just|simplement"
    r"|no|than|moi|je|peux|prends|j|accepte|i|can|take|maxi|maximum|limite|chaque|each|their|own|on|temps)"
)
"""What may stand beside the figure in an answer: with any other word it is somebody's own text."""
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
UNBOUNDED = re.compile(
    r"(?:(?:un |le )?nombre )?(?:"
    r"(?:tout )?(?:autant|tant) (?:d?e? ?(?:personnes|mentores?|filleule?s|jeunes|etudiante?s|binomes) )?(?:que|qu|de)"
    r"(?: (?:de|besoins?|necessaires?|possibles?|utile|voulu|requis|demande|vous|tu|il|ils|elles|on|en|le|la|y|nous|je"
    r"|faut|faudra|voulez|veux|voudrez|souhaitez|souhaite|souhaites|peux|peut|pouvez|pourrai|aura|sera|me|m|l))+"
    r"|selon (?:le|les|vos|l|la) (?:besoins?|demandes?|necessite)"
    r"|en fonction d(?:es|u|e la|e vos) (?:besoins?|demandes?)"
    r"|(?:sans|pas de|aucune?)(?: nombre)? (?:limites?|limitation|maximum|maxi|max|plafond)"
    r"|illimitee?s?|peu m?importe(?: le nombre)?|n importe(?: combien| quel nombre)?|indifferent|le plus possible"
    r"|(?:un|le) maximum(?: possible)?|plusieurs|[cs]a depend|cela depend|a (?:definir|voir|discuter)"
    r"|as many as(?: (?:you|they|we|i|is|are|it|takes|needed|need|wanted|want|possible|necessary|required|like|can"
    r"|there|will|would|be|have|asked))+|however many(?: (?:you|we|i|is|are|needed|need|want|required))+"
    r"|no (?:limit|max|maximum|cap|preference)|unlimited|any(?: number)?|several|(?:it )?depends|as needed"
    r"|whatever(?: is)? needed"
    r")"
)
"""Answers that take people and give no number."""


def taking_side(question: str, before: str = "", side: Side | None = None) -> Side | None:
    """Return who a question asks how many people they would take, None where it asks something else.

    ``before`` is the question that it follows, ``side`` the only side that answered, where there is one.

    >>> taking_side("How many mentees can you take?"), taking_side("Combien de mentors souhaitez-vous ?")
    ('mentor', 'mentee')
    >>> taking_side("How many people did you manage?"), taking_side("Combien d'heures par mentoré·e ?")
    (None, None)
    """
    *earlier, last = sentences(question) or [""]
    context = " ".join((plain(before), *earlier))
    said = f"{context} {last}" if lacks_noun(last) or IF_SO.match(last) else " ".join((*earlier, last))
    if is_settled_elsewhere(last, said):
        return None
    count = COUNT.search(last)
    if count is None:
        return side_in_title(last)
    if lacks_noun(last):
        return side_taking(said, said, side)
    whom = find_counted_words(last[count.end() :])
    return None if whom is None else side_taking(whom or f"{context} {last[: count.start()]}", said, side)


def may_ask_places(question: str) -> bool:
    """Return whether a question may count the partners that a person would take, with any verb.

    >>> may_ask_places("How many would suit you?"), may_ask_places("How many hours could you give?")
    (True, False)
    """
    *earlier, last = sentences(question) or [""]
    said = " ".join((*earlier, last))
    if is_settled_elsewhere(last, said) or not (ABLE.search(said) or WANTED.search(said)):
        return False
    count = COUNT.search(last)
    whom = find_counted_words(last[count.end() :] if count else last)
    return whom is not None and bool(count or whom)


def is_settled_elsewhere(last: str, said: str) -> bool:
    """Return whether the question counts former or current partners, or people in another context."""
    return bool(PAST.search(last) or ELSEWHERE.search(said) or (HELD.search(last) and not PLACES.search(last)))


def sentences(question: str) -> list[str]:
    """Return the sentences of a question as plain words, the last that counts at the end, names of variables apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", question)
    spaced = re.sub(
        r"\b(mentor|tuteur|parrain)[·•.(-](?:e|ne|rice|trice)?[)·•.-]?s?\b", r"\1s", spaced, flags=re.IGNORECASE
    )
    spaced = re.sub(r"\b(of|de)? ?(this|next|cette) (year|term|semester|année)(['’]s)?\b", " ", spaced)
    spaced = re.sub(r"\b(no|nb|nbre|max)\.", r"\1 ", spaced, flags=re.IGNORECASE)
    parts = [said for part in re.split(r"[?!…\n]|\.\s|\s\(", spaced) if (said := plain(part))]
    at = next((at for at in reversed(range(len(parts))) if COUNT.search(parts[at])), len(parts) - 1)
    return [*parts[:at], " ".join(parts[at:])]


def lacks_noun(said: str) -> bool:
    """Say whether a sentence counts without a word on what: ``If so, how many at once?``."""
    count = COUNT.search(said)
    rest = said[count.end() :] if count else said
    others = re.findall(r"\w+", WANTED.sub(" ", re.sub(r"\b(par|per|each|a|chaque) (an|year|term|annee)\b", " ", rest)))
    return count is not None and not others


def find_counted_words(rest: str) -> str | None:
    """Return the words for what is counted, behind a count; None where that is no people, as far as words tell."""
    verb = ABLE.search(rest)
    seat = PLACES.search(rest)
    thing = THINGS.search(rest[: verb.start()] if verb and verb.start() > 1 else rest)
    whom = min(
        (found for words in (MENTEES, MENTORS, RELATIONS, PEOPLE, AGENTS) if (found := words.search(rest))),
        key=lambda found: found.start(),
        default=None,
    )
    if seat and whom and seat.start() < whom.start():
        return whom.group()
    if whom is None:
        return None if thing or seat else ""
    between = rest[: whom.start()]
    verb = ABLE.search(between)
    led = verb is None or all(len(word) < SHORT for word in between[: verb.start()].split())
    near = len(between.split()) <= (FAR if verb else NEAR)
    return whom.group() if led and near and not THINGS.search(between) else None


def side_taking(whom: str, said: str, side: Side | None) -> Side | None:
    """Return who would take those counted, by the word for them and by all that is said."""
    able = ABLE.search(said) or WANTED.search(said)
    if MENTEES.fullmatch(whom) or (able and MENTEES.search(whom)):
        return "mentor"
    if MENTORS.search(whom):
        return "mentee" if able else None
    if RELATIONS.search(whom):
        return "mentor" if able else None
    if PLACES.search(said) and (able or HELD.search(said)):
        return "mentor"
    named = PEOPLE.search(whom) or AGENTS.search(whom)
    # Who answers from the mentors' side alone need not say what they would do for people.
    meant = named and (OFFERING.search(said) or (side == "mentor" and ASKED.search(said)))
    if not able or not (meant or (TAKING if named else CLOSE).search(said)):
        return None
    return side or "mentor" if MUTUAL.search(said) else "mentor"


def side_in_title(said: str) -> Side | None:
    """Return who takes those that a short title names as wanted, without a word that counts."""
    words = len(said.split())
    offered = MENTEES.match(said) and (ABLE.search(said) or " d " in said) and TAKING.search(said)
    if not (words <= TITLE and WANTED.search(said)) and not (words <= TITLE + 1 and offered):
        return None
    return "mentor" if MENTEES.search(said) else "mentee" if MENTORS.search(said) else None


def asks_places(question: str) -> bool:
    """Say whether a question is a bare word for the places that somebody has."""
    return bool(BARE.fullmatch(plain(question)))


def figure(answer: str) -> int | None:
    """Return the one whole number in a short answer, the least of an open one, None where it has none or several.

    >>> figure("2"), figure("Three or more"), figure("3+"), figure("1 à 2"), figure("plus de 3")
    (2, 3, 3, None, None)
    >>> figure("Two (each on their own)"), figure("Une seule"), figure("Pas plus de deux")
    (2, 1, 2)
    """
    said = ASIDE.sub(" ", fold(answer))
    words = re.findall(r"[a-z]+", said)
    numbers = [*(int(one) for one in re.findall(r"\d+", said)), *(SPELLED[one] for one in words if one in SPELLED)]
    plainly = (
        all(word in SPELLED or FILLERS.fullmatch(word) or names_people(word) for word in words) and len(numbers) == 1
    )
    if not plainly or OPEN.search(said) or re.search(r"\d[.,]\d", said):
        return None
    return numbers[0] if numbers[0] <= MOST else None


def names_people(word: str) -> bool:
    """Say whether a word is one for people that are taken."""
    return is_counted(word) or bool(AGENTS.fullmatch(word))


def are_counts(answers: Sequence[str]) -> bool:
    """Say whether answers are numbers of people, all but a few, or between two such numbers."""
    given = distinct(answers)
    figures = share(given, lambda text: figure(text) is not None)
    others = share(given, lambda text: figure(text) is None and (leaves_choice(text) or is_unbounded(text)))
    return figures >= (0.5 if figures + others < 1 else 0.3) and figures + others > 0.75


def may_count_places(question: str, answers: Sequence[str]) -> bool:
    """Return whether a question may count the partners that a person would take, and an answer is above one.

    >>> may_count_places("How many would suit you?", ["One", "Two at most"])
    True
    """
    if not may_ask_places(question) or not are_counts(answers):
        return False
    return any((figure(text) or 0) > 1 or leaves_choice(text) or is_unbounded(text) for text in distinct(answers))


def leaves_choice(answer: str) -> bool:
    """Return whether an answer begins with two numbers between which it leaves the choice.

    >>> leaves_choice("2-3"), leaves_choice("Deux ou trois"), leaves_choice("Deux")
    (True, True, False)
    """
    spelled = re.sub(r"[a-z]+", lambda word: str(SPELLED.get(word[0], word[0])), fold(answer))
    return bool(SPAN.match(spelled))


def is_unbounded(answer: str) -> bool:
    """Return whether an answer takes people and gives no number.

    >>> [is_unbounded(text) for text in ("As many as you need", "Autant que nécessaire", "Deux, si Léa est là")]
    [True, True, False]
    """
    return bool(UNBOUNDED.fullmatch(plain(ASIDE.sub(" ", answer))))


def figures_of(answers: Sequence[str]) -> dict[str, str]:
    """Return the answers that hold a number and are not written as one, with that number."""
    return {
        answer: str(number)
        for answer in distinct(answers)
        if parse_number(answer) is None and (number := figure(answer)) is not None
    }


def is_impersonal(answer: str) -> bool:
    """Return whether an answer consists of words for numbers alone, so that nobody can be known by it."""
    words = re.findall(r"[a-z]+", fold(answer))
    return is_unbounded(answer) or all(word in SPELLED or FILLERS.fullmatch(word) or is_counted(word) for word in words)


def is_counted(word: str) -> bool:
    """Return whether a word is one of the known words for people or relations that are counted."""
    return any(words.fullmatch(word) for words in (MENTEES, MENTORS, RELATIONS, PEOPLE))
