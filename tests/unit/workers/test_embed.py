"""The embed worker: which model folders it accepts, and what its vectors are like."""

from __future__ import annotations

import base64
import json
from array import array
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers import embed as worker
from desktop_app.workers.embed import describe, model_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the right shape, with weights of no use."""
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 384}')
    modules = [{"type": "sentence_transformers.models.Transformer"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_the_name_changes_with_the_weights(folder: Path) -> None:
    name, dimension = describe(folder)
    assert dimension == 384
    assert name.startswith("all-MiniLM-L6-v2:")
    (folder / "model.safetensors").write_bytes(b"others")
    describe.cache_clear()
    assert describe(folder)[0] != name


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "modeling.py", "x.pkl", "a/b.pt", "model.ckpt"]
)
def test_ix10_a_folder_with_program_code_is_refused(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    with pytest.raises(KnownFault, match="program code") as failure:
        describe(folder)
    assert failure.value.fault.code == "IX10"
    assert name.rsplit("/", 1)[-1] in failure.value.fault.details


def test_ix10_a_foreign_module_or_no_safetensors_is_refused(folder: Path) -> None:
    (folder / "modules.json").write_text('[{"type": "os.system"}]')
    with pytest.raises(KnownFault, match="program code"):
        describe(folder)
    (folder / "modules.json").write_text("[]")
    (folder / "model.safetensors").unlink()
    with pytest.raises(KnownFault) as failure:
        describe(folder)
    assert "missing" in failure.value.fault.details


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(KnownFault, match="not installed"):
        model_folder()


class HalfModel:
    """Encodes a text as its length, and notes the batches it gets."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def encode(self, texts: list[str], **_: Any) -> list[list[float]]:
        self.batches.append(texts)
        return [[float(len(text))] * 384 for text in texts]


def test_batches_are_of_like_length_and_the_order_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    model = HalfModel()
    monkeypatch.setattr(worker, "_model", lambda folder: model)
    texts = ["x" * (n * 37 % 101) for n in range(100)]
    result = worker.embed({"texts": texts, "gentle": True}, lambda event: None, lambda: False)
    numbers = array("f", base64.b64decode(result["vectors"]))
    assert list(numbers[::384]) == [len(text) for text in texts]
    assert [len(batch) for batch in model.batches] == [32, 32, 32, 4]
    lengths = [len(text) for batch in model.batches for text in batch]
    assert lengths == sorted(lengths)
    with pytest.raises(Cancelled):
        worker.embed({"texts": texts}, lambda event: None, lambda: True)
