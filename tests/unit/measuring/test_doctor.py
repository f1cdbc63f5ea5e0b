"""The doctor finds what is wrong, says what to do about it, and imports nothing heavy."""

from __future__ import annotations

import json
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import (
    EnginePhase,
    EngineState,
    GenerationStats,
    LoadOptions,
    ModelFile,
    ModelInfo,
)
from desktop_app.domain.ports import Generation
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.measuring import doctor
from desktop_app.measuring.doctor import Finding, Report, diagnose
from desktop_app.settings.paths import Paths

DEAD = KnownFault(
    "EN1",
    "The model's process ended (signal 11).",
    safe="Your conversations are safe.",
    action="Run python3 run.py: it rebuilds the engine.",
)


class OneToken:
    stats: GenerationStats | None = GenerationStats("length", 8, 0, 1, 1.0, 1.0)

    def __iter__(self) -> Iterator[str]:
        yield " Paris"


class FakeEngine:
    """Loads anything and says ` Paris`, or dies."""

    def __init__(self, fault: KnownFault | None = None) -> None:
        self.fault = fault
        self.loaded: list[str] = []

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        self.loaded.append(path)
        if self.fault:
            raise self.fault

    def generate(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None = None,
    ) -> Generation:
        assert sampling.max_tokens == 1
        return OneToken()

    def state(self) -> EngineState:
        return EngineState(EnginePhase.READY)

    def subscribe(self, listener: Callable[[EngineState], None]) -> Callable[[], None]:
        return lambda: None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 for _ in texts]

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return 1

    def score_choices(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancel: CancelToken
    ) -> list[float]:
        return [0.0 for _ in choices]

    def close(self) -> None:
        pass


class FakeShelf:
    def __init__(self, *names: str, fault: KnownFault | None = None) -> None:
        self.files = [ModelFile(name, f"/models/{name}.gguf", 1) for name in names]
        self.fault = fault

    def models(self) -> list[ModelFile]:
        if self.fault:
            raise self.fault
        return self.files

    def find(self, name_or_path: str) -> ModelFile:
        assert name_or_path == ""
        if not self.files:
            raise KnownFault("MF1", "No model was found.", action="Put one into models.")
        return self.files[0]

    def info(self, path: str) -> ModelInfo:
        raise AssertionError("not needed")


def named(report: Report, name: str) -> Finding:
    return next(finding for finding in report.findings if finding.name == name)


@pytest.fixture
def paths() -> Paths:
    return Paths.find()


def test_a_healthy_installation(paths: Paths) -> None:
    engine = FakeEngine()
    report = diagnose(paths, FakeShelf("starter"), engine)
    assert report.healthy, str(report)
    assert engine.loaded == ["/models/starter.gguf"]
    told = report.to_json()
    json.dumps(told)
    assert told["healthy"] is True
    assert told["problems"] == []
    assert told["versions"]["python"] == platform.python_version()
    assert told["versions"]["sqlite"] == sqlite3.sqlite_version
    assert told["engine"]["self_test"]["ok"] is True
    assert told["data"]["folder"] == str(paths.data)
    assert told["network"]["use"] == "none"
    text = str(report)
    assert "said ' Paris'" in text
    assert text.startswith("Versions\n")
    assert text.endswith("Candor can work here.")


def test_en1_a_dead_engine_is_a_problem_with_its_next_step(paths: Paths) -> None:
    report = diagnose(paths, FakeShelf("starter"), FakeEngine(DEAD))
    assert not report.healthy
    (problem,) = report.to_json()["problems"]
    assert problem["name"] == "engine.self_test"
    assert problem["text"] == DEAD.fault.what
    assert problem["action"] == DEAD.fault.action
    assert "1 problem, marked with !" in str(report)
    assert f"→ {DEAD.fault.action}" in str(report)


def test_without_a_model_both_the_shelf_and_the_engine_say_so(paths: Paths) -> None:
    report = diagnose(paths, FakeShelf(), FakeEngine())
    assert [problem["name"] for problem in report.to_json()["problems"]] == [
        "models.chat",
        "engine.self_test",
    ]
    assert "2 problems" in str(report)


