"""The words of graded answers, in French and English: degrees of one word, ladders of steps, opposite words."""

OFF = """
    no preference, no opinion, no answer, n a, na, not applicable, not concerned, don t know, do not know,
    i don t know, dk, not sure, unsure, can t say, cannot say, does not apply, prefer not *, prefer not to **,
    i prefer not **, rather not say, i would rather not **, i do not wish **, decline to **, it depends, as needed,
    when needed, no idea, sans preference, pas de preference, aucune preference, sans opinion, sans avis, pas d avis,
    sans reponse, non applicable, sans objet, non concerne*, pas concerne*, je ne suis pas concerne*, ne sait pas,
    ne sais pas, je ne sais pas, nsp, nspp, ne se prononce pas, je ne souhaite pas **, ne souhaite pas **,
    je prefere ne pas **, prefere ne pas **, cela depend, ca depend, variable, selon les besoins, au besoin,
    did not **, i did not **, i have not **, haven t **, not used, never used, not attended, je n ai pas **,
    n ai pas participe*, pas utilise*, no experience of it
    """
"""Answers that stand off any scale."""

NEUTRAL = """
    neutral, neither, neither *, neither agree nor disagree, neither **, neutre, ni d accord ni pas d accord, ni **,
    undecided, indecis*, indifferent*, mixed, mitige*, sans avis tranche
    """
"""Answers in the middle of a scale that goes both ways."""

PLAIN = 2.0
DEGREES = (
    (
        -4.0,
        """
        strongly dis, very un, very dis, extremely un, extremely dis, completely dis, totally dis, tout a fait in,
        tres in
        """,
    ),
    (
        -3.0,
        """
        not at all, absolutely not, pas du tout, absolument pas, none at all, vraiment pas, aucunement, nullement,
        none, aucun, aucune, nothing, rien, definitely not
        """,
    ),
    (
        -1.0,
        """
        not very, not so, not too, not particularly, not really, hardly, pas tres, pas vraiment, pas trop, peu,
        plutot pas, tres peu, only slightly, very little, rather not, little
        """,
    ),
    (
        0.5,
        """
        slightly, a little, a little bit, a bit, un peu, legerement, to a small extent
        """,
    ),
    (
        1.0,
        """
        somewhat, partly, partially, partiellement, en partie, to some extent, moyennement, moderately, modérément,
        moderement, relativement
        """,
    ),
    (
        1.4,
        """
        assez, fairly, quite, reasonably, rather, plutot, suffisamment
        """,
    ),
    (
        1.7,
        """
        mostly, largely, mainly, en grande partie, generally, globalement
        """,
    ),
    (
        3.0,
        """
        very, strongly, highly, tres, fortement, a lot, lots, beaucoup, very much, much, bien, to a large extent
        """,
    ),
    (
        4.0,
        """
        extremely, completely, totally, absolutely, fully, entirely, tout a fait, totalement, entierement,
        completement, extremement, enormement, parfaitement, a great deal, definitely, absolument, vraiment,
        to a very large extent, to a great extent
        """,
    ),
    (
        -2.0,
        """
        not, pas, non, no
        """,
    ),
)
"""How far a word takes its core: what is said without such a word is ``PLAIN``; a negative core turns the sign."""

POLES = tuple(
    tuple(pair.strip().split("/"))
    for pair in """
    agree/disagree, in agreement/in disagreement, d accord/en desaccord, accord/desaccord, satisfied/dissatisfied,
    satisfied/unsatisfied, likely/unlikely, useful/useless, easy/difficult, easy/hard, comfortable/uncomfortable,
    important/unimportant, relevant/irrelevant, familiar/unfamiliar, helpful/unhelpful, interested/uninterested,
    happy/unhappy, clear/unclear, positive/negative, confident/unconfident, satisfait/insatisfait,
    satisfaite/insatisfaite, utile/inutile, facile/difficile, favorable/defavorable, probable/improbable,
    satisfaisant/insatisfaisant, positif/negatif, pertinent/inutile, true/false, vrai/faux, true/untrue
    """.replace("\n", " ").split(",")
)
"""Words with their opposites."""

