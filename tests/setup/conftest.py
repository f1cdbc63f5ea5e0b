"""A checkout of nothing but what set-up reads, and an environment whose commands are played."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import run
from tests.support.tree import ROOT
from tools.setup.environment import Environment, SetupError


class PlayedEnvironment(Environment):
    """Runs nothing: remembers its steps and fails those whose title holds a word of `failing`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.steps: list[tuple[str, list[str]]] = []
        self.failing: list[str] = []
        self.packages: dict[str, str] = {}

    @property
    def version(self) -> str:
        return "3.11.7"

    def make(self) -> None:
        self.venv.mkdir(exist_ok=True)

    def installed(self) -> dict[str, str]:
        return self.packages

    def step(
        self,
        title: str,
        command: Sequence[str | Path],
        usual: str = "",
        env: object = None,
        failed: str = "failed",
    ) -> None:
        self.steps.append((title, [str(word) for word in command]))
        if any(word in title for word in self.failing):
            raise SetupError(f"{title} failed.")
        if "--wheel-dir" in command or "--dest" in command:
            option = "--wheel-dir" if "--wheel-dir" in command else "--dest"
            folder = Path(command[list(command).index(option) + 1])
            folder.mkdir()
            (folder / "llama_cpp_python-0.3.36-py3-none-any.whl").write_bytes(b"wheel")

    def titles(self) -> list[str]:
        """The titles of the steps so far."""
        return [title for title, _ in self.steps]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedEnvironment:
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, root / name)
    monkeypatch.setattr(run, "ROOT", root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    monkeypatch.delenv("CANDOR_CUDA", raising=False)
    return PlayedEnvironment(root)
