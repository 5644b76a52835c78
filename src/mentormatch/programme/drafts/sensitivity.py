"""Whether a question asks for sensitive data: by its own words, by those around them, and by the options chosen.

A wrong guess on one side shows staff one question less; on the other it pairs people by their health or their faith.
So a phrase of a sensitive subject counts, unless the words beside it say that it is a field of work, of study or of
interest, a contract, or that others than the person are meant. Options count where two of them are of such a subject,
or one that tells by itself.
"""

# French here is read, not said

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain

from mentormatch.programme.drafts.lexicon import CONSENT, alternatives, combine, plain, within
from mentormatch.programme.drafts.subjects import SUBJECTS

MOST_ANSWERS, LONGEST = 200, 90
"""Different answers that are looked at, and the characters of the longest one that may be an option."""
SHARE, TYPED, FEW = 0.15, 0.4, 3
"""The share of sensitive options that tells, where they were chosen and where typed; how many are few."""
COLOURS = frozenset(re.findall(r"\w+", "blue bleu gray green grey gris jaune orange pink red rose rouge vert yellow"))
"""Options beside which black and white are colours of things."""
PERSON = re.compile(
    r"\b(?:you|your|yourself|i|my|am|we|our|any|vous|votre|vos|tu|ton|ta|tes|je|j|mon|ma|mes|es|as|son|sa|"
    r"ses|their|his|her"
    r"|child s|spouse s|please|needs?|any|besoin|merci|veuillez|indiquez|precisez)(?: \w+){0,9} $"
)
ASKED = re.compile(
    r" (?:\w+ ){0,2}(?:do|did|are|were|have|would) (?:you|they)\b"
    r"| (?:\w+ ){0,2}(?:avez|auriez|aurez|etes|pratiquez|suivez|portez|appartenez|prenez) vous\b"
    r"|(?: \w+){0,4} (?:you need|would (?:help|suit) you)\b"
    r"|(?: \w+){0,8} (?:vous|te|t) (?:faut|faudra\w*|ser\w+|sont|aider\w+|permett\w+|a t)\b"
)
"""What stands behind a phrase that is asked of a person: what they do, and what they need or had."""
IN_LIFE = re.compile(
    r" (?:\w+ ){0,4}(?:in|for|to|dans|pour|helps?|suits?|support) (?:you|your|vous|votre|toi|ta|ton)\b"
)
"""What stands behind a phrase that a person is asked about."""
REMARK = re.compile(r"[(\[:]")
"""What a remark on a question begins with."""
DONE_BY = r"(?:have|do|did|avez|as|que|qu) (?:you|vous|tu)"
NOT_OWN = r"(?!(?:my|your|own|being|vos|votre|ton|ta|tes|etre)\b)"
NOT_GIVEN = r"(?<!besoin d )(?<!need )(?<!need some )(?<!etre )(?<!be )(?<!being )"
"""What stands ahead of help that a person receives."""
ASKING = r"(?:which|what|quels?|quelles?|your|vos|votre|tes|ton|ta)"
DONE = (
    r"(?:handled?|defended|tried|advise[ds]?|represented|conseillez|defendez|defendu\w*|plaide\w*|traitez"
    r"|treat|cover|couvrez|enseignez|teach|gerez|manage)\b"
)
ABOUT = r"(?:in|of|on|about|with|within|for|into|towards?|de|du|des|d|en|sur|dans|avec|aux?|pour|a)"
ARTICLE = r"(?: (?:the|a|an|la|le|les|l|un|une|some|other|d autres))*"
BEHIND = r"(?: (?:inclusion|\w+al|\w+aux|\w+ales?|infectieuses?|rights?))?"
SMALL = frozenset(
    re.findall(
        r"\w+",
        "a an and any appartenance are attendance attended attestation au aux avez certificat certificate check "
        "checked code communaute community contact current currently d dans date de des describe details did do "
        "does du en est et etes facultatif field flag for form fourni fournie group groupe have historique history "
        "hors if in indiquez info information is l la laquelle le lequel les level member membership membre merci "
        "my n name needs no nom non note notes number numero o of on optional optionnel or ou oui par part phone "
        "please pour precisez q quel quelle quelles quels question si situation sont specify status statut "
        "telephone the to two type un une vos votre vous what which with y yes you your",
    )
)
"""Words that leave a phrase all that a question says."""
DECLINED = re.compile(
    r"(?:i )?(?:would )?(?:prefer|rather|wish|want|choose)s? not|(?:do not|don t) (?:wish|want)|decline"
    r"|(?:ne )?(?:souhaite|veux|prefere|desire)\w* pas|ne pas repondre|sans reponse|nspp"
)


