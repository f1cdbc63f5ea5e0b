"""A model file in plain words: what its header says, or the sentence that tells why it cannot be used."""

from __future__ import annotations

import os
import re
from typing import Any

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import ModelInfo
from desktop_app.models.gguf import CutError, DamagedError, ForeignError, Header, read_gguf
from desktop_app.models.quantization import FILE_TYPES

EMBEDDERS = {
    "bert",
    "eurobert",
    "gemma-embedding",
    "jina-bert-v2",
    "jina-bert-v3",
    "modern-bert",
    "neo-bert",
    "nomic-bert",
    "nomic-bert-moe",
    "t5encoder",
}
PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)


def read_model(path: str) -> ModelInfo:
    """What a whole chat model says of itself; of a split one, give the first part.

    Raises KnownFault MF1 (not there), MF2 (no model file), MF3 (incomplete), MF4 (damaged), MF12 (no chat
    model), MF16 (unusable name), MF17 (a part is missing).
    """
    _check_name(path)
    parts = _parts(path)
    headers = [_read(part) for part in parts]
    for header, part in zip(headers, parts, strict=True):
        if header.size < header.expected:
            raise _fault(
                "MF3",
                part,
                f"Incomplete file: has {_size(header.size)} of {_size(header.expected)}.",
                "Get the file again, or let its download finish.",
            )
    refuse_unless_chat(headers[0], path)
    if not any(header.tensors for header in headers):
        raise _fault("MF12", path, "This file holds no weights.", "Choose a chat model.")
    return _info(path, headers)


def refuse_unless_chat(header: Header, path: str) -> None:
    """Raise KnownFault MF12 for what a GGUF file can be besides a chat model."""
    keys = header.keys
    architecture = str(keys.get("general.architecture", ""))
    what = ""
    if architecture in EMBEDDERS or keys.get(f"{architecture}.pooling_type") in (1, 2, 3, 4):
        what = "This is an embedding model: it finds texts and cannot chat."
    elif architecture == "clip" or keys.get("general.type") == "mmproj":
        what = "This is a projector, the part of a model that sees pictures: it cannot chat alone."
    elif keys.get("general.type") == "adapter":
        what = "This is an adapter: it changes another model and cannot chat alone."
    if what:
        raise _fault("MF12", path, what, "Choose a chat model.")


def _info(path: str, headers: list[Header]) -> ModelInfo:
    keys = headers[0].keys
    architecture = keys.get("general.architecture")
    if not isinstance(architecture, str) or not architecture:
        raise _fault("MF4", path, "Damaged or unsupported model file: it names no architecture.")

    def number(name: str) -> int:
        value = keys.get(f"{architecture}.{name}", 0)
        # one number a layer in some models: the largest counts
        values = value if isinstance(value, list) else [value]
        return max((item for item in values if type(item) is int and item > 0), default=0)

    heads = number("attention.head_count")
    template = _text(keys, "tokenizer.chat_template")
    return ModelInfo(
        path=path,
        name=_text(keys, "general.name") or os.path.basename(path).removesuffix(".gguf"),
        architecture=architecture,
        size=sum(header.size for header in headers),
        parameters=sum(header.parameters for header in headers),
        quantization=_quantization(headers),
        context_length=number("context_length"),
        layers=number("block_count"),
        embedding_length=number("embedding_length"),
        heads=heads,
        kv_heads=number("attention.head_count_kv") or heads,
        head_length=number("attention.key_length"),
        has_chat_template=bool(template),
        chat_template=template,
        license=_text(keys, "general.license"),
        languages=tuple(str(language) for language in keys.get("general.languages") or ()),
    )


def _quantization(headers: list[Header]) -> str:
    named = FILE_TYPES.get(headers[0].keys.get("general.file_type", -1))
    counted = [
        (count, label) for header in headers for label, count in header.types.items() if count
    ]
    return named or (max(counted)[1] if counted else "")


def _text(keys: dict[str, Any], name: str) -> str:
    value = keys.get(name)
    return value if isinstance(value, str) else ""


def _check_name(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise KnownFault(
            "MF16",
            f"The name {os.path.basename(path)!a} cannot be used: it is not UTF-8.",
            safe="The file was not touched.",
            action="Rename it.",
        ) from error


def _parts(path: str) -> list[str]:
    """The files of a model that comes in parts; `[path]` for one that does not."""
    folder, name = os.path.split(path)
    match = PART.fullmatch(name)
    if match is None or not 1 < int(match["count"]) <= 1000:
        return [path]
    if int(match["number"]) != 1:
        first = f"{match['stem']}-00001-of-{match['count']}.gguf"
        raise _fault(
            "MF17", path, f"This is part {int(match['number'])} of a model.", f"Choose {first}."
        )
    names = [
        f"{match['stem']}-{number:05}-of-{match['count']}.gguf"
        for number in range(1, int(match["count"]) + 1)
    ]
    names[0] = name
    if missing := [part for part in names if not os.path.exists(os.path.join(folder, part))]:
        raise _fault(
            "MF17",
            path,
            f"{len(missing):,} of {len(names):,} parts of this model are missing: {', '.join(missing[:3])}.",
            "Put the missing parts beside the first one.",
        )
    return [os.path.join(folder, part) for part in names]


def _read(path: str) -> Header:
    damaged = "Get the file again, or choose another model."
    try:
        return read_gguf(path)
    except ForeignError as error:
        raise _fault("MF2", path, f"Not a model file ({error}).", "Choose a GGUF file.") from error
    except CutError as error:
        raise _fault("MF3", path, f"Incomplete file: {error}.", damaged) from error
    except DamagedError as error:
        raise _fault(
            "MF4", path, f"Damaged or unsupported model file: {error}.", damaged
        ) from error
    except FileNotFoundError as error:
        raise _fault(
            "MF1", path, f"File not found: {path}", "Put it back, or choose another."
        ) from error
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror}."
        raise _fault("MF1", path, what, "Check that this account may read it.") from error


def _fault(code: str, path: str, what: str, action: str = "Choose another model.") -> KnownFault:
    return KnownFault(
        code, what, safe="Your other models are untouched.", action=action, details=path
    )


def _size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if count >= scale:
            return f"{count / scale:.2f} {unit}"
    return f"{count:,} bytes"
