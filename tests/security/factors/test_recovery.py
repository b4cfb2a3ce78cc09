"""Recovery codes: ten, each once, and no two users' alike."""

from __future__ import annotations

import pytest

from app.security.factors.recovery import COUNT, draw_codes, use_recovery_code


@pytest.mark.both_databases
def test_ten_codes_each_good_once(cast, db_session):
    codes = draw_codes(cast.owner.id)

    assert len(set(codes)) == COUNT
    assert all(use_recovery_code(cast.owner.id, code) for code in codes)
    assert not any(use_recovery_code(cast.owner.id, code) for code in codes)


def test_the_code_of_another_user_is_none(cast, db_session):
    codes = draw_codes(cast.owner.id)
    draw_codes(cast.teammate.id)

    assert not use_recovery_code(cast.teammate.id, codes[0])


@pytest.mark.parametrize("text", ["", "a", "aaaa-aaaa-aaaa", "x" * 10_000, "\0", "ÄÖÜ"])
def test_anything_else_is_none(cast, db_session, text):
    draw_codes(cast.owner.id)

    assert not use_recovery_code(cast.owner.id, text)
