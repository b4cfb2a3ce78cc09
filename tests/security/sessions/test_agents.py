"""A person recognises their device by what it is called."""

import pytest

from app.security.sessions.agents import describe_agent

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "words", "icon"),
    [
        (f"{WINDOWS} {KIT} Chrome/130.0.0.0 Safari/537.36", "Chrome on Windows", "screen"),
        (f"{WINDOWS} {KIT} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows", "screen"),
        (f"{WINDOWS} {KIT} Chrome/130.0 Safari/537.36 OPR/114.0", "Opera on Windows", "screen"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox on Linux",
            "screen",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.0 Safari/605.1.15"
            ),
            "Safari on macOS",
            "screen",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iPhone",
            "mobile",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
            "mobile",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/130.0 Safari/537.36",
            "Chrome on Linux",
            "screen",
        ),
        ("curl/8.10.1", "curl", "code"),
        ("python-requests/2.32.3", "python-requests", "code"),
        ("<script>alert(1)</script>", "A program that does not say what it is", "code"),
        ("", "A program that does not say what it is", "code"),
        (None, "A program that does not say what it is", "code"),
    ],
)
def test_header_in_words(app, header, words, icon):
    with app.test_request_context():
        agent = describe_agent(header)

        assert (str(agent), agent.icon) == (words, icon)
