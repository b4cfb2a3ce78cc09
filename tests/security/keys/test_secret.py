"""How keys are written."""

from __future__ import annotations

import pytest

from app.security.keys.secret import draw_key, looks_like_key, prefix_of


def test_a_key_has_256_random_bits_and_its_prefix_in_front():
    drawn = [draw_key() for _ in range(50)]

    assert len({key for key, _prefix in drawn}) == 50
    for key, prefix in drawn:
        assert key.startswith(f"bureau_{prefix}_")
        assert len(bytes.fromhex(key.rpartition("_")[2])) == 32
        assert prefix_of(key) == prefix
        assert looks_like_key(key)


@pytest.mark.parametrize(
    "text", ["", "bureau_", "bureau_12345678_", "bureau_12345678_x", "sst_abc", "eyJ.a.b", "é"]
)
def test_what_is_written_otherwise_has_no_prefix(text):
    assert prefix_of(text) is None


def test_a_key_with_something_behind_it_is_none():
    key, _prefix = draw_key()

    assert prefix_of(f"{key}0") is None
    assert prefix_of(f"{key}\n") is None
    assert prefix_of(key.upper()) is None