def subject_of(question: str, options: Iterable[str] = (), *, closed: bool = True) -> str | None:
    """Return the sensitive subject that a question asks for, None where it asks for none.

    ``options`` are the answers that differ, or the labels of boxes; ``closed`` says that they were chosen, not typed.

    >>> subject_of("Avez-vous un problème de santé ?"), subject_of("Travaillez-vous dans le secteur de la santé ?")
    ('health', None)
    >>> subject_of("Q12", ["Hétérosexuel·le", "Bisexuel·le", "Je préfère ne pas répondre"])
    'sexuality'
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)
    said = without_harmless(plain(spaced))
    chosen = tuple(option for option in list(options)[:MOST_ANSWERS] if len(option) <= LONGEST)
    by_words = subject_in_words(said)
    if by_words:
        return by_words
    # What stands before brackets or a colon is what is asked for; what is behind may name a course or a field.
    core = without_harmless(plain(REMARK.split(question, maxsplit=1)[0]))
    if is_topical(said) and not (core and subject_in_words(core)):
        return None
    return subject_in_options(tuple(map(plain, chosen)), closed=closed)


def subject_in_words(said: str) -> str | None:
    """Return the sensitive subject of the words of a question, None where there is none."""
    found = find_in_words(said)
    return found and found[0]


def telling_words(question: str) -> str:
    """Return the words of a question that make it sensitive, empty where its words do not.

    >>> telling_words("Avez-vous un problème de santé ?"), telling_words("Quel est votre métier ?")
    ('problème de santé', '')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)
    found = find_in_words(without_harmless(plain(spaced)))
    if found is None:
        return ""
    words, phrase = list(re.finditer(r"[^\W_]+", spaced)), found[1].split()
    runs = (words[at : at + len(phrase)] for at in range(len(words) - len(phrase) + 1))
    run = next((run for run in runs if [plain(word[0]) for word in run] == phrase), None)
    return spaced[run[0].start() : run[-1].end()] if run else found[1]


@lru_cache(maxsize=4096)
def find_in_words(said: str) -> tuple[str, str] | None:
    """Return the sensitive subject of the words of a question and the phrase that tells it, None where none does."""
    agreed = bool(within(CONSENT).match(said))
    for subject in SUBJECTS:
        # Phrases that tell in any sentence; in one by which people agree, no others do.
        phrases = (subject.certain, subject.telling) + (() if agreed else (subject.likely,))
        strong = (m.span() for part in phrases for m in within(part).finditer(said))
        # Phrases that tell where a person is asked.
        weak = () if agreed else (m.span() for m in within(subject.possible).finditer(said))
        personal = (span for span in weak if concerns_person(said, span))
        span = next((span for span in chain(strong, personal) if not is_exempt(said, span)), None)
        if span:
            return subject.name, said[slice(*span)]
    return None


def is_doubtful(question: str) -> bool:
    """Say whether a word of a sensitive subject stands in a question, asked of a person or not.

    >>> is_doubtful("Church youth group nearby"), is_doubtful("Youth group nearby")
    (True, False)
    """
    said = without_harmless(plain(question))
    found = (match.span() for subject in SUBJECTS for match in within(subject.possible).finditer(said))
    return any(not is_exempt(said, span) for span in found)


def concerns_person(said: str, span: tuple[int, int]) -> bool:
    """Say whether a phrase is asked of a person, or is all that the question says."""
    rest = [*said[: span[0]].split(), *said[span[1] :].split()]
    behind = said[span[1] :]
    if PERSON.search(said[: span[0]]) or ASKED.match(behind) or IN_LIFE.match(behind):
        return True
    return all(word in SMALL or word.isdigit() for word in rest)


