"""The worker that holds the language model: the only file that imports llama_cpp.

It uses llama.cpp's C interface as llama-cpp-python exposes it, not its `Llama` class: that compiles a
model's chat templates while loading and fails on a bad one, and gives no way to stop inside a prompt.
"""

from __future__ import annotations

import ctypes
import functools
import os
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.values import ChatMessage
from desktop_app.workers.limits import Limits, fitting
from desktop_app.workers.serve import serve
from desktop_app.workers.session import Emit, IsCancelled, Session
from desktop_app.workers.tokens import Control, Vocabulary

LAST_TOKENS = 64
"""How far back the repeat penalty looks."""

WARNING, ERROR = 3, 4
"""Levels of llama.cpp's log."""

UNKNOWN, CONTROL, STRIPS_LEFT, STRIPS_RIGHT = 1 << 0, 1 << 3, 1 << 7, 1 << 8
"""Bits of llama.cpp's token attributes."""


class NativeModel:
    """A model in llama.cpp with one context of one sequence."""

    def __init__(self, path: str, limits: Limits, emit: Emit, cancelled: IsCancelled) -> None:
        """Load `path`, emitting ``{"loaded": 0..1}``. Raises `KnownFault`, or `Cancelled`."""
        import llama_cpp

        self._lib = llama_cpp
        self._log = _log_of(llama_cpp)
        self._log.clear()
        self._context: Any = None
        llama_cpp.llama_backend_init()
        self._model = self._load(path, limits, emit, cancelled)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._size = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.trained_context = int(llama_cpp.llama_model_n_ctx_train(self._model))
        self._read_vocabulary()
        self._make_context(limits)

    def _load(self, path: str, limits: Limits, emit: Emit, cancelled: IsCancelled) -> Any:
        shown = -1

        def progress(share: float, _: object) -> bool:
            nonlocal shown
            if int(share * 20) > shown:
                shown = int(share * 20)
                emit({"loaded": share})
            return not cancelled()

        parameters = self._lib.llama_model_default_params()
        parameters.n_gpu_layers = limits.gpu_layers
        callback = self._lib.llama_progress_callback(progress)
        parameters.progress_callback = callback
        model = self._lib.llama_model_load_from_file(os.fsencode(path), parameters)
        if model is None:
            if cancelled():
                raise Cancelled
            raise unloadable(path, "\n".join(self._log))
        return model

    def _make_context(self, limits: Limits) -> None:
        lib, model = self._lib, self._model
        heads = max(1, lib.llama_model_n_head(model))
        wide = lib.llama_model_n_embd(model) * lib.llama_model_n_head_kv(model) // heads
        limits = fitting(
            limits,
            trained=self.trained_context,
            token_bytes=4 * wide * lib.llama_model_n_layer(model),
        )
        parameters = lib.llama_context_default_params()
        parameters.n_ctx, parameters.n_batch = limits.context, limits.batch
        parameters.n_ubatch = limits.batch
        parameters.n_threads = parameters.n_threads_batch = limits.threads
        self._context = lib.llama_init_from_model(model, parameters)
        if self._context is None:
            self.close()
            raise KnownFault(
                "ME4",
                f"There was not enough memory for a context of {limits.context:,} tokens.",
                action=f"Choose a context of {max(512, limits.context // 2):,} tokens.",
                details="\n".join(self._log),
            )
        self.context, self.batch = limits.context, limits.batch
        self.threads = limits.threads
        self._memory = lib.llama_get_memory(self._context)
        self._buffer = (lib.llama_token * self.batch)()
        self._no_abort = lib.ggml_abort_callback(0)
        self.notice = limits.notice

    def _read_vocabulary(self) -> None:
        lib, vocab = self._lib, self._vocab
        controls: dict[str, Control] = {}
        texts: dict[int, str] = {}
        for token in range(self._size):
            attributes = lib.llama_vocab_get_attr(vocab, token)
            if attributes & (CONTROL | UNKNOWN):
                texts[token] = lib.llama_vocab_get_text(vocab, token).decode("utf-8", "replace")
                controls[texts[token]] = Control(
                    token, bool(attributes & STRIPS_LEFT), bool(attributes & STRIPS_RIGHT)
                )
        bos, eos = lib.llama_vocab_bos(vocab), lib.llama_vocab_eos(vocab)
        self.bos_text, self.eos_text = texts.get(bos, ""), texts.get(eos, "")
        self.ends = frozenset(
            t for t in {*texts, eos} if t >= 0 and lib.llama_vocab_is_eog(vocab, t)
        )
        begins = bos if bos >= 0 and lib.llama_vocab_get_add_bos(vocab) else None
        self.vocabulary = Vocabulary(controls, self.tokenize, begins)
        self._pieces: dict[int, bytes] = {}
        template = lib.llama_model_chat_template(self._model, None)
        self.template = template.decode("utf-8", "replace") if template else ""

    def tokenize(self, text: str, special: bool = False) -> list[int]:
        """Tokens of a text as it stands; control tokens only parsed when `special`."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
        return list(buffer[: max(0, count)])

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for."""
        known = self._pieces.get(token)
        if known is None:
            room = 256
            buffer = ctypes.create_string_buffer(room)
            size = self._lib.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
            known = self._pieces[token] = buffer.raw[: max(0, size)]
        return known

    def evaluate(self, tokens: Sequence[int], cancelled: IsCancelled | None = None) -> bool:
        """Add at most `batch` tokens; False when `cancelled` said so on the way."""
        lib = self._lib
        count = len(tokens)
        self._buffer[:count] = tokens
        batch = lib.llama_batch_get_one(self._buffer, count)
        if cancelled is None:
            status = lib.llama_decode(self._context, batch)
        else:
            abort = lib.ggml_abort_callback(lambda _: cancelled())
            lib.llama_set_abort_callback(self._context, abort, None)
            status = lib.llama_decode(self._context, batch)
            lib.llama_set_abort_callback(self._context, self._no_abort, None)
            if status and cancelled():
                return False
        if status:
            raise KnownFault(
                "EN0",
                f"The model could not go on (code {status}).",
                action="Try again, or start a new chat.",
                details="\n".join(self._log),
            )
        return True

    def forget(self, position: int) -> bool:
        """Drop what was evaluated from `position` on; False when everything had to go."""
        if position > 0 and self._lib.llama_memory_seq_rm(self._memory, 0, position, -1):
            return True
        if self._memory is not None:
            self._lib.llama_memory_clear(self._memory, True)
        return position == 0

    def sampler(self, **values: float) -> NativeSampler:
        """A chain that draws with these values; close it before the model."""
        return NativeSampler(self._lib, self._context, self._size, values)

    def log_probabilities(self, tokens: Sequence[int]) -> list[float]:
        """Of these tokens coming next, natural logarithms."""
        import numpy as np

        pointer = self._lib.llama_get_logits_ith(self._context, -1)
        logits = np.ctypeslib.as_array(pointer, shape=(self._size,)).astype(np.float64)
        logits -= logits.max()
        total = float(np.log(np.exp(logits).sum()))
        return [float(logits[token]) - total for token in tokens]

    def close(self) -> None:
        """Give the memory back."""
        if self._context is not None:
            self._lib.llama_free(self._context)
            self._context = None
        if self._model is not None:
            self._lib.llama_model_free(self._model)
            self._model = None


