"""XML is read without its dangers."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.xml_parts import DEPTH_LIMIT, parse


def code_of(data: bytes) -> str:
    with pytest.raises(KnownFault) as failure:
        parse(data)
    return failure.value.fault.code


def test_names_lose_their_namespaces() -> None:
    root = parse(
        b'<a:b xmlns:a="u" xmlns:r="v/relationships" id="1" r:id="2" a:c="3">t<a:d/></a:b>'
    )
    assert (root.tag, root.text, root[0].tag) == ("b", "t", "d")
    assert root.attrib == {"id": "1", "rel:id": "2", "c": "3"}


def test_a_document_type_alone_is_no_harm() -> None:
    assert parse(b'<!DOCTYPE x PUBLIC "p" "http://a.example/x.dtd"><x>t</x>').text == "t"


def test_do7_entities_are_refused() -> None:
    assert code_of(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hosts">]><x>&e;</x>') == "DO7"
    assert code_of(b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hosts"> %p;]><x/>') == "DO7"
    assert code_of(b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>') == "DO7"


def test_do7_depth_is_limited() -> None:
    deep = DEPTH_LIMIT + 1
    assert code_of(b"<a>" * deep + b"</a>" * deep) == "DO7"


def test_do3_what_is_not_well_formed() -> None:
    assert code_of(b"<a>") == "DO3"
    assert code_of(b"") == "DO3"
    assert code_of(b'<?xml version="1.0" encoding="no-such"?><a/>') == "DO3"
