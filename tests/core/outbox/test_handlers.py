"""One function is told of an event."""

import pytest

from app.core.outbox.handlers import known_handlers


def test_a_handler_is_known_by_its_event(on):
    def listen(_payload):
        """Hear."""

    on("test.heard", listen)
    on("test.heard", listen)

    assert known_handlers()["test.heard"] is listen


def test_a_second_handler_of_an_event_is_refused(on):
    on("test.heard", lambda _payload: None)

    with pytest.raises(ValueError, match=r"two handlers for 'test\.heard'"):
        on("test.heard", lambda _payload: None)
