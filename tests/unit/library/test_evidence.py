"""The evidence checker over an embedder of letters."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.library import evidence, signals
from desktop_app.library.evidence import EvidenceChecker, Weights
from desktop_app.library.signals import (
    ANSWERABLE,
    SUPPORTED,
    WINDOW_LIMIT,
    answer_cue,
    likely_windows,
    passage_text,
    query_text,
)

SHIPPED = Path(__file__).parents[3] / "assets" / "evidence.json"


class WordEmbedder:
    """Bags of words, hashed: texts that share words lie near each other."""

    name = "words"
    dimension = 64

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        if cancel is not None:
            cancel.raise_if_cancelled()
        self.asked.extend(texts)
        rows = np.full((len(texts), self.dimension), 1e-3)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row[sum(map(ord, word.strip(".,?!"))) % self.dimension] += 1
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def checker(embedder: WordEmbedder) -> EvidenceChecker:
    return EvidenceChecker(embedder, SHIPPED)


ROME = "Rome was founded in 753 BC. The river Tiber flows through Rome. It has many churches."
BERN = "Bern is the capital of Switzerland. Bears live in Bern."


def test_the_passage_that_holds_the_answer_scores_higher(checker: EvidenceChecker) -> None:
    rome, bern = checker.answerable("When was Rome founded?", [ROME, BERN])
    assert 0 <= bern < rome <= 1


def test_a_sentence_is_supported_where_it_stands(checker: EvidenceChecker) -> None:
    ((rome, bern),) = checker.supported(["The river Tiber flows through Rome."], [ROME, BERN])
    assert 0 <= bern.score < rome.score <= 1
    assert "Tiber" in ROME[rome.start : rome.end]


def test_a_wrong_number_costs_support(checker: EvidenceChecker) -> None:
    right, wrong = checker.supported(
        ["Rome was founded in 753 BC.", "Rome was founded in 912 BC."], [ROME]
    )
    assert wrong[0].score < right[0].score


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("42", "The answer is 42."),
        ("عاصمة فرنسا هي باريس.", "باريس هي عاصمة فرنسا. هل هي كبيرة؟ نعم."),
        ("省会是兰州。", "甘肃省现辖12个地级市。省会是兰州。"),
        ("```x = 1```", "def f(x):\n    return x + 1\n"),
        ("!!!", "Some text."),
        ("A sentence.", "..."),
    ],
)
def test_awkward_texts_get_a_probability(
    checker: EvidenceChecker, sentence: str, passage: str
) -> None:
    ((found,),) = checker.supported([sentence], [passage])
    assert 0 <= found.score <= 1
    assert 0 <= found.start <= found.end <= len(passage)
    assert 0 <= checker.answerable(sentence, [passage])[0] <= 1


def test_nothing_to_hold_against_is_no_support(checker: EvidenceChecker) -> None:
    assert checker.answerable("Who?", ["", " \n"]) == [0.0, 0.0]
    assert checker.supported(["A."], [""])[0][0].score == 0.0
    assert checker.supported([" "], [ROME])[0][0].score == 0.0
    assert checker.answerable("Who?", []) == []
    assert checker.supported([], [ROME]) == []


def test_two_hundred_pages_are_cut_to_the_likely_windows(
    checker: EvidenceChecker, embedder: WordEmbedder
) -> None:
    filler = " ".join(
        f"Clause {n} speaks of matters like taxes, roads and water rights." for n in range(5000)
    )
    needle = "The zeppelin landed in Friedrichshafen."
    ((found,),) = checker.supported(
        ["A zeppelin landed in Friedrichshafen."], [filler + " " + needle]
    )
    assert len(embedder.asked) <= 1 + WINDOW_LIMIT * signals.SPAN
    assert "zeppelin" in (filler + " " + needle)[found.start : found.end]


def test_windows_are_embedded_once(checker: EvidenceChecker, embedder: WordEmbedder) -> None:
    checker.answerable("When was Rome founded?", [ROME, BERN, ROME])
    first = list(embedder.asked)
    assert len(first) == len(set(first)) == 6
    checker.supported(["Rome has churches."], [ROME])
    assert embedder.asked[len(first) :] == ["Rome has churches."]


def test_the_cache_is_bounded(
    checker: EvidenceChecker, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "CACHED_WINDOWS", 3)
    checker.answerable("Rome?", [ROME, BERN])
    checker.answerable("Rome?", [ROME, BERN])
    assert len(embedder.asked) > 6


def test_several_threads_may_ask(checker: EvidenceChecker) -> None:
    scores: list[float] = []
    threads = [
        threading.Thread(
            target=lambda: scores.extend(checker.answerable("Rome founded when?", [ROME]))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(scores) == 4
    assert len(set(scores)) == 1


def damaged(change: dict[str, object]) -> str:
    data = json.loads(SHIPPED.read_text())
    return json.dumps({**data, "supported": {**data["supported"], **change}})


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "{}", damaged({"signals": ["x"]}), damaged({"weights": [1.0]}),
        damaged({"mean": [float("nan")] * len(SUPPORTED)}), damaged({"bias": None}),
    ],
)  # fmt: skip
def test_a_damaged_weights_file_is_a_fault_of_the_check(
    tmp_path: Path, embedder: WordEmbedder, content: str
) -> None:
    (tmp_path / "evidence.json").write_text(content)
    checker = EvidenceChecker(embedder, tmp_path / "evidence.json")
    with pytest.raises(KnownFault, match="missing or damaged"):
        checker.answerable("Who?", [ROME])


def test_a_missing_weights_file(tmp_path: Path, embedder: WordEmbedder) -> None:
    with pytest.raises(KnownFault, match="missing or damaged"):
        EvidenceChecker(embedder, tmp_path / "none.json").supported(["A."], [ROME])


def test_the_shipped_weights_load() -> None:
    weights = Weights.load(SHIPPED)
    assert 0 < weights.answerable.threshold < 1
    assert 0 < weights.supported.threshold < 1
    assert len(weights.answerable.weights) == len(ANSWERABLE)


def test_every_signal_is_a_finite_number(checker: EvidenceChecker) -> None:
    ((query, text, found),) = checker.measure(
        ["Who founded Rome in 753 BC and why not Bern?"], [ROME]
    )[0]
    assert found is not None
    for values, names in (
        (signals.answerable_signals(query, text, found), ANSWERABLE),
        (signals.supported_signals(query, text, found), SUPPORTED),
    ):
        assert len(values) == len(names)
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("question", "window", "expected"),
    [
        ("When was it built?", "It was built in 1887.", (True, True)),
        ("When was it built in 1887?", "It was built in 1887", (True, False)),
        ("How many cats are there?", "There are seven cats.", (True, True)),
        ("Who wrote it?", "It was written by Herman Melville.", (True, True)),
        ("Who wrote it?", "it was written long ago", (True, False)),
        ("Where is it?", "It lies in Spain.", (True, True)),
        ("Why did it fall?", "It fell because of rain.", (True, True)),
        ("Is it big?", "It is big.", (False, False)),
    ],
)
def test_answer_cues(question: str, window: str, expected: tuple[bool, bool]) -> None:
    assert answer_cue(query_text(question), window) == expected


def test_windows_are_sentences_and_runs_of_them() -> None:
    windows = passage_text(ROME).windows
    assert [w.text for w in windows if not w.wide] == [
        "Rome was founded in 753 BC.", "The river Tiber flows through Rome.", "It has many churches.",
    ]  # fmt: skip
    assert [w.text for w in windows if w.wide] == [ROME]
    assert all(ROME[w.start : w.end] == w.text for w in windows)
    assert len(likely_windows(passage_text(ROME), query_text("Rome"))) == 4
