"""What the plain values work out by themselves."""

from desktop_app.domain.values import Timing


def test_tokens_per_second():
    assert Timing(new_tokens=50, generate_ms=2000).tokens_per_second == 25
    assert Timing(new_tokens=50).tokens_per_second == 0
