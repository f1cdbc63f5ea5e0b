"""A document that is a ZIP archive: refused from its directory when it would unpack to too much.

Nothing is unpacked to disk, so no member's name can lead anywhere; one that tries is refused all the same.
"""

from __future__ import annotations

import io
import posixpath
import stat
import zipfile
import zlib
from xml.etree.ElementTree import Element

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.extract import damaged, encrypted
from desktop_app.workers.formats.xml_parts import parse

SIZE_LIMIT = 200 * 1024 * 1024
"""Bytes that an archive may unpack to."""

RATIO_LIMIT = 200
"""How many times its packed size an archive may unpack to, beyond the first MiB."""

MEMBERS_LIMIT = 20_000
"""Parts that an archive may have."""

TREE_LIMIT = 64 * 1024 * 1024
"""Bytes of one part that is held as a tree, which takes some ten times as much memory."""


class Archive:
    """The parts of a document by name. Raises KnownFault DO3, DO6 or DO9 when it is not to be opened."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        # zipfile says NotImplementedError for an archive of a version that it does not know
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise damaged("it is cut off or not a whole archive", str(error)) from error
        size = sum(member.file_size for member in members)
        if len(members) > MEMBERS_LIMIT:
            raise KnownFault("DO6", f"The file has {len(members):,} parts, so it was not opened.")
        if size > SIZE_LIMIT or size > RATIO_LIMIT * len(data) + (1 << 20):
            what = f"The file would unpack from {len(data):,} to {size:,} bytes"
            raise KnownFault("DO6", f"{what}, so it was not opened.")
        for member in members:
            if _leads_outside(member):
                what = f"The file has a part that leads outside it ({member.filename[:80]!r})"
                raise KnownFault("DO9", f"{what}, so it was not opened.")
        self.names = {member.filename: member for member in members}

    def read(self, name: str) -> bytes:
        """A part's bytes; empty when there is none of that name."""
        member = self.names.get(name)
        if member is None:
            return b""
        if member.flag_bits & 1:
            raise encrypted("file")
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise damaged(f"its part {name[:80]} cannot be unpacked", str(error)) from error
        # and the same for a compression it does not know, RuntimeError for an encrypted part
        except (NotImplementedError, RuntimeError) as error:
            raise damaged("it is packed in a way that is not known", str(error)) from error

    def tree(self, name: str) -> Element | None:
        """A part as XML; None when it is absent."""
        if name not in self.names:
            return None
        if self.names[name].file_size > TREE_LIMIT:
            size = self.names[name].file_size
            raise KnownFault("DO6", f"One part of the file is {size >> 20} MB, over the limit.")
        return parse(self.read(name))

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What an Office part points at inside the archive: id to (last word of the type, part)."""
        folder, _, file = name.rpartition("/")
        tree = self.tree(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
        found = {}
        for relation in tree if tree is not None else ():
            if relation.get("TargetMode") == "External":
                continue  # never fetched
            target = relation.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = (kind, posixpath.normpath(path))
        return found


def _leads_outside(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    parts = name.split("/")
    link = stat.S_ISLNK(member.external_attr >> 16) and member.create_system == 3
    return link or name.startswith("/") or ".." in parts or (":" in parts[0] and len(parts) > 1)
