"""A step is shown while it runs, logged, and told in full when it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.setup import environment as module
from tools.setup.environment import Environment, SetupError, in_words


@pytest.fixture
def real(tmp_path: Path) -> Environment:
    made = Environment(tmp_path)
    made.venv.mkdir()
    return made


def test_durations_in_words() -> None:
    assert [in_words(s) for s in (0.04, 9.94, 42.2, 200)] == [
        "0.0 s",
        "9.9 s",
        "42 s",
        "3 min 20 s",
    ]


def test_a_step_says_what_it_does_and_how_long_it_took(
    real: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    real.step("Counting", [sys.executable, "-c", "print('one', 'two')"], "1 s")
    told = capsys.readouterr().err
    assert "Counting (usually 1 s)" in told
    assert "done in 0." in told
    assert "one two" in real.log.read_text()


def test_how_far_a_build_is(real: Environment) -> None:
    real.log.write_text("$ pip wheel\n")
    assert module._parts_done(real.log, 0) == ""
    real.log.write_text("x" * 200_000 + "[3/193] /usr/bin/g++ a.cpp\n[17/193] /usr/bin/g++ b.cpp\n")
    assert module._parts_done(real.log, 0) == ", 17 of 193 parts"
    assert module._parts_done(real.log, real.log.stat().st_size) == ""


def test_a_failed_step_shows_its_last_lines(real: Environment) -> None:
    real.step("First", [sys.executable, "-c", "print('of another step')"])
    code = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(SetupError) as told:
        real.step("Second", [sys.executable, "-c", code])
    text = str(told.value)
    assert text.startswith("Second failed after")
    assert text.endswith("    the reason")
    assert "of another step" not in text
    assert str(real.log) in text


def test_too_little_space_is_told_before_anything_is_made(
    real: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPACE_NEEDED", 10**18)
    with pytest.raises(SetupError, match="GB are free here"):
        real.make()


def test_an_environment_that_works_is_kept_and_a_broken_one_made_anew(real: Environment) -> None:
    (real.venv / "rubbish").write_text("")
    real.make()
    assert real.version.startswith("3.")
    assert not (real.venv / "rubbish").exists()
    assert "pip" in real.installed()
    (real.venv / "kept").write_text("")
    real.make()
    assert (real.venv / "kept").exists()


def test_a_pin_that_is_missing_is_told(real: Environment) -> None:
    (real.root / "constraints.txt").write_text("torch==2.13.0\n")
    assert real.pinned("torch") == "2.13.0"
    with pytest.raises(SetupError, match="llama-cpp-python"):
        real.pinned("llama-cpp-python")
