"""What is sealed can be read by this installation, for its purpose, and by nobody else."""

from __future__ import annotations

import pytest

from app.core.sealing import SealBroken, seal, seal_alike, unseal, unseal_alike


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def test_it_can_be_read_again():
    assert unseal(seal("swordfish ☂", "test"), "test") == "swordfish ☂"


def test_it_tells_nothing_and_is_another_one_each_time():
    sealed = [seal("swordfish", "test") for _time in range(2)]

    assert "swordfish" not in sealed[0]
    assert sealed[0] != sealed[1]


def test_another_purpose_cannot_read_it():
    with pytest.raises(SealBroken):
        unseal(seal("swordfish", "one"), "two")


def test_another_key_cannot_read_it(context):
    sealed, key = seal("swordfish", "test"), context.config["SECRET_KEY"]
    context.config["SECRET_KEY"] = "another"
    try:
        with pytest.raises(SealBroken):
            unseal(sealed, "test")
    finally:
        context.config["SECRET_KEY"] = key


@pytest.mark.parametrize("text", ["", "x", "gAAAAA", "☂"])
def test_anything_else_was_not_sealed(text):
    with pytest.raises(SealBroken):
        unseal(text, "test")


def test_what_is_sealed_alike_is_the_same_each_time_and_tells_nothing():
    sealed = [seal_alike("swordfish ☂", "test") for _time in range(2)]

    assert sealed[0] == sealed[1]
    assert "swordfish" not in sealed[0]
    assert unseal_alike(sealed[0], "test") == "swordfish ☂"


@pytest.mark.parametrize("sealed", ["", "x", "?", "=", "x" * 80, "☂"])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(SealBroken):
        unseal_alike(sealed, "test")


def test_another_purpose_cannot_read_what_is_sealed_alike():
    with pytest.raises(SealBroken):
        unseal_alike(seal_alike("swordfish", "one"), "two")
