"""Rules of the package that its source must keep."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crawlers
from crawlers.forums.spider import SETTINGS, GateHandler

PACKAGE = Path(str(crawlers.__file__)).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
#: Only these may open a connection, or start what could.
OPENERS = {"wire.py", "stream.py", "dial.py"}
#: These speak a protocol over a connection that the gate opened.
SPEAKERS = {"mail/imap_session.py": {"imaplib"}}
#: Libraries that open connections.
NETWORK = {
    "aiohttp",
    "ftplib",
    "http",
    "httpx",
    "httpx2",
    "imaplib",
    "requests",
    "smtplib",
    "socket",
    "urllib3",
    "websockets",
}


def name(path: Path) -> str:
    """Return a source's path within the package."""
    return path.relative_to(PACKAGE).as_posix()


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_the_gate_opens_connections(path: Path) -> None:
    names = set(imports(ast.parse(path.read_text())))
    used = {name for name in names if name.partition(".")[0] in NETWORK}
    used |= {name for name in names if name.startswith("urllib.request")}
    assert used <= SPEAKERS.get(name(path), set()) or name(path) in OPENERS
    opened = {
        ast.unparse(call.func)
        for call in calls(ast.parse(path.read_text()))
        if ast.unparse(call.func).endswith(("open_connection", "create_connection"))
    }
    assert not opened or name(path) in OPENERS


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_x01_feedparser_only_ever_gets_a_bytesio(path: Path) -> None:
    for call in calls(ast.parse(path.read_text())):
        if ast.unparse(call.func) in {"feedparser.parse", "parse"}:
            first = call.args[0]
            assert isinstance(first, ast.Call)
            assert ast.unparse(first.func) == "io.BytesIO"
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert keywords["sanitize_html"] == keywords["resolve_relative_uris"] == "False"


def test_feedparser_is_used_in_one_place() -> None:
    users = {
        name(path) for path in SOURCES if "feedparser" in set(imports(ast.parse(path.read_text())))
    }
    assert users == {"feeds/document.py"}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_pickled(path: Path) -> None:
    names = {name.partition(".")[0] for name in imports(ast.parse(path.read_text()))}
    assert not names & {"pickle", "marshal", "shelve", "multiprocessing", "joblib"}


def test_scrapy_downloads_through_the_gate_and_nothing_else_of_it_runs() -> None:
    handlers = SETTINGS["DOWNLOAD_HANDLERS"]
    assert handlers["http"] is handlers["https"] is GateHandler
    assert {scheme for scheme, handler in handlers.items() if handler is None} == {
        *("file", "data", "ftp", "s3")
    }
    for switch in ("REMOTE_CONTROL", "TELNETCONSOLE", "REDIRECT", "RETRY", "COOKIES"):
        assert SETTINGS[f"{switch}_ENABLED"] is False
    assert SETTINGS["ROBOTSTXT_OBEY"] is False
    assert SETTINGS["TWISTED_REACTOR_ENABLED"] is False
    assert SETTINGS["JOBDIR"] is None
    assert SETTINGS["CONCURRENT_ITEMS"] == 1
    assert not SETTINGS["EXTENSIONS_BASE"]
    assert not SETTINGS["DOWNLOADER_MIDDLEWARES_BASE"]
