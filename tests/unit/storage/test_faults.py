"""Every sentence of a database fault names the file, says what is safe and what to do."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.storage.faults import SENTENCES, errors_of, make_fault


@pytest.mark.parametrize("code", SENTENCES)
def test_sentences_are_whole(tmp_path, code):
    fault = make_fault(code, tmp_path / "chats.db", "words of sqlite").fault
    assert "chats.db" in fault.what
    for sentence in (fault.what, fault.safe, fault.action):
        assert sentence.endswith(".")
        assert sentence[:1].isupper() or sentence.startswith("chats.db")
    assert "sqlite" not in str(fault).lower()
    assert fault.details.endswith("words of sqlite")


def raise_with(code):
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    raise error


def test_known_errors_are_translated_and_bugs_are_not(tmp_path):
    with pytest.raises(KnownFault), errors_of(tmp_path):
        raise_with(sqlite3.SQLITE_FULL)
    with pytest.raises(sqlite3.OperationalError), errors_of(tmp_path):
        raise_with(sqlite3.SQLITE_ERROR)
    with errors_of(tmp_path):
        pass
