"""A migration does tomorrow what it did today: it takes nothing from code that changes."""

import ast
from pathlib import Path

import pytest

from service.store import migrations

VERSIONS = sorted((Path(migrations.__path__[0]) / "versions").glob("[0-9]*.py"))
#: A type of column, and what migrations share, which is theirs alone.
_THEIRS = {"models.columns", "service.store.migrations.checks"}
_OURS = ("config", "crawlers", "models", "nlp", "service")


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.stem)
def test_a_migration_imports_nothing_that_lives_on(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {
        one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
    }

    assert {name for name in named if name.split(".")[0] in _OURS} <= _THEIRS