def is_exempt(said: str, span: tuple[int, int]) -> bool:
    """Say whether the words around a phrase tell that it is a field of work, or the state of others."""
    before, phrase, after = said[: span[0]], said[slice(*span)], said[span[1] :]
    # A field of work or of study, a club.
    ahead, behind = exempting_frames()
    if any(frame.search(before) for frame in ahead) or any(frame.match(after) for frame in behind):
        return True
    # A subject that is talked about with somebody.
    talked, listened, helped = conversation_frames()
    if talked.search(before) and listened.search(after):
        return True
    # Help that is given to others.
    others = within(OTHERS)
    aided = helped.search(before)
    return bool(aided and (others.search(aided[0]) or others.match(phrase) or others.match(after.lstrip())))


@cache
def exempting_frames() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return what makes a field of work of a phrase, or somebody else's state: by words ahead of it, and behind it."""
    topic, link = alternatives(TOPICS), rf"(?: {ABOUT})+{ARTICLE}"
    ahead = (
        rf"\b(?:{topic}{link}(?: \w+)?|{alternatives(OF_NOUN)}) $",
        rf"^(?:(?:q\d+|{ABOUT}|{ASKING}) ){{0,3}}(?:\w+ )?{alternatives(HEADS)}(?: {NOT_OWN}\w+)* $",
        rf"\b{alternatives(MENTEES)}(?: {NOT_OWN}\w+){{0,4}} $",
    )
    behind = (
        rf"{BEHIND} {topic}(?!\w)",
        rf"(?: \w+){{0,2}} {DONE_BY}(?: \w+){{0,2}} {DONE}",
        rf"(?: \w+){{0,3}} {alternatives(CLUBS)}(?!\w)",
    )
    return tuple(map(re.compile, ahead)), tuple(map(re.compile, behind))


@cache
def conversation_frames() -> tuple[re.Pattern[str], ...]:
    """Return the words of a talk, of those with whom it is, and of help given to others."""
    return (
        re.compile(rf"\b{alternatives(TALKED)}(?: {NOT_OWN}\w+){{0,6}} $"),
        re.compile(rf"\b{alternatives(LISTENERS)}(?!\w)"),
        re.compile(rf"{NOT_GIVEN}\b{alternatives(HELPED)}(?: \w+){{0,5}} $"),
    )


def is_topical(said: str) -> bool:
    """Say whether a question asks for a field of work, of study or of interest, or for what is done at work."""
    return bool(within(TOPICS).search(said) or within(PRACTISED).search(said))


@lru_cache(maxsize=1024)
def subject_in_options(options: tuple[str, ...], *, closed: bool) -> str | None:
    """Return the sensitive subject of options, None where too few are of one."""
    given = [option for option in options if not DECLINED.match(option)]
    # Some answers tell by themselves, such as an allowance for the disabled among sources of income.
    telling = [name for option in given if (name := find_subject(option))]
    if len(telling) > (not closed):
        return Counter(telling).most_common(1)[0][0]
    # Of all others two are needed, and a share of all; one is enough beside a few and a refusal to answer.
    found = [name for option in given if (name := subject_of_option(option))]
    declined = len(given) < len(options) and len(given) <= FEW
    enough = len(found) > 1 - declined and len(found) > (SHARE if closed else TYPED) * len(given)
    return Counter(found).most_common(1)[0][0] if enough and not (COLOURS & set(given) and "origin" in found) else None


def subject_of_option(option: str) -> str | None:
    """Return the sensitive subject of an option by which people say something of themselves, None of any other."""
    for subject in SUBJECTS:
        if subject.answers and re.fullmatch(alternatives(subject.answers), option):
            return subject.name
        if any(not is_exempt(option, m.span()) for m in within(subject.certain).finditer(option)):
            return subject.name
    return None


def find_subject(option: str) -> str | None:
    """Return the sensitive subject of an option that tells it whatever stands beside it, None of any other."""
    return next((subject.name for subject in SUBJECTS if within(subject.telling).search(option)), None)


@lru_cache(maxsize=4096)
def without_harmless(said: str) -> str:
    """Return the words of a question without phrases that only look sensitive.

    Where one of these is a part of a longer phrase that is sensitive, the longer one counts.
    """
    certain = [m.span() for subject in SUBJECTS for m in within(subject.certain).finditer(said)]

    def kept(match: re.Match[str]) -> str:
        start, end = match.span()
        longer = any(first <= start and end <= last and last - first > end - start for first, last in certain)
        return match[0] if longer else " "

    return " ".join(within(HARMLESS).sub(kept, said).split())


