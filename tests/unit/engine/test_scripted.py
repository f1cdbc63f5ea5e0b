"""The engine with a script: what the tests of other rooms rely on."""

from __future__ import annotations

import threading

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import EnginePhase, LoadOptions
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.engine.scripted import DEFAULT_ANSWER, ScriptedEngine

ASK = [ChatMessage("user", "Who are you?")]


def say(engine: ScriptedEngine, **sampling) -> str:
    return "".join(engine.generate(ASK, Sampling(**sampling), CancelToken()))


def test_answers_come_in_order_then_from_the_function() -> None:
    engine = ScriptedEngine(["one", "two"], answer=lambda messages: messages[-1].text)
    engine.enqueue("three")
    assert [say(engine) for _ in range(4)] == ["one", "two", "three", "Who are you?"]
    assert say(ScriptedEngine()) == DEFAULT_ANSWER


def test_white_space_is_kept_piece_by_piece() -> None:
    text = "  A  list:\n\n- one\n- two\n"
    assert say(ScriptedEngine([text])) == text


def test_it_remembers_what_it_was_asked() -> None:
    engine = ScriptedEngine()
    say(engine, temperature=0.5)
    assert engine.history[0].messages == tuple(ASK)
    assert engine.history[0].sampling.temperature == 0.5


def test_an_endless_answer_ends_at_the_limit() -> None:
    engine = ScriptedEngine(["word " * 100])
    generation = engine.generate(ASK, Sampling(max_tokens=5), CancelToken())
    assert "".join(generation) == "word " * 5
    assert generation.stats is not None
    assert generation.stats.reason == "length"


def test_a_silent_engine_ends_with_the_cancel() -> None:
    engine = ScriptedEngine(["one two three four"])
    engine.hang_after(2)
    cancel = CancelToken()
    threading.Timer(0.1, cancel.cancel).start()
    generation = engine.generate(ASK, Sampling(), cancel)
    assert "".join(generation) == "one two "
    assert cancel.cancelled


def test_a_model_that_cannot_be_loaded() -> None:
    engine = ScriptedEngine()
    engine.load_fault = KnownFault("MF4", "It is damaged.")
    with pytest.raises(KnownFault, match="damaged"):
        engine.load("x/y.gguf", LoadOptions(), CancelToken())
    assert engine.state().phase == EnginePhase.FAILED
    assert engine.state().model == "y"
    assert engine.state().notice == "It is damaged."


def test_scores_are_those_that_were_set() -> None:
    engine = ScriptedEngine()
    engine.scores = {"Yes": -0.1}
    assert engine.score_choices(ASK, ["Yes", "No"], CancelToken())[0] == -0.1
