"""The engine: which build is tried, with which flags, when it comes from the cache, what follows a crash."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.setup.conftest import PlayedEnvironment
from tools.setup import engine
from tools.setup.engine import BUILDS, NO_AMX, fetch_wheel, install, prove, usable_defines
from tools.setup.environment import SetupError

PREBUILT, NATIVE, AVX2, PLAIN = BUILDS


@pytest.fixture(autouse=True)
def a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "need_compiler", lambda environment: "c++")
    monkeypatch.setattr(engine, "usable_defines", lambda build, compiler: build.defines)


def test_a_prebuilt_engine_is_taken_where_there_is_one(environment: PlayedEnvironment) -> None:
    assert BUILDS[install(environment, 0)] is PREBUILT
    assert environment.titles() == ["Looking for a prebuilt engine", "Installing the engine"]
    assert "--retries" in environment.steps[0][1]


def test_else_it_is_built_without_amx(environment: PlayedEnvironment) -> None:
    environment.failing = ["prebuilt"]
    assert BUILDS[install(environment, 0)] is NATIVE
    command = environment.steps[1][1]
    for language in ("C", "CXX"):
        assert f"--config-settings=cmake.define.CMAKE_{language}_FLAGS={NO_AMX}" in command
    assert "--no-cache-dir" in command


def test_a_built_engine_comes_from_the_cache_the_next_time(environment: PlayedEnvironment) -> None:
    first = fetch_wheel(environment, NATIVE)
    steps = len(environment.steps)
    assert fetch_wheel(environment, NATIVE) == first
    assert len(environment.steps) == steps


def test_the_cache_never_gives_a_wheel_with_other_flags(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = {fetch_wheel(environment, build) for build in BUILDS}
    monkeypatch.setattr(engine, "usable_defines", lambda build, compiler: ("GGML_NATIVE=ON",))
    wheels.add(fetch_wheel(environment, NATIVE))
    monkeypatch.setattr(engine, "processor", lambda: "another one")
    wheels.add(fetch_wheel(environment, NATIVE))
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_BLAS=ON")
    wheels.add(fetch_wheel(environment, NATIVE))
    assert len(wheels) == 7


def test_a_build_that_fails_leaves_nothing_in_the_cache(environment: PlayedEnvironment) -> None:
    environment.failing = ["Building"]
    with pytest.raises(SetupError):
        fetch_wheel(environment, NATIVE)
    assert list(engine.cache_folder().iterdir()) == []


def play_self_tests(monkeypatch: pytest.MonkeyPatch, *outcomes: bool) -> None:
    left = list(outcomes)

    def self_test(environment: object) -> dict[str, Any]:
        ok = left.pop(0)
        return {"ok": ok, "seconds": 1, "words": "said 'Paris'" if ok else "died of signal 11"}

    monkeypatch.setattr(engine, "self_test", self_test)


def test_en1_an_engine_that_dies_is_rebuilt_more_cautiously_and_aloud(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    play_self_tests(monkeypatch, False, False, True)
    record = prove(environment, 1, {})
    assert record["build"] == PLAIN.name
    assert record["died"] == [
        f"{NATIVE.words}: died of signal 11",
        f"{AVX2.words}: died of signal 11",
    ]
    told = capsys.readouterr().err
    assert told.count("The fault lies in that build, not in the model") == 2


def test_an_engine_found_in_place_is_tested_too(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    play_self_tests(monkeypatch, False, True)
    record = prove(environment, -1, {})
    assert record["build"] == "prebuilt"
    assert record["died"] == ["as found in .venv: died of signal 11"]


def test_when_no_build_works_it_says_so(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    play_self_tests(monkeypatch, False)
    with pytest.raises(SetupError, match="No build of the engine runs"):
        prove(environment, len(BUILDS) - 1, {})


@pytest.mark.parametrize(
    ("status", "out", "err", "words"),
    [
        (0, "Paris\n", "", "said 'Paris' after"),
        (-11, "", "", "died of signal 11"),
        (
            1,
            "",
            "Traceback\nImportError: libc.musl-x86_64.so.1",
            "status 1: ImportError: libc.musl",
        ),
        (0, "", "", "status 0: it said nothing"),
    ],
)
def test_the_self_test_in_words(
    environment: PlayedEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    out: str,
    err: str,
    words: str,
) -> None:
    child = subprocess.CompletedProcess([""], status, out, err)
    monkeypatch.setattr(environment, "ask", lambda code: child)
    outcome = engine.self_test(environment)
    assert words in outcome["words"]
    assert outcome["ok"] is (words.startswith("said"))


def test_a_child_that_hangs_is_told(
    environment: PlayedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(code: str) -> None:
        raise subprocess.TimeoutExpired("python", 120)

    monkeypatch.setattr(environment, "ask", hang)
    assert engine.self_test(environment)["words"] == "said no token within 120 s"


def test_flags_that_the_compiler_does_not_know_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without = ("LLAVA_BUILD=OFF", "GGML_NATIVE=ON")
    for status, expected in ((0, NATIVE.defines), (1, without)):
        done: subprocess.CompletedProcess[str] = subprocess.CompletedProcess([""], status)
        monkeypatch.setattr(subprocess, "run", lambda *words, done=done, **options: done)
        assert usable_defines(NATIVE, "c++") == expected
    assert usable_defines(NATIVE, "") == without
    assert usable_defines(AVX2, "") == AVX2.defines