HOUSES = """
    direction*, ecole*, entreprise*, etablissement*, formation*, metier*, organisme*, service*, structure*, universite*
    """
TREATED = """
    d image*, de dossier*, de l image, de l information, de surface, de texte*, des dechets, des dossiers,
    des reclamations, du signal
    """
INSURED = "accident, dental, family, health, hospital, hospitalisation, life, medical, personal, travel"
INSURANCES = combine(INSURED, "insurance*, insurer*")
MUTUALS = "assurance*, caisse*, complementaire*, mutuelle*, prevoyance"
"""What an insurance is for, and who offers one: a contract says nothing of the health of whoever has it."""
OF_POLICIES = """
    commerciale*, culturelle*, d accueil, d achat*, d egalite, d inclusion, de * donnees, de confidentialite, de conge*,
    de cookies, de developpement, de formation, de l emploi, de la ville, de mobilite, de prix, de protection,
    de recrutement, de remboursement, de remuneration, de teletravail, diversite, handicap, publique*, rh, rse,
    salariale*, sante, sociale*
    """
OF_RACES = "bib*, car*, cat, categor*, condition*, day*, de, dist*, du, for, no, num*, result*, time*, to, track*"
"""What people come from without an origin, is treated without a doctor, is a policy, or belongs to a race on foot."""

HARMLESS = f"""
    {combine("intervenir, deplacer, rencontr*, rendre, visit*", "* prison*")},
    {combine("mentor*, teach*, volunteer*, work*", "in * prison*")}, {combine(HOUSES, "d origine")},
    {combine("traitement*", TREATED)}, {combine("race", OF_RACES)}, {combine("politique*", OF_POLICIES)}, {INSURANCES},
    {combine(INSURED, INSURANCES)}, {combine(combine(INSURED, "and, and or, or"), INSURANCES)},
    {combine(MUTUALS, "collective, d hospitalisation, de sante, hospitalisation, maladie, sante")},
    {combine("visa de, visa de la, visa de votre, visa du", "chef*, direct*, responsable*, tut*")},
    {combine("english, french, irish, spanish", "speaking")},
    {combine("heritage", "building*, conservation, management, site*, studies")},
    {combine("health of", "* business, * company, * economy, * project, * team")},
    {combine("faith in", "my team*, our *, the team*")},
    {combine("role need*, role require*, role subject to, post require*, poste * soumis", "* casier, * check*")},
    {combine("travaillez vous pour, work for", "a trade union, a union, un syndicat")},
    {combine("company s, organi*ation s", "political *")},
    acces aux soins, accessibilite numerique, accessibilite web, accessibility statement*, accessible by, accessible en,
    accessible* is the, accessible* was the, adjustment* to the schedule, amenagement* de * emploi du temps,
    amenagement* du territoire, amenagement* interieur*, amenagement* paysager*, amenagement* urbain*,
    are you a * therapist, arms race, as * passport, as it appears on, autoris* d hospitalis*, autoris* hospitalis*,
    autoris* l hospitalis*, bank of sentences, belief in the, belief* about, beliefs in, blind or open,
    blind peer review*, blind review*, blind spot*, blood donation d*, blood drive*, boat race, bonne foi,
    by conviction, candidate experience, candidate number, candidate pack*, carte visa, casier de vestiaire*, casier n,
    centre* de sante, church building*, church hall*, church music, church room*, church school*, coach party,
    code penal, comparative politic*, condition of the *, condition of your *, condition* de vente, conviction rate*,
    conviction* about, conviction* appeal*, conviction* educati*, conviction* en matiere, conviction* pedagogi*,
    conviction* professionnel*, cookie* polic*, credit union*, criminal case*, criminal defen*, criminal justice,
    criminal law, culte du *, d une politique, data for health, data polic*, deaf ears, demonstration* of,
    digital accessibility, digital health, dinner party, domaine de la sante, domaine* sante, double blind,
    douleur client*, droit penal, drug compan*, e sante, ecole confessionnelle*, economic depression,
    emergency medical care, emergency medical treatment, emergency treatment, en vue, etablissement* de sante,
    etablissements de soins, european union, expecting from, expecting of, expecting that, expecting to, expecting your,
    expiration du passeport, faith school*, figur* * passeport, financial depression, financial health, fit for purpose,
    fitness centre, foi en *, global health, golf handicap*, good faith, great depression, guide* d accessibilite,
    handicap index, handicap* * golf, health and safety, health camp*, health care sector, health data,
    health economics, health fair*, health first aid*, health policy, health safety, health science*, health sector*,
    health service*, health system*, health tech*, hearing about, hearing from, histoire des religions,
    history of medicine, history of politic*, history of religion*, human race, in your party, index de handicap,
    la politique d *, la politique de *, la politique du *, law criminal, ma foi, maison* de sante,
    manifestation d interet, manifestation* artistique*, manifestation* culturelle*, manifestation* sportive*,
    medical care in, medical field, medical imaging, medical school*, medical science*, medical student*,
    medicine and *, metier* de la sante, mission* handicap*, nationalite des entreprises, numero de candidat*,
    numero de casier, numero de passeport, numero du passeport, occupational health, origin of * project*,
    origin of the *, origin of this *, origine de ce*, origine de l idee, origine du *, outil medical, pain point*,
    par conviction, parti prenant, parti pris, party food, party planning, party size, party trick, party wall,
    passport expir*, passport no, passport number, poids dans, point* de douleur, point* de vue, police d ecriture,
    police de caractere*, political econom*, political histor*, political philosoph*, political scien*,
    political theor*, pren* * le parti, prise de parti, prise de vue*, prison education, prison officer*,
    prison service, prison visit*, privacy polic*, private health cover, product demonstration*,
    professionnel* de la sante, professionnel* de sante, public health, public polic*, quel parti tirez, rat race,
    referent* handicap, regime de travail, regime horaire, regime ss, regime* d assurance*, regime* de retraite,
    regime* fisca*, regime* indemnitaire*, regime* juridique*, regime* matrimonia*, regime* social*,
    religious education, religious studies, restriction* horaire*, restriction* on when, restriction* on your time,
    rugby union, sante animale, sante au travail, sante et securite, sante financiere, sante mondiale, sante numerique,
    sante publique, science des religions, science* de la sante, science* politique*, sciences de la vie et de la sante,
    sciences des religions, search party, secteur* de la sante, secteur* sante, sentence bank, sentence building,
    sentence structure*, set union, smoke test*, soin d urgence, soins d urgence, state of the union, student* union*,
    surgery do you practi*, surveillant* de prison, syndicat hote, syndicat* d initiative, syndicat* de copropri*,
    syndicat* intercommuna*, syndicat* mixte*, systeme de sante, tea party, tel* que sur * passeport, temple of,
    third party, tirer parti, tirez * parti, trait d union, traitement * de mes *, traitement * reponses,
    traitement* * donnees, traitement* automatique*, treatment of * data, union and intersection, union case*,
    union de plusieurs, union des *, union europeenne, union locale, union nationale, union of *, union rate*,
    union sportive, union square, visa * invitation, visa card*, visa sponsor*, vue d ensemble, weather condition*,
    web accessibility, weight given, weight in the, weight of each, what are you expecting, working condition*,
    working party, your body of
    """
