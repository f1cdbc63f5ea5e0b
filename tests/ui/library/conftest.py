"""The panes of the right side over fakes."""

from collections.abc import Iterator

import pytest

from desktop_app.ui.notices import Notices
from desktop_app.ui.tasks import Tasks
from tests.support.ui_fakes import FakeLibrary


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def tasks(qapp) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    assert made.close()


@pytest.fixture
def notices(qtbot) -> Notices:
    made = Notices()
    qtbot.addWidget(made)
    return made
