"""House rules of CONTRIBUTING.md that no linter holds, and those that a noqa must not lift."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

SHIPPED = ("crawlers", "nlp", "service", "models", "config")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
BANNED = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "unittest.mock"}

Trees = dict[Path, ast.Module]


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield every module or name that is imported, dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_modules_stay_short(root: Path, syntax_trees: Trees) -> None:
    lines = {
        str(path): len((root / path).read_text(encoding="utf-8").splitlines())
        for path in syntax_trees
        if path.parts[0] in SHIPPED and "migrations" not in path.parts  # a record, not a text
    }

    assert {path: count for path, count in lines.items() if count > 400} == {}
    assert median(lines.values()) <= 160


def test_no_module_has_a_name_that_says_nothing(syntax_trees: Trees) -> None:
    vague = [str(path) for path in syntax_trees if VAGUE & {path.stem, *path.parts[:-1]}]

    assert vague == []


def test_nothing_is_pickled_and_nothing_is_mocked(syntax_trees: Trees) -> None:
    found = [
        f"{path}: {name}"
        for path, tree in syntax_trees.items()
        for name in imports(tree)
        if name in BANNED
    ]

    assert found == []


def test_annotations_are_real_everywhere(syntax_trees: Trees) -> None:
    # Postponed ones are strings, and SQLModel's relationships fail on those.
    postponed = [
        str(path)
        for path, tree in syntax_trees.items()
        if "__future__.annotations" in set(imports(tree))
    ]

    assert postponed == []


def test_tests_are_no_packages(root: Path) -> None:
    # tests/nlp/__init__.py would hide nlp itself (docs/adr/0001).
    assert list((root / "tests").rglob("__init__.py")) == []


def test_test_files_are_named_once(root: Path) -> None:
    names = [path.name for path in (root / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names))


def test_feedparser_is_only_ever_given_bytes_in_memory(syntax_trees: Trees) -> None:
    # Given bytes or a string it opens the file or the address that they name: a hostile feed
    # whose body was a path made it read that file from our disk.
    loose = [
        f"{path}:{call.lineno}"
        for path, tree in syntax_trees.items()
        if path.parts[0] in SHIPPED
        for call in calls_of(tree, "feedparser.parse")
        if not (call.args and ast.unparse(call.args[0]).startswith(("BytesIO(", "io.BytesIO(")))
    ]

    assert loose == []


def calls_of(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            yield node
