"""Archives that grow, lie or lead outside are refused before anything is unpacked."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats import archive as module
from desktop_app.workers.formats.archive import Archive
from tests.support.office import archive, relations


def code_of(data: bytes, read: str = "") -> str:
    with pytest.raises(KnownFault) as failure:
        Archive(data).tree(read)
    return failure.value.fault.code


def test_parts_and_what_they_point_at() -> None:
    links = relations(("a", "slide", "slides/s.xml"), ("b", "theme", "/x/t.xml"))
    outside = (
        '<Relationship Id="c" Type="t/image" Target="http://a.example/b" TargetMode="External"/>'
    )
    made = Archive(
        archive({"p/q.xml": "<x/>", "p/_rels/q.xml.rels": links.replace("</R", outside + "</R", 1)})
    )
    assert made.related("p/q.xml") == {"a": ("slide", "p/slides/s.xml"), "b": ("theme", "x/t.xml")}
    assert made.related("none") == {}
    assert (made.read("absent"), made.tree("absent")) == (b"", None)


def test_do6_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(archive({"a": bytes(3_000_000)})) == "DO6"
    data = bytearray(archive({"filler": os.urandom(100_000)}))
    struct.pack_into("<I", data, data.rfind(b"filler") - 46 + 24, 300 * 1024 * 1024)
    assert code_of(bytes(data)) == "DO6"
    monkeypatch.setattr(module, "MEMBERS_LIMIT", 1)
    assert code_of(archive({"a": "x", "b": "y"})) == "DO6"
    monkeypatch.undo()
    monkeypatch.setattr(module, "TREE_LIMIT", 2)
    assert code_of(archive({"a": "<x/>"}), "a") == "DO6"


def test_do6_a_part_that_is_longer_than_it_says() -> None:
    data = bytearray(archive({"filler": b"<x>" + bytes(10_000) + b"</x>"}))
    struct.pack_into("<I", data, data.rfind(b"filler") - 46 + 24, 3)
    assert code_of(bytes(data), "filler") == "DO3"


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a/../../b", "C:/x", "..\\x"])
def test_do9_parts_that_lead_outside(name: str) -> None:
    assert code_of(archive({name: "x"})) == "DO9"


def test_do9_links() -> None:
    file = io.BytesIO()
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert code_of(file.getvalue()) == "DO9"


def test_do1_an_encrypted_part() -> None:
    data = bytearray(archive({"secret": "<x/>"}))
    data[data.rfind(b"secret") - 46 + 8] |= 1
    with pytest.raises(KnownFault, match="encrypted"):
        Archive(bytes(data)).read("secret")


def test_do3_what_is_no_archive() -> None:
    assert code_of(b"PK\x03\x04") == "DO3"
