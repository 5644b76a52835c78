"""Questions on how many people somebody takes, on needs and on offers, in words made up for these tests."""

TAKEN = """
Nombre de stagiaires que vous accueillerez
Max. buddies
Tutees you could take
How many apprentice bakers would you be glad to welcome at your bench?
Up to how many sixth formers could you guide this winter?
Number of care leavers you are ready to support
No. of returners you can coach in parallel
Max. no. of tutees
Maximum number of students
Nombre maximal d'étudiants
Max. d'élèves
How many new teachers could you buddy up with?
If you volunteer again, how many families would you like to be linked or matched with?
Would you shadow-host a newcomer? If so, how many at a time?
Would you coach a young founder? How many?
maxMentees
q7_number_of_protégés_wanted
How many of this year's freshers would you take on?
How many early-career nurses can you advise at once?
How many neighbours would you be willing to look after?
How many choristers are you open to mentoring?
Number of coachees preferred
How many openings do you have for junior colleagues?
How many little siblings can you handle?
Mentees wanted
Combien de compagnons débutants prendriez-vous sous votre aile ?
Jusqu'à combien d'apprenties pourrais-tu encadrer ?
Nb. de tutoré·es maximum
Tu veux bien suivre combien de bizuts ?
Combien de familles hébergées accepteriez-vous d'accompagner ?
Nombre de jumelages possibles en parallèle
Nombre de personnes que vous souhaitez parrainer
CAPA. Combien de nouveaux voisins pourriez-vous accueillir ?
Vous verriez-vous parrainer un lycéen ? Si oui, combien au maximum ?
Combien d'aînés aimeriez-vous rencontrer régulièrement ?
À combien de collégiennes pourriez-vous vous consacrer ?
Combien de créatrices d'entreprise seriez-vous partante pour épauler ?
Filleules acceptées
De combien de binômes voudriez-vous faire partie ?
Avec combien de réfugiés souhaiteriez-vous être jumelée ?
Places que j'ai pour des filleuls : combien ?
Combien de doctorantes voudriez-vous suivre ?
How many student pilots would you be happy to take up?
Mentee capacity
Capacité d'accompagnement (nombre de jeunes)
Combien tu en voudrais, des filleuls ?
"""

NOT_TAKEN = """
How many apprentices have you trained so far?
How many people work in your bakery?
How many hours a month could you give to a mentee?
How many years have you supported families?
How many children do you have?
How many tickets would you like for the closing dinner?
How many people would you like to bring to the party?
How many mentees did you have last year?
How many students are you supervising?
How many mentees do you currently support?
How many calls would you like with your mentee?
How many languages could you coach in?
How many articles would you be willing to write with a student?
How many staff would you like to hire?
How many clubs do you belong to?
Number of employees
Number of previous mentors
How many of your colleagues already mentor?
How many weeks could you host a student for?
How many students attend your school?
How many rooms can you offer?
How many people can sleep at your place during the conference?
How many trainees does your firm employ?
How ready are you to take a mentee?
Combien d'apprentis avez-vous déjà formés ?
Combien de personnes compte votre équipe ?
Combien de jours par mois pourriez-vous consacrer à un jeune ?
Combien d'enfants avez-vous à charge ?
Combien de filleuls avais-tu l'an dernier ?
Combien de stagiaires encadrez-vous actuellement ?
Combien de places voulez-vous pour le gala ?
Combien de personnes viendront avec vous ?
Combien de pages pourriez-vous relire pour un étudiant ?
Combien de séances souhaitez-vous avec votre filleul ?
Depuis combien d'années accompagnez-vous des jeunes ?
Nombre de salariés de l'entreprise
Nombre de parrainages menés depuis 2015
Combien de langues pouvez-vous enseigner ?
Combien de mentors as-tu eus ?
Combien de candidats avez-vous recrutés ?
Combien de temps pouvez-vous donner aux jeunes ?
How many adults and children will take part?
Number of attendees
Combien de bénévoles souhaitez-vous recruter ?
Max. 300 words
Maximum number of hours
Maximum number of students in your class
Number of students
"""