def test_a_shelf_that_fails_is_told_in_its_own_words() -> None:
    found = list(doctor.models(FakeShelf(fault=DEAD)))
    assert found[0].text == DEAD.fault.what


def test_a_missing_embedder_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EMBEDDER", "no_such_package")
    embedder = list(doctor.models(FakeShelf("starter")))[1]
    assert embedder.status == "bad"
    assert "run.py" in embedder.action


def test_a_missing_package_is_a_problem() -> None:
    missing = list(doctor.versions(["no-such-package"]))[-1]
    assert (missing.value, missing.status) == (None, "bad")


def test_the_build_that_set_up_recorded_is_shown(tmp_path: Path) -> None:
    record = tmp_path / "candor-setup.json"
    build = {"words": "for processors with AVX2", "died": ["natively: died of signal 11"]}
    record.write_text(json.dumps({"engine": build}))
    found = next(doctor.engine_findings(FakeShelf("starter"), FakeEngine(), record))
    assert found.text == "built for processors with AVX2; natively: died of signal 11"
    record.write_text("[]")
    found = next(doctor.engine_findings(FakeShelf("starter"), FakeEngine(), record))
    assert found.status == "note"


def test_databases_are_checked_where_nobody_has_them_open(paths: Paths) -> None:
    with sqlite3.connect(paths.conversations_db) as whole:
        whole.execute("CREATE TABLE t (x)")
    whole.close()
    paths.library_db.write_bytes(b"SQLite format 3\0" + bytes(4080))
    found = {finding.name: finding for finding in doctor.data(paths)}
    assert found["conversations.db"].value == "ok"
    assert found["library.db"].value == "damaged"
    assert "backups" in found["library.db"].action


def test_a_database_in_use_is_left_alone(paths: Paths) -> None:
    holder = sqlite3.connect(paths.conversations_db, isolation_level=None)
    try:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("PRAGMA journal_mode=WAL")
        holder.execute("CREATE TABLE t (x)")
        found = {finding.name: finding for finding in doctor.data(paths)}
    finally:
        holder.close()
    assert found["conversations.db"].value == "in use"
    assert found["library.db"].value == "absent"


def test_little_memory_is_a_note_and_a_full_disk_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LOW_MEMORY", 10**15)
    monkeypatch.setattr(doctor, "LOW_DISK", 10**18)
    found = {finding.name: finding for finding in doctor.machine(tmp_path)}
    assert found["memory"].status == "note"
    assert found["disk"].status == "bad"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx2 avx512f avx512_bf16 amx_tile", {"AVX2", "AVX-512", "bf16", "AMX"}),
        ("fp asimd bf16", {"bf16", "NEON"}),
        ("", set()),
    ],
)
def test_processor_features(
    monkeypatch: pytest.MonkeyPatch, flags: str, expected: set[str]
) -> None:
    monkeypatch.setattr(doctor, "_processor_flags", lambda: flags)
    assert {name for name, there in doctor.processor_features().items() if there} == expected


def test_the_display() -> None:
    assert doctor.display("darwin", {}).value == "native"
    assert doctor.display("linux", {"DISPLAY": ":3"}).value == ":3"
    assert doctor.display("linux", {"DISPLAY": ":3", "WAYLAND_DISPLAY": "w"}).value == "w"
    nowhere = doctor.display("linux", {})
    assert nowhere.status == "note"
    assert "candor ask" in nowhere.action


def test_variables_that_matter_are_listed() -> None:
    found = {finding.name: finding.value for finding in doctor.network({"HF_HUB_OFFLINE": "1"})}
    assert found == {"use": "none", "HF_HUB_OFFLINE": "1"}


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, desktop_app.measuring.doctor as d; list(d.versions());"
        "print({'torch', 'llama_cpp', 'faiss', 'PySide6'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "set()"


@pytest.mark.model
def test_the_command_tries_the_real_engine(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-P", "-m", "desktop_app", "doctor", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stderr == ""
    report = json.loads(told.stdout)
    assert report["problems"] == []
    assert told.returncode == 0
    assert report["engine"]["self_test"]["ok"] is True
    assert report["models"]["chat"]
