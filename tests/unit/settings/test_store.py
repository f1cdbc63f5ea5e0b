"""The settings file is read forgivingly and never half written."""

from __future__ import annotations

import json

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.settings import store as module
from desktop_app.settings.options import ALL, CONTEXT, MODEL, TEMPERATURE, THEME
from desktop_app.settings.store import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.json"


def test_no_file_means_defaults(path):
    settings = Settings(path)
    assert all(settings.get(option) == option.default for option in ALL)
    assert settings.notes == []
    assert not path.exists()


def test_what_is_set_is_there_after_a_restart(path):
    settings = Settings(path)
    settings.set(CONTEXT, 2048)
    settings.set(THEME, "dark")
    again = Settings(path)
    assert (again.get(CONTEXT), again.get(THEME)) == (2048, "dark")
    again.reset(CONTEXT)
    assert again.get(CONTEXT) == 4096
    assert json.loads(path.read_text()) == {"window.theme": "dark"}


def test_setting_clamps(path):
    settings = Settings(path)
    settings.set(TEMPERATURE, 99.0)
    assert settings.get(TEMPERATURE) == 2.0


def test_listeners_hear_of_changes_only(path):
    settings, heard = Settings(path), list[str]()
    unsubscribe = settings.subscribe(lambda option: heard.append(option.key))
    settings.set(MODEL, "a")
    settings.set(MODEL, "a")
    settings.reset(MODEL)
    unsubscribe()
    unsubscribe()
    settings.set(MODEL, "b")
    assert heard == [MODEL.key, MODEL.key]


def test_unknown_keys_are_kept(path):
    """UP2"""
    path.write_text('{"from.the.future": [1], "engine.context": 1024}')
    settings = Settings(path)
    settings.set(THEME, "light")
    assert json.loads(path.read_text()) == {
        "from.the.future": [1],
        "engine.context": 1024,
        "window.theme": "light",
    }


def test_two_writers_keep_each_others_keys(path):
    """CO8"""
    one, two = Settings(path), Settings(path)
    one.set(CONTEXT, 1024)
    two.set(THEME, "dark")
    assert json.loads(path.read_text()) == {"engine.context": 1024, "window.theme": "dark"}


@pytest.mark.parametrize(
    ("text", "legal", "note"),
    [
        ("99999999", 131_072, "Context length: 99999999 cannot be used; it is 131072 now."),
        ('"x"', 4096, "Context length: x cannot be used; it is 4096 now."),
        ("true", 4096, "Context length: True cannot be used; it is 4096 now."),
        ("null", 4096, "Context length: None cannot be used; it is 4096 now."),
    ],
)
def test_illegal_values_are_clamped_with_a_note(path, expect_log, text, legal, note):
    """EN14, ME2, GU13"""
    expect_log("cannot be used")
    path.write_text(f'{{"engine.context": {text}, "window.theme": "dark"}}')
    settings = Settings(path)
    assert settings.get(CONTEXT) == legal
    assert settings.get(THEME) == "dark"
    assert settings.notes == [note]


BAD = [
    b"",
    b"{",
    b"[1]",
    b"\xff\xfe",
    b"null",
    b"[" * 100_000,
    b'{"a": ' + b" " * module.LIMIT + b"1}",
]


@pytest.mark.parametrize("data", BAD, ids=range(len(BAD)))
def test_a_damaged_file_is_kept_aside(path, expect_log, data):
    """GU13"""
    expect_log("settings")
    path.write_bytes(data)
    settings = Settings(path)
    assert settings.get(CONTEXT) == 4096
    assert settings.notes == [
        "The settings file was damaged; it is kept as settings.json.bad and the defaults are in force."
    ]
    assert path.with_name("settings.json.bad").read_bytes() == data
    settings.set(CONTEXT, 1024)
    assert Settings(path).get(CONTEXT) == 1024


def test_a_file_that_cannot_be_read(path, expect_log):
    expect_log("could not be read")
    path.mkdir()
    settings = Settings(path)
    assert "could not be read" in settings.notes[0]
    assert settings.get(CONTEXT) == 4096
    with pytest.raises(KnownFault):
        settings.set(CONTEXT, 1024)
    assert settings.get(CONTEXT) == 4096


def test_a_failed_write_changes_nothing(path, monkeypatch):
    """DI4"""
    settings, heard = Settings(path), []
    settings.subscribe(heard.append)
    settings.set(CONTEXT, 1024)

    def full(*_):
        raise KnownFault("DI1", "full")

    monkeypatch.setattr(module, "atomic_write", full)
    with pytest.raises(KnownFault, match="full"):
        settings.set(CONTEXT, 2048)
    assert settings.get(CONTEXT) == 1024
    assert heard == [CONTEXT]
    assert json.loads(path.read_text()) == {"engine.context": 1024}


def test_tombstones(path, monkeypatch):
    monkeypatch.setattr(
        module, "RENAMED", {"old.context": "engine.context", "old.model": "engine.model"}
    )
    monkeypatch.setattr(module, "DELETED", frozenset({"gone"}))
    path.write_text('{"old.context": 1024, "gone": 1, "old.model": "a", "engine.model": "b"}')
    settings = Settings(path)
    assert (settings.get(CONTEXT), settings.get(MODEL)) == (1024, "b")
    settings.set(THEME, "dark")
    assert json.loads(path.read_text()) == {
        "engine.context": 1024,
        "engine.model": "b",
        "window.theme": "dark",
    }
