"""The full-text index of posts: triggers note what changes, so that no writer can forget it.

SQLite has FTS5 without content of its own (the texts stay in ``post``), PostgreSQL a tsvector
under GIN. ``post_search_doc`` numbers posts in the order in which they came: FTS5 wants whole
numbers, and ``post``'s own row ids change when the file is vacuumed. Beside title and text there
are single words to narrow a search down: who wrote the post (an id, never a name), the host of its
address from the end, its language, and whether a lead came of it.

None of it belongs to the ORM's metadata: it is made after the tables are. On PostgreSQL triggers do
everything. On SQLite they only note which posts changed, and what was looked up of them so far:
with ``trusted_schema`` off, as it is, no trigger may write to FTS5's tables. `settle_index` does
the rest at the end of each transaction; see `service.store.engine.writing`. No trigger names a
table that a migration may make anew, but the one that it is on.
"""
# ruff: noqa: S608, E501 - every statement is made of our own words; statements keep their lines

from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, String, Table, event

from models.base import METADATA

#: How much of a text is looked up, in characters: as much as the judge reads.
READ = 20_000
#: Closes a host, so that what ends like it is found and what goes on is not.
HOST_END = "zzend"
#: Says that a lead came of a post.
LED = "y"
#: What the names of the index's tables begin with.
PREFIX = "post_search"

DOCS = Table(
    "post_search_doc",
    MetaData(),
    Column("doc", BigInteger, primary_key=True),
    Column("post_id", String(36), nullable=False, unique=True),
    Column("is_lead", Boolean, nullable=False),
)


def _words(row: str) -> str:
    """Return SQL for what is looked up of a post, in the order of the index's columns."""
    rest = f"substr({row}.url, instr({row}.url, '://') + 3)"
    host = f"SELECT substr(r, 1, instr(r || '/', '/') - 1) AS h FROM (SELECT {rest} AS r)"
    bare = f"(SELECT substr(h, 1, instr(h || ':', ':') - 1) FROM ({host}))"
    author = f"replace(coalesce({row}.author_id, ''), '-', '')"
    led = f"CASE is_lead WHEN 1 THEN '{LED}' ELSE '' END"
    text = f"substr({row}.text, 1, {READ})"
    site = f"coalesce({bare} || ' {HOST_END}', '')"
    return f"{row}.title, {text}, {author}, {site}, {row}.language, {led}"


def _statements(script: str) -> tuple[str, ...]:
    """Return the statements of a script; a blank line is between them."""
    filled = script
    for name, words in _NAMED.items():
        filled = filled.replace(f"<{name}>", words)
    return tuple(filter(None, (one.strip() for one in filled.split("\n\n"))))


_FIELDS = ("title", "text", "author_id", "url", "language")
_NAMED = {
    "put": "INSERT INTO post_search (rowid, title, body, author, site, lang, lead)",
    "take": "INSERT INTO post_search (post_search, rowid, title, body, author, site, lang, lead)",
    "note": f"INSERT OR IGNORE INTO post_search_todo (post_id, was_there, {', '.join(_FIELDS)})",
    "as it was": f"OLD.id, 1, OLD.title, substr(OLD.text, 1, {READ}), OLD.author_id, OLD.url, OLD.language",
    "as it is": f"p.id, 1, p.title, substr(p.text, 1, {READ}), p.author_id, p.url, p.language",
    "changed": " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _FIELDS),
    "fields": ", ".join(_FIELDS),
    "words of p": _words("p"),
    "words of t": _words("t"),
    "led": "SELECT s.post_id FROM post_search_led JOIN signal s ON s.id = signal_id",
    "vector": f"setweight(to_tsvector('simple', p.title), 'A') || setweight(to_tsvector('simple', left(p.text, {READ})), 'B')"
    " || array_to_tsvector(array_remove(ARRAY['author:' || p.author_id, 'lang:' || p.language,"
    " 'site:' || reverse(substring(p.url from '://([^/:?#]+)')) || '.'], NULL))",
    "has a lead": "EXISTS (SELECT 1 FROM signal s JOIN lead_signal l ON l.signal_id = s.id WHERE s.post_id = p.id)",
}

