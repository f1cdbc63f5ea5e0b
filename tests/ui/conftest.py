"""Background work for whatever is shown."""

from __future__ import annotations

import pytest
import shiboken6

from desktop_app.ui.tasks import Tasks


@pytest.fixture
def tasks(qapp):
    made = Tasks()
    yield made
    assert made.close()
    shiboken6.delete(made)
