"""The words of the command line: what they mean and what is said of those that mean nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.__main__ import main
from desktop_app.cli import parse
from desktop_app.domain.errors import BAD_INPUT, Cancelled, KnownFault


def test_no_command_wants_the_window() -> None:
    parsed = parse(["--data-dir", "here"])
    assert parsed.command is None
    assert parsed.data_dir == "here"


@pytest.mark.parametrize(
    "words", [["--data-dir", "here", "models", "list"], ["models", "list", "--data-dir", "here"]]
)
def test_data_dir_anywhere(words: list[str]) -> None:
    assert parse(words).data_dir == "here"


def test_switches_default_to_the_settings() -> None:
    parsed = parse(["ask", "why?", "--no-self-check"])
    assert parsed.admit_ignorance is None
    assert parsed.self_check is False


@pytest.mark.parametrize("words", [["bogus"], ["ask", "--colour"], ["check"], ["ask", "a", "b"]])
def test_words_without_meaning(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KnownFault) as caught:
        parse(words)
    assert caught.value.fault.code == BAD_INPUT
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "--help" in said.err


def test_known_faults_are_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    for status, words in (
        (2, ["models", "info", str(tmp_path / "absent.gguf")]),
        (1, ["--data-dir", str(in_the_way), "models", "list"]),
    ):
        assert main(words) == status
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("candor: ")
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err


def test_a_reader_that_has_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", "-m", "desktop_app", "models", "list"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_stopped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(arguments: object) -> int:
        raise Cancelled

    monkeypatch.setattr("desktop_app.commands.machine.models", stop)
    assert main(["models", "list"]) == 1
    assert capsys.readouterr().err == "candor: Stopped.\n"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("candor ")


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--json"]) == 0
    assert "models" in json.loads(capsys.readouterr().out)
