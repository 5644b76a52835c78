"""The words of sensitive subjects, in French and English: GDPR (RGPD), article 9, pregnancy and criminal records.

Phrases are separated by commas; ``*`` ends a word that may go on. They are compared as ``plain`` writes a text: no
case, no accents, no signs, no inclusive endings. A phrase tells more or less, whatever questionnaire it stands in:

- ``certain`` speaks of the person, in any sentence;
- ``likely`` does unless the words around it say that it is a field of work or of study;
- ``possible`` does where the question is put to a person, or is nothing else than that phrase;
- ``answers`` are options that people choose for themselves: two of them tell what an unworded question asks;
- ``telling`` are options of which one is enough.
"""

from dataclasses import dataclass

from mentormatch.programme.drafts import health
from mentormatch.programme.drafts.patterns import combine


@dataclass(frozen=True, slots=True)
class Subject:
    """One sensitive subject and the phrases that tell it."""

    name: str
    certain: str = ""
    likely: str = ""
    possible: str = ""
    answers: str = ""
    telling: str = ""


HEALTH = Subject("health", health.CERTAIN, health.LIKELY, health.POSSIBLE, health.ANSWERS, health.TELLING)
RELIGION = Subject(
    "religion",
    certain="""
    agnosti*, another faith, another religion, appartenance confess*, appartenance* religieuse*, are you saved,
    assist* * aux offices, at church, athee*, atheis*, attend church, attend mass, attend services, attend worship,
    aumoner*, aumonier*, autre confession, autre foi, autre religion, bapteme*, bapti*, bar mitzvah, been confirmed,
    belief in god, believe in god, bible class*, bible group*, bible study, born again, born of the spirit,
    brought up in a religion, catechet*, catechis*, celebrate christmas, cell group*, chaplain*, christ, church attend*,
    church did you, church do you, church home, church membership, church tax, church volunteer*, church you attend*,
    churchwarden*, communaute* religieuse*, communion solennelle, confess* catholi*, confession* religieuse*,
    confessionnel*, confirmed in, congregation*, conviction* philosophique*, conviction* religieuse*,
    cours philosophique*, cover your hair, croyant*, daily mass, de confession *, deacon*, denomination*, diacre*,
    dietary law*, different religion, dime, diwali, eat pork, eid, elder of, en dieu, eucharist*, excommunicat*,
    faith community, faith group*, faith journey, fasting, fete* religieuse*, first communion, foi chretienne,
    franc macon*, freemason*, go to services, gotra, hajj, hanukkah, head covering, headscar*, higher power, holy day*,
    holy week, imam, impot * culte*, impot d eglise, impot ecclesiastique, in church, jehovah*, jesus, jeune du,
    jeunez vous, kippa*, know the lord, la foi, lieu de culte, lieu de priere, lis la bible, mass attendance,
    mass weekly, member of a church, members of a church, meme confession, meme foi, meme religion, messe,
    ministry at your, ministry involvement, missionary work, mosqu* * synagogue*, mosque attended, motif* religieux,
    obedience religieuse, observance*, observant, of faith, opinion* philosophique*, opinion* religieuse*, ordained,
    ordonne*, other faith, own faith, own religion, parish member*, parishioner*, paroisse d origine,
    paroisse de rattachement, paroissial*, pasteur de votre, pastor*, philosophical belief*, place of worship,
    place to pray, places of worship, practicing catholi*, practising catholi*, pratiquant*, pratique* religieuse*,
    pray with, prayer room*, prayer space*, premiere communion, priest, quiet room for prayer, rabbi, rabbin,
    raised in a religion, ramadan, read the bible, recueillement, religieux ou, religion and belief, religion belief,
    religion or belief, religion* ou conviction*, religious affiliation*, religious background*, religious belief*,
    religious communit*, religious dress, religious festival*, religious group*, religious holiday*, religious identit*,
    religious need*, religious practice*, religious preference*, religious reason*, religious requirement*,
    religious upbringing, religious view*, sabbath, sacrament*, sacrement*, salle de priere, salvation, same faith,
    savior, saviour, scripture*, serve in ministry, shabbat, signe* religieu*, sin in, sins in, spiritual director*,
    spiritual journey, sunday mass, sunday school*, ta paroisse, the lord s, time for prayer*, tithe*, tithing,
    to church, to mass, ton eglise, turban, vicar, vos croyance*, votre eglise, votre foi, votre obedience,
    votre paroisse, votre religion, votre rite, weekly mass, were you saved, with god, with the lord, your church,
    your faith, your local church, your mosque, your parish, your religion, your synagogue, your temple, youth ministry,
    zakat
    """,
    likely="""
    bouddhis*, buddhis*, catholi*, chretien*, christian*, croyance*, culte, cultes, evangeli*, hindou*, hindu*, islam*,
    jewish, judais*, juif*, juive*, muslim*, musulman*, orthodox*, protestant*, religieu*, religion*, religious*, sikh*,
    spiritualit*
    """,
    possible="""
    belief, beliefs, church, churches, confession, confessions, convictions, eglise, faith, foi, hijab, mosque*, parish,
    paroisse*, pray, prayer*, prays, priere*, priez, spiritual*, synagogue*, temple, voile, worship*
    """,
    answers="""
    agnosti*, anglican*, athee*, atheis*, aucune religion, baha i, bahai, baptist*, bouddhis*, buddhis*, catholi* *,
    chiite*, chretien*, christian*, church of england, evangeli* *, hindou*, hindu*, humanist*, islam, islamic, jain,
    jains, jehovah*, jewish, judais*, juif*, juive*, methodist*, mormon*, muslim*, musulman*, no religion, orthodox* *,
    pagan*, protestant* *, quaker*, rastafari*, reforme* *, sans confession, sans religion, shia*, shinto*, sikh*,
    sunni*, taoi*, veg jain
    """,
    telling="""
    casher, halal, kasher, kosher, no pork, pork free, sans porc
    """,
)
HOSTS = "au canada, au quebec, en belgique, en france, en suisse"
COUNTRIES = "britain, canada, france, ireland, the country, the uk, the us, the usa, this country, uk"
PARENTS = "* parents, * grandparents, * grands parents"
NATIONALS = """
    americain*, american*, belge*, belgian, british, canadian*, canadien*, european*, europeen*, francais*, french,
    irish, suisse*, swiss
    """