"""Phrases that hold a sensitive word and say nothing of a person."""

TOPICS = """
    affaires, app, apps, architecture, area, areas, atelier*, awareness, beneficiaire*, beneficiar*, book*, career*,
    cases, champ*, client group*, colloque*, color*, colour*, competence*, conference*, connaissance*, couleur*, cours,
    cuisine, curriculum, degree*, department*, dialogue*, discipline*, domaine*, dossiers, droit, economics, editor*,
    education, engineer*, etude*, experience en, experience in, expert*, field, fields, filiere*, film*, formation*,
    genre, gestion, histoire, inclusion, industr*, ingenieu*, interest*, interet*, journal*, knowledge, la these,
    language*, langue*, law, laws, livre*, ma these, major, majors, metier*, module*, music, musique, newsletter*,
    niveau en, nurse*, outils, philosoph*, policies, policy, profession, professions, project*, publics, recherche*,
    research*, revue*, science*, secteur*, sector*, sensibilis*, skill*, software, specialis*, specialite*, specializ*,
    specialt*, start up*, startup*, studies, subject*, sujet*, target group*, teacher*, technolog*, thematique*, theme*,
    theses, thesis, tools, topic*, trained, training, votre these, ward, wards, workshop*
    """
"""Words that make a field of work, of study or of interest of what stands beside them."""