TWINS = """
Trades that tempt you | Trades you have worked in
What makes you nervous about the first term? | What could you reassure a fresher about?
Which tools are you struggling with? | Which tools have you used at work?
With what would you like a hand? | With what can you lend a hand?
Which recipes would you love to learn? | Which recipes can you show a beginner?
Corners of the city you want to explore | Corners of the city you could show a newcomer
Which stages of a thesis worry you? | Which stages of a thesis have you been through?
Which careers are you curious about? | Which careers do you know best?
I want to get better at | I can teach
What would you ask a mentor to help you with? | What do you enjoy teaching?
Skills I lack | Skills I master
What are you looking for in this programme? | What do you bring to this programme?
Métiers qui vous attirent | Métiers que vous avez exercés
Qu'est-ce qui t'inquiète pour la rentrée ? | Sur quoi peux-tu rassurer un nouveau ?
Sur quels logiciels bloquez-vous ? | Quels logiciels maîtrisez-vous ?
Spécialité qui vous tente | Spécialité que vous avez choisie
Gestes que vous voudriez apprendre | Gestes que vous pourriez montrer
Coins de nature que vous aimeriez connaître | Coins de nature que vous feriez découvrir
Étapes pour lesquelles vous voudriez du soutien | Étapes que vous avez déjà vécues
Ce dont tu as besoin pour démarrer | Ce que tu peux apporter à un débutant
Thèmes que vous souhaitez approfondir | Thèmes sur lesquels vous intervenez
Les domaines où vous cherchez des conseils | Les domaines où vous donneriez volontiers des conseils
Quels rôles aimeriez-vous jouer ? | Quels rôles avez-vous joués ?
"""

NO_TWINS = """
When could you meet a mentor? | When can you meet a mentee?
How often would you like help? | How often can you help?
In what format would you like to be supported? | In what format can you support?
What mentoring style would you like? | What mentoring style can you offer?
Which skills do you have? | Which skills can you teach?
Your hobbies | Pastimes and interests
What are you good at? | What are you best at?
Gender of the mentor you would like | Gender of the mentees you can support
Which age group would you like help from? | Which age groups can you help?
What diet do you need? | What diets can you cook for?
What feedback would you like to receive? | What feedback can you give?
Quand souhaitez-vous échanger ? | Quand pouvez-vous échanger ?
À quel rythme voudriez-vous être suivi ? | À quel rythme pouvez-vous suivre quelqu'un ?
Vos disponibilités souhaitées | Vos disponibilités offertes
Quelle énergie recherchez-vous ? What energy? | Quelle énergie apportez-vous ? What energy?
Quel genre de mentor voulez-vous ? | Quel genre de jeunes pouvez-vous accompagner ?
Les métiers que j'ai exercés | Les métiers que je peux expliquer
Ce que je sais faire | Ce que je peux transmettre
Votre sexe et celui que vous souhaitez | Votre sexe et celui que vous pouvez accompagner
Format souhaité | Format possible
Régimes dont vous avez besoin | Régimes que vous pouvez proposer
"""

ROLES = """
I am signing up as a | Host | Newcomer
Which are you? | Big | Little
I would like to | Give support | Get support
I want to | Be a buddy | Have a buddy
Are you joining as | Volunteer | New student
Which describes you as a participant? | I'd like to mentor | I'd like a mentor
Tu t'inscris comme | Marraine ou parrain | Fillot
Vous répondez à titre de | Accompagnatrice bénévole | Personne accueillie
En qualité de | Tutrice | Tutorée
Je viens pour | Aider quelqu'un | Trouver un binôme
"""

NO_ROLES = """
Are you joining us as | Student | Member of staff
Do you want to get our letters? | All of them | None
Vous êtes | Bénévole | Salarié
Vous participez | Sur place | À distance
Which describes you as a participant? | Morning person | Night owl
"""


def lines(text: str) -> list[list[str]]:
    """Return the parts of each line."""
    return [[part.strip() for part in line.split(" | ")] for line in text.strip().splitlines()]
