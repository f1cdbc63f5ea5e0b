"""Addresses in answers: only the web and mail, and the host as it really is (RN3, PI5)."""

from __future__ import annotations

import pytest

from desktop_app.ui.chat.links import blocked_source, judge


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\u200bjavascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "smb://host/share",
        "ssh://-oProxyCommand=x",
        "qrc:/x",
        "candor:settings",
        r"\\host\share",
        r"https:\\host",
        r"https://host\@evil.example",
        "/etc/passwd",
        "../x",
        "",
        ":",
        "https://",
        "http:///path",
        "https://user:secret@evil.example/",
        "https://[::1",
        "https://host:99999/",
    ],
)
def test_refused_with_a_reason(address):
    assert judge(address).refusal.endswith(".")


@pytest.mark.parametrize(
    ("address", "shown", "host"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d", "example.org"),
        ("HTTP://Example.ORG:8080/x", "http://example.org:8080/x", "example.org"),
        ("mailto:chair@harbour.example", "mailto:chair@harbour.example", "harbour.example"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/", "xn--mnchen-3ya.de"),
        ("https://раураl.com/", "https://xn--l-7sba6dbr.com/", "xn--l-7sba6dbr.com"),
        ("https://exam\u202eple.org/x", "https://example.org/x", "example.org"),
    ],
)
def test_allowed_and_shown_whole(address, shown, host):
    link = judge(address)
    assert (link.address, link.host, link.refusal) == (shown, host, "")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://evil.example/x.png?secret", "evil.example"),
        ("file:///dev/zero", "file"),
        ("/dev/zero", "local file"),
        ("data:image/png;base64,xx", "data"),
    ],
)
def test_the_source_of_a_blocked_image(address, name):
    assert blocked_source(address) == name
