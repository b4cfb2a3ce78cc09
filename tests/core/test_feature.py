import sys
import types

import click
import pytest
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.feature import (
    Feature,
    FeatureError,
    load_features,
    register_features,
    registered_features,
)
from app.core.query.gate import gates
from app.core.views import ModelView
from app.core.views.context import registered_views
from tests.core.models import Badge, Diary
from tests.core.zoo import DiaryIndexView, DiaryView


class Apart(DeclarativeBase):
    """Models that are none of the application's, which all tests of this process share."""


class SmallBadgeView(ModelView):
    datamodel = SQLAInterface(Badge)
    icon = "medal"


@click.command("polish")
def polish():
    """Polish the badges."""


SMALL = Feature("small", "Small", views=(SmallBadgeView,), commands=(polish,))


@pytest.fixture
def package(monkeypatch):
    """A package of features, by what their modules hold."""

    def make(**features):
        monkeypatch.setitem(sys.modules, "shop", types.ModuleType("shop"))
        for name, members in features.items():
            module = types.ModuleType(f"shop.{name}.feature")
            vars(module).update(members)
            monkeypatch.setitem(sys.modules, f"shop.{name}", types.ModuleType(f"shop.{name}"))
            monkeypatch.setitem(sys.modules, f"shop.{name}.feature", module)
        return "shop"

    return make


def test_features_are_loaded_in_their_order(package):
    one, two = Feature("one", "One"), Feature("two", "Two")
    name = package(one={"FEATURE": one}, two={"FEATURE": two})

    assert load_features(name, ["two", "one"]) == (two, one)
    assert load_features(name, ["one"]) == (one,)


@pytest.mark.parametrize(
    "members", [{}, {"FEATURE": "one"}, {"FEATURE": Feature("other", "Other")}]
)
def test_a_feature_that_does_not_say_what_it_is_is_refused(members, package):
    with pytest.raises(
        FeatureError, match=r"shop\.one\.feature must define FEATURE with name='one'"
    ):
        load_features(package(one=members), ["one"])


def test_a_feature_that_is_not_there_is_an_error(package):
    with pytest.raises(ModuleNotFoundError):
        load_features(package(), ["missing"])


def test_a_model_view_brings_pages_rest_menu_and_commands(make_app):
    app = make_app("sqlite", empty=True)
    register_features(app, [SMALL])
    paths = {rule.rule for rule in app.url_map.iter_rules()}

    assert {
        "/small/badges/list/",
        "/small/badges/add",
        "/small/badges/show/<pk>",
        "/small/badges/edit/<pk>",
        "/small/badges/delete/<pk>",
        "/small/badges/bulk/<name>",
        "/small/badges/pick/<field>",
        "/api/v1/badges/",
        "/api/v1/badges/<pk>",
    } <= paths
    assert "polish" in app.cli.commands
    with app.app_context():
        assert registered_features() == (SMALL,)
        assert type(registered_views()[Badge]) is SmallBadgeView
        menu = app.appbuilder.menu.find("small")
    assert [item.name for item in menu.childs] == ["SmallBadgeView"]


def test_model_with_the_name_of_another_is_an_error(make_app):
    """What everybody may read of the tags of the blog, they must not read of something else."""

    class Tag(Apart):
        __tablename__ = "small_tag"
        id: Mapped[int] = mapped_column(primary_key=True)

    view = type("SmallTagView", (ModelView,), {"datamodel": SQLAInterface(Tag)})

    with pytest.raises(FeatureError, match=r"app\.content\.tags\.models and .* a model Tag"):
        register_features(
            make_app("sqlite", empty=True), [Feature("small", "Small", views=(view,))]
        )


def test_two_applications_have_views_of_their_own(make_app):
    apps = [make_app("sqlite", empty=True) for _number in range(2)]
    for app in apps:
        register_features(app, [SMALL])
    found = []
    for app in apps:
        with app.app_context():
            found.append((registered_views()[Badge], gates()[Badge]))

    assert found[0][0] is not found[1][0]
    assert found[0][1] is not found[1][1]


def test_the_first_view_of_a_model_makes_its_rules(zoo):
    with zoo.app_context():
        views = {type(view): view for view in zoo.appbuilder.baseviews}
        first, second = views[DiaryView], views[DiaryIndexView]

        assert registered_views()[Diary] is first
        assert gates()[Diary] is first.gate
        assert second.gate.row_rules == first.gate.row_rules != ()
