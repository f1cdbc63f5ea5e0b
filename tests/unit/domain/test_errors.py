"""A fault speaks in whole sentences and leaves out what it does not know."""

from __future__ import annotations

from desktop_app.domain.errors import Cancelled, Fault, KnownFault


def test_a_fault_reads_as_sentences():
    fault = Fault("DI1", "The disk is full.", "Nothing is lost.", "Free 3 MB.", "ENOSPC")
    assert str(fault) == "The disk is full. Nothing is lost. Free 3 MB."
    assert str(Fault("X", "Only this.")) == "Only this."


def test_a_known_fault_carries_its_fault():
    known = KnownFault("DI1", "Full.", safe="Safe.", action="Act.", details="d")
    assert known.fault == Fault("DI1", "Full.", "Safe.", "Act.", "d")
    assert str(known) == "Full. Safe. Act."


def test_a_cancel_is_no_fault():
    assert not issubclass(Cancelled, KnownFault)
