"""What starts must start light: no torch, no engine, no index before they are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import __version__

HEAVY = {"torch", "sentence_transformers", "transformers", "llama_cpp", "faiss", "kreuzberg"}


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("module", ["desktop_app.app", "desktop_app.cli", "desktop_app.assemble"])
def test_nothing_heavy_is_imported_at_the_start(module: str, tmp_path: Path) -> None:
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    told = run("-c", code, folder=tmp_path)
    assert told.stderr == ""
    assert told.stdout.strip() == ""


def test_a_command_does_not_import_qt(tmp_path: Path) -> None:
    code = "import sys, desktop_app.__main__, desktop_app.cli; print('PySide6' in sys.modules)"
    assert run("-c", code, folder=tmp_path).stdout.strip() == "False"


def test_help_and_version(tmp_path: Path) -> None:
    told = run("-m", "desktop_app", "--help", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    for command in ("ask", "check", "library", "models", "measure", "doctor"):
        assert command in told.stdout
    told = run("-m", "desktop_app", "--version", folder=tmp_path)
    assert __version__ in told.stdout


def test_an_unknown_command_is_refused_in_words(tmp_path: Path) -> None:
    told = run("-m", "desktop_app", "frobnicate", folder=tmp_path)
    assert told.returncode == 2
    assert "frobnicate" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unknown_worker_is_refused(tmp_path: Path) -> None:
    told = run("-m", "desktop_app", "--worker", "nobody", folder=tmp_path)
    assert told.returncode != 0
