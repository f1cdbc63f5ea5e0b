"""The local engine: what it does when its worker dies, hangs, or meets a hostile template."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import EnginePhase, EngineState, LoadOptions
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.engine.local import DEATHS, LocalEngine
from tests.support import engine_child
from tests.support.starter import starter, with_text

ASK = [ChatMessage("user", "Hello")]
CPU_BOMB = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


def command(*words: str) -> list[str]:
    return [sys.executable, "-P", str(Path(engine_child.__file__)), *words]


@pytest.fixture
def make() -> Iterator:
    engines: list[LocalEngine] = []

    def start(*words: str, **options) -> LocalEngine:
        options.setdefault("command", command(*words))
        engines.append(LocalEngine(**options))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


def load(engine: LocalEngine, name: str = "a.gguf", context: int = 512) -> None:
    engine.load(name, LoadOptions(context=context, threads=1), CancelToken())


def ask(engine: LocalEngine, **sampling) -> str:
    return "".join(engine.generate(ASK, Sampling(**sampling), CancelToken()))


def test_without_a_model_it_says_so(make) -> None:
    engine = make()
    assert engine.state().phase == EnginePhase.EMPTY
    with pytest.raises(KnownFault, match="No model is loaded"):
        ask(engine)
    with pytest.raises(KnownFault, match="No model is loaded"):
        engine.count_tokens(["a"])
    assert engine.pid is None


def test_loading_the_same_again_does_nothing(make) -> None:
    engine = make()
    heard: list[EngineState] = []
    engine.subscribe(heard.append)
    load(engine)
    assert [state.phase for state in heard][-1] == EnginePhase.READY
    assert heard[0].phase == EnginePhase.LOADING
    heard.clear()
    load(engine)
    assert heard == []
    load(engine, context=256)
    assert heard
    assert engine.state().context == 256
    assert engine.state().model == "a"
    assert engine.state().memory > 0


def test_a_death_in_the_middle_keeps_the_count_and_loads_again(make, expect_log) -> None:
    """EN1."""
    expect_log("signal 11")
    engine = make("--die-after=17")
    load(engine)
    pieces: list[str] = []
    generation = engine.generate(ASK, Sampling(), CancelToken())
    with pytest.raises(KnownFault, match=r"signal 11, SIGSEGV.*The 17 tokens") as caught:
        pieces.extend(generation)
    assert caught.value.fault.code == "EN1"
    assert generation.stats is not None
    assert generation.stats.new_tokens == 17
    assert engine.state().phase == EnginePhase.FAILED
    assert "signal 11" in engine.state().notice


def test_three_deaths_running_stop_the_loading(make, expect_log) -> None:
    """EN4."""
    expect_log("signal 11")
    engine = make("--die-after=2")
    load(engine)
    for _ in range(DEATHS):
        with pytest.raises(KnownFault, match="signal 11"):
            ask(engine)
    for call in (lambda: ask(engine), lambda: engine.count_tokens(["a"])):
        with pytest.raises(KnownFault, match="3 times running with a") as caught:
            call()
        assert caught.value.fault.code == "EN4"
    with pytest.raises(KnownFault, match="choose this one again"):
        load(engine)
    load(engine)
    assert engine.state().phase == EnginePhase.READY
    load(engine, "another.gguf")
    assert engine.count_tokens(["a b"]) == [2]


def test_a_death_while_loading_is_told(make, expect_log) -> None:
    expect_log("signal 11")
    engine = make("--die-on-load")
    for _ in range(DEATHS):
        with pytest.raises(KnownFault, match="signal 11"):
            load(engine)
    with pytest.raises(KnownFault, match="3 times running"):
        load(engine)


def test_an_answer_that_works_forgives_earlier_deaths(make, expect_log) -> None:
    expect_log("lack of memory")
    engine = make()
    load(engine)
    for _ in range(DEATHS + 1):
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        end = time.monotonic() + 5
        while engine.pid is not None and time.monotonic() < end:
            time.sleep(0.01)
        assert ask(engine)


def test_a_hanging_worker_is_ended_by_a_cancel(make) -> None:
    """EN5."""
    engine = make("--hang-after=3")
    load(engine)
    cancel = CancelToken()
    generation = engine.generate(ASK, Sampling(), cancel)
    pieces: list[str] = []
    for piece in generation:
        pieces.append(piece)
        if len(pieces) == 3:
            cancel.cancel()
    assert generation.stats is not None
    assert generation.stats.reason == "cancelled"
    assert generation.stats.new_tokens == 3
    assert engine.count_tokens(["a"]) == [1]


@pytest.mark.parametrize("when", ["load", "generate", "prompt_tokens"])
def test_a_template_that_ends_the_worker_is_replaced(make, expect_log, when) -> None:
    """MF9, MF10."""
    expect_log("exit status 1")
    engine = make(f"--template-dies-in={when}")
    load(engine)
    assert engine.prompt_tokens(ASK) == 1
    assert ask(engine)
    assert engine.state().phase == EnginePhase.READY
    assert "ChatML is used instead" in engine.state().notice
    assert ask(engine)


def test_cancelled_loading_leaves_it_empty(make) -> None:
    engine = make()
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        engine.load("a.gguf", LoadOptions(), cancel)
    assert engine.state().phase == EnginePhase.EMPTY


@pytest.mark.model
@pytest.mark.parametrize(
    "template", [CPU_BOMB, CPU_BOMB.replace("range(99999)", "messages[3:]", 1)]
)
def test_a_real_template_bomb_is_survived(template, tmp_path, expect_log) -> None:
    """MF9."""
    expect_log("exit status 1", required=False)
    path = with_text(starter(), tmp_path / "bomb.gguf", {"tokenizer.chat_template": template})
    engine = LocalEngine()
    try:
        engine.load(str(path), LoadOptions(context=512, threads=1), CancelToken())
        assert "ChatML is used instead" in engine.state().notice
        assert ask(engine, max_tokens=3)
    finally:
        engine.close()