LADDERS = (
    """
    sans importance, no importance, pas important*, not important, not at all important, pas du tout important*,
    unimportant, of no importance
    | peu important*, slightly important, of little importance, low importance, not very important
    | moyennement important*, moderately important, somewhat important, assez important*, fairly important,
    quite important
    | important*
    | tres important*, very important, highly important, primordial*
    | indispensable*, essential*, essentiel*, extremely important, crucial*, capital*, critical
    """,
    """
    never, jamais, not once
    | almost never, presque jamais, hardly ever, very rarely, tres rarement
    | rarely, seldom, rarement, infrequently
    | occasionally, occasionnellement, de temps en temps, once in a while, from time to time
    | sometimes, parfois, quelquefois
    | regularly, regulierement, about half the time
    | often, souvent, frequently, frequemment
    | very often, tres souvent, very frequently
    | usually, most of the time, la plupart du temps, generally, habituellement
    | almost always, presque toujours, nearly always
    | always, toujours, systematiquement, all the time, tout le temps
    """,
    """
    never, jamais
    | less often, moins souvent, rarely, rarement
    | once a year, yearly, annually, une fois par an, tous les ans, chaque annee, annuel*
    | twice a year, every six months, deux fois par an, tous les six mois, semestriel*
    | quarterly, once a quarter, every three months, once every three months, tous les trois mois,
    une fois par trimestre, chaque trimestre, trimestriel*
    | every two months, every other month, tous les deux mois, bimestriel*
    | less than once a month, moins d une fois par mois
    | monthly, once a month, every month, tous les mois, une fois par mois, chaque mois, mensuel*, mensuellement
    | fortnightly, every two weeks, every other week, bi weekly, biweekly, twice a month, tous les quinze jours,
    toutes les deux semaines, deux fois par mois, une fois tous les quinze jours, bimensuel*, once every two weeks
    | weekly, once a week, every week, toutes les semaines, une fois par semaine, chaque semaine, hebdomadaire*,
    at least weekly
    | twice a week, several times a week, more than once a week, plusieurs fois par semaine, deux fois par semaine
    | daily, every day, once a day, tous les jours, chaque jour, quotidien*, quotidiennement
    | several times a day, plusieurs fois par jour, more than once a day
    """,
    """
    none, aucun, aucune, no knowledge, no experience, aucune connaissance, aucune experience, non, jamais pratique,
    pas de niveau
    | notions, bases, les bases, basics, the basics, notions de base, basic, basic knowledge, awareness,
    grand debutant, scolaire
    | debutant*, beginner*, novice*, elementary, elementaire, faux debutant*
    | intermediaire*, intermediate, moyen, moyenne, some experience, working knowledge, je pratique
    | confirme*, independant*, competent, proficient, upper intermediate, experienced, experimente*, bon niveau
    | avance*, advanced
    | courant*, fluent, fluently
    | expert*, maitrise, mastery, je peux former quelqu un, je peux former, can teach, can teach others, specialist*
    | bilingue*, bilingual, natif, native, native speaker, mother tongue, langue maternelle
    """,
    """
    a1
    | a2
    | b1
    | b2
    | c1
    | c2
    | natif, native, native speaker, langue maternelle, mother tongue
    """,
    """
    terrible, tres mauvais*, very poor, very bad, awful, horrible, tres insuffisant*
    | mauvais*, poor, bad, insuffisant*, unsatisfactory, mediocre*, needs improvement, faible*
    | passable*, fair, average, moyen*, acceptable*, ok, okay, correct*, adequate, bof
    | assez bon*, assez bien, fairly good, plutot bon*, plutot bien
    | good, bon, bonne, bien, satisfaisant*, satisfactory
    | tres bon*, very good, tres bien, great
    | excellent*, outstanding, exceptional, exceptionnel*, parfait*, perfect
    """,
    """
    nul, nulle, null, no, zero
    | very low, tres faible*, tres bas*, tres peu eleve*
    | low, faible*, bas, basse, weak, peu eleve*, faible interet
    | medium, moyen*, moderate, modere*, average, mid, normal, normale
    | high, fort, forte, forts, eleve*, haut*, strong
    | very high, tres fort*, tres eleve*, tres haut*, very strong, urgent*
    """,
    """
    very small, tres petit*, tiny, micro
    | small, petit*, petite
    | medium, moyen*, medium sized, mid size, mid sized, midsize
    | large, grand*, big
    | very large, tres grand*, huge
    """,
    """
    intern, stagiaire, trainee, apprentice, alternant*, student, etudiant*
    | junior*, entry level, early career, debut de carriere, associate
    | mid, mid level, mid career, middle, intermediate, confirme*, milieu de carriere
    | senior*, late career, fin de carriere
    | lead, staff, principal, expert*
    | manager*, head, responsable, cadre dirigeant
    | director*, directeur*, directrice*, executive, c level, vp
    """,
    """
    freshman, first year, premiere annee
    | sophomore, second year, deuxieme annee
    | junior, third year, troisieme annee
    | senior, fourth year, quatrieme annee, final year, derniere annee
    | graduate, graduate student, masters, master, postgraduate
    | phd, phd student, doctorant*
    """,
    """
    l1, licence 1
    | l2, licence 2
    | l3, licence 3
    | m1, master 1
    | m2, master 2
    | doctorat, these, phd, d1, doctorant*
    """,
    """
    aucun, aucun diplome, sans diplome, none, no qualification*, no formal education, primary, primary school
    | brevet, college, gcse*, lower secondary, middle school
    | cap, bep, cap bep, cap ou bep, vocational
    | bac, baccalaureat, niveau bac, a level*, high school, high school diploma, secondary, secondary school,
    upper secondary, some college
    | bac 1
    | bac 2, bts, dut, bts dut, associate degree, associate s degree, foundation degree
    | bac 3, licence, licence ou equivalent, but, bachelor, bachelors, bachelor s, bachelor s degree, bachelor degree,
    undergraduate, undergraduate degree, ba, bsc
    | bac 4, maitrise
    | bac 5, master, masters, master s, master s degree, master degree, postgraduate, ma, msc, ingenieur*,
    bac 5 et plus, bac 5 ou plus
    | bac 8, doctorat, doctorate, phd, doctoral degree, docteur*
    """,
    """
    no, non
    | rather no, plutot non, probably not, sans doute pas
    | maybe, peut etre, perhaps, partiellement, partially, partly, en partie, possibly, somewhat, a little, un peu,
    to some extent, assez
    | rather yes, plutot oui, probably, mostly, sans doute
    | yes, oui
    | definitely, yes definitely, oui tout a fait, absolutely, oui absolument, beaucoup, a lot
    """,
    """
    not needed, pas besoin, no need, aucun besoin, unnecessary
    | nice to have, utile*, useful, optional, souhaitable
    | important*, should have
    | prioritaire*, essential, essentiel*, must have, indispensable*, critical, priority, tres important*
    """,
    """
    en presence, en presentiel uniquement
    | surtout en presence, plutot en presentiel
    | indifferent
    | surtout en visio, plutot en visio, plutot a distance
    | en visio uniquement, a distance uniquement
    """,
)
"""Families of graded answers, steps from the lowest to the highest between bars, each with its synonyms."""
