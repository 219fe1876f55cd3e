"""Search: the full-text index of posts, and the orders in which the inbox is read.

The statements are those of `models.search` as it was when this was written: a migration does
tomorrow what it did today, so what changes there later needs a migration of its own.

Revision ID: 0012
Revises: 0011
"""
# ruff: noqa: S608 - every statement is made of our own words; statements keep their lines

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_READ = 20_000
_LIVE = "closed_at IS NULL"
#: Name, columns, and which leads it has.
_SOME = (
    ("ix_lead_live_score", ["score", "journey_step", "id"], _LIVE),
    ("ix_lead_live_heard", ["last_signal_at", "id"], _LIVE),
    ("ix_lead_live_due", ["next_step_at", "id"], _LIVE),
    ("ix_lead_closed_at", ["closed_at"], "closed_at IS NOT NULL"),
    ("ix_lead_snoozed_until", ["snoozed_until"], "snoozed_until IS NOT NULL"),
)
#: What they and the others take the place of.
_BEFORE = (
    ("ix_lead_closed_at", ["closed_at"]),
    ("ix_lead_snoozed_until", ["snoozed_until"]),
    ("ix_lead_owner_id", ["owner_id"]),
)
_OTHERS = (
    ("ix_lead_owner", "lead", ["owner_id", "status"]),
    ("ix_lead_status_since", "lead", ["status_since"]),
    ("ix_author_handle_norm", "author", ["handle_norm"]),
    ("ix_offer_holder", "offer", ["to_user_id", "state"]),
)


def _words(row: str) -> str:
    """Return SQL for what is looked up of a post, in the order of the index's columns."""
    rest = f"substr({row}.url, instr({row}.url, '://') + 3)"
    host = f"SELECT substr(r, 1, instr(r || '/', '/') - 1) AS h FROM (SELECT {rest} AS r)"
    bare = f"(SELECT substr(h, 1, instr(h || ':', ':') - 1) FROM ({host}))"
    author = f"replace(coalesce({row}.author_id, ''), '-', '')"
    led = "CASE is_lead WHEN 1 THEN 'y' ELSE '' END"
    text = f"substr({row}.text, 1, {_READ})"
    site = f"coalesce({bare} || ' zzend', '')"
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
    "note": f"INSERT OR IGNORE INTO post_search_todo (post_id, was_there, {', '.join(_FIELDS)})",
    "as it was": f"OLD.id, 1, OLD.title, substr(OLD.text, 1, {_READ}), OLD.author_id, OLD.url, OLD.language",
    "changed": " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _FIELDS),
    "fields": ", ".join(_FIELDS),
    "words of p": _words("p"),
    "vector": f"setweight(to_tsvector('simple', p.title), 'A') || setweight(to_tsvector('simple', left(p.text, {_READ})), 'B')"
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


def upgrade() -> None:
    """Bring the schema forward. A million posts take some minutes to be looked up."""
    for name, _ in _BEFORE:
        op.drop_index(name, "lead")
    for name, columns, which in _SOME:
        there = sa.text(which)
        op.create_index(name, "lead", columns, sqlite_where=there, postgresql_where=there)
    for name, table, columns in _OTHERS:
        op.create_index(name, table, columns)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _run(_POSTGRESQL if is_postgresql else _SQLITE)
    _run(_POSTGRESQL_FILL if is_postgresql else _SQLITE_FILL)


def downgrade() -> None:
    """Take it back."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _run(_POSTGRESQL_DROP if is_postgresql else _SQLITE_DROP)
    for name, table, _ in _OTHERS:
        op.drop_index(name, table)
    for name, *_ in _SOME:
        op.drop_index(name, "lead")
    for name, columns in _BEFORE:
        op.create_index(name, "lead", columns)


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
