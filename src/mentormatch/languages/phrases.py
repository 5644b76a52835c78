"""Values -> short phrases in the current language: enumerations, numbers with their noun, scores, dates and times."""

import errno
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from mentormatch.languages.translation import FRENCH, isolate, mark, spoken, tr, tr_n

NO_BREAK = "\u00a0"  # no-break space
SYSTEM_REASONS = {  # by error number
    errno.EPERM: mark("opération interdite"),
    errno.ENOENT: mark("rien n'existe sous ce nom"),
    errno.EIO: mark("erreur de lecture ou d'écriture"),
    errno.ENOMEM: mark("plus assez de mémoire"),
    errno.EACCES: mark("accès refusé"),
    errno.EBUSY: mark("en cours d'utilisation"),
    errno.EEXIST: mark("ce nom est déjà pris"),
    errno.ENODEV: mark("aucun appareil de ce nom"),
    errno.ENOTDIR: mark("ce n'est pas un dossier"),
    errno.EISDIR: mark("c'est un dossier"),
    errno.EINVAL: mark("valeur que le système n'accepte pas"),
    errno.EMFILE: mark("trop de fichiers ouverts"),
    errno.ENFILE: mark("trop de fichiers ouverts"),
    errno.EFBIG: mark("fichier trop grand"),
    errno.ENOSPC: mark("plus de place sur le disque"),
    errno.EROFS: mark("disque en lecture seule"),
    errno.EPIPE: mark("personne ne lit plus"),
    errno.ENAMETOOLONG: mark("nom de fichier trop long"),
    errno.ENOTEMPTY: mark("ce dossier n'est pas vide"),
    errno.ELOOP: mark("trop de liens l'un vers l'autre"),
    errno.EADDRINUSE: mark("adresse déjà prise"),
    errno.EADDRNOTAVAIL: mark("adresse qui n'est pas de cette machine"),
    errno.ETIMEDOUT: mark("pas de réponse à temps"),
    errno.EDQUOT: mark("plus de place permise sur le disque"),
}


def listed(words: Sequence[str]) -> str:
    """Return ``words`` as an enumeration.

    >>> listed(["Budget", "Contrats", "Tournée"])
    'Budget, Contrats et Tournée'
    """
    isolated = [isolate(word) for word in words]
    if len(isolated) < 2:
        return "".join(isolated)
    from babel.lists import format_list

    return format_list(isolated, locale=spoken())


def quoted(text: str) -> str:
    """Return ``text`` between quotation marks.

    >>> quoted("Budget")
    '« Budget »'
    """
    return tr("« {text} »", text=text)


def joined(clauses: Sequence[str]) -> str:
    """Return clauses as one text, separated by semicolons.

    >>> joined(["souhait n° 1", "pas demandé"])
    'souhait n° 1 ; pas demandé'
    """
    return tr("{first} ; {second}", first=clauses[0], second=joined(clauses[1:])) if clauses[1:] else "".join(clauses)


def system_reason(error: OSError) -> str:
    """Return the reason of a system error in the current language; the system's own text may be in another.

    >>> system_reason(OSError(errno.EISDIR, "Is a directory"))
    'c’est un dossier'
    """
    reason = SYSTEM_REASONS.get(error.errno) if error.errno is not None else None
    return tr(reason) if reason else tr("erreur système {number}", number=error.errno or type(error).__name__)


def about(subject: str, text: str) -> str:
    """Return ``text`` after its subject.

    >>> about("M1", "sans binôme")
    'M1 : sans binôme'
    """
    return tr("{subject} : {text}", subject=subject, text=text)


def of_two(mentor: str, mentee: str) -> str:
    """Return the label of a pair.

    >>> of_two("M1", "E1")
    'M1 - E1'
    """
    return f"{isolate(mentor)} - {isolate(mentee)}"


def counted(number: int, one: str, many: str | None = None) -> str:
    r"""Return a number with its noun, singular or plural. The default plural is ``one`` with an s.

    >>> counted(1, "besoin"), counted(3, "créneau", "créneaux")
    ('1\xa0besoin', '3\xa0créneaux')
    """
    return f"{thousands(number)}{NO_BREAK}{tr_n(one, many or f'{one}s', number)}"


def points(millionths: int) -> str:
    r"""Return a score, or a sum of scores, in millionths as points out of 100 with one decimal.

    >>> points(734_200), points(125_771_000)
    ('73,4', '12\u202f577,1')
    """
    return decimal(millionths / 10_000, 1)


def decimal(number: float, places: int) -> str:
    r"""Return a number with ``places`` decimals and its thousands separated.

    >>> decimal(12_345.678, 2)
    '12\u202f345,68'
    """
    return f"{number:,.{places}f}".translate(_symbols(spoken()))


@cache
def _symbols(code: str) -> dict[int, str]:
    """Map the separators that Python writes to those of a language; formatting a number by Babel takes 12 µs."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return {ord(","): get_group_symbol(code), ord("."): get_decimal_symbol(code)}


def percent(share: float, places: int = 0) -> str:
    r"""Return a share between 0 and 1 as a percentage with ``places`` decimals.

    >>> percent(0.4), percent(0.0349, 1)
    ('40\xa0%', '3,5\xa0%')
    """
    return f"{decimal(share * 100, places)}{NO_BREAK if spoken() == FRENCH else ''}%"


def plain(number: float) -> str:
    """Return a number with up to 10 significant digits, its thousands not separated.

    >>> plain(31.5), plain(30.0)
    ('31,5', '30')
    """
    return f"{number:.10g}".translate(_symbols(spoken()))


def thousands(number: int) -> str:
    r"""Return a whole number with its thousands separated.

    >>> thousands(40_000)
    '40\u202f000'
    """
    return decimal(number, 0)


def day(when: date) -> str:
    r"""Return a date with the month in words.

    >>> day(date(2026, 11, 1))
    '1er\xa0novembre 2026'
    """
    from babel.dates import format_date

    text = format_date(when, "long", locale=spoken())
    return (
        text.replace("1 ", f"1er{NO_BREAK}", 1)
        if spoken() == FRENCH and when.day == 1
        else text.replace(" ", NO_BREAK, 1)
    )


def figures(when: date) -> str:
    """Return a date in digits.

    >>> figures(date(2026, 11, 1))
    '01/11/2026'
    """
    return tr("{day}/{month}/{year}", day=f"{when.day:02}", month=f"{when.month:02}", year=f"{when.year:04}")


def weekday_and_day(when: date) -> str:
    r"""Return a date with its weekday.

    >>> weekday_and_day(date(2026, 12, 1))
    'mardi 1er\xa0décembre 2026'
    """
    from babel.dates import format_date

    return f"{format_date(when, 'EEEE', locale=spoken())} {day(when)}"


def clock(when: datetime) -> str:
    r"""Return the time of day in hours and minutes.

    >>> clock(datetime(2026, 11, 28, 9, 5))
    '9\xa0h\xa005'
    """
    return tr("{hour}\u00a0h\u00a0{minute}", hour=when.hour, minute=f"{when.minute:02}")


def moment(when: datetime) -> str:
    r"""Return a date and a time of day, in the time zone of ``when``; UTC is named.

    >>> moment(datetime.fromisoformat("2026-11-28T10:32:05+01:00"))
    '28\xa0novembre 2026 à 10\xa0h\xa032'
    """
    text = tr("{day} à {hour}", day=day(when.date()), hour=clock(when))
    return f"{text} UTC" if when.utcoffset() == timedelta(0) else text
