"""The repository as the architecture tests see it: its modules and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "desktop_app"


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Every Python file below `folder`, itself first in order of name."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def product() -> list[Path]:
    """The Python files that are not tests."""
    return [ROOT / "run.py", *modules(), *modules(ROOT / "tools")]


def short(path: Path) -> str:
    """A path as it is written in the papers: `desktop_app/ui/tasks.py`."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, inner ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """(module, line) of every import of a file, wherever it stands."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every call and base class of a file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno
        elif isinstance(node, ast.ClassDef):
            yield from ((ast.unparse(base), node.lineno) for base in node.bases)
