"""The guards that every test runs under notice what they are there to notice."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support import noise
from tests.support.noise import Expectations, watch_leftovers, watch_logs


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "GRACE_SECONDS", 0.05)


@pytest.mark.parametrize("daemon", [True, False])
def test_a_leftover_thread_is_named_with_where_it_started(no_patience: None, daemon: bool) -> None:
    end = threading.Event()
    with watch_leftovers() as complaints:
        thread = threading.Thread(target=end.wait, name="lingerer", daemon=daemon)
        thread.start()
    end.set()
    thread.join()
    assert len(complaints) == 1
    assert "'lingerer'" in complaints[0]
    assert ("daemon thread" in complaints[0]) is daemon
    assert "thread.start()" in complaints[0]


def test_a_thread_that_ends_in_time_is_fine() -> None:
    with watch_leftovers() as complaints:
        threading.Timer(0.1, lambda: None).start()
    assert complaints == []


def test_a_leftover_child_is_named_and_ended(no_patience: None) -> None:
    with watch_leftovers() as complaints:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert child.wait(5) != 0
    assert len(complaints) == 1
    assert "time.sleep(60)" in complaints[0]


def test_a_leftover_socket_is_seen(no_patience: None) -> None:
    with watch_leftovers() as complaints:
        listener = socket.create_server(("127.0.0.1", 0))
    listener.close()
    assert len(complaints) == 1
    assert "socket" in complaints[0]


def test_an_unexpected_warning_is_a_complaint() -> None:
    expected = Expectations()
    expected(r"^room: .*disk")
    with watch_logs(expected) as complaints:
        logging.getLogger("room").info("quiet")
        logging.getLogger("room").warning("the disk is full")
        logging.getLogger("room").error("the roof is off")
    assert complaints == ["logged ERROR room: the roof is off"]


def test_an_expected_warning_must_come() -> None:
    expected = Expectations()
    expected("never")
    expected("perhaps", required=False)
    with watch_logs(expected) as complaints:
        pass
    assert complaints == ["expected a log record matching 'never'"]


@pytest.fixture(autouse=True)
def room_may_warn(expect_log: Expectations) -> None:
    expect_log("^room: ", required=False)


def test_nothing_reaches_the_network_or_a_persons_own_data(tmp_path: Path) -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert Path(os.environ["CANDOR_DATA_DIR"]).parent == tmp_path


def test_what_uses_qt_is_marked(request: pytest.FixtureRequest, qapp: object) -> None:
    assert request.node.get_closest_marker("gui") is not None
