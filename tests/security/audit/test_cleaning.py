"""What may enter an event."""

from __future__ import annotations

import datetime
import json

import pytest

from app.security.audit.cleaning import MAX_ITEMS, clean_details, clean_text, is_secret


@pytest.mark.parametrize("name", ["postcode", "hashtag", "tokenised", "barcode", "keys"])
def test_names_that_only_sound_secret_are_kept(name):
    assert not is_secret(name)


def test_details_are_plain_json_that_comes_back_the_same():
    details = {
        "when": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "many": set("cba"),
        "big": 2**70,
        "share": 0.1,
        "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}},
        "none": None,
        "lone": "\ud800",
    }

    cleaned = clean_details(details)

    assert json.loads(json.dumps(cleaned)) == cleaned
    assert cleaned["when"] == "2026-01-01T00:00:00+00:00"
    assert cleaned["many"] == ["a", "b", "c"]
    assert "none" not in cleaned
    assert cleaned["lone"] == "\\ud800"


def test_long_lists_are_cut_and_say_so():
    cut = clean_details({"names": [str(number) for number in range(MAX_ITEMS + 5)]})["names"]

    assert len(cut) == MAX_ITEMS + 1
    assert cut[-1] == "… 5"


def test_letters_of_all_scripts_stay():
    for text in ("Ελένη", "अनुष्का", "李明", "👩\u200d🚀", "naïve"):
        assert clean_text(text) == text
