"""`python3 run.py`: what it installs, when it does nothing, and what it says when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import run
from tests.setup.conftest import PlayedEnvironment
from tests.support.tree import ROOT
from tools.setup import engine
from tools.setup.environment import SetupError

CPU = {
    "metadata": {"version": "2.13.0+cpu", "requires_dist": ["filelock", "sympy>=1.13"]},
    "download_info": {"url": "https://download.pytorch.org/whl/cpu/torch.whl"},
}
LOCAL = {**CPU, "download_info": {"url": "file:///wheels/torch.whl"}}
CUDA = {
    "metadata": {"version": "2.13.0", "requires_dist": ["filelock", "nvidia-cublas==13; x"]},
    "download_info": {"url": "https://example.invalid/torch.whl"},
}
SAID = {"ok": True, "seconds": 1.0, "words": "said 'Paris' after 1.0 s"}


@pytest.fixture(autouse=True)
def a_working_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "self_test", lambda environment: SAID)
    monkeypatch.setattr(run, "look_up", lambda environment, requirement: CPU)


def test_the_first_time_everything_is_installed_in_order(environment: PlayedEnvironment) -> None:
    run.set_up(environment, test=False)
    assert environment.titles() == [
        "Installing torch, with which passages are found by meaning",
        "Looking for a prebuilt engine",
        "Installing the engine",
        "Installing the rest",
    ]
    torch, rest = environment.steps[0][1], environment.steps[-1][1]
    assert torch[-1] == "torch==2.13.0+cpu"
    assert "--no-deps" in torch
    assert ["-e", str(environment.root)] == rest[-2:]
    record = json.loads(environment.record.read_text())
    assert record["engine"]["build"] == "prebuilt"
    assert record["engine"]["self_test"] == SAID


def test_the_second_time_nothing_runs(environment: PlayedEnvironment) -> None:
    run.set_up(environment, test=False)
    environment.steps.clear()
    run.set_up(environment, test=False)
    assert environment.steps == []


def test_a_set_up_for_tests_serves_the_window_too(environment: PlayedEnvironment) -> None:
    run.set_up(environment, test=False)
    run.set_up(environment, test=True)
    assert any("pytest-qt" in word for word in environment.steps[-1][1])
    environment.steps.clear()
    run.set_up(environment, test=False)
    run.set_up(environment, test=True)
    assert environment.steps == []


def test_a_changed_pin_installs_again_but_keeps_a_good_engine(
    environment: PlayedEnvironment,
) -> None:
    run.set_up(environment, test=False)
    environment.steps.clear()
    environment.packages = {"torch": "2.13.0+cpu", "llama-cpp-python": "0.3.36"}
    with (environment.root / "constraints.txt").open("a") as file:
        file.write("# changed\n")
    run.set_up(environment, test=False)
    assert environment.titles() == ["Installing the rest"]
    assert json.loads(environment.record.read_text())["engine"]["build"] == "prebuilt"


def test_lint_settings_do_not_install_again(environment: PlayedEnvironment) -> None:
    run.set_up(environment, test=False)
    environment.steps.clear()
    with (environment.root / "pyproject.toml").open("a") as file:
        file.write("\n[tool.other]\nx = 1\n")
    run.set_up(environment, test=False)
    assert environment.steps == []


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_damaged_record_is_no_record(environment: PlayedEnvironment, text: str) -> None:
    environment.make()
    environment.record.write_text(text)
    run.set_up(environment, test=False)
    assert "Installing the rest" in environment.titles()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no torch brings CUDA")
def test_no_cuda_on_linux_unless_asked_for(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "look_up", lambda environment, requirement: CUDA)
    with pytest.raises(SetupError, match=r"CANDOR_CUDA=1 python3 run\.py"):
        run.install_torch(environment)
    assert environment.steps == []
    monkeypatch.setenv("CANDOR_CUDA", "1")
    run.install_torch(environment)
    assert environment.steps[0][1][-1] == "torch==2.13.0"


@pytest.mark.parametrize(("found", "from_index"), [(CPU, True), (LOCAL, False)])
def test_torch_comes_from_where_it_was_found(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    found: dict[str, Any],
    from_index: bool,
) -> None:
    monkeypatch.setattr(run, "look_up", lambda environment, requirement: found)
    run.install_torch(environment)
    assert (run.TORCH_CPU_INDEX in environment.steps[0][1]) is from_index


def test_a_torch_that_is_there_is_kept(environment: PlayedEnvironment) -> None:
    environment.packages = {"torch": "2.13.0+cpu"}
    run.install_torch(environment)
    assert environment.steps == []


def test_a_failed_step_is_told_and_ends_with_status_1(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.failing = ["the rest"]
    monkeypatch.setattr(run, "Environment", lambda root: environment)
    assert run.main(["doctor"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "Installing the rest failed." in told.err
    assert not environment.record.exists()


def test_ctrl_c_is_told(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "set_up", interrupted)
    assert run.main([]) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_an_old_python_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert run.main([]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_tests_report_every_failure(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[list[str]] = []

    def call(command: list[Any], cwd: Path) -> int:
        ran.append([Path(str(word)).name for word in command])
        return int("mypy" in ran[-1] or "pytest" in ran[-1])

    monkeypatch.setattr(subprocess, "call", call)
    assert run.run_tests(environment, []) == 1
    assert "Failed: mypy, pytest." in capsys.readouterr().err
    assert len(ran) == 6
    assert ran[-1][-1] == "coverage_ratchet.py"
    assert run.run_tests(environment, ["tests/unit", "-k", "wire"]) == 1
    assert ran[-1][-4:] == ["pytest", "unit", "-k", "wire"]


def test_only_the_standard_library_is_needed(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import run, tools.setup.engine;"
        "names = {name.partition('.')[0] for name in sys.modules};"
        "print(*sorted(names - sys.stdlib_module_names - {'__main__', 'run', 'tools'}))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == ""


def test_a_start_finds_bytecode_whatever_python_was_told(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "desktop_app"
    package.mkdir()
    (package / "app.py").write_text("ready = True\n")
    became: list[list[str]] = []
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run.os, "name", "posix")
    monkeypatch.setattr(run.os, "execv", lambda _program, words: became.append(words))
    monkeypatch.setattr(run.subprocess, "call", lambda _words: 0)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    run.start(environment, ["doctor"])
    assert became[0][1:] == ["-P", "-m", "desktop_app", "doctor"]
    assert list(package.glob("__pycache__/app.*.pyc"))
