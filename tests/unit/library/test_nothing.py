"""A library without documents answers every search with nothing."""

from desktop_app.library.nothing import NothingToSearch


def test_nothing() -> None:
    empty = NothingToSearch()
    assert empty.search("harbour", 8) == []
    assert empty.searchable() == (0, 0)
    assert empty.unreadable() == ()
