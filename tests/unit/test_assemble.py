"""The parts fit together, start nothing by themselves, and end together."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from desktop_app.assemble import assemble
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.events import AnswerFinished, TurnSaved
from desktop_app.domain.values import Outcome, Question
from desktop_app.engine.scripted import ScriptedEngine
from desktop_app.settings import options
from desktop_app.settings.paths import Paths
from tests.support.gguf import gguf


def test_nothing_heavy_starts(tmp_path: Path) -> None:
    candor = assemble(str(tmp_path / "data"))
    try:
        assert psutil.Process().children() == []
        assert candor.conversations.find() == []
        assert candor.library.documents() == []
    finally:
        candor.close()
    candor.close()


def test_a_turn_is_answered_and_saved(tmp_path: Path) -> None:
    candor = assemble(str(tmp_path / "data"), engine=ScriptedEngine(["Hello there."]))
    try:
        conversation = candor.conversations.create()
        events = list(
            candor.turns.ask(conversation.id, None, Question("Good morning"), CancelToken())
        )
        assert isinstance(events[-1], TurnSaved)
        assert candor.conversations.path(conversation.id)[1].text == "Hello there."
    finally:
        candor.close()


@pytest.mark.parametrize("model", ["absent", "embedder.gguf"])
def test_a_model_that_cannot_chat_is_refused_in_words(tmp_path: Path, model: str) -> None:
    data = tmp_path / "data"
    paths = Paths.find(str(data))
    (paths.models / "embedder.gguf").write_bytes(gguf((("general.architecture", "bert"),)))
    candor = assemble(str(data), engine=ScriptedEngine(["never"]))
    try:
        chosen = model if model == "absent" else str(paths.models / model)
        candor.answering.settings.set(options.MODEL, chosen)
        *_, last = candor.pipeline.answer(Question("Anyone there?"), CancelToken())
        assert isinstance(last, AnswerFinished)
        assert last.answer.outcome is Outcome.FAILED
        assert last.answer.fault_code == ("MF1" if model == "absent" else "MF12")
    finally:
        candor.close()


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnownFault) as caught:
        assemble(str(tmp_path / "file"))
    assert caught.value.fault.code == "DI8"
