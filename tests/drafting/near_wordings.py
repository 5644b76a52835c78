"""Questions in words made up for these tests that only look as if they asked for sensitive data."""

NEAR = """
Régime indemnitaire : connaissez-vous le vôtre ? | Oui; Non
I believe in lifelong learning | Strongly agree; Agree; Neutral; Disagree; Strongly disagree
What stage of pregnancy research do you work on? | Clinical; Basic
Which cuisine do you cook best? | Indian; Chinese; Italian; Mexican
Métier d’origine
Sciences politiques, droit ou économie ? | Sciences politiques; Droit; Économie
Culte du résultat dans votre entreprise | Faible; Fort
Functional impairment testing of assets (IFRS) | Beginner; Advanced
Spirit of the team | Low; High
Points de vigilance pour votre projet
Special interests | Reading; Chess; Hiking; Cooking
Translation skills | None; Some; Fluent
Weight given to each criterion
Election of the team captain: name
Idée de métier
Année de naissance
Droit syndical : souhaitez-vous vous former ? | Oui; Non
Baby-sitting experience | Yes; No
Quelles sont vos difficultés dans vos études ? | Méthode; Organisation; Motivation
In what condition did the parcel arrive? | Good; Damaged
I vote for this name for our group | Owls; Foxes; Bears
Années d’exercice à l’hôpital | 0-5; 6-10; 10+
Is there anything else that you would like us to know?
Favourite food
Background image chosen
Êtes-vous membre d'une association ? | Oui; Non
Politique de confidentialité lue et acceptée | Oui
Régimes matrimoniaux : niveau en droit | Faible; Bon
What is the condition of your equipment? | New; Good; Worn
Interest in mental health research | Low; Medium; High
Do you have the right to work in this country? | Yes; No
Born digital archives: your experience | None; Some
Nom de l'association
Left-handed or right-handed mouse? | Left; Right
Certificat de travail fourni | Oui; Non
Gestion de la douleur client dans le service après-vente | Oui; Non
Quel parti tirez-vous de vos erreurs ?
Page orientation | Portrait; Landscape
Birth of the idea: tell us how it came
Secteurs qui vous attirent | Santé; Social; Commerce; Défense; Politique
Ministry you work for
Do you require overnight accommodation? | Yes; No
Dress code for the evening party | Smart; Casual
I have read the privacy policy and agree to it | Yes
Conduite de projet politique de la ville | Oui; Non
Race de votre chien
J’accepte la politique de protection des données | Oui
Prise de parti en réunion : à l’aise ? | Oui; Non
Preferred working language | English; French; German
Please list any conflict of interest
Which client groups do you work with? | Refugees; Prisoners; People with disabilities; Older people
Binary trees and sorting: level | Low; Medium; High
Which industry do you work in? | Health care; Finance; Education; Religious organisations; Government
Type d'établissement | Hôpital; Clinique; EHPAD; Cabinet
Traitement de mes données : je donne mon accord | Oui
Skin care products that you sell | Cream; Soap; Oil
Église, musée ou château : visite choisie | Église; Musée; Château
Aménagement de votre emploi du temps | Matin; Midi; Soir
Do you have a black belt in judo? | Yes; No
Travaillez-vous dans le secteur de la santé ? | Oui; Non
Orientation professionnelle : où en êtes-vous ? | Indécis; Quelques pistes; Décidé
Genre littéraire | Roman; Poésie; Essai
Convincing others comes easily to me | Strongly agree; Agree; Disagree
Demonstration of your project: which day? | Monday; Tuesday; Wednesday
Maladies infectieuses : thème de recherche | Oui; Non
T-shirt size | S; M; L
Yoga and meditation class | Yes; No
Cultivez-vous un potager ? | Oui; Non
Couleur préférée | Blanc; Noir; Rouge; Bleu
Doctoral students supervised
Quelle est l’origine de votre projet ?
Élection du délégué de classe : candidat ? | Oui; Non
Which organisations have you volunteered with? | Hospital; School; Sports club; Church; Food bank
Medical specialty | Cardiology; Psychiatry; Paediatrics; Surgery
Weight of the parcel
Vision for your career
Droit à l'image accordé | Oui; Non
Health and safety training completed | Yes; No
Research theme | Cancer; Diabetes; Neuroscience; Epidemiology
Transports utilisés | Train; Voiture; Vélo
Quel rythme vous convient ? | Une fois par semaine; Une fois par mois
Church architecture interest | Low; High
Which topic would you vote for at the next meetup? | Python; Rust; Go
Medical imaging | No interest; Some interest; Great interest
Course d’orientation : distance | 5 km; 10 km
What was the origin of this project?
Remarques ou besoins particuliers
Marital status | Single; Married; Divorced
Expérience en droit pénal | Aucune; Un peu; Beaucoup
Catégorie socioprofessionnelle des parents | Cadre; Employé; Ouvrier
Manifestations culturelles où vous aideriez | Fête de la musique; Marché de Noël
Mentoring people with disabilities: is it a topic that you would like to be trained in? | Yes; No
Blind review experience | Yes; No
Nationalité des entreprises visées
Genre de spectacle préféré | Théâtre; Danse; Concert; Cirque
Travel cost reimbursement needed | Yes; No
Do you work for a trade union, a company or a charity? | Trade union; Company; Charity
Loisirs
Have you ever been a mentor in a prison education programme? | Yes; No
Do you speak Arabic? | Yes; No
What are you hoping to get from your mentor?
Stress au travail : souhaitez-vous un atelier ? | Oui; Non
Transportation to the venue | Car; Train; Bike
Vos convictions en matière de management
Mandat au conseil d’administration | Oui; Non
Did you receive free school meals? | Yes; No
Mobility: are you ready to move abroad? | Yes; No
Best personal record on 10 km
Stress testing of software: level | Low; High
Membership number
Which industries are you interested in? | Healthcare; Education; Legal; Public sector; Charities
Home address
Sexe du chat
Nombre d'enfants à charge
How did you find out about the programme? | Colleague; Poster; Trade union newsletter
Languages you speak | English; French; Arabic; Chinese; Spanish
Have you worked in the health sector? | Yes; No
Which committee would you like to serve on? | Finance; Health and safety; Social; Diversity
Souhaitez-vous accompagner des jeunes en situation de handicap ? | Oui; Non
Have you managed a project under pressure? | Yes; No
Are you a member of a professional association? | Yes; No
Domaine d’études | Médecine; Théologie; Sciences politiques; Histoire des religions
Do you have a first-aid qualification? | Yes; No
Nombre d’enfants dans la classe
Do you have a driving licence? | Yes; No
Availability due to school holidays
Syndic de copropriété : expérience | Oui; Non
Vos forces et vos faiblesses
Médecin, infirmier ou aide-soignant : votre métier | Médecin; Infirmier; Aide-soignant
What are your convictions about good management?
Matières où vous avez besoin d'aide | Maths; Français; Histoire; Éducation civique
Favourite colour | White; Black; Red; Blue
Age group | 18-24; 25-34; 35-44; 45+
Diplôme le plus élevé | Bac; Licence; Master
Diet of news: how many papers do you read?
Which part of the hospital do you work in? | Emergency; Surgery; Paediatrics; Cardiology
Votre engagement associatif | Sport; Culture; Solidarité
Ville de naissance
Conservative or bold design? | Conservative; Bold
Origin of the data set
Steward at the festival on | Friday; Saturday; Sunday
What do you do in your free time?
Votre école d’origine
Confiance en soi | Faible; Moyenne; Forte
Union square or campus for the meeting? | Union Square; Campus
Deaf ears: do you feel management listens? | Yes; No
How did you hear about us? | A friend; Student union; Social media; Church newsletter
Years of experience in criminal law | 0-2; 3-5; 6-10; 10+
Which department do you work in? | Human resources; Occupational health; Politics; Religious studies; IT
Casier de vestiaire souhaité | Oui; Non
Do you believe mentoring works? | Yes; No; Not sure
Hearing about new technologies excites me | Agree; Disagree
Do you agree to be contacted by your mentor? | Yes; No
Do you have any scheduling constraints?
Faith in the team's future | Low; Medium; High
Orientation day attended | Yes; No
Formation d’origine | Lettres; Sciences; Droit
Positive attitude | Low; Medium; High
Secteur d’activité | Santé; Banque; Industrie; Syndicats et associations; Enseignement
Expected start date
Transition écologique : intérêt | Faible; Moyen; Fort
Votre caractère | Réservé; Sociable
Labor costs handled in your job | Yes; No
Prayer of the week column editor | Yes; No
Noël des bénévoles : viendrez-vous ? | Oui; Non
Year of medical school | 1; 2; 3; 4; 5
Field of study | Medicine; Law; Political science; Theology; Sociology
Do you vote in committee meetings? | Yes; No
Which values matter most to you? | Honesty; Freedom; Equality
À partir de quelle date êtes-vous disponible ?
Vos freins à l'emploi | Mobilité; Garde d'enfants; Diplôme; Langue
Where did this idea originate?
Country where you work | France; Belgium; Switzerland
Êtes-vous gaucher ou droitier ? | Gaucher; Droitier
How accessible was the course content? | Very; Fairly; Not at all
Êtes-vous mobile géographiquement ? | Oui; Non
Does your company have a works council? | Yes; No
Sports you play | Golf; Tennis; Swimming
What genre of music do you like? | Jazz; Rock; Classical; Gospel
Due date of the assignment
How would you describe your personality? | Introvert; Extrovert
Moyen de locomotion | Voiture; Bus; Vélo
Drinks preference | Tea; Coffee; Water
Which liberal arts college did you attend?
Vos valeurs | Honnêteté; Liberté; Égalité
How do you identify problems at work?
Connaissance des institutions européennes | Faible; Bonne
Set union and intersection: confidence | Low; Medium; High
Which campus are you on? | North; South
Service hospitalier | Urgences; Chirurgie; Maternité
Pratiques culturelles | Cinéma; Musée; Concert
Background noise in the office | Low; High
Service d’origine
How long have you worked in public health? | Less than 1 year; 1 to 5 years; More than 5 years
Référent handicap : le poste existe-t-il chez vous ? | Oui; Non
White papers you have written
Please tell us about your background
Do you have any questions or concerns?
Besoins en formation | Anglais; Bureautique; Management
Native apps or web apps? | Native; Web
Justice et droit : votre spécialité | Civil; Pénal; Public
Topics you can mentor on | Work-life balance; Parenting and career; Public speaking; Diversity and inclusion
What are your expectations?
Which green spaces do you visit?
Conditions générales acceptées | Oui
Votre poids dans la décision | Faible; Fort
Data science and machine learning for medical imaging: your level | Beginner; Intermediate; Advanced
Preferred mode of communication | Phone; E-mail; Video
Votre spécialité médicale | Cardiologie; Psychiatrie; Pédiatrie
Practice of English | Daily; Weekly; Rarely
Please describe your main challenge at the moment
Vue sur l'avenir du secteur
Traitement de texte : niveau | Débutant; Intermédiaire; Avancé
Que recherchez-vous chez un mentor ?
Democratic leadership suits me | Agree; Neutral; Disagree
"""
"""Question, options."""
