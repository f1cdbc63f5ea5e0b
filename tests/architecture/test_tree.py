"""The house rules that no tool knows: names, sizes, mirrored tests, and who may touch what."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest

from tests.support.tree import (
    PACKAGE,
    ROOT,
    calls,
    functions,
    imports,
    length,
    modules,
    parsed,
    product,
    short,
)

MAY_LACK_A_TEST = frozenset(
    {
        "desktop_app/answering/draft.py",  # with test_pipeline.py, which every field of it passes
        "desktop_app/answering/writing.py",  # with test_pipeline.py: both threads at work
        "desktop_app/domain/conversations.py",  # values without behaviour
        "desktop_app/domain/models.py",  # values without behaviour
        "desktop_app/engine/generation.py",  # with tests/contract/test_engine.py
        "desktop_app/library/signals.py",  # with test_evidence.py
    }
)
"""Modules without a test of their name. The list may only shrink: an entry that has a test fails."""

ONLY_HERE = {
    "sqlite3": ("desktop_app/storage/",),
    "torch": ("desktop_app/workers/embed.py",),
    "sentence_transformers": ("desktop_app/workers/embed.py",),
    "transformers": ("desktop_app/workers/embed.py",),
    "llama_cpp": ("desktop_app/workers/llm.py", "desktop_app/measuring/bench.py"),
    "kreuzberg": ("desktop_app/workers/read.py", "desktop_app/workers/decode.py"),
    "faiss": ("desktop_app/library/index.py",),
    "platformdirs": ("desktop_app/settings/paths.py",),
    "PySide6": ("desktop_app/ui/", "desktop_app/app.py", "desktop_app/__main__.py"),
}
"""Which files may import what, at any level."""


def test_nobody_is_called_utils() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
    names = {part for path in product() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not names & banned


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        short(path)
        for path in [*product(), *modules(ROOT / "tests")]
        if not re.match(r"\S.*[.:!?]", ast.get_docstring(parsed(path)) or "")
    ]
    assert silent == []


def test_no_file_is_too_long() -> None:
    lines = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product()}
    assert not {name: count for name, count in lines.items() if count > 400}
    assert statistics.median(lines.values()) < 150
    for path in modules(ROOT / "tests"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 600, short(path)


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{short(path)}:{node.lineno} {node.name}": length(node)
        for path in product()
        for node in functions(path)
    }
    assert not {name: count for name, count in lengths.items() if count > 60}
    assert statistics.median(lengths.values()) <= 10


def test_every_function_is_annotated() -> None:
    bare = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in product()
        for node in functions(path)
        if node.returns is None
    ]
    assert bare == []


def _has_test(path: Path) -> bool:
    """Whether a module has test_<module>.py, or test_<module>_<part>.py, at its place."""
    inside = path.relative_to(PACKAGE)
    stem = path.stem.strip("_")
    folders = [ROOT / "tests" / "unit" / inside.parent]
    if inside.parts[0] in {"ui", "app.py"}:
        folders += [path for path in (ROOT / "tests" / "ui").rglob("*") if path.is_dir()]
        folders.append(ROOT / "tests" / "ui")
    names = (f"test_{stem}.py", f"test_{stem}_*.py")
    return any(True for folder in folders for name in names for _ in folder.glob(name))


def test_every_module_has_a_test_of_its_name() -> None:
    lacking = {short(path) for path in modules() if path.stem != "__init__" and not _has_test(path)}
    assert sorted(lacking - MAY_LACK_A_TEST) == []
    assert sorted(MAY_LACK_A_TEST - lacking) == [], "these need no exception any more"


def _tests_a_module(path: Path) -> bool:
    """Whether a unit test names a module of its room: test_wire.py, or test_wire_limits.py of several."""
    inside = path.relative_to(ROOT / "tests" / "unit")
    room, words = PACKAGE / inside.parent, path.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    own = {node.name for node in functions(room / "__init__.py")}
    return any(
        (room / f"{name}.py").exists() or name in {"main", "journey", *own} for name in names
    )


def test_unit_tests_mirror_the_package() -> None:
    found = modules(ROOT / "tests" / "unit")
    tests = [path for path in found if path.stem.startswith("test_")]
    assert [short(path) for path in tests if not _tests_a_module(path)] == []


@pytest.mark.parametrize("library", ONLY_HERE)
def test_each_library_has_its_place(library: str) -> None:
    strangers = [
        f"{short(path)}:{line}"
        for path in modules()
        if not short(path).startswith(ONLY_HERE[library])
        for name, line in imports(path)
        if name.partition(".")[0] == library
    ]
    assert strangers == []


def test_labels_show_plain_text() -> None:
    """A QLabel reads rich text, and files that it names, unless told not to: ui/parts.py tells it."""
    strangers = [
        f"{short(path)}:{line}"
        for path in modules(PACKAGE / "ui")
        if short(path) != "desktop_app/ui/parts.py"
        for name, line in calls(path)
        if name.rpartition(".")[2] == "QLabel"
    ]
    assert strangers == []


def test_rich_text_is_shown_by_the_guarded_browser_alone() -> None:
    """QTextBrowser and QTextEdit read the local files that an answer names, but for ui/chat/browser.py."""
    strangers = [
        f"{short(path)}:{line}"
        for path in [*modules(PACKAGE / "ui"), PACKAGE / "app.py"]
        if path.exists() and short(path) != "desktop_app/ui/chat/browser.py"
        for name, line in calls(path)
        if name.rpartition(".")[2] in {"QTextBrowser", "QTextEdit", "setHtml", "QWebEngineView"}
    ]
    assert strangers == []


def test_one_file_knows_where_things_lie() -> None:
    knows = re.compile(r"[\"'](?:conversations\.db|settings\.json)[\"']|CANDOR_DATA_DIR[\"']")
    strangers = [
        f"{short(path)}: {found[0]}"
        for path in modules()
        if short(path) != "desktop_app/settings/paths.py"
        if (found := knows.search(path.read_text(encoding="utf-8")))
    ]
    assert strangers == []


def test_children_do_not_look_into_the_working_folder() -> None:
    """A file called h2.py in the person's folder would be run by `python -m` without -P."""
    for path in product():
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\[\s*sys\.executable,[^\]]*", text):
            assert "-P" in found[0] or '"venv"' in found[0], f"{short(path)}: {found[0]}"


def test_ignored_findings_say_which() -> None:
    for path in product():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)", text), short(path)
