"""XML from a document's archive, without what makes XML dangerous: entities are refused, nothing is fetched.

Names lose their namespaces, so the transitional, the strict and the odd dialects of a format read alike;
an attribute from a relationships namespace keeps a mark (`rel:id`), for plain `id` stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.extract import damaged

DEPTH_LIMIT = 400
"""Elements inside each other; the deepest real documents have about 60."""

OnStart = Callable[[str, dict[str, str]], Any]
OnEnd = Callable[[str], Any]
OnText = Callable[[str], Any]


def parse(data: bytes) -> Element:
    """The root element. Raises KnownFault DO3 (not well-formed) or DO7 (declares entities, too deep)."""
    builder = TreeBuilder()
    stream(data, builder.start, builder.end, builder.data)
    return builder.close()


def stream(data: bytes, on_start: OnStart, on_end: OnEnd, on_text: OnText) -> None:
    """Tell the callbacks of each element and text, keeping nothing. Raises as `parse` does."""
    depth = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_LIMIT:
            raise KnownFault("DO7", f"Its parts lie over {DEPTH_LIMIT} deep in each other.")
        on_start(_local(name), {_attribute(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(_local(name))

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = on_text
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged("its XML is not well-formed", str(error)) from error


def _refuse(*declaration: object) -> NoReturn:
    raise KnownFault(
        "DO7",
        "The file declares XML entities, which can name other files or grow without end, "
        "so it was not opened.",
        details=str(declaration[0])[:200],
    )


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _attribute(name: str) -> str:
    space, _, local = name.rpartition("}")
    return f"rel:{local}" if space.endswith("/relationships") else local
