"""The reserve never gets in the way."""

from __future__ import annotations

from desktop_app.storage.reserve import Reserve


def test_a_disk_that_cannot_be_asked_keeps_no_reserve(tmp_path):
    folder = tmp_path / "nowhere"
    reserve = Reserve(folder, 100)
    reserve.keep()
    reserve.give_way()
    assert not folder.exists()


def test_a_folder_that_refuses_is_left_alone(tmp_path, monkeypatch):
    def refuses(*_):
        raise PermissionError

    monkeypatch.setattr("os.open", refuses)
    Reserve(tmp_path, 100).keep()
    assert list(tmp_path.iterdir()) == []


def test_size_zero_means_none(tmp_path):
    Reserve(tmp_path, 0).keep()
    assert list(tmp_path.iterdir()) == []
