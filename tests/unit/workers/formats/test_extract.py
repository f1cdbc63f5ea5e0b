"""Pages joined so that their starts are where they say, and faults in words."""

from __future__ import annotations

from desktop_app.workers.formats.extract import encrypted, paged, unsupported


def test_pages_begin_where_they_say() -> None:
    extract = paged(["one", "", "three"], "m")
    assert extract.page_starts == (0, 5, 7)
    assert extract.text[7:] == "three\n\n"
    assert paged([], "m").page_starts == ()


def test_faults_say_what_to_do() -> None:
    assert "Candor reads PDF" in unsupported("a picture").fault.what
    assert encrypted("file").fault.action