class NativeSampler:
    """One chain of llama.cpp samplers: penalties, then greedy or the usual cuts and a draw."""

    def __init__(self, lib: Any, context: Any, size: int, values: dict[str, float]) -> None:
        self._lib = lib
        self._context = context
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        links = [
            lib.llama_sampler_init_penalties(size, LAST_TOKENS, values["repeat_penalty"], 0.0, 0.0)
        ]
        if values["temperature"] <= 0:
            links.append(lib.llama_sampler_init_greedy())
        else:
            links += [
                lib.llama_sampler_init_top_k(int(values["top_k"])),
                lib.llama_sampler_init_top_p(values["top_p"], 1),
                lib.llama_sampler_init_min_p(values["min_p"], 1),
                lib.llama_sampler_init_temp(values["temperature"]),
                lib.llama_sampler_init_dist(int(values["seed"])),
            ]
        for link in links:
            lib.llama_sampler_chain_add(self._chain, link)

    def sample(self) -> int:
        """The next token."""
        return int(self._lib.llama_sampler_sample(self._chain, self._context, -1))

    def close(self) -> None:
        """Give the chain back."""
        self._lib.llama_sampler_free(self._chain)


@functools.cache
def _log_of(lib: Any) -> deque[str]:
    """The last warnings and errors of llama.cpp; heard from the first call to the end of the process."""
    lines: deque[str] = deque(maxlen=20)

    def hear(level: int, text: bytes, _: object) -> None:
        if level in (WARNING, ERROR):
            lines.append(text.decode("utf-8", "replace").rstrip())

    callback = lib.llama_log_callback(hear)
    lib.llama_log_set(callback, ctypes.c_void_p(0))
    _kept.append(callback)
    return lines


_kept: list[Any] = []
"""Callbacks that native code holds on to."""


