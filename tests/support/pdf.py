"""Real PDF files written by hand: pages of text lines, on request with a password (RC4, 40 bits)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
IDENTITY = b"candor-test-file"
PERMISSIONS = -4


def write_pdf(path: Path, pages: Sequence[str], password: str = "") -> Path:
    """Write one page for each text; lines are set one below the other in Helvetica."""
    path.write_bytes(make_pdf(pages, password))
    return path


def make_pdf(pages: Sequence[str], password: str = "") -> bytes:
    """The bytes of such a file; Latin-1 text only."""
    owner, user, key = _security(password) if password else (b"", b"", b"")
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    kids = []
    for number, text in enumerate(pages):
        page, content = 4 + 2 * number, 5 + 2 * number
        kids.append(f"{page} 0 R")
        objects[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        stream = zlib.compress(_drawing(text))
        if key:
            stream = _rc4(
                hashlib.md5(key + content.to_bytes(3, "little") + b"\0\0").digest()[:10], stream
            )
        objects[content] = (
            f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
            + stream
            + b"\nendstream"
        )
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _file(objects, owner, user)


def _drawing(text: str) -> bytes:
    lines = []
    for line in text.split("\n"):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        lines.append(f"({escaped}) Tj T*")
    return ("BT /F1 11 Tf 14 TL 50 780 Td\n" + "\n".join(lines) + "\nET").encode("cp1252")


def _file(objects: dict[int, bytes], owner: bytes, user: bytes) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in sorted(objects):
        out += f"{offsets[number]:010d} 00000 n \n".encode()
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R /ID [<{IDENTITY.hex()}> <{IDENTITY.hex()}>]"
    if owner:
        trailer += f" /Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner.hex()}>"
        trailer += f" /U <{user.hex()}> /P {PERMISSIONS} >>"
    out += f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _security(password: str) -> tuple[bytes, bytes, bytes]:
    """Owner entry, user entry and key of the standard handler, revision 2."""
    padded = (password.encode("latin-1") + PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    permissions = (PERMISSIONS & 0xFFFFFFFF).to_bytes(4, "little")
    key = hashlib.md5(padded + owner + permissions + IDENTITY).digest()[:5]
    return owner, _rc4(key, PADDING), key


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
