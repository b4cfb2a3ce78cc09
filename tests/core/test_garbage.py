import gc

import pytest

from app.core.garbage import collection_paused


def test_nothing_is_collected_inside_the_block():
    with collection_paused():
        inside = gc.isenabled()

    assert (inside, gc.isenabled()) == (False, True)


def test_collection_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError), collection_paused(keep=True):
        raise ZeroDivisionError

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_who_has_switched_it_off_finds_it_off():
    gc.disable()
    try:
        with collection_paused():
            pass
        after = gc.isenabled()
    finally:
        gc.enable()

    assert not after


def test_what_is_kept_is_not_looked_at_again():
    try:
        with collection_paused(keep=True):
            made = [[number] for number in range(1000)]
        frozen = gc.get_freeze_count()
    finally:
        gc.unfreeze()

    assert frozen >= len(made)
