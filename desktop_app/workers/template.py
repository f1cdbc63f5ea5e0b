"""Turns messages into the prompt of a model, with the chat template that came in its file.

A template is a program by a stranger. It runs in Jinja's immutable sandbox, held to two seconds and
to a limit of memory, and it never sees what people wrote: each text is stood in for by a random word,
so that the template cannot mistake text for its own marks, nor text be mistaken for them later.
"""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Sequence
from typing import Any, NoReturn

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desktop_app.domain.values import ChatMessage
from desktop_app.workers.deadline import held_to

SECONDS = 2.0
"""How long a template may take."""

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CHATML_STOP = ("<|im_end|>", "<|im_start|>")

LARGEST = 1_000_000
"""The longest text or list, and the largest number, that a template may make with * or **."""


class TemplateUnusable(Exception):
    """The template cannot be used; the text says why, after "it"."""


class Refused(Exception):
    """The template called `raise_exception`."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which also refuses to multiply things into the gigabytes."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(side, int | float) for side in (left, right)):
            sides = [s if isinstance(s, int | float) else len(s) for s in (left, right)]
            if operator == "**":
                big = abs(sides[0]) > 1024 or abs(sides[1]) > 64
            else:
                big = sides[0] * sides[1] > LARGEST
            if big:
                raise SecurityError(f"{operator} makes something too large")
        return super().call_binop(context, operator, left, right)


def _environment() -> _Sandbox:
    environment = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])

    def raise_exception(message: str = "") -> NoReturn:
        raise Refused(message)

    def tojson(value: Any, indent: int | None = None, **_: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)
    environment.filters["tojson"] = tojson
    return environment


class ChatTemplate:
    """One compiled template. `merges_system`: it refuses a system message, so that opens the first turn.

    Raises `TemplateUnusable` when it cannot be compiled, fails on a plain conversation, or does not
    show each message.
    """

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        self._variables = {"bos_token": bos, "eos_token": eos}
        self.merges_system = False
        try:
            with held_to(SECONDS):
                self._template = _environment().from_string(source)
        except (jinja2.TemplateError, MemoryError, RecursionError, ValueError) as error:
            raise TemplateUnusable(f"has an error: {error}") from error
        self._try_out()

    def render(self, messages: Sequence[ChatMessage]) -> list[tuple[str, bool]]:
        """The prompt as pieces ``(text, is it content)``, to be joined in this order."""
        if self.merges_system:
            messages = merge_system(messages)
        words = [secrets.token_hex(12) for _ in messages]
        contents = [message.text.strip() for message in messages]
        shown = []
        for message, word, content in zip(messages, words, contents, strict=True):
            # White space around the text stays, for templates trim it or do not.
            before, _, after = (
                message.text.partition(content) if content else (message.text, "", "")
            )
            shown.append({"role": message.role, "content": f"{before}{word}{after}"})
        return _cut(self._run(shown), dict(zip(words, contents, strict=True)))

    def _run(self, messages: list[dict[str, str]]) -> str:
        try:
            with held_to(SECONDS):
                return self._template.render(
                    messages=messages,
                    add_generation_prompt=True,
                    enable_thinking=False,
                    tools=None,
                    documents=None,
                    **self._variables,
                )
        except Refused:
            raise
        except MemoryError as error:
            raise TemplateUnusable("needs too much memory") from error
        except Exception as error:  # the template is a program, and may raise anything
            raise TemplateUnusable(f"fails: {type(error).__name__}: {error}"[:300]) from error

    def _try_out(self) -> None:
        """Render a plain conversation, with a system message and then without."""
        talk: list[ChatMessage] = [
            ChatMessage("user", "a"),
            ChatMessage("assistant", "b"),
            ChatMessage("user", "c"),
        ]
        try:
            pieces = self.render([ChatMessage("system", "s"), *talk])
        except (Refused, TemplateUnusable):  # unusable: it may drop the message without a word
            self.merges_system = True
            try:
                pieces = self.render([ChatMessage("system", "s"), *talk])
            except Refused as error:
                raise TemplateUnusable(f"refuses a plain conversation: {error}") from error
        shown = " ".join(text for text, is_content in pieces if is_content)
        if shown not in ("s a b c", "s\n\na b c"):
            raise TemplateUnusable("does not show every message")


def merge_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The messages with the system's text put before the first user's."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if not system:
        return rest
    if not rest or rest[0].role != "user":
        return [ChatMessage("user", system), *rest]
    return [ChatMessage("user", f"{system}\n\n{rest[0].text}"), *rest[1:]]


def _cut(prompt: str, contents: dict[str, str]) -> list[tuple[str, bool]]:
    """Cut a rendered prompt at the stand-in words and put the texts in their places."""
    pieces: list[tuple[str, bool]] = []
    rest = prompt
    found = sorted((prompt.find(word), word) for word in contents)
    if found and found[0][0] < 0:
        raise TemplateUnusable("does not show every message")
    for _, word in found:
        before, _, rest = rest.partition(word)
        pieces += [(before, False), (contents[word], True)]
    return [*pieces, (rest, False)]
