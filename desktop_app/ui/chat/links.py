"""Which addresses an answer may point to, and how they are shown before anyone follows them.

A model's words are not trusted: only http, https and mailto lead anywhere, hosts are shown as punycode
so that look-alike letters are seen, and nothing opens without a question.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

ALLOWED = ("http", "https", "mailto")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Link:
    """An address and what is to be said of it. `refusal` is empty when it may be followed."""

    address: str
    host: str
    refusal: str = ""


def judge(address: str) -> Link:
    """Look at an address; never raises."""
    cleaned = _INVISIBLE.sub("", address)
    scheme, colon, _rest = cleaned.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return Link(cleaned, "", "It names no web address.")
    if scheme.lower() not in ALLOWED:
        return Link(cleaned, "", f"Addresses that begin with “{scheme.lower()}:” are not opened.")
    try:
        parts = urlsplit(cleaned)
        host = _punycode(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return Link(cleaned, "", "The address is not a valid one.")
    if scheme.lower() == "mailto":
        return Link(cleaned, parts.path.rpartition("@")[2])
    if not host or "\\" in parts.netloc:
        return Link(cleaned, "", "It names no web address.")
    if "@" in parts.netloc:
        return Link(cleaned, host, "It hides a name or password before the host.")
    shown = parts._replace(scheme=scheme.lower(), netloc=host + port).geturl()
    return Link(shown, host)


def blocked_source(address: str) -> str:
    """What to call the place an image would have come from: its host, else its scheme."""
    link = judge(address)
    if link.host:
        return link.host
    scheme, colon, _rest = link.address.partition(":")
    return scheme.lower() if colon and scheme.isalnum() else "local file"


def _punycode(host: str) -> str:
    if host.isascii():
        return host.lower()
    labels = unicodedata.normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in labels
    )
