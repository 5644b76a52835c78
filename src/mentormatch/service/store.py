"""The file of the service: its jobs, keys and works in SQLite, so that they outlive the process.

Without a file the same tables are in memory. The file is read and written by its owner alone; what is deleted in it is
overwritten with zeros. One service at a time has it; the command ``keys`` may write to it meanwhile (its log is written
ahead: readers and a writer do not wait for each other). It is for a disk of this machine, not for a network's.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from mentormatch.base.atomic_files import clear_drafts
from mentormatch.errors import OutputError, Problem
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.translation import mark, tr
from mentormatch.service.problems import RefusedError

if sys.platform != "win32":
    import fcntl

APPLICATION, VERSION = 0x6D6D7376, 3
"""By these numbers in its head a file is known to be one of ours, and of which version."""
BUSY_S = 5.0
"""So long a transaction waits for that of another process."""
PRIVATE = 0o600
SETTINGS = f"""
PRAGMA busy_timeout = {round(BUSY_S * 1000)};
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
"""
SINCE_VERSION_3 = """
CREATE TABLE IF NOT EXISTS one_time_tokens (
    digest BLOB PRIMARY KEY,
    expires REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS address (
    port INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS works (
    id TEXT NOT NULL,
    part TEXT NOT NULL,
    sealed BLOB NOT NULL,
    expires REAL NOT NULL,
    PRIMARY KEY (id, part)
) STRICT;
CREATE INDEX IF NOT EXISTS works_by_end ON works (expires);
"""
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT,
    created REAL NOT NULL,
    ended REAL,
    size INTEGER NOT NULL DEFAULT 0,
    once BLOB,
    request BLOB,
    refusal TEXT,
    body BLOB,
    answer BLOB,
    begun INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_of_owner ON jobs (owner, created, id, size);
CREATE INDEX IF NOT EXISTS jobs_by_end ON jobs (ended);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_once ON jobs (owner, once) WHERE once IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    scopes TEXT NOT NULL,
    requests INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    created REAL NOT NULL,
    expires REAL NOT NULL,
    revoked REAL
) STRICT;
CREATE INDEX IF NOT EXISTS keys_by_name ON keys (name, created);
{SINCE_VERSION_3}
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""
CHANGES = {1: "ALTER TABLE jobs ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;", 2: SINCE_VERSION_3}
"""What makes a file of each version one of the next."""


class HeldError(OutputError):
    """Another service has the file."""


def open_store(path: Path | None) -> sqlite3.Connection:
    """Return a connection to a file, made where it is not there, or to memory; raises OutputError.

    The connection commits each statement by itself, unless it stands in a ``transaction``.
    """
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(SETTINGS + SCHEMA)
        return connection
    clear_drafts(path.parent)
    make(path)
    with explain_errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def make(path: Path) -> None:
    """Have a file that its owner alone reads and writes where there is none; SQLite gives those beside it its rights.

    One that is there is not opened: to close it would end the locks that SQLite has on it in this process (POSIX).
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))
    except FileExistsError:
        return
    except OSError as error:
        advice = tr("nommez un fichier d'un dossier où vous pouvez écrire")
        raise explain_refusal(path, system_reason(error), advice=advice) from None


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Have the tables of this version in a file.

    Raises OutputError where it is no file of ours, or one of a later version.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    new = not (application or version or tables)
    if not new and application != APPLICATION:
        raise not_ours(path)
    if version > VERSION:
        found, most = tr("un fichier de la version {version}", version=version), tr("{most} au plus", most=VERSION)
        raise explain_refusal(path, found, most, tr("mettez le service à jour, ou nommez un nouveau fichier"))
    path.chmod(PRIVATE)  # it is ours: others may have been allowed to read it since
    connection.executescript(SETTINGS)
    if new:
        connection.executescript(SCHEMA)
    elif version < VERSION:
        changes = "\n".join(change for before, change in CHANGES.items() if version <= before)
        connection.executescript(f"BEGIN IMMEDIATE;\n{changes}\nPRAGMA user_version = {VERSION};\nCOMMIT;")


@contextmanager
def hold_file(path: Path | None) -> Iterator[None]:
    """Have a file for this service alone, found whole; raises OutputError, HeldError where another service has it.

    The lock ends with the process, however that ends. It is another than those of SQLite (BSD, not POSIX), and its
    descriptor is open before any connection, and closed after all.
    """
    if path is None:
        yield
        return
    open_store(path).close()
    descriptor = os.open(path, os.O_RDWR)
    try:
        lock(descriptor, path)
        with closing(open_store(path)) as connection, explain_errors(path):
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, path: Path) -> None:
    """Take the lock of a file; raises HeldError where another service has it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            advice = tr("arrêtez-le, ou nommez un autre fichier")
            refusal = explain_refusal(path, tr("un autre service s'en sert"), advice=advice)
            raise HeldError(refusal.message, refusal.problems) from None


@contextmanager
def explain_errors(path: Path) -> Iterator[None]:
    """Raise OutputError where SQLite cannot use a file."""
    try:
        yield
    except sqlite3.OperationalError:
        advice = tr("fermez ce qui s'en sert, vérifiez ses droits et la place qui reste, puis recommencez")
        raise explain_refusal(path, tr("le fichier ne peut être ni lu ni écrit"), advice=advice) from None
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise not_ours(path) from None
        advice = tr("remettez-en une copie, ou nommez un nouveau fichier")
        raise explain_refusal(path, tr("le fichier est abîmé"), advice=advice) from None


def not_ours(path: Path) -> OutputError:
    """Return in words that a file is of something else."""
    advice = tr("nommez un autre fichier, ou un nouveau")
    return explain_refusal(path, tr("ce n'est pas un fichier de ce service"), advice=advice)


def explain_refusal(path: Path, found: str, expected: str = "", advice: str = "") -> OutputError:
    """Return in words why a file cannot be used."""
    return OutputError(tr("Le fichier du service ne peut pas servir"), [Problem(path.name, found, expected, advice)])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Have all statements of a ``with`` block take effect, or none of them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # it may have been undone already: by a full disk, for example
            connection.execute("ROLLBACK")
        raise


REASONS = {
    sqlite3.SQLITE_FULL: mark("Le disque du fichier du service est plein"),
    sqlite3.SQLITE_BUSY: mark("Un autre programme tient le fichier du service"),
    sqlite3.SQLITE_LOCKED: mark("Un autre programme tient le fichier du service"),
    sqlite3.SQLITE_CORRUPT: mark("Le fichier du service est abîmé"),
    sqlite3.SQLITE_NOTADB: mark("Le fichier du service est abîmé"),
    sqlite3.SQLITE_READONLY: mark("Le fichier du service est protégé contre l'écriture"),
}


def not_kept(error: sqlite3.Error) -> RefusedError:
    """Return what SQLite failed at as a problem; the low byte of its code is the kind of it."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return RefusedError("not-kept", REASONS.get(kind, mark("Le fichier du service a échoué")))