_SQLITE = _statements("""
CREATE TABLE IF NOT EXISTS post_search_doc (doc INTEGER PRIMARY KEY, post_id VARCHAR(36) NOT NULL UNIQUE, is_lead BOOLEAN NOT NULL DEFAULT 0)

CREATE VIRTUAL TABLE IF NOT EXISTS post_search USING fts5(title, body, author, site, lang, lead, content='', tokenize='unicode61 remove_diacritics 0')

CREATE TABLE IF NOT EXISTS post_search_todo (post_id VARCHAR(36) PRIMARY KEY, was_there BOOLEAN NOT NULL, <fields>) WITHOUT ROWID

CREATE TABLE IF NOT EXISTS post_search_led (signal_id VARCHAR(36) PRIMARY KEY) WITHOUT ROWID

CREATE TRIGGER IF NOT EXISTS post_search_new AFTER INSERT ON post BEGIN
 INSERT OR IGNORE INTO post_search_todo (post_id, was_there) VALUES (NEW.id, 0); END

CREATE TRIGGER IF NOT EXISTS post_search_changed AFTER UPDATE OF <fields> ON post WHEN <changed> BEGIN
 <note> VALUES (<as it was>); END

CREATE TRIGGER IF NOT EXISTS post_search_gone AFTER DELETE ON post BEGIN
 <note> VALUES (<as it was>); END

CREATE TRIGGER IF NOT EXISTS post_search_lead AFTER INSERT ON lead_signal BEGIN
 INSERT OR IGNORE INTO post_search_led VALUES (NEW.signal_id); END
""")
#: FTS5 forgets only what it is told again, word for word: that is what ``todo`` keeps.
_SETTLE = _statements("""
<note> SELECT <as it is> FROM post p JOIN post_search_doc ON post_id = p.id WHERE is_lead = 0 AND p.id IN (<led>)

<take> SELECT 'delete', doc, <words of t> FROM post_search_todo t JOIN post_search_doc USING (post_id) WHERE was_there

DELETE FROM post_search_doc WHERE post_id IN (SELECT post_id FROM post_search_todo) AND NOT EXISTS (SELECT 1 FROM post WHERE id = post_id)

INSERT INTO post_search_doc (post_id) SELECT post_id FROM post_search_todo WHERE NOT was_there AND post_id IN (SELECT id FROM post) ORDER BY post_id

UPDATE post_search_doc SET is_lead = 1 WHERE is_lead = 0 AND post_id IN (<led>)

<put> SELECT doc, <words of p> FROM post_search_todo t JOIN post_search_doc USING (post_id) JOIN post p ON p.id = post_id ORDER BY doc

DELETE FROM post_search_todo

DELETE FROM post_search_led
""")
_SQLITE_FILL = _statements("""
DELETE FROM post_search_todo

DELETE FROM post_search_led

INSERT INTO post_search_doc (post_id, is_lead) SELECT p.id, <has a lead> FROM post p ORDER BY p.id

<put> SELECT doc, <words of p> FROM post_search_doc JOIN post p ON p.id = post_id ORDER BY doc
""")
_SQLITE_DROP = _statements("""
DROP TRIGGER IF EXISTS post_search_new

DROP TRIGGER IF EXISTS post_search_changed

DROP TRIGGER IF EXISTS post_search_gone

DROP TRIGGER IF EXISTS post_search_lead

DROP TABLE IF EXISTS post_search

DROP TABLE IF EXISTS post_search_doc

DROP TABLE IF EXISTS post_search_todo

DROP TABLE IF EXISTS post_search_led
""")

