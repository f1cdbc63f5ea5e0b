"""Options keep their values legal, and the declarations are checked."""

from __future__ import annotations

import math

import pytest

from desktop_app.settings.options import (
    ALL,
    CONTEXT,
    MODEL,
    SEED,
    TEMPERATURE,
    THEME,
    Option,
    check_declarations,
)


@pytest.mark.parametrize(
    ("option", "value", "legal"),
    [
        (CONTEXT, 8192, 8192),
        (CONTEXT, 0, 256),  # ME2
        (CONTEXT, -1, 256),
        (CONTEXT, 2**31 - 1, 131_072),
        (CONTEXT, "8192", 4096),
        (CONTEXT, True, 4096),
        (CONTEXT, 512.0, 4096),
        (CONTEXT, None, 4096),
        (TEMPERATURE, math.nan, 0.0),  # EN14
        (TEMPERATURE, -5, 0.0),
        (TEMPERATURE, 1e9, 2.0),
        (TEMPERATURE, 1, 1.0),
        (TEMPERATURE, 10**400, 2.0),
        (TEMPERATURE, -(10**400), 0.0),
        (SEED, 2**40, 2**31 - 1),
        (THEME, "dark", "dark"),
        (THEME, "pink", "system"),
        (MODEL, "anything", "anything"),
    ],
)
def test_clamping(option, value, legal):
    assert option.clamp(value) == legal
    assert type(option.clamp(value)) is type(option.default)


def test_options_shown_to_a_person_explain_themselves():
    for option in ALL:
        assert bool(option.title) == bool(option.help)
        assert option.help == "" or option.help.endswith(".")


ONE, TWO = Option("one", 1), Option("two", 2, minimum=0, maximum=3)


@pytest.mark.parametrize(
    ("options", "renamed", "deleted", "message"),
    [
        ((ONE, ONE), {}, frozenset(), "share a key"),
        ((Option("bad", 5, maximum=3),), {}, frozenset(), "out of its bounds"),
        ((ONE,), {"one": "one"}, frozenset(), "in use"),
        ((ONE,), {"old": "one"}, frozenset({"old"}), "deleted"),
        ((ONE,), {"old": "gone"}, frozenset(), "does not exist"),
        ((ONE, TWO), {}, frozenset({"two"}), "two: deleted, and yet in use"),
    ],
)
def test_bad_declarations_are_refused(options, renamed, deleted, message):
    with pytest.raises(ValueError, match=message):
        check_declarations(options, renamed, deleted)


def test_good_declarations_pass():
    check_declarations((ONE, TWO), {"old": "one"}, frozenset({"gone"}))
