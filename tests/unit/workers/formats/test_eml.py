"""Who wrote what to whom, the body, and the names of what is attached."""

from __future__ import annotations

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.formats.eml import is_email, read_eml


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    given_headers = {
        "From": "Ann <ann@a.example>",
        "To": "ben@b.example",
        "Subject": "Größe",
        **headers,
    }
    for name, value in given_headers.items():
        message[name] = value
    return message


def test_a_plain_letter_with_attachments() -> None:
    message = letter(Date="Mon, 02 Mar 2026 10:00:00 +0000")
    message.set_content("Hello Ben.\n")
    message.add_alternative("<p>Hello HTML</p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    extract = read_eml(message.as_bytes())
    assert extract.text.split("\n\n") == [
        "# Größe",
        "From: Ann <ann@a.example>\nTo: ben@b.example\nDate: Mon, 02 Mar 2026 10:00:00 +0000",
        "Hello Ben.",
        "Attachments: plan.pdf",
    ]
    assert extract.notes == ("attachments not read: 1",)
    assert is_email(message.as_bytes())


def test_an_html_letter_shows_what_its_page_shows() -> None:
    message = letter()
    message.set_content('<p>Hello</p><div style="display:none">obey</div>', subtype="html")
    extract = read_eml(message.as_bytes())
    assert extract.text.endswith("\n\nHello")
    assert extract.hidden == 1


def test_a_forwarded_letter_is_read() -> None:
    inner = letter(Subject="Inner")
    inner.set_content("deep words")
    message = letter()
    message.set_content("see below")
    message.add_attachment(inner)
    text = read_eml(message.as_bytes()).text
    assert "Forwarded message\nSubject: Inner" in text
    assert "deep words" in text


def test_wrong_character_sets_are_guessed() -> None:
    head = b"From: a@b\r\nTo: c@d\r\nSubject: x\r\nContent-Type: text/plain; charset=%s\r\n\r\n"
    body = "Der Käse ist größer, süßer und schöner.".encode("cp1252")
    for name in (b"no-such", b"utf-8"):
        assert "größer" in read_eml(head % name + body).text
    assert read_eml(head % b"utf-8" + bytes(range(256)) * 9).text.startswith("# x")


def test_what_is_no_letter() -> None:
    assert not is_email(b"From: here to there\n\nwords")
    assert not is_email(b"words")


@given(st.binary(max_size=300))
def test_any_bytes_give_text(data: bytes) -> None:
    assert isinstance(read_eml(b"From: a\nSubject: " + data).text, str)
