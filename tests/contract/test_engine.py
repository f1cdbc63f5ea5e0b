"""What every engine promises, asked of each of them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import EnginePhase, EngineState, LoadOptions
from desktop_app.domain.ports import Engine
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.engine.local import LocalEngine
from desktop_app.engine.scripted import ScriptedEngine
from tests.support.starter import starter

OPTIONS = LoadOptions(context=512, threads=1)
MOON = [
    ChatMessage("system", "You are helpful."),
    ChatMessage("user", "Tell me a long story about the moon."),
]
STORY = "Once upon a time the moon 🌙 fell into the sea and nobody saw it. " * 20


def local() -> Engine:
    engine = LocalEngine()
    engine.load(str(starter()), OPTIONS, CancelToken())
    return engine


def scripted() -> Engine:
    engine = ScriptedEngine(answer=lambda _: STORY, delay=0.002)
    engine.load("scripted.gguf", OPTIONS, CancelToken())
    return engine


@pytest.fixture(
    scope="module",
    params=[pytest.param(scripted), pytest.param(local, marks=pytest.mark.model)],
    ids=["scripted", "local"],
)
def shared(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = request.param()
    yield engine
    engine.close()


@pytest.fixture
def engine(shared: Engine) -> Engine:
    shared.load(
        "scripted.gguf" if isinstance(shared, ScriptedEngine) else str(starter()),
        OPTIONS,
        CancelToken(),
    )
    return shared


def ask(engine: Engine, tokens: int = 12, messages=MOON, **sampling):
    generation = engine.generate(messages, Sampling(max_tokens=tokens, **sampling), CancelToken())
    return "".join(generation), generation.stats


def test_an_answer_ends_at_the_length_limit_with_figures(engine: Engine) -> None:
    text, stats = ask(engine, 12)
    assert text
    assert stats.reason == "length"
    assert stats.new_tokens == 12
    assert stats.prompt_tokens == engine.prompt_tokens(MOON)
    assert stats.first_token_ms >= 0
    assert stats.generate_ms > 0


def test_the_same_question_gets_the_same_answer(engine: Engine) -> None:
    assert ask(engine, 10)[0] == ask(engine, 10)[0]


def test_it_is_ready_with_its_model_named(engine: Engine) -> None:
    state = engine.state()
    assert state.phase == EnginePhase.READY
    assert state.model
    assert state.context == 512


def test_a_second_turn_reuses_the_first_prompt_and_its_answer(engine: Engine) -> None:
    text, first = ask(engine, 16)
    longer = [*MOON, ChatMessage("assistant", text), ChatMessage("user", "And then?")]
    _, second = ask(engine, 4, longer)
    assert second.reused_tokens >= first.prompt_tokens + first.new_tokens - 2


def test_a_stop_string_ends_the_answer_and_is_not_shown(engine: Engine) -> None:
    whole, _ = ask(engine, 20)
    stop = whole.split()[5]
    text, stats = ask(engine, 20, stop=(stop,))
    assert stop not in text
    assert whole.startswith(text)
    assert stats.reason == "stop"


def test_an_empty_prompt_is_answered(engine: Engine) -> None:
    assert ask(engine, 3, [ChatMessage("user", "")])[1].new_tokens <= 3
    assert ask(engine, 3, [])[1].new_tokens <= 3


def test_a_prompt_longer_than_the_context_says_by_how_much(engine: Engine) -> None:
    """EN13."""
    long = [ChatMessage("user", "moon " * 600)]
    over = engine.prompt_tokens(long) - 512 + 1
    with pytest.raises(KnownFault, match=f"{over:,} tokens too long") as caught:
        ask(engine, 5, long)
    assert caught.value.fault.code == "EN13"
    assert ask(engine, 3)[1].new_tokens == 3


def test_cancel_before_the_first_token(engine: Engine) -> None:
    cancel = CancelToken()
    cancel.cancel()
    generation = engine.generate(MOON, Sampling(), cancel)
    assert list(generation) == []
    assert generation.stats is not None
    assert generation.stats.reason == "cancelled"


def test_cancel_in_the_middle_keeps_what_came(engine: Engine) -> None:
    cancel = CancelToken()
    generation = engine.generate(MOON, Sampling(max_tokens=300), cancel)
    pieces = []
    for piece in generation:
        pieces.append(piece)
        if len(pieces) == 3:
            cancel.cancel()
    assert generation.stats is not None
    assert generation.stats.reason == "cancelled"
    assert 3 <= generation.stats.new_tokens < 300
    assert ask(engine, 3)[1].new_tokens == 3


def test_an_answer_given_up_half_way_leaves_the_engine_usable(engine: Engine) -> None:
    iterator = iter(engine.generate(MOON, Sampling(max_tokens=300), CancelToken()))
    next(iterator)
    iterator.close()
    assert ask(engine, 3)[1].new_tokens == 3
    assert engine.state().phase == EnginePhase.READY


def test_the_second_of_two_requests_waits_and_knows_its_place(engine: Engine) -> None:
    """EN10."""
    first = iter(engine.generate(MOON, Sampling(max_tokens=40), CancelToken()))
    next(first)
    places: list[int] = []
    waiting = threading.Event()

    def hear(place: int) -> None:
        places.append(place)
        waiting.set()

    got: list[str] = []
    other = threading.Thread(
        target=lambda: got.extend(
            engine.generate(MOON, Sampling(max_tokens=3), CancelToken(), hear)
        )
    )
    other.start()
    assert waiting.wait(20)
    assert engine.state().waiting == 1
    assert not got
    rest = list(first)
    other.join(60)
    assert rest
    assert got
    assert places == [1]


def test_a_waiting_request_can_be_cancelled(engine: Engine) -> None:
    first = iter(engine.generate(MOON, Sampling(max_tokens=40), CancelToken()))
    next(first)
    cancel = CancelToken()
    threading.Timer(0.1, cancel.cancel).start()
    second = engine.generate(MOON, Sampling(), cancel)
    assert list(second) == []
    assert second.stats is not None
    assert second.stats.reason == "cancelled"
    assert list(first)


def test_listeners_hear_busy_and_ready_until_they_leave(engine: Engine) -> None:
    heard: list[EngineState] = []
    leave = engine.subscribe(heard.append)
    ask(engine, 2)
    leave()
    phases = [state.phase for state in heard]
    assert phases[0] == EnginePhase.BUSY
    assert phases[-1] == EnginePhase.READY
    count = len(heard)
    ask(engine, 2)
    assert len(heard) == count


def test_tokens_of_texts_are_counted(engine: Engine) -> None:
    one, two, none = engine.count_tokens(["the moon", "the moon and the moon", ""])
    assert (none, engine.count_tokens([])) == (0, [])
    assert 0 < one < two


def test_choices_are_scored_as_log_probabilities(engine: Engine) -> None:
    scores = engine.score_choices(MOON, ["Yes", "No"], CancelToken())
    assert len(scores) == 2
    assert all(score <= 0 for score in scores)


@pytest.mark.parametrize("make", [scripted, pytest.param(local, marks=pytest.mark.model)])
def test_closing_during_an_answer_ends_it_as_cancelled(make) -> None:
    """EN9."""
    engine = make()
    generation = engine.generate(MOON, Sampling(max_tokens=300), CancelToken())
    pieces: list[str] = []
    began = threading.Event()

    def read() -> None:
        for piece in generation:
            pieces.append(piece)
            began.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert began.wait(30)
    engine.close()
    reader.join()
    assert generation.stats is not None
    assert generation.stats.reason == "cancelled"
    assert pieces
    engine.close()


@pytest.mark.model
def test_after_kill_9_the_answer_so_far_is_kept_and_the_next_one_works(expect_log) -> None:
    """EN1, ME3."""
    expect_log("The system ended the engine")
    engine = LocalEngine()
    try:
        engine.load(str(starter()), OPTIONS, CancelToken())
        pieces: list[str] = []

        def read() -> None:
            for piece in engine.generate(MOON, Sampling(max_tokens=300), CancelToken()):
                pieces.append(piece)
                if len(pieces) == 5 and engine.pid is not None:
                    os.kill(engine.pid, signal.SIGKILL)

        with pytest.raises(
            KnownFault, match=r"lack of memory.*that had arrived are kept"
        ) as caught:
            read()
        assert caught.value.fault.code == "EN1"
        assert f"The {len(pieces)} tokens" in caught.value.fault.safe
        assert engine.state().phase == EnginePhase.FAILED
        assert ask(engine, 3)[1].new_tokens == 3
        assert engine.state().phase == EnginePhase.READY
    finally:
        engine.close()


def test_a_scripted_death_keeps_the_tokens_before_it() -> None:
    engine = ScriptedEngine([STORY])
    engine.die_after(17)
    pieces: list[str] = []
    with pytest.raises(KnownFault, match=r"signal 11.*17 tokens"):
        pieces.extend(engine.generate(MOON, Sampling(), CancelToken()))
    assert engine.state().phase == EnginePhase.FAILED
    assert ask(engine, 3)[1].new_tokens == 3
    engine.close()
