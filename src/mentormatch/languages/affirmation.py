"""Whether a text says yes or no, in French or English, in words, by a figure or by a tick, or neither of them.

The rule: a word of yes or no leads, and nothing behind it takes it back. What negates a yes, what affirms a no, a
condition, a doubt, a question mark or a delay takes it back. "Non" and "no" are also the first half of other words
("non renseigné", "no idea"): without a punctuation mark behind them only what goes on with a refusal is a no.
"""

import re
from functools import lru_cache

from mentormatch.languages.text_keys import fold

YES = frozenset({"oui", "o", "yes", "y", "x", "vrai", "true", "1"})
NO = frozenset({"non", "n", "no", "faux", "false", "0"})
"""The signs by which tools write yes and no."""

YES_ALONE = YES | {
    *("1.0", "1,0", "on", "\u2713", "\u2714", "\u2611", "\u2705", "entendu", "affirmatif", "affirmative"),
    *("coche", "cochee", "case cochee", "selectionne", "selectionnee", "accepte", "acceptee"),
    *("checked", "ticked", "selected", "accepted", "i would", "i do", "i'd love to", "i'd like to"),
}
NO_ALONE = NO | {
    *("0.0", "0,0", "off", "\u2610", "nah", "negatif", "negative", "jamais", "never", "refuse", "refusee"),
    *("non coche", "non cochee", "pas coche", "pas cochee", "decoche", "decochee", "case non cochee"),
    *("non selectionne", "non selectionnee", "non accepte", "non acceptee", "unchecked", "unticked", "unselected"),
    *("not checked", "not ticked", "not selected", "not accepted", "declined", "refused"),
    *("i do not", "i don't", "i would not", "i wouldn't", "i'd rather not", "i would rather not"),
}
"""What says yes or no where nothing else is said: a sign, the word for a box, the end of a sentence."""

LEADING_YES = (
    "oui|ouais|ouaip|ouep|yes|yep|yeah|yup|ok|okay|bien sur|bien entendu|tout a fait|avec (?:grand |un grand )?plaisir|"
    "volontiers|d'accord|absolument|certainement|evidemment|carrement|of course|sure|absolutely|definitely|certainly|"
    "gladly|happily|with (?:great )?pleasure|agreed|je (?:le )?veux bien|je (?:l')?accepte|j'accepte|je consens|"
    "je (?:suis|serais) (?:d'accord|partante?|volontaire|ravie?)|j'autorise|je confirme|j'ai (?:bien )?lu|"
    "j'ai pris connaissance|i (?:agree|accept|consent|confirm|have read)|"
    "(?:i'd|i would) (?:love|like|be happy|be glad|be delighted) to|i am happy to"
)
LEADING_NO = (
    "non|no|nope|pas du tout|(?:surtout|absolument|certainement|evidemment) pas|pas d'accord|"
    "pas (?:cette (?:annee|fois)|maintenant)|bien sur que non|sans facon|je (?:le )?refuse|je n'accepte pas|"
    "je ne (?:le )?(?:veux|souhaite|peux) pas|not at all|(?:absolutely|certainly|definitely|of course) not|"
    "not (?:this (?:year|time)|now)|i (?:refuse|decline|disagree)|i (?:do not|don't) (?:want|wish|agree|accept)(?: to)?"
)
BREAK = r"\s*(?:[,;:.!()…]|\s-\s)"
"""What ends a word of yes or no: a hyphen inside of a word does not."""
YES_FIRST = re.compile(rf"(?:{LEADING_YES})(?![\w'-])(?P<rest>.*)", re.DOTALL)
NO_FIRST = re.compile(rf"(?:{LEADING_NO})(?![\w'-])(?P<rest>.*)", re.DOTALL)
NO_GOES_ON = re.compile(
    rf"{BREAK}|\s+(?:merci|thank|thanks|sorry|desole|malheureusement|unfortunately|jamais|never|pas|not|"
    r"je|i|i'm|i'll|j'\w+|non|no|du tout|vraiment pas|plus maintenant|pour l'instant|pour le moment|cette annee|"
    r"this (?:year|time))\b|\s*$"
)
HARMLESS = re.compile(
    r"\b(?:pas de (?:probleme|souci)|(?:sans|aucun) (?:probleme|souci|hesiter|hesitation|doute|reserve)|"
    r"no (?:problem|worries|doubt)|without (?:hesitation|a doubt|hesitating)|pourquoi pas|why not|avec plaisir)\b"
)
NEGATION = re.compile(
    r"\b(?:ne|non|no|not|pas|jamais|never|aucune?|sans|without|nor|ni|nope|nan|refus\w*|declin\w*|cannot|\w+n't|"
    r"impossible|indisponible|unavailable|unable|unwilling|incapable|contre|against|desolee?|sorry|helas|"
    r"malheureusement|unfortunately|hors de question)\b|\bn'"
)
AFFIRMATION = re.compile(r"\b(?:oui|ouais|yes|yep|yeah|sure|ok|okay|accepte|agree|volontiers|d'accord)\b")
DOUBT = re.compile(
    r"\?|\b(?:ou|or|mais|but|sauf|except|unless|si|s'il|s'ils|if|though|although|however|cependant|toutefois|"
    r"peut-etre|peut etre|maybe|perhaps|possibly|possiblement|probably|probablement|sans doute|eventuellement|"
    r"depend|depends|depending|selon|suivant|condition|conditions|seulement|uniquement|only|en partie|partly|"
    r"partiellement|parfois|sometimes|plutot|rather|pense|think|crois|believe|guess|suppose|sais|know|espere|hope|"
    r"sure if|a voir|verifier|check|plus tard|later|bientot|soon|prochaine?|next|"
    r"en principe|in principle|a priori|hesite|hesitant|unsure|doute|doubt|moitie|half)\b"
)


@lru_cache(maxsize=4096)
def says_yes(text: str) -> bool | None:
    """Return whether ``text`` says yes, None where it does not say.

    >>> [says_yes(text) for text in ("Oui, je veux bien", "No thanks", "Yes and no", "non-binaire", "X")]
    [True, False, None, None, True]
    """
    said = fold(text).strip(' .!,;:"«»')
    if said in YES_ALONE or said in NO_ALONE:
        return said in YES_ALONE
    found = refusal(said)
    return consent(said) if found is None else found


def refusal(said: str) -> bool | None:
    """Return False where a folded text refuses, None where it does not, or takes it back."""
    led = NO_FIRST.fullmatch(said)
    if led is None or not NO_GOES_ON.match(led["rest"]):
        return None
    rest = HARMLESS.sub(" ", led["rest"])
    return None if AFFIRMATION.search(rest) or DOUBT.search(rest) else False


def consent(said: str) -> bool | None:
    """Return True where a folded text agrees, None where it does not, or takes it back."""
    led = YES_FIRST.fullmatch(said)
    if led is None:
        return None
    rest = HARMLESS.sub(" ", led["rest"])
    return None if NEGATION.search(rest) or DOUBT.search(rest) else True
