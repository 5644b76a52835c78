"""The words of sensitive subjects, in French and English: GDPR (RGPD), article 9, pregnancy and criminal records.

Phrases are separated by commas; ``*`` ends a word that may go on. They are compared as ``plain`` writes a text: no
case, no accents, no signs, no inclusive endings. A phrase tells more or less, whatever questionnaire it stands in:

- ``certain`` speaks of the person, in any sentence;
- ``likely`` does unless the words around it say that it is a field of work or of study;
- ``possible`` does where the question is put to a person, or is nothing else than that phrase;
- ``answers`` are options that people choose for themselves: two of them tell what an unworded question asks.
"""

from dataclasses import dataclass

from mentormatch.drafting import health


@dataclass(frozen=True, slots=True)
class Subject:
    """One sensitive subject and the phrases that tell it."""

    name: str
    certain: str = ""
    likely: str = ""
    possible: str = ""
    answers: str = ""


HEALTH = Subject("health", health.CERTAIN, health.LIKELY, health.POSSIBLE, health.ANSWERS)
RELIGION = Subject(
    "religion",
    certain="""
    agnosti*, appartenance confess*, appartenance* religieuse*, athee*, atheis*, attend church, bapti*, bar mitzvah,
    belief in god, believe in god, born again, brought up in a religion, casher, church attendance, church membership,
    communaute* religieuse*, confess* catholi*, confession* religieuse*, confessionnel*, conviction* philosophique*,
    conviction* religieuse*, croyant*, croyez vous en dieu, denomination*, eucharist*, faith community, faith group*,
    fete* religieuse*, go to church, hajj, halal, imam, kasher, kosher, member of a church, mosqu* * synagogue*,
    mosque attended, observance*, observant, opinion* philosophique*, opinion* religieuse*, ordained, ordonne*,
    parish member*, pasteur de votre, pastor of your, philosophical belief*, place de la foi, place of worship,
    places of worship, practicing catholi*, practising catholi*, pratiquant*, pratique* religieuse*, prayer room*,
    priest, quelle est votre religion, rabbi, rabbin, raised in a religion, ramadan, religieux ou,
    religion and belief, religion belief, religion or belief, religion* ou conviction*, religious affiliation*,
    religious background*, religious belief*, religious communit*, religious group*, religious holiday*,
    religious identit*, religious need*, religious observance*, religious practice*, religious preference*,
    religious requirement*, religious upbringing, religious view*, sabbath, salle de priere, shabbat,
    signe* religieu*, vos croyance*, votre foi, votre religion, your faith, your pastor, your religion, zakat
    """,
    likely="""
    bouddhis*, buddhis*, catholi*, chretien*, christian*, croyance*, culte, cultes, evangeli*, hindou*, hindu*,
    islam*, jewish, judais*, juif*, juive*, muslim*, musulman*, orthodox*, protestant*, religieu*, religion*,
    religious*, sikh*, spiritualit*
    """,
    possible="""
    belief, beliefs, church, churches, confession, confessions, convictions, culte, eglise, faith, foi, hijab,
    mass attendance, messe, mosque*, mosquee*, parish, paroisse*, pray, prayer*, prays, priere*, priez, religion,
    spiritual*, synagogue*, temple, voile, worship*
    """,
    answers="""
    agnosti*, anglican*, athee*, atheis*, aucune religion, baha i, bahai, baptist*, bouddhis*, buddhis*, catholi*,
    chretien*, christian*, christianisme, church of england, evangeli*, hindou*, hindouisme, hindu*, humanist*, islam,
    islamic, jain, jains, jehovah*, jewish, judais*, juif*, juive*, methodist*, mormon*, muslim*, musulman*,
    no religion, orthodox*, pagan*, protestant*, quaker*, rastafari*, sans confession, sans religion, shinto*, sikh*,
    taoi*
    """,
)
ORIGIN = Subject(
    "origin",
    certain="""
    originaire* de, etes vous originaire*, pays etes vous,
    aboriginal*, african american*, african descent, alaska native*, american indian*, ancestr*, appartenance ethni*,
    arrive* en france, arrivee en france, asian descent, asylum*, autochtone*, bame, bipoc, biracial, birth country,
    born abroad, born in a, born in another country, born in france, born in the, born in uk, born outside,
    born overseas, british passport, caribbean descent, caste*, citizenship*, communaute d appartenance,
    communities do you identify, community do you identify, couleur de * peau, couleur de peau, country of birth,
    country of citizenship, country of origin, country of passport, country you were born, cultural background*,
    cultural heritage, cultural identit*, culture* d origine, de quelle origine, demandeu* d asile,
    demographic background*, diaspora*, dual heritage, ethni*, ethnic*, ethnicity race, family from,
    first generation immigrant*, first nation*, french passport, gens du voyage, global majority,
    group do you identify, groups do you identify, gypsy*, hapu, heritage culturel, heritage or descent, hispanic*,
    historically excluded, identify culturally, identify ethnically, identify racially, identite culturelle, immigr*,
    immigrant*, immigration status, indigenous*, inuit*, issu de l immigration, iwi, langue* d origine, latin o*,
    latina*, latine, latino*, latinx*, lieu de naissance de vos parents, maori, marginali*ed communit*,
    marginali*ed group*, metis, migrant*, minorite visible, minorite* ethnique*, minorite* visible*,
    minority background*, minority group*, mixed heritage, mixed race, multiracial, nationalit*, nationalite*,
    nationalites, nationality, native american*, naturalis*, ne en france, ne hors de france, ne* a l etranger,
    nee a l etranger, nee en france, neee en france, nes a l etranger, nes en france, non blanc*, non blanche*,
    non white, of * descent, originally from, origine de vos parents, origine de votre famille, origine des parents,
    origine etrangere, origine immigree, origine* culturel*, origine* de * famille, origine* ethni*,
    origine* familiale*, origine* geograph*, origine* migratoire*, origine* nationale*, origine* racia*,
    origine* ressentie*, origine* sociale* et ethni*, ou sont nes vos parents, pacific islander*, parents born,
    passport do you, passport hold*, passport nationality, pays d origine, pays d origine de, pays de naissance,
    pays de naissance * parents, people of colo*r, permanent resident, person of colo*r, personne* racisee*,
    place of birth of your parents, poc, premiere* nation*, quelle origine etes, race and, race ethnic*,
    race ethnicity, race or, race s, racia*, racial group*, racial*, racise*, racisee*, refugee*, refugie*, rom ou,
    roma or, second generation immigrant*, self identified race, skin colo*r, statut de refugie, titre de sejour,
    torres strait, traveller communit*, tribal*, tribe*, ultramarin*, under represented, under represented communit*,
    under represented group*, under represented minorit*, underrepresented, underrepresented group*,
    underrepresented minorit*, visible minorit*, vos origines, votre origine, were you born, were your parents born,
    where were you born, your race
    """,
    likely="""
    afro descend*, afrodescend*, descent, heritage, maghreb*, noir* ou, race, races, visa status
    """,
    possible="""
    background * parents, born, citizen, citizen of, citoyennete, clan, clans, descent, heritage, minorite, minorites,
    minorities, minority, origin, origine, origines, origins, passeport, passport, race, racines, roots
    """,
    answers="""
    aboriginal*, africain*, african, african american*, afrique **, afro **, alaska native*, american indian*,
    any other **, apatride, arab, arabe*, asian, asian **, asiatique, bangladeshi*, biracial, black, black **,
    black british, black or *, blanc, blanche, caribbean, caucasian*, dutch caribbean, east asian, extra europeenne,
    gypsy*, hispanic*, indigenous*, irish traveller*, latina*, latino*, latinx*, maghreb, maghrebin*, maori, metis,
    metisse, middle eastern*, mixed, mixed **, mixed race, multiracial, native american*, native hawaiian*, noir,
    noire, outre mer, pacific islander*, pakistani*, roma, romani, south asian, southeast asian, stateless,
    subsaharien*, torres strait*, two or more races, white, white **, white british, white irish, white or *,
    white other
    """,
)
SEXUALITY = Subject(
    "sexuality",
    certain="""
    are you non binary, are you trans, asexual*, asexuel*, assigne* a la naissance, assigned at birth, assigned sex,
    assumed to be at birth, attirance* pour, attire* par, attracted to, bisex*, bisexual*, bispiritue*,
    changement de genre, changement de sexe, cis or trans, cis ou trans, cisgender*, cisgenre*,
    civil partnership or same, coming out, conjoint de meme sexe, dead name*, deadname*, etes vous non binaire*,
    fluid orientation, gay, gender affirm*, gender diverse, gender expression*, gender history, gender identit*,
    gender modality, gender reassign*, gender transition, genderqueer*, genre assigne, genre assigne*, genre ressenti,
    heterosex*, heterosexual*, homosex*, homosexual*, hormone therapy, hormonotherapie, identify as non binary,
    identify as trans, identite* de genre, identite* sexuelle*, intersex*, intersexe*, lesbian*, lesbien*, lgbq*,
    lgbt*, lgbtiq*, lgbtqia, meme sexe, orientation romantique, orientation* affective*, orientation* sexuelle*,
    out as, out to colleagues, pansex*, pansexual*, parcours trans, personne trans, personne* trans, personnes trans,
    queer ou, queer*, registered at birth, romantic orientation, same as * birth, same gender * birth,
    same gender partner, same sex, sapphic, sex at birth, sex life, sexe a la naissance, sexe assigne*,
    sexe de naissance, sexual histor*, sexual identit*, sexual orientation*, sexual preference*, sexualities,
    sexuality, sexually, sexuellement, trans and, trans history, trans identified, trans identity, trans man,
    trans or, trans people, trans person, trans status, trans woman, transgender*, transgenre*, transidentit*,
    transidentite*, transition de genre, transsex*, transsexual*, two spirit, vie intime, vie sexuelle, you trans
    """,
    likely="""
    hetero, heteros, intimite, sexual*, sexuel*
    """,
    possible="""
      bi, out at work, out to, relations intimes, sexualite*, straight
    """,
    answers="""
    agenre*, asex*, bi, bisex*, cisgen*, gai*, gay*,   hetero, heterosex*, homosex*,
    intersex*, lesbi*,  pansex*, queer*, straight*, trans **, trans man, trans woman, transgen*
    """,
)
POLITICS = Subject(
    "politics",
    certain="""
    activite* politique*, adhere* a un parti, adherent* * parti, adhesion a un parti, affiliation* politique*,
    appartenance* politique*, avez vous vote, campagne electorale, campagne municipale, campagne presidentielle,
    campaign for a, campaign* for a party, candidat* * election*, candidat* * vot*, candidate * vote,
    conseiller* departement*, conseiller* municipa*, conseiller* regiona*, conseillere municipale,
    conservative or liberal, conservative party, conviction* politique*, couleur politique, councillor*,
    de gauche ou de droite, democrat or, democratic party, dernieres elections, did you vote, echiquier politique,
    elected office, elected official*, election* legislat*, election* municipal*, election* president*,
    election* publique*, electoral register, electoral roll, elu* local*, elu* municipal*, encarte*,
    engagement militant, engagement* militant*, engagement* politique*, etes vous depute*, etes vous elu*,
    etes vous maire, etes vous militant*, etiquette politique, extreme droite, extreme gauche, fonction elective,
    fonction* politique*, fonctions electives, gauche ou de droite, general election*, how did you vote,
    idee* politique*, ideologi*, intend to vote, intention* de vote, la france insoumise, labour party,
    last election*, last elections, left or right wing, left right scale, left wing, les republicains, lib dem*,
    liberal or conservative, liste electorale, liste* electorale*, mandat d elu, mandat* electi*, mandat* electora*,
    mandat* politique*, mandat* public*, member of a party, member of congress, member of parliament,
    membre * parti *, membre d un mouvement politique, membre d un parti, militant* * parti*, milite dans, militez,
    mouvement politique, mouvements politiques, next election*, opinion* politique*, orientation* politique*,
    parti politique, parti socialiste, partis politiques, party * vote, party affiliation*, party membership,
    party would you vote, plutot de gauche, political activit*, political affiliation*, political belief*,
    political campaign*, political donation*, political engagement*, political identit*, political ideolog*,
    political leaning*, political office, political opinion*, political orientation*, political part*,
    political position*, political spectrum, political stance*, political view*, politically, politically exposed,
    positionnement * politique*, preference* politique*, prochaines elections, public office, rassemblement national,
    registered to vote, republican or, republican party, responsabilites politiques, right wing, run for office,
    senator, sensibilite* politique*, situation politique, stood as a candidate, stood for election,
    upcoming election*, vote * party, vote at the next general, vote au premier, vote in the, voted, voted for,
    voter au, voter registration, votez vous, voting intention*, vous vote au, you vote for in
    """,
    likely="""
    politi*
    """,
    possible="""
    activis*, demonstration*, elections, elu, elue, mandat, manifestation*, militant*, partisan*, petition*, protest,
    protests
    """,
    answers="""
    center left, center right, centre droit, green, centre gauche, centre left, centre right, communist*, conservative,
    conservatives, democrat, democratic party, democrats, dup, eelv, elu* local*, extreme droite, extreme gauche,
    far left, far right, green party, la france insoumise, labour, labour party, left wing, les ecologistes,
    les republicains, lfi, lib dem*, liberal democrat*, libertarian*, membre d un parti*, militant* **, modem,
    parti communiste, parti socialiste, plaid cymru, rassemblement national, reconquete, reform uk, renaissance,
    republican, republican party, republicans, right wing, sinn fein, snp, social democrat*, socialist*, tory,
    very conservative, very liberal
    """,
)
UNION = Subject(
    "union",
    certain="""
    activite* syndica*, adherent* * syndicat*, adherez vous a un syndicat, adhesion* syndica*, affiliation* syndica*,
    appartenance* syndica*, been on strike, belong to a labo*r union, belong to a trade union, belong to a union,
    belong to any union, carte syndicale, cfdt, cfe cgc, cftc, cgt, collective agreement member,
    comite social et economique, cotisation* syndica*, cotisez vous a un syndicat, deja fait greve,
    delegue* du personnel, delegue* syndica*, elu* au cse, elu* cse, engagement* syndica*, fait greve, gmb,
    gone on strike, greviste*, labo*r union affiliation*, labo*r union member*, mandat* syndica*,
    member of a labo*r union, member of a trade union, member of a union, member of any union, membre d un syndicat,
    membre d une organisation syndicale, nasuwt, of your union, organisation syndicale,
    participe a un mouvement social, participe a une greve, quel syndicat, representant* du personnel,
    representant* syndica*, represented by a trade union, represented by a union, shop steward*, syndicalement,
    syndicalis*, syndicat professionnel dont, syndique*, trade union affiliation*, trade union member*,
    trade union represent*, trade unionist*, tu member*, ucu, union affiliation*, union branch, union do you belong,
    union due*, union fee*, union local, union member*, union membership, union rep, union represent*, unioni*ed,
    unison, unsa, which trade union*, you in a union, your trade union, your union
    """,
    likely="""
    labo*r union*, syndical*, syndicat*, syndicaux, trade union*
    """,
    possible="""
    collective bargaining, greve, greves, strike, strikes, union, unions
    """,
    answers="""
    afl cio, cfdt, cfe cgc, cftc, cgt, fo, force ouvriere, fsu, gmb, nasuwt, neu, non syndique*, not in a union, rmt,
    seiu, solidaires, sud, syndique*, ucu, unison, unite, unite the union, unsa, usdaw
    """,
)
PREGNANCY = Subject(
    "pregnancy",
    certain="""
    abortion*, accouche*, accouchement*, adoption leave, allait*, antenatal, are you expecting, attend un enfant,
    attendez un enfant, attendez vous un enfant, attendre un enfant, avoir des enfants dans, avortement*, baby due,
    breast feed*, breastfe*, childbirth, conge d adoption, conge* de maternite, conge* maternite, contracepti*,
    desir d enfant, due date of your baby, enceinte ou, etes vous enceinte*, expectant, expecting a baby,
    expecting a child, family planning, fausse couche, femme* enceinte*, fertility, fiv, give birth, given birth,
    grossesse*, have children in the next, ivf, ivg, jeune mere, lactation, maternity and, maternity leave, midwife,
    miscarriage*, naissance prevue, new mother, nursing mother*, parental leave, paternity leave,
    plan on having children, plan to have children, planning to have children, pma, postnatal, postpartum, pregnan*,
    procreation*, projet d enfant, pumping room, sage femme, salle d allaitement, start a family, starting a family,
    terme prevu, trimester, trying for a baby
    """,
    likely="""
    conge* parenta*, enceinte, maternite*, maternity
    """,
    possible="""
    baby, bebe*
    """,
    answers="""
    allaitante, conge maternite, conge parental, enceinte, maternity leave, pregnan*, returning from maternity*,
    returning from parental leave
    """,
)
RECORD = Subject(
    "criminal record",
    certain="""
    affaire a la justice, amende penale, antecedent* judiciaire*, antecedent* pena*, appeared in court, arrested,
    attestation d honorabilite, b3 fourni, background check*, banned from working, barred from, barred list*,
    basic disclosure, been to court, bindover*, bound over, bracelet electronique, broken the law, bulletin b2,
    bulletin b3, bulletin n 2, bulletin n 3, by the police, casier judiciaire, casier vierge, cautioned, cautions,
    charged with, charged with a crime, child protection register, condamn*, condamnation*, controle judiciaire,
    convict*, court case*, court conviction*, court order*, crb, crime against, criminal background*,
    criminal charge*, criminal check*, criminal conviction*, criminal histor*, criminal matter*, criminal offen*,
    criminal proceeding*, criminal record*, dbs, demeles avec la justice, demeles judiciaires, detention, detenu*,
    disclosure and barring, disclosure certificate*, disclosure check*, disclosure date*, disclosure number*,
    disclosure reference*, disclosure scotland, disqualified from being, disqualified from working, en prison,
    enhanced disclosure, ennuis avec la justice, enquete de police, ex offender*, extrait b3, extrait de casier,
    extrait du casier, felon*, fichier judiciaire, fijais, final warning*, found guilty, garde a vue, honorabilite,
    imprison*, incarcer*, incarcerat*, infraction*, interdiction d exercer * mineurs, interdiction de gerer,
    interdit d exercer, interdit* de gerer, jail, justice involved, justice system, level 2 background,
    liberation conditionnelle, livescan, main de justice, mesure judiciaire, mis* en examen, misdemeano*r*,
    mise a l epreuve, mise en examen, offence*, offender*, offense*, parole, peine de, pending cases, pending charges,
    pjj, plead guilty, pleaded guilty, police check*, police clearance, police investigation*, police record*,
    poursuites judiciaires, poursuites penales, poursuivi* en justice, prison, probation, prohibition order*, pvg,
    rehabilitation of offenders, reprimand*, restraining order*, safeguarding allegation*, safeguarding concern*,
    sex offender*, sorti* de prison, spip, sursis, travail d interet general, trouble with the law,
    trouble with the police, under investigation, unspent, vetting check*, working with children check,
    youth offending
    """,
    likely="""
    crime, crimes, criminal*, criminel*, delit*, judiciaire*, penal, penale*, penalty
    """,
    possible="""
    arrest*, casier, police, sentence*
    """,
    answers="""
    en detention, in prison, incarcere*, on parole, on probation, spent conviction*, unspent *
    """,
)
BODY = Subject(
    "biometrics",
    certain="""
    adn, biometri*, dna, donnee* biometri*, donnee* genetique*, empreinte* digitale*, empreinte* palmaire*,
    empreinte* vocale*, facial recognition, finger print*, fingerprint*, genetic condition*, genetic data,
    genetic disorder*, genetic predisposition*, genetic test*, hereditary, iris scan*, maladie* genetique*,
    photo biometri*, predisposition* genetique*, reconnaissance faciale, retina*, test* adn, test* genetique*,
    voice print*, voiceprint*
    """,
    likely="""
    genetic*, genetique*, genome*
    """,
)

SUBJECTS = (HEALTH, RELIGION, ORIGIN, SEXUALITY, POLITICS, UNION, PREGNANCY, RECORD, BODY)
