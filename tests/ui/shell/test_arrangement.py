"""Columns and placement."""

import pytest
from PySide6.QtCore import QRect

from desktop_app.ui.shell.arrangement import DEFAULT, Columns, Placement, columns, placed

SCREEN = QRect(0, 0, 1920, 1080)


@pytest.mark.parametrize(
    ("width", "left", "right", "fits"),
    [
        (1440, True, True, Columns(True, True, True)),
        (1440, False, True, Columns(False, True, True)),
        (915, True, True, Columns(False, True, True)),
        (820, True, False, Columns(True, True, False)),
        (820, True, True, Columns(False, True, True)),
        (640, False, False, Columns(False, True, False)),
        (640, True, False, Columns(True, False, False)),
        (320, False, True, Columns(False, False, True)),
    ],
)
def test_columns(width: int, left: bool, right: bool, fits: Columns):
    assert columns(width, left, right) == fits


def test_a_placement_survives_saving():
    for placement in (
        Placement(10, 20, 800, 600),
        Placement(-5, 0, 1280, 820, True, (256, 700, 324)),
    ):
        assert Placement.load(placement.save()) == placement


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"x": 1}',
        '{"x": 1, "y": 2, "width": "a", "height": 4}',
        '{"x": 1, "y": 2, "width": 1e99, "height": 4}',
        '{"x": 1, "y": 2, "width": 99999999999, "height": 4}',
        '{"x": 1, "y": 2, "width": 800, "height": 600, "sizes": 3}',
        "[" * 100_000,
    ],
)
def test_a_damaged_placement_is_none(text: str):
    assert Placement.load(text) is None


def test_damaged_sizes_do_not_cost_the_place():
    text = '{"x": 1, "y": 2, "width": 800, "height": 600, "sizes": [-1, 4, 4]}'
    assert Placement.load(text) == Placement(1, 2, 800, 600)


def test_a_visible_place_is_kept():
    assert placed(Placement(100, 50, 900, 700), [SCREEN]) == QRect(100, 50, 900, 700)


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        Placement(5000, 50, 900, 700),
        Placement(100, -900, 900, 700),
        Placement(100, 50, -900, -700),
        Placement(100, 50, 10, 10),
        Placement(1900, 50, 900, 700),
    ],
)
def test_a_place_out_of_sight_gives_way_to_the_middle(wanted):
    rect = placed(wanted, [SCREEN])
    assert rect.size().toTuple() == DEFAULT
    assert abs((rect.center() - SCREEN.center()).manhattanLength()) <= 2


def test_no_larger_than_the_screen():
    small = QRect(0, 0, 320, 240)
    assert placed(None, [small]).size().toTuple() == (320, 240)
    assert placed(Placement(0, 0, 4000, 3000), [SCREEN]).width() == 1920
    assert placed(None, []).size().toTuple() == DEFAULT
