"""The SQLite file of the service with its jobs, keys and workspaces.

Without a file the same tables are in memory. Only the owner may read and write the file; deleted data is overwritten
with zeros. One service at a time uses it; commands may write keys and one-time tokens meanwhile (write-ahead log:
readers do not wait for the writer). The file must be on a local disk, not on a network.
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

APPLICATION_ID = 0x6D6D7376
SCHEMA_VERSION = 3
BUSY_S = 5.0  # time for which a transaction waits for another process
FILE_MODE = 0o600
CONNECTION_PRAGMAS = f"""
PRAGMA busy_timeout = {round(BUSY_S * 1000)};
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
"""
TABLES_OF_VERSION_3 = """
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
TABLE_SCHEMA = f"""
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
{TABLES_OF_VERSION_3}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""
# statements that upgrade a file of each version to the next
MIGRATION_SCRIPTS = {1: "ALTER TABLE jobs ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;", 2: TABLES_OF_VERSION_3}


class StoreLockedError(OutputError):
    """Another service uses the file."""


def open_store(path: Path | None) -> sqlite3.Connection:
    """Return a connection to a file, created if needed, or to memory. Raises OutputError.

    Each statement is committed at once, unless it is in a ``transaction``.
    """
    if path is None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(CONNECTION_PRAGMAS + TABLE_SCHEMA)
        return connection
    clear_drafts(path.parent)
    create_file(path)
    with convert_sqlite_errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def create_file(path: Path) -> None:
    # An existing file is not opened: closing it would release the locks of SQLite in this process (POSIX). SQLite gives
    # its log files the same rights.
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        return
    except OSError as error:
        advice = tr("nommez un fichier d'un dossier où vous pouvez écrire")
        raise make_store_error(path, system_reason(error), advice=advice) from None


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Create or upgrade the tables of a file.

    Raises OutputError if the file belongs to another program or a later version.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    new = not (application or version or tables)
    if not new and application != APPLICATION_ID:
        raise make_foreign_file_error(path)
    if version > SCHEMA_VERSION:
        actual, supported = (
            tr("un fichier de la version {version}", version=version),
            tr("{most} au plus", most=SCHEMA_VERSION),
        )
        raise make_store_error(path, actual, supported, tr("mettez le service à jour, ou nommez un nouveau fichier"))
    path.chmod(FILE_MODE)  # other users may have been given access
    connection.executescript(CONNECTION_PRAGMAS)
    if new:
        connection.executescript(TABLE_SCHEMA)
    elif version < SCHEMA_VERSION:
        changes = "\n".join(change for before, change in MIGRATION_SCRIPTS.items() if version <= before)
        connection.executescript(f"BEGIN IMMEDIATE;\n{changes}\nPRAGMA user_version = {SCHEMA_VERSION};\nCOMMIT;")


@contextmanager
def lock_store(path: Path | None) -> Iterator[None]:
    """Lock a file for this service, then check its integrity. Raises OutputError, or StoreLockedError if locked.

    The lock ends with the process in any case. It is a lock of BSD (``flock``), as SQLite uses POSIX locks, which
    closing the descriptor would release: it is opened before the connections of the service and closed after them.
    Windows has no such lock.
    """
    if path is None:
        yield
        return
    open_store(path).close()
    descriptor = os.open(path, os.O_RDWR)
    try:
        flock_exclusively(descriptor, path)
        with closing(open_store(path)) as connection, convert_sqlite_errors(path):
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError
        yield
    finally:
        os.close(descriptor)


def flock_exclusively(descriptor: int, path: Path) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            advice = tr("arrêtez-le, ou nommez un autre fichier")
            refusal = make_store_error(path, tr("un autre service s'en sert"), advice=advice)
            raise StoreLockedError(refusal.message, refusal.problems) from None


@contextmanager
def convert_sqlite_errors(path: Path) -> Iterator[None]:
    """Convert errors of SQLite in the context to OutputError."""
    try:
        yield
    except sqlite3.OperationalError:
        advice = tr("fermez ce qui s'en sert, vérifiez ses droits et la place qui reste, puis recommencez")
        raise make_store_error(path, tr("le fichier ne peut être ni lu ni écrit"), advice=advice) from None
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise make_foreign_file_error(path) from None
        advice = tr("remettez-en une copie, ou nommez un nouveau fichier")
        raise make_store_error(path, tr("le fichier est abîmé"), advice=advice) from None


def make_foreign_file_error(path: Path) -> OutputError:
    advice = tr("nommez un autre fichier, ou un nouveau")
    return make_store_error(path, tr("ce n'est pas un fichier de ce service"), advice=advice)


def make_store_error(path: Path, reason: str, expected: str = "", advice: str = "") -> OutputError:
    return OutputError(tr("Le fichier du service ne peut pas servir"), [Problem(path.name, reason, expected, advice)])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit all statements of the context, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # already rolled back, for example on a full disk
            connection.execute("ROLLBACK")
        raise


SQLITE_REASONS = {
    sqlite3.SQLITE_FULL: mark("Le disque du fichier du service est plein"),
    sqlite3.SQLITE_BUSY: mark("Un autre programme tient le fichier du service"),
    sqlite3.SQLITE_LOCKED: mark("Un autre programme tient le fichier du service"),
    sqlite3.SQLITE_CORRUPT: mark("Le fichier du service est abîmé"),
    sqlite3.SQLITE_NOTADB: mark("Le fichier du service est abîmé"),
    sqlite3.SQLITE_READONLY: mark("Le fichier du service est protégé contre l'écriture"),
}


def make_storage_problem(error: sqlite3.Error | OutputError) -> RefusedError:
    """Convert an error of the file to a problem, by the low byte of its code of SQLite if it has one."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return RefusedError("not-kept", SQLITE_REASONS.get(kind, mark("Le fichier du service a échoué")))