def unloadable(path: str, log: str) -> KnownFault:
    """Why a file could not be loaded, as far as llama.cpp says."""
    name = os.path.basename(path)
    if not os.path.exists(path):
        return KnownFault(
            "MF1", f"The file {name} is not there any more.", action="Choose another."
        )
    if "unknown model architecture" in log:
        return KnownFault(
            "MF6",
            f"This engine does not know the kind of model in {name}.",
            action="Choose another model, or a newer version of Candor.",
            details=log,
        )
    return KnownFault(
        "MF4",
        f"{name} could not be loaded: it is damaged, unsupported, or too large for the free memory.",
        safe="Your other models are untouched.",
        action="Download it again, or choose another.",
        details=log,
    )


class Operations:
    """What the worker can be asked; holds at most one loaded model."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._direct: Any = None

    def load(self, a: dict[str, Any], emit: Emit, cancelled: IsCancelled) -> dict[str, Any]:
        """{path, options, own_template} -> {context, batch, threads, template, notice}."""
        if self._session is not None:
            self._session.model.close()
            self._session = None
        model = NativeModel(a["path"], Limits.of(a["options"]), emit, cancelled)
        emit({"stage": "template"})
        try:
            self._session = session = Session(model, a.get("own_template", True))
        except BaseException:
            model.close()
            raise
        return {
            "context": model.context,
            "batch": model.batch,
            "threads": model.threads,
            "trained_context": model.trained_context,
            "template": session.template_name,
            "notice": " ".join(filter(None, (model.notice, session.notice))),
        }

    def generate(self, a: dict[str, Any], emit: Emit, cancelled: IsCancelled) -> dict[str, Any]:
        """{messages, sampling}: see `Session.generate`."""
        emit({"stage": "template"})
        return self._loaded().generate(_messages(a), a["sampling"], emit, cancelled)

    def prompt_tokens(self, a: dict[str, Any], emit: Emit, _: IsCancelled) -> dict[str, Any]:
        """{messages, ids?} -> {count, ids: of the whole prompt, only when asked for}."""
        emit({"stage": "template"})
        ids = self._loaded().prompt(_messages(a))
        return {"count": len(ids), "ids": ids if a.get("ids") else []}

    def count_tokens(self, a: dict[str, Any], _: Emit, cancelled: IsCancelled) -> dict[str, Any]:
        """{texts} -> {counts}."""
        model = self._loaded().model
        counts = []
        for text in a["texts"]:
            if cancelled():
                raise Cancelled
            counts.append(len(model.tokenize(text)))
        return {"counts": counts}

    def score_choices(
        self, a: dict[str, Any], emit: Emit, cancelled: IsCancelled
    ) -> dict[str, Any]:
        """{messages, choices} -> {scores}."""
        emit({"stage": "template"})
        return {"scores": self._loaded().score(_messages(a), a["choices"], cancelled)}

    def in_process(self, a: dict[str, Any], _emit: Emit, cancelled: IsCancelled) -> dict[str, Any]:
        """{path, options, prompt: token ids, max_tokens}: the same through llama-cpp-python's own loop.

        -> {new_tokens, first_token_ms, generate_ms}; nothing is sent meanwhile. For `candor bench`.
        """
        if self._direct is None:
            import llama_cpp

            limits = Limits.of(a["options"])
            self._direct = llama_cpp.Llama(
                a["path"],
                n_ctx=limits.context,
                n_batch=limits.batch,
                n_threads=limits.threads,
                n_threads_batch=limits.threads,
                chat_format="chatml",
                verbose=False,
            )
        started = time.perf_counter()
        times = []
        for _part in self._direct.create_completion(
            a["prompt"],
            max_tokens=a["max_tokens"],
            temperature=0.0,
            repeat_penalty=1.1,
            stream=True,
        ):
            times.append(time.perf_counter())
            if cancelled():
                raise Cancelled
        return {
            "new_tokens": self._direct.n_tokens - len(a["prompt"]) + 1,
            "first_token_ms": (times[0] - started) * 1000,
            "generate_ms": (times[-1] - times[0]) * 1000,
        }

    def _loaded(self) -> Session:
        if self._session is None:
            raise KnownFault("MF1", "No model is loaded.", action="Choose a model.")
        return self._session


def _messages(arguments: dict[str, Any]) -> list[ChatMessage]:
    return [ChatMessage(role, text) for role, text in arguments["messages"]]


def main() -> int:
    """Serve until the parent closes the pipe."""
    operations = Operations()
    names = ("load", "generate", "prompt_tokens", "count_tokens", "score_choices", "in_process")
    return serve({name: getattr(operations, name) for name in names})