_POSTGRESQL = _statements("""
CREATE TABLE IF NOT EXISTS post_search_doc (doc BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post_id VARCHAR(36) NOT NULL UNIQUE, is_lead BOOLEAN NOT NULL DEFAULT false, words tsvector NOT NULL)

CREATE INDEX IF NOT EXISTS post_search_words ON post_search_doc USING gin (words)

CREATE OR REPLACE FUNCTION post_search_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 INSERT INTO post_search_doc (post_id, words) SELECT p.id, <vector> FROM (SELECT NEW.*) p
 ON CONFLICT (post_id) DO UPDATE SET words = excluded.words; RETURN NEW; END $$

CREATE OR REPLACE FUNCTION post_search_forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 DELETE FROM post_search_doc WHERE post_id = OLD.id; RETURN OLD; END $$

CREATE OR REPLACE FUNCTION post_search_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 UPDATE post_search_doc SET is_lead = true WHERE post_id = (SELECT post_id FROM signal WHERE id = NEW.signal_id); RETURN NEW; END $$

CREATE OR REPLACE TRIGGER post_search_new AFTER INSERT OR UPDATE OF <fields> ON post FOR EACH ROW EXECUTE FUNCTION post_search_keep()

CREATE OR REPLACE TRIGGER post_search_gone AFTER DELETE ON post FOR EACH ROW EXECUTE FUNCTION post_search_forget()

CREATE OR REPLACE TRIGGER post_search_lead AFTER INSERT ON lead_signal FOR EACH ROW EXECUTE FUNCTION post_search_mark()
""")
_POSTGRESQL_FILL = _statements("""
INSERT INTO post_search_doc (post_id, is_lead, words) SELECT p.id, <has a lead>, <vector> FROM post p ORDER BY p.id
""")
_POSTGRESQL_DROP = _statements("""
DROP TRIGGER IF EXISTS post_search_new ON post

DROP TRIGGER IF EXISTS post_search_gone ON post

DROP TRIGGER IF EXISTS post_search_lead ON lead_signal

DROP FUNCTION IF EXISTS post_search_keep(), post_search_forget(), post_search_mark()

DROP TABLE IF EXISTS post_search_doc
""")


def make_index(connection: Connection) -> None:
    """Make the index and what notes changes; what is there already stays."""
    _run(connection, _POSTGRESQL if _is_postgresql(connection) else _SQLITE)


def fill_index(connection: Connection) -> None:
    """Take the posts that were there before the index into it, oldest first."""
    _run(connection, _POSTGRESQL_FILL if _is_postgresql(connection) else _SQLITE_FILL)


def drop_index(connection: Connection) -> None:
    """Take the index away, and what keeps it."""
    _run(connection, _POSTGRESQL_DROP if _is_postgresql(connection) else _SQLITE_DROP)


def settle_index(connection: Connection) -> None:
    """Look up anew what changed in this transaction, before it ends; PostgreSQL has done so."""
    if _is_postgresql(connection):
        return
    ask = connection.exec_driver_sql
    if not ask("SELECT count(*) FROM sqlite_master WHERE name = 'post_search_led'").scalar():
        return  # a database of before there was an index, about to be brought up to date
    todo, led = "EXISTS (SELECT 1 FROM post_search_todo)", "EXISTS (SELECT 1 FROM post_search_led)"
    if ask(f"SELECT {todo} OR {led}").scalar():
        _run(connection, _SETTLE)


def scrub_index(connection: Connection) -> None:
    """Leave no trace of words that were taken out of the index, as an erasure has to.

    FTS5 keeps them in older segments until those are merged; this merges all of them at once,
    which takes some ten seconds for a million posts. On PostgreSQL a VACUUM does it.
    """
    if not _is_postgresql(connection):
        connection.exec_driver_sql("INSERT INTO post_search (post_search) VALUES ('optimize')")


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _run(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


@event.listens_for(METADATA, "after_create")
def _after_tables(_target: MetaData, connection: Connection, **_options: object) -> None:
    make_index(connection)