HELPED = """
    a l aise avec, accompagn*, accueillir, aide, aider, aidez, assist*, befriend*, benevol* aupres, coach*,
    comfortable with, defend*, encadr*, enseign*, experience aupres, experience avec, experience with, form*, help,
    helped, helping, interact with, interpret for, intervenez, intervenir aupres, interview, listen to, mentor*,
    ouvert a, recevoir, rencontrer, represent*, soutenir, soutien, suivez, suivre, support, supported, supporting,
    taught, teach, teaching, travaill* avec, tutor*, visit, visited, visiting, volunteer*, work with, worked with,
    working with
    """
"""What people do for others: with these, the others are meant and not the person."""

OTHERS = """
    adultes, adults, asylum seekers, children, clients, colleagues, collegues, demandeurs d asile, detenu*, elderly,
    eleves, employees, enfants, etudiants, ex offenders, families, familles, femme* enceinte*, immigrants, jeune maman*,
    jeune* mere*, jeunes, learners, mentee, mentees, migrant*, offenders, older people, patients, people, personnes,
    persons, pregnant women, prisoner*, public, publics, pupils, quelqu un, refugee*, refugies, salaries, seekers,
    somebody, someone, students, un adulte, un detenu, un eleve, un enfant, un etudiant, un jeune, une jeune,
    une personne, usagers, users, young mother*, young people, youth
    """

OF_NOUN = """
    accord*, advise, champ*, charte*, collections, competence*, connaissance*, conseillez, cours, defend, defendez,
    demarche*, domaine*, droit, ecrit sur, ecrivez sur, enseigner, enseignez, etude*, experience dans, experience en,
    experience in, expertise*, filiere*, formation*, intervenez en, interventions en, journee, laboratoire*, law,
    metier*, politique*, prevention, profession*, publie sur, published on, recherche*, represent, representez,
    secteur*, semaine, specialite*, sujet*, teach, teaching, thematique*, themes, these de, these en, topics,
    write about, write on
    """
"""Nouns that a French adjective follows at once: « spécialité médicale »."""

TALKED = """
    aborder, conversation* about, discuss, discussing, discuter de, echanger sur, evoquer, parler de, parler du,
    speak about, talk about, talking about
    """
"""What people do with a subject when they meet: with ``LISTENERS`` behind, it is no state of theirs."""

LISTENERS = """
    at work, au travail, avec d autres, avec des jeunes, avec les autres, avec quelqu un, avec ton binome,
    avec ton filleul*, avec un eleve*, avec un jeune, avec un mentor*, avec une mentor*, avec une personne,
    avec votre binome, avec votre filleul*, avec votre marraine, avec votre mentor*, avec votre parrain, en classe,
    en equipe, in class, in the team, in the workplace, with a mentee*, with a mentor*, with a stranger,
    with a student*, with other people, with others, with someone, with students, with young people, with your match,
    with your mentee*, with your mentor*, with your partner
    """
"""Those with whom a subject is talked about."""

PRACTISED = """
    advise, collections, conseillez, defended, drawn to, exerce, exercee*, exercer, exercez, exerciez, handle, handled,
    litigated, module*, panel*, practi*e, practi*ed, practising, represented, rotations, seminar*, service* aimeriez,
    services avez vous, services souhait*, session, sessions, stages, talks, wards
    """
"""Words of a trade, of a service or of a meeting, by which options are subjects and no state of a person."""

HEADS = """
    area*, caseload*, clientele, collections, department*, discipline*, domaine*, field*, filiere*, industr*, job,
    matiere*, metier*, module*, profession, professions, publics, rayon*, secteur*, section de la bibliotheque, sector*,
    service*, specialism*, specialite*, specialt*, subject, subjects, sujets, thematique*, theme*, topic*
    """
"""What a question asks for where it begins with one of these: all that follows are examples of it."""

MENTEES = """
    apprenti*, filleul*, interne*, mentee, mentees, mentore*, protege*, stagiaire*, trainee*
    """
"""Those who are mentored: what is said of them behind is no state of the person asked."""

CLUBS = """
    bde, bureau des eleves, bureau des etudiants, class council, club sportif, conseil de classe, conseil de la vie *,
    conseil des etudiants, conseil etudiant, delegue* de classe, delegue* de promo*, delegue* des eleves,
    school council, sports club, student association, student council, student government, student parliament,
    students association
    """
"""Where people are elected without any politics."""
