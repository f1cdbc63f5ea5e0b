"""What is known of models and of the engine that runs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk. `name` is what `--model` takes."""

    name: str
    path: str
    size: int
    source: Literal["package", "models", "data", "file"] = "file"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a GGUF header says. Zero or empty where the file does not."""

    path: str
    name: str
    architecture: str
    size: int
    parameters: int = 0
    quantization: str = ""
    context_length: int = 0
    layers: int = 0
    embedding_length: int = 0
    heads: int = 0
    kv_heads: int = 0
    has_chat_template: bool = False
    chat_template: str = field(default="", repr=False)
    license: str = ""
    languages: tuple[str, ...] = ()
    head_length: int = 0
    """Numbers in one attention head where it is not embedding_length / heads."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is loaded. `threads` 0 = choose for this machine."""

    context: int = 4096
    threads: int = 0
    batch: int = 256
    gpu_layers: int = 0


class EnginePhase(StrEnum):
    """What the engine is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine as the window shows it. `memory` is the worker's resident bytes, 0 if unknown.

    `waiting` counts requests behind the running one. `notice` is one sentence worth showing, for
    example that a chat template was unusable and which one is used instead.
    """

    phase: EnginePhase
    model: str = ""
    context: int = 0
    memory: int = 0
    waiting: int = 0
    notice: str = ""


@dataclass(frozen=True, slots=True)
class GenerationStats:
    """What one generation cost. `reason`: why it ended."""

    reason: Literal["stop", "length", "cancelled"]
    prompt_tokens: int
    reused_tokens: int
    new_tokens: int
    first_token_ms: float
    generate_ms: float
