"""Words of questions by whose answers two people may be brought together or kept apart; all compared folded."""

import re

SUBJECTS = re.compile(
    r"\b(disciplin\w*|domain\w*|secteurs?|sectors?|fields?|areas?|subjects?|degrees?|majors?|filieres?|formations?"
    r"|diplomes?|metiers?|profession\w*|trades?|industr\w*|fonctions?|functions?|speciali\w*|medium|formats?"
    r"|mod(e|alite)s?|rencontr\w*|meet\w*|frequen\w*|how often|rythme|styles?|energy|feedback|approach\w*|locations?"
    r"|city|villes?|regions?|departements?|territoires?|state|countr\w*|pays|communes?|campus|sites?|time zones?"
    r"|fuseaux?|themes?|themat\w*|sujets?|topics?|projets?|projects?|skills?|competences?|hobb\w*|loisirs?|interets?|interests?"
    r"|live|habitez|based|reside\w*|passions?|years?|annees?|niveaux?|levels?|experience|arts?|instruments?|sports?"
    r"|approches?|methodes?|attentes?)\b"
)
"""What a question that both sides answer may be about, for their answers to be compared."""
ASIDE = re.compile(
    r"\b(gender|genre|sexe|sex|pronouns?|pronoms?|civilite|titre|title|ages?|birth|naissance|nationalit\w*|entendu|hear"
    r"|heard|connu|t-?shirts?|taille|size|diet\w*|regimes?|allerg\w*|travel\w*|transport\w*|reimburs\w*|accommodation"
    r"|hebergement|logement|employment|contrats?|salair\w*|revenus?|excited|satisf\w*|recommand\w*|recommend\w*|agree"
    r"|accepte?|school|ecole|university|universite|college|marital\w*|famil\w*|children|enfants|permis|licen[cs]e"
    r"|graduat\w*|currently pursuing|emergency|urgence)\b"
)
"""What a question is about that is nobody's reason to meet, or would be proposed only where somebody asks for it."""
GENDERS = frozenset(
    ("homme", "femme", "male", "female", "man", "woman", "men", "women", "masculin", "feminin", "hommes", "femmes")
)
LANGUAGE = re.compile(r"\b(?<!programming )(?<!computer )(langues?|languages?)\b(?! des signes)")
OFTEN = re.compile(r"\b(per|par|a) (week|month|semaine|mois)\b|\b(how often|frequen\w*|rythme|rendez-vous|meetings)\b")
"""How often people would meet."""
WHEN = re.compile(
    r"\b(disponib\w*|availab\w*|creneaux?|when (could|can|are) you|quand (pouvez|pourriez|etes)\S*|time slots?)\b"
)
HOUSE = re.compile(
    r"\b(employ(er|eur)s?|compan(y|ies)|entreprises?|organi[sz]ations?|structures?|affiliations?|laborato\w*|labs?"
    r"|institutions?|compagnies?|associations?|unite de recherche|research unit|service|department|line manager)\b"
)
"""Where people work: those of one house are not strangers."""
NOT_HOUSE = re.compile(
    r"\b(country|pays|city|ville|type|kind|size|taille|secteurs?|sector|connu|hear\w*|structured|programmes?|programs?"
    r"|role|experience|professional body|country of|membre|member|customer|service civique|why|pourquoi)\b"
)
