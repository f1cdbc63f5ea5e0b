"""The same prompts through the worker and through llama-cpp-python in process, measured in turns.

Both run in processes of their own with the same model, options and threads. *In process* means
llama-cpp-python's own `create_completion`, timed where it runs, with nothing sent meanwhile; the
worker is timed here, at the reader's end of the pipe. Each run asks something new, for what is the
same as before need not be computed again.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from desktop_app.domain.models import LoadOptions
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.workers.host import WorkerHost

TOPICS = ("the moon", "bread", "the sea", "glass", "winter", "bees", "railways", "paper")
PASSAGE = "People have written about it for a long time, and they do not agree on all of it. " * 8


def bench_engine(
    model_path: str, runs: int = 6, *, max_tokens: int = 64, options: LoadOptions | None = None
) -> dict[str, Any]:
    """Tokens a second and milliseconds to the first token of both, and worker / in process.

    The ratios are medians over the pairs of neighbouring runs, so that what slows the machine for a
    while slows both. A first pair warms up and is not counted.
    """
    arguments = {"path": model_path, "options": asdict(options or LoadOptions())}
    worker = WorkerHost("llm")
    direct = WorkerHost("llm")
    try:
        loaded = worker.call("load", arguments)
        pairs = []
        for run in range(runs + 1):
            request = _request(run, max_tokens)
            prompt = worker.call("prompt_tokens", {**request, "ids": True})["ids"]
            in_process = {**arguments, "prompt": prompt, "max_tokens": max_tokens}
            if run % 2:
                beside = _speed(direct.call("in_process", in_process))
                pairs.append((_through_the_pipe(worker, request), beside))
            else:
                through = _through_the_pipe(worker, request)
                pairs.append((through, _speed(direct.call("in_process", in_process))))
    finally:
        worker.close()
        direct.close()
    return {
        "runs": runs,
        "max_tokens": max_tokens,
        "threads": loaded["threads"],
        "context": loaded["context"],
        **_summary(pairs[1:]),
    }


def _request(run: int, max_tokens: int) -> dict[str, Any]:
    """A question that shares no beginning with the one before it."""
    topic = TOPICS[run % len(TOPICS)]
    text = f"{run}: {topic}. {PASSAGE} Tell me a long story about {topic}."
    messages = [ChatMessage("system", f"Story {run}."), ChatMessage("user", text)]
    return {
        "messages": [(message.role, message.text) for message in messages],
        "sampling": asdict(Sampling(max_tokens=max_tokens)),
    }


def _through_the_pipe(worker: WorkerHost, request: dict[str, Any]) -> dict[str, float]:
    times: list[float] = []

    def hear(event: dict[str, Any]) -> None:
        if "text" in event:
            times.append(time.perf_counter())

    started = time.perf_counter()
    result = worker.call("generate", request, on_event=hear)
    return _speed(
        {
            "new_tokens": result["new_tokens"],
            "first_token_ms": (times[0] - started) * 1000,
            "generate_ms": (times[-1] - times[0]) * 1000,
        }
    )


def _speed(figures: Mapping[str, float]) -> dict[str, float]:
    """Tokens after the first, over the time from the first to the last."""
    seconds = figures["generate_ms"] / 1000
    speed = (figures["new_tokens"] - 1) / seconds if seconds > 0 else 0.0
    return {"tokens_per_second": speed, "first_token_ms": figures["first_token_ms"]}


def _summary(pairs: list[tuple[dict[str, float], dict[str, float]]]) -> dict[str, Any]:
    def median(side: int, name: str) -> float:
        return round(statistics.median(pair[side][name] for pair in pairs), 2)

    def ratio(name: str) -> float:
        return round(statistics.median(one[name] / other[name] for one, other in pairs), 3)

    names = ("tokens_per_second", "first_token_ms")
    return {
        "worker": {name: median(0, name) for name in names},
        "in_process": {name: median(1, name) for name in names},
        "ratio": {name: ratio(name) for name in names},
        "pairs": [
            [{name: round(value, 2) for name, value in side.items()} for side in pair]
            for pair in pairs
        ],
    }
