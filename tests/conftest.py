"""What every test runs under: no screen, no network, a data folder of its own, and no noise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.noise import (
    Expectations,
    remember_where_threads_start,
    watch_leftovers,
    watch_logs,
)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
# Child processes started with -P do not look into the working folder; this is where they find Candor.
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])

remember_where_threads_start()

settings.register_profile(
    "candor",
    derandomize=True,  # the same examples every time: a red run can be repeated
    database=None,
    deadline=None,  # shared machines stall
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("candor")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses Qt, so that `-m "not gui"` needs no discipline."""
    for item in items:
        if {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)


@pytest.fixture
def expect_log() -> Expectations:
    """Call with a pattern to expect a log record of level WARNING or above."""
    return Expectations()


@pytest.fixture(autouse=True)
def no_noise(expect_log: Expectations) -> Iterator[None]:
    """Fail a test that logs a warning unexpectedly or leaves threads, children or sockets."""
    with watch_leftovers() as leftovers, watch_logs(expect_log) as logged:
        yield
    if complaints := leftovers + logged:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder nobody else uses; not created yet."""
    folder = tmp_path / "candor-data"
    monkeypatch.setenv("CANDOR_DATA_DIR", str(folder))
    return folder
