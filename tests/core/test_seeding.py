import pytest
from click import ClickException

from app.core.feature import Feature
from scripts.commands import command


@pytest.fixture
def seeded(app, monkeypatch):
    """The application with two features that note how they are seeded."""
    calls = []
    features = (
        Feature("one", "One", seed=lambda size: calls.append(("one", size))),
        Feature("two", "Two"),
        Feature("three", "Three", seed=lambda size: calls.append(("three", size))),
    )
    monkeypatch.setitem(app.extensions, "bureau_features", features)
    monkeypatch.setitem(app.extensions, "bureau_seeds", [lambda: calls.append(("accounts", None))])
    return calls


def test_all_features_are_seeded_after_the_accounts(app, seeded):
    command(app, "seed")

    assert seeded == [("accounts", None), ("one", "small"), ("three", "small")]


def test_one_feature_can_be_seeded_alone(app, seeded):
    command(app, "seed", "three", "--size", "large")

    assert seeded == [("accounts", None), ("three", "large")]


def test_an_unknown_feature_is_named_with_those_there_are(app, seeded):
    with pytest.raises(ClickException, match=r"no feature 'four'. There are: one, two, three"):
        command(app, "seed", "four")

    assert seeded == []


def test_production_has_no_demo(app, seeded, monkeypatch):
    monkeypatch.setitem(app.config, "BUREAU_ENV", "production")

    with pytest.raises(ClickException, match="never written in production"):
        command(app, "seed")

    assert seeded == []