"""Countries that people came to, those who belong to them, and whose origin is asked for too."""
ORIGIN = Subject(
    "origin",
    certain=f"""
    {combine("annees, arriv*, entree, ne*, vis tu, vivez vous", HOSTS)},
    {combine("arriv* in, born in, came to, come to, lived in, move* to, remain in, stay in", COUNTRIES)},
    {combine("are you, etes vous", NATIONALS)}, {combine("visa", "d etudiant*, de travail, etudiant*, long sejour")},
    {combine("born, language*, langue*, naissance, nes, origine*, place of birth, viennent", PARENTS)},
    aboriginal*, adivasi*, african american*, african descent, alaska native*, american indian*, ancestr*,
    arriv* au pays, asian descent, asile, asylum*, autochtone*, bame, bipoc, biracial, birth country, born abroad,
    born in a, born in another country, born outside, born overseas, british passport, caribbean descent,
    carte de resident, carte de sejour, caste*, citizenship*, cnda, communaute d appartenance, commune d origine,
    communit* do you identify, community certificate, couleur de * peau, country * come from, country * flee,
    country * leave, country * left, country * passport, country of birth, country of origin, country you were born,
    cultural background*, cultural heritage, cultural identit*, culture* d origine, dalit*, date d arrivee au,
    date of landing, date you landed, de quelle origine, deboute*, demographic background*, deported, diaspora*,
    did you arrive in, domicile certificate, dual heritage, etes vous originaire*, ethni*, expulse* du territoire,
    family from, father born, father s country, first generation immigrant*, first nation*, fled,
    francais* de naissance, french passport, fui votre pays, gens du voyage, global majority, grandparents born,
    grandparents from, group* do you * identify, gypsy*, hapu, heritage culturel, heritage language*,
    heritage or descent, hispanic*, historically excluded, identify culturally, identite culturelle, immigration status,
    indian act, indigenous*, inuit*, issu de l immigration, iwi, jati, language group*, langue* d origine,
    langue* parlee* * enfance, latin o*, latina*, latine, latino*, latinx*, leave to remain, left your country,
    lieu d origine, maori, marginali*ed communit*, marginali*ed group*, metis, migrant*, minorite* visible*,
    minority background*, minority community, minority group*, mixed heritage, mixed race, mother born,
    mother s country, mother s mother tongue, multiracial, nationalit*, native american*, naturali*ed citizen*,
    naturalis*, ne hors de france, ne* a l etranger, newcomer status, non blanc*, non white, obc, of * descent, ofpra,
    oqtf, originaire* de, originally from, origine etrangere, origine immigree, origine* culturel*,
    origine* de * famille, origine* familiale*, origine* geograph*, origine* migratoire*, origine* nationale*,
    origine* ressentie*, pacific islander*, parents born, parents come from, parents from, parents sont originaires,
    parents viennent, passport do you, passport hold*, pays * fui, pays * quitte*, pays d origine, pays de naissance,
    pays etes vous, pays venez vous, pays viens tu, pays vient, people of colo*r, permanent resident, permis de sejour,
    person of colo*r, poc, premiere* nation*, quelle origine etes, quitte* * pays, race and, race or, race s, racia*,
    racise*, refugee*, refugie*, residence status, residency status, resident permanent, residente permanente,
    ressortissant*, rester dans le pays, right to reside, rom ou, roma or, sc st, second generation immigrant*,
    self identified race, settled status, skin colo*r, social category, state of origin, status indian*,
    statut d immigration, statut de sejour, statut migratoire, student visa, titre* de sejour, torres strait,
    traveller communit*, tribal*, tribe*, type de permis, type of visa, ultramarin*, under represented,
    underrepresented, visa class*, visa subclass*, visa type*, visible minorit*, vos origines, votre origine,
    were you born, work visa, your race
    """,
    likely="""
    afro descend*, afrodescend*, descent, heritage, immigr*, maghreb*, noir* ou, race, races, visa status
    """,
    possible="""
    background * parents, born, citizen, citoyen, citoyenne, citoyennete, clan, clans, minorite, minorites, minorities,
    minority, origin, origine, origines, origins, passeport, passport, racines, roots, visa, visas
    """,
    answers="""
    aboriginal*, africain*, african, african american*, afrique **, afro **, alaska native*, american indian*,
    any other **, apatride, arab, arabe*, asian **, asiatique, bangladeshi*, biracial, black **, blanc, blanche,
    caribbean, caucasian*, dalit, demande* d asile, dutch caribbean, east asian, ews, extra europeenne, gypsy*,
    hispanic*, indigenous*, irish traveller*, latina*, latino*, latinx*, maghreb, maghrebin*, maori, metis*,
    middle eastern*, mixed **, multiracial, native american*, native hawaiian*, noir, noire, obc, outre mer,
    pacific islander*, pakistani*, permanent residen*, refugee*, refugie*, residence permanente, roma, romani, sc,
    sc st, scheduled caste*, scheduled tribe*, south asian, southeast asian, st, stateless, subsaharien*,
    torres strait*, two or more races, unreserved, white **
    """,
)
SEXUALITY = Subject(
    "sexuality",
    certain=f"""
    {combine("genre, sexe", "de * conjoint*, de * partenaire*")},
    {combine("gender, sex", "of * partner*, of * spouse*")}, {combine("partner s, spouse s", "gender, sex")},
    {combine("relation, vis tu, vivez vous", "avec un homme, avec une femme")},
    {combine("are you, identify as", "cis, non binary, trans")},
    2slgbt*, asexual*, asexuel*, assigne* a la naissance, assigned at birth, assigned sex, assumed * at birth,
    attirance* pour, attire* par, attirent sexuel*, attracted, bisex*, bispiritue*, boyfriend*, boys or girls, came out,
    changement de genre, changement de sexe, cis or trans, cis ou trans, cisgender*, cisgenre*,
    civil partnership or same, come out, coming out, copain ou copine, couple avec un *, couple avec une *, dead name*,
    deadname*, en couple avec, etes vous non binaire*, experience trans, filles ou * garcons, fluid orientation,
    garcons ou * filles, gay, gender * at birth, gender affirm*, gender diverse, gender expression*, gender history,
    gender identit*, gender modality, gender reassign*, gender transition, genderqueer*, genre * a la naissance,
    genre assigne*, genre ressenti, girlfriend*, heterosex*, homosex*, hormone therapy, hormones, hormonotherapie,
    identite* de genre, identite* sexuelle*, intersex*, lesbian*, lesbien*, lgbq*, lgbt*, married to, mec* ou,
    meme sexe, men or women, men women or both, meuf* ou, orientation romantique, orientation* affective*,
    orientation* sexuelle*, out as, out to colleagues, pansex*, parcours trans, partner of the same, personne* trans,
    petit ami, petit e ami, petite amie, preferred pronouns and trans, queer*, registered * birth, registered sex,
    relationship * man, relationship * woman, romantic orientation, same as * birth, same gender partner, same sex,
    sapphic, sex * at birth, sex assumed, sex life, sex were you, sexe * a la naissance, sexe assigne*,
    sexe de naissance, sexual histor*, sexual identit*, sexual orientation*, sexual preference*, sexualities, sexuality,
    sexually, sexuellement, since your transition, sors avec, sortez avec, trans and, trans experience*, trans history,
    trans identified, trans identity, trans man, trans or, trans people, trans person, trans status, trans woman,
    transgender*, transgenre*, transidentit*, transition de genre, transition medicale, transsex*, two spirit,
    un mec une meuf, vie intime, vie sexuelle, you trans
    """,
    likely="""
    hetero, heteros, intimite, sexual*, sexuel*
    """,
    possible="""
    bi, out at work, out au *, out aupres *, out en famille, out in public, out to, relations intimes, straight
    """,
    answers="""
    agenre*, asex*, bi, bisex*, cisgen*, gai*, gay*, hetero, heterosex*, homosex*, intersex*, lesbi*, pansex*, queer*,
    straight*, trans **, transgen*
    """,
)
POLITICS = Subject(
    "politics",
    certain=f"""
    {combine("run for, ran for, stand for, stood for", "council, election, mayor, office")},
    {combine("combine, left, excluded from, role in", "a party")},
    {combine("etes vous", "depute*, elu*, maire, militant*")}, {combine("for, to", "a candidate")},
    {combine("pour", "un candidat, une candidate")}, {combine("quel*, which", "candidat*")},
    {combine("which party", "are, did, do, would")},
    a candidate or, about the government, activist group*, activite* politique*, adhere* a un parti, adherent* * parti,
    adhesion a un parti, affiliation* politique*, any party, appartenance* politique*, assemblee nationale,
    avez vous vote, campagne electorale, campagne municipale, campaign for, campaigning against, campaigning for,
    candidat * souten*, candidat aux, candidat* * election*, candidat* * vot*, candidate * back, candidate * campaign*,
    candidate * support, candidate aux, candidate do you, candidate will, canvass*, collage d affiches,
    colle* des affiches, conseil communal, conseil d etat, conseil departemental, conseil general, conseil municipal,
    conseil national suisse, conseil regional, conseiller* departement*, conseiller* municipa*, conseiller* regiona*,
    conservative or liberal, conservative party, conviction* politique*, couleur politique, councillor*,
    current government, democrat or, democratic party, demonstrated, dernieres elections, did you vote, door knock*,
    doorknock*, echiquier politique, elected office, elected official*, elected representative*, election campaign*,
    election* legislat*, election* municipal*, election* president*, election* publique*, electoral register,
    electoral roll, elu* local*, elu* municipal*, encarte*, engagement* militant*, engagement* politique*,
    enrolled to vote, entitled to vote, etiquette politique, executif cantonal, executif communal, executif local,
    extreme droite, extreme gauche, fonction elective, fonction* politique*, fonctions electives, for a party,
    gauche * droite, general election*, grand conseil, hold * office, idee* politique*, ideologi*, intend to vote,
    intention* de vote, la france insoumise, labour party, last election*, leaflet* for, left or right,
    left right scale, left wing, legislatives, les republicains, lib dem*, liberal or conservative, liste* electorale*,
    lobbyist*, local party, mandat d elu, mandat local, mandat* electi*, mandat* electora*, mandat* politique*,
    mandat* public*, mandats locaux, manifs, member of congress, member of parliament, membre * parti *, militance,
    militant* * parti*, milite*, militons, motion * vote*, mouvement de jeunesse politique, mouvement politique,
    mouvements politiques, municipales, next election*, of a party, opinion* politique*, orientation* politique*,
    parlement, parliamentary candidate*, parti mouvement, parti ou *, parti politique, parti socialiste,
    partis politiques, partisane, party * vote, party activist*, party affiliation*, party branch*, party card*,
    party conference*, party congress*, party delegate*, party do you, party list, party meeting*, party member*,
    party officer*, party official*, party or movement, party rall*, party you support, plutot de gauche,
    political activit*, political affiliation*, political belief*, political campaign*, political club*,
    political donation*, political engagement*, political identit*, political ideolog*, political leaning*,
    political movement*, political office, political opinion*, political orientation*, political part*,
    political position*, political society, political spectrum, political stance*, political view*, politically,
    positionnement * politique*, preference* politique*, presidentielle*, prochaines elections, public office,
    quel parti, quelle motion, rallies, rally or, rassemblement national, referendum, registered to vote, republican or,
    republican party, responsabilites politiques, right wing, senat, senator, sensibilite* politique*,
    sieg* * assemblee, situation politique, situez vous a gauche, souten* * candidat*, standing for election,
    stood as a candidate, stood for, student wing, taken part in a protest*, tete de liste, ton parti, tract*, tu votes,
    upcoming election*, very conservative, very liberal, vote * party, vote in the, vote* * motion, vote* au premier,
    voted, voter au, voter registration, votes quoi, votes tu, votez, voting histor*, voting intention*, voting record*,
    votre parti, your party, youth wing
    """,
    likely="""
    politi*
    """,
    possible="""
    activis*, campaign volunteer*, demonstration*, elections, elu, elue, engagement citoyen, mandat, manifestation*,
    militant*, parti, partis, partisan*, petition*, protest, protests, rally
    """,
    answers="""
    center left, center right, centre droit, centre gauche, centre left, centre right, communist*, conservative,
    conservatives, democrat, democratic party, democrats, dup, eelv, elu* local*, extreme droite, extreme gauche,
    far left, far right, green, green party, la france insoumise, labour, labour party, left wing, les ecologistes,
    les republicains, lfi, lib dem*, liberal democrat*, libertarian*, membre d un parti*, militant* **, modem,
    parti communiste, parti socialiste, plaid cymru, rassemblement national, reconquete, reform uk, renaissance,
    republican, republican party, republicans, right wing, sinn fein, snp, social democrat*, socialist*, tory,
    very conservative, very liberal
    """,
)
UNION = Subject(
    "union",
    certain=f"""
    {combine("belong to, member of, represented by", "a labo*r union, a trade union, a union, any union")},
    activite* syndica*, adher* * a un syndicat, adherent* * syndicat*, adhesion* syndica*, affiliation* syndica*,
    appartenance* syndica*, appel d un syndicat, been on strike, carte de syndicat, carte syndicale, cfdt, cfe cgc,
    cftc, cgt, chsct, collective agreement, comite d entreprise, comite social et economique, cotis* * a un syndicat,
    cotisation* syndica*, covered by a collective, cse, delegue* du personnel, delegue* syndica*, elu* du personnel,
    engagement* syndica*, fait greve, gmb, gone on strike, grevist*, heure* d information syndicale, industrial action,
    local union, mandat* syndica*, membre d un syndicat, mis* * en greve, nasuwt, of the union, organisation syndicale,
    participe a un mouvement social, participe* a une greve, pay * dues, permanent* syndica*, picket*,
    precompte syndical, quel syndicat, representant* du personnel, representant* syndica*, retenue syndicale,
    section syndicale, shop steward*, steward of, strike action, strike ballot*, syndicalement, syndicalis*, syndique*,
    trade unionist*, tu member*, ucu, union * local, union activist*, union affiliation*, union ballot*, union branch,
    union card*, union do you belong, union due*, union fee*, union meeting*, union member*, union number*,
    union officer*, union official*, union rep, union represent*, union sends, union steward*, union subscription*,
    union ticket*, unioni*ed, unison, unsa, workplace rep, workplace representative*, workplace reps, you in a union,
    your branch, your union
    """,
    likely="""
    labo*r union*, syndical*, syndicat*, syndicaux, trade union*
    """,
    possible="""
    collective bargaining, greve, greves, staff association*, strike, strikes, union, unions
    """,
    answers="""
    afl cio, cfdt, cfe cgc, cftc, cgt, fo, force ouvriere, fsu, gmb, nasuwt, neu, non syndique*, not in a union, rmt,
    seiu, solidaires, sud, syndique*, ucu, unison, unite, unite the union, unsa, usdaw
    """,
)
PREGNANCY = Subject(
    "pregnancy",
    certain=f"""
    {combine("expecting", "a baby, a child, twins")}, {combine("have, having", "a baby")},
    {combine("plan*, start*", "a family, * have children, * having children")},
    abortion*, accouche*, adoption leave, allait*, antenatal, are you nursing, attend* * un enfant,
    avoir des enfants dans, avortement*, baby due, baby is due, breast feed*, breastfe*, childbirth, conge d adoption,
    conge* de maternite, conge* maternite, contracepti*, desir d enfant, due date of your baby, enceinte ou,
    etes vous enceinte*, expectant, express milk, family planning, fausse couche, femme* enceinte*, fertility, fiv,
    fonder une famille, future maman, give birth, given birth, grossesse*, have children in the next, heureux evenement,
    ivf, ivg, jeune maman, jeune mere, lactation, maternity and, maternity leave, maternity pay, midwife, miscarriage*,
    naissance prevue, new mother, nursing a, nursing mother*, nursing room, parental leave, paternity leave, pma,
    postnatal, postpartum, pregnan*, procreation*, projet d enfant, projet de bebe, pumping room, retour de conge*,
    returning from maternity, terme prevu, tire lait, tirer * lait, trimester, trying for a baby, votre sage femme
    """,
    likely="""
    conge* parenta*, enceinte, maternite*, maternity
    """,
    possible="""
    baby, bebe*, expecting
    """,
    answers="""
    allaitante, conge maternite, conge parental, enceinte, maternity leave, pregnan*, returning from maternity*,
    returning from parental leave
    """,
)
RECORD = Subject(
    "criminal record",
    certain=f"""
    {combine("contact with, dealings with, known to, problems with, trouble with", "the law, the police")},
    {combine("affaire a, affaires avec, demeles avec, ennuis avec, problemes avec", "la justice, la police, la loi")},
    {combine("been in, been to, from, leaving, left, sent to, time in", "prison")},
    {combine("appear* in, been in, been to, before, taken to", "a court, court, the courts")},
    a conviction, abuse or neglect, accusation* * pendante*, allegation* against, allegation* of, allegations,
    amenagement* de peine, amende penale, ankle monitor*, ankle tag*, antecedent* judiciaire*, antecedent* pena*,
    antecedents, any conviction*, application des peines, arrested, attestation de probite, b3, background check*,
    banned from working, barred from, barred list*, basic disclosure, been sued, been tried, bindover*,
    bonnes vie et moeurs, bound over, bracelet electronique, broken the law, bulletin b2, bulletin n 2, bulletin n 3,
    by the police, case pending, cases pending, casier judiciaire, casier vierge, cautioned, cautions,
    certificat de bonne vie, certificate of good conduct, character and suitability, charged with, child abuse,
    child protection register, clearance certificate*, comparu*, composition penale, condamn*, controle judiciaire,
    convicted, convictions, court * guilty, court appearance*, court case*, court conviction*, court order*, crb,
    crc check, crime against, criminal background*, criminal charge*, criminal check*, criminal conviction*,
    criminal histor*, criminal matter*, criminal offen*, criminal proceeding*, criminal record*, custodial, dbs,
    demeles judiciaires, detained, disciplinary * child*, disclosure and barring, disclosure certificate*,
    disclosure check*, disclosure date*, disclosure number*, disclosure reference*, disclosure scotland, dismissed for,
    disqualified from *, ecrou, electronic tag*, enhanced disclosure, enquete de police, ete juge, ete jugee,
    extrait de casier, extrait du casier, felon*, fichier judiciaire, fijais, fin de * peine, final warning*, fir,
    found * guilty, garde a vue, good conduct certificate*, honorabilite, imprison*, in custody, incarcer*, infraction*,
    injonction de soin*, injonction therapeutique, interdiction d exercer * mineurs, interdiction de gerer,
    interdit d exercer, interdit* de gerer, jail, juge d application, justice involved, justice system,
    level 2 background, liberation conditionnelle, livescan, main de justice, mesure* judiciaire*, mis* en examen,
    misconduct, misdemeano*r*, mise a l epreuve, no conviction*, obligation de soin*, obligation* judiciaire*, offence*,
    offender*, offending, offense*, on bail, parole, peine de, pending against, pending cases, pending charge*, pjj,
    plead guilty, pleaded guilty, police caution*, police certificate*, police check*, police clearance*,
    police custody, police investigation*, police record*, police verification*, police vetting, poursuite* penale*,
    poursuites judiciaires, poursuivi* en justice, previous conviction*, prior conviction*, prison leaver*, prison or,
    prison sentence*, probation, procedure* judiciaire*, procedure* penale*, prohibition order*, pvg, rappel a la loi,
    register of sex, registre * delinquant*, released on, reprimand*, restraining order*, safeguarding * investigation*,
    safeguarding allegation*, safeguarding concern*, serve* a sentence, served time, serving a sentence,
    sorti* de detention, sorti* de prison, sous bracelet, spent conviction*, spip, subject of a * investigation,
    subject of an investigation, suivi judiciaire, sursis, ta peine, travail d interet general, type de peine,
    under investigation, unspent, verification d antecedent*, vetting check*, votre peine, vulnerable sector check,
    working with children check, wwcc
    """,
    likely="""
    bail, crime, crimes, criminal*, criminel*, delit*, detention, detenu*, inmate*, judiciaire*, penal, penale*,
    penalty, prison, prisoner*, prisons
    """,
    possible="""
    arrest*, casier, conviction, peine, police, sentence*
    """,
    answers="""
    en detention, in prison, incarcere*, on parole, on probation, spent conviction*, unspent *
    """,
)
BODY = Subject(
    "biometrics",
    certain="""
    adn, biometri*, dna, donnee* genetique*, empreinte* digitale*, empreinte* palmaire*, empreinte* vocale*,
    facial recognition, finger print*, fingerprint*, genetic condition*, genetic data, genetic disorder*,
    genetic predisposition*, genetic test*, genotyp*, hereditary, iris scan*, maladie* genetique*,
    predisposition* genetique*, reconnaissance faciale, retina*, test* genetique*, voice print*, voiceprint*
    """,
    likely="""
    genetic*, genetique*, genome*
    """,
)

SUBJECTS = (HEALTH, RELIGION, ORIGIN, SEXUALITY, POLITICS, UNION, PREGNANCY, RECORD, BODY)
