"""An e-mail's text: who, to whom, about what and when; its body; the names of what is attached."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage, Message
from email.policy import default

from desktop_app.workers.decode import decode
from desktop_app.workers.formats.extract import Extract
from desktop_app.workers.html_text import visible_text

MIME = "message/rfc822"
HEADERS = ("From", "To", "Cc", "Date")
PARTS_LIMIT = 1_000
"""Parts of a message that are looked at."""

_HEADER = re.compile(rb"^(?:From|To|Subject|Date|Received|Message-ID|MIME-Version):", re.I | re.M)


def is_email(data: bytes) -> bool:
    """Whether a file begins with the headers of a message: three of those that every message has."""
    head = re.split(rb"\r?\n\r?\n", data[:16_384], maxsplit=1)[0]
    begins = re.match(rb"[A-Za-z][A-Za-z0-9-]{1,60}: ?\S", data) is not None
    return begins and len({name.lower() for name in _HEADER.findall(head)}) >= 3


def read_eml(data: bytes) -> Extract:
    """Headers, then the plain body or the visible text of its HTML, then attachments by name."""
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    subject = _header(message, "Subject")
    blocks = [f"# {subject}"] if subject else []
    said = [f"{name}: {text}" for name in HEADERS if (text := _header(message, name))]
    blocks.append("\n".join(said))
    plain, html, attached, forwarded = _sorted(message)
    hidden = 0
    if any(text.strip() for text in plain):
        blocks += plain
    else:
        for page in html:
            text, some = visible_text(page)
            blocks.append(text)
            hidden += some
    blocks += forwarded
    if attached:
        blocks.append("Attachments: " + ", ".join(attached))
    notes = (f"attachments not read: {len(attached):,}",) if attached else ()
    return Extract("\n\n".join(filter(None, blocks)), MIME, notes=notes, hidden=hidden)


def _sorted(message: EmailMessage) -> tuple[list[str], list[str], list[str], list[str]]:
    """(plain bodies, HTML bodies, names of attachments, subjects of forwarded messages)."""
    plain: list[str] = []
    html: list[str] = []
    attached: list[str] = []
    forwarded: list[str] = []
    todo: list[Message] = [message]
    for _ in range(PARTS_LIMIT):
        if not todo:
            break
        part = todo.pop(0)
        kind = part.get_content_type()
        name = part.get_filename()
        if kind == "message/rfc822" and part is not message:
            inner = part.get_payload()
            for one in inner if isinstance(inner, list) else ():
                if not isinstance(one, Message):
                    continue
                heads = [
                    f"{key}: {text}" for key in ("Subject", *HEADERS) if (text := _header(one, key))
                ]
                forwarded.append("Forwarded message\n" + "\n".join(heads))
                todo.append(one)
        elif part.is_multipart():
            inner = part.get_payload()
            parts = inner if isinstance(inner, list) else []
            todo = [*(one for one in parts if isinstance(one, Message)), *todo]
        elif name or part.get_content_disposition() == "attachment":
            attached.append(" ".join((name or f"unnamed ({kind})").split()))
        elif kind == "text/plain":
            plain.append(_text(part).strip())
        elif kind == "text/html":
            html.append(_text(part))
    return plain, html, attached, forwarded


def _text(part: Message) -> str:
    """A part's text in the character set that it names, or in one that is guessed."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(data or "")
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError, ValueError):
        pass
    try:
        return decode(data)[0]
    except ValueError:
        return ""


def _header(message: Message, name: str) -> str:
    """A header's words; empty when there is none or it cannot be read."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, KeyError, AttributeError, LookupError):
        # the header parser of the standard library trips over some malformed addresses
        return ""
