"""Kinds of events as people read them."""

from __future__ import annotations

import pytest

from app.core.kinds import BadValue
from app.security.audit.kinds import EventKind, kind_in_words


def test_known_kind_has_a_label(db_session):
    assert kind_in_words("rights-given") == "Rights given"


def test_unknown_kind_is_its_code_in_words(db_session):
    assert kind_in_words("moon-landed") == "Moon landed"


def test_every_registered_kind_can_be_chosen(db_session):
    codes = [code for code, _label in EventKind().choices()]

    assert {"log-in", "export", "access"} <= set(codes)
    assert [EventKind().parse(code) for code in codes] == codes


def test_other_kinds_cannot_be_asked_for(db_session):
    with pytest.raises(BadValue, match="log-in"):
        EventKind().parse("moon-landed")
