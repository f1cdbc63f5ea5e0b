"""System packages: named by the library that is missing, installed where that is allowed, else told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.setup.conftest import PlayedEnvironment
from tools.setup import system
from tools.setup.environment import SetupError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux names its packages")

LDD = """
\tlinux-vdso.so.1 (0x00007ffd)
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
"""


@pytest.fixture
def qt(environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch) -> PlayedEnvironment:
    """An environment with Qt, two libraries of which are missing."""
    (environment.venv / "lib/python3.11/site-packages/PySide6/Qt").mkdir(parents=True)
    told = subprocess.CompletedProcess([""], 0, LDD, "")
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: told)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    return environment


def test_packages_are_named_after_libraries() -> None:
    assert system.debian_package("libxcb-cursor.so.0") == "libxcb-cursor0"
    assert system.debian_package("libxcb-icccm.so.4") == "libxcb-icccm4"
    assert system.debian_package("libEGL.so.1") == "libegl1"


def test_root_gets_the_libraries_installed(
    qt: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    system.need_qt_libraries(qt, screen=True)
    assert qt.steps[0][1] == ["apt-get", "update"]
    assert qt.steps[1][1][-2:] == ["libegl1", "libxcb-cursor0"]


def test_others_get_the_exact_command(
    qt: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="sudo apt install libegl1 libxcb-cursor0") as told:
        system.need_qt_libraries(qt, screen=True)
    assert "2 system libraries" in str(told.value)
    monkeypatch.setattr(shutil, "which", lambda name: "" if "apt" in name else name)
    with pytest.raises(SetupError, match=r"sudo dnf install 'libEGL\.so\.1\(\)\(64bit\)'"):
        system.need_qt_libraries(qt, screen=True)
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "ldd" else "")
    with pytest.raises(SetupError, match="your package manager"):
        system.need_qt_libraries(qt, screen=False)


def test_nothing_is_said_when_nothing_is_missing(environment: PlayedEnvironment) -> None:
    system.need_qt_libraries(environment, screen=True)
    assert environment.steps == []


def test_a_compiler_is_installed_or_named(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="sudo apt install build-essential"):
        system.need_compiler(environment)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setenv("CXX", "my-c++ -O3")
    assert system.need_compiler(environment) == "my-c++"


def test_the_real_ldd_is_understood(tmp_path: Path) -> None:
    assert system.missing_libraries([Path(sys.executable)]) == []
