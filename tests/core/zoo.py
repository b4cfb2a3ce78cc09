"""The zoo as a feature: views with rules for rows and fields, and rows for tests to find."""

import datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import PermissionView, Role, User

from app.core.errors import Conflict, Invalid
from app.core.feature import add_model_view
from app.core.fields import encode_key
from app.core.query.rules import hidden, own, readonly, rows
from app.core.views import ModelView, action
from app.extensions import db
from scripts.commands import command
from tests.core.models import (
    Animal,
    Badge,
    Diary,
    Diet,
    Keeper,
    Meal,
    Pen,
    Probe,
    Species,
    create_tables,
)
from tests.fixtures.people import TEAM_ROLE

SECRET_TITLE = "Xyzzy"
"""A part of the title of each row that nobody may see."""


class SpeciesView(ModelView):
    datamodel = SQLAInterface(Species)
    row_rules = [rows(lambda _user: Species.is_secret.is_(False))]


class PenView(ModelView):
    datamodel = SQLAInterface(Pen)
    bulk_columns = ["title", "is_secret"]
    row_rules = [rows(lambda _user: Pen.is_secret.is_(False))]


class KeeperView(ModelView):
    datamodel = SQLAInterface(Keeper)
    search_columns = ["first_name", "last_name", "email", "nickname", "boss.last_name"]
    row_rules = [rows(lambda _user: Keeper.is_secret.is_(False))]
    field_rules = [hidden("salary", unless="see_salary"), readonly("nickname", unless="name")]
    nested = ["animals"]


class StrictKeeperView(KeeperView):
    """Refuses to give Cat certain telephone numbers, and notes whom it was asked about."""

    plural = "strict-keepers"
    asked: ClassVar[list[str]] = []

    def pre_update(self, item):
        self.asked.append(f"before {item.first_name}")
        if item.first_name == "Cat" and item.phone == "+351210000001":
            raise Conflict("Cat is never called.")
        if item.first_name == "Cat" and item.phone == "+351210000002":
            raise Invalid(errors={"phone": ["Cat is never called."]})

        if item.first_name == "Bob" and item.phone == "+351210000004":
            item.last_name = "Brewer"

    def post_update(self, item):
        self.asked.append(f"after {item.first_name}")


class BadgeView(ModelView):
    datamodel = SQLAInterface(Badge)
    row_rules = [rows(lambda _user: Badge.is_secret.is_(False))]


class VanishingBadgeView(BadgeView):
    """While somebody saves here, another writer is always faster."""

    plural = "vanishing-badges"

    def pre_update(self, item):
        rival = Badge.__table__
        change = (
            sa.delete(rival) if item.name == "gone" else sa.update(rival).values(version=99)
        ).where(rival.c.id == item.id)
        with db.session.no_autoflush:
            db.session.execute(change)


class AnimalView(ModelView):
    datamodel = SQLAInterface(Animal)
    list_columns = ["name", "species", "keeper", "stand_in", "pen", "badges", "diet", "rank"]
    search_columns = ["name", "code", "notes", "keeper.last_name", "badges.name", "keeper.salary"]
    row_rules = [rows(lambda _user: Animal.name != "Dodo", verbs={"edit", "delete", "feed"})]
    plain_filters = {"keeper": "keeper", "diet": "diet", "tame": "is_tame"}

    @action("feed", "Feed")
    def feed(self, animals):
        for animal in animals:
            animal.fed_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        db.session.commit()
        return f"{len(animals)} fed"


class MealView(ModelView):
    datamodel = SQLAInterface(Meal)


class DiaryView(ModelView):
    datamodel = SQLAInterface(Diary)
    row_rules = [own(Diary.owner_id)]


class DiaryIndexView(ModelView):
    """A second view of a model, which declares no rule of its own."""

    datamodel = SQLAInterface(Diary)
    plural = "diary-index"
    list_columns = ["title"]


class ProbeView(ModelView):
    datamodel = SQLAInterface(Probe)


VIEWS = (
    SpeciesView,
    PenView,
    KeeperView,
    StrictKeeperView,
    BadgeView,
    VanishingBadgeView,
    AnimalView,
    MealView,
    DiaryView,
    DiaryIndexView,
)
SUBJECTS = tuple(view.datamodel.obj.__name__ for view in (*VIEWS, ProbeView))
WITHHELD = (("can_see_salary", "Keeper"), ("can_name", "Keeper"))


def add_zoo(app: Flask) -> None:
    """Register the zoo, make its tables and permissions, and let some animals in."""
    with app.app_context():
        is_postgresql = db.engine.dialect.name == "postgresql"
        for view in (*VIEWS, ProbeView) if is_postgresql else VIEWS:
            add_model_view(view, "zoo", "Zoo", "folder")
        create_tables()
        command(app, "fab", "create-permissions")
        _give_rights()
        db.session.add_all(rows_of_the_zoo())
        db.session.commit()
        db.session.remove()


def _give_rights() -> None:
    """The team may do everything in the zoo but what needs a permission of its own."""
    team = db.session.scalars(sa.select(Role).where(Role.name == TEAM_ROLE)).one()
    for right in db.session.scalars(sa.select(PermissionView)):
        pair = right.permission.name, right.view_menu.name
        if pair[1] in SUBJECTS and pair not in WITHHELD:
            team.permissions.append(right)


def rows_of_the_zoo() -> list[object]:
    """A few rows of everything; what has `SECRET_TITLE` in its title is hidden from all."""
    mammal = Species(name="Mammal")
    bird = Species(name="Bird")
    secret = Species(name=f"Yeti {SECRET_TITLE}", is_secret=True, parent=mammal)
    ape = Species(name="Ape", parent=mammal)
    lost = Species(name="Yeti cub", parent=secret)
    ann = Keeper(first_name="Ann", last_name="Archer", email="ann@zoo.example", salary=5000)
    bob = Keeper(first_name="Bob", last_name="Baker", email="bob@zoo.example", boss=ann)
    spy = Keeper(first_name="Spy", last_name=SECRET_TITLE, is_secret=True, salary=9)
    cat = Keeper(first_name="Cat", last_name="Cooper", boss=spy)
    north = Pen(zone="N/1, a", number=1, title="North")
    south = Pen(zone="S", number=2, title="South")
    vault = Pen(zone="V", number=3, title=f"Vault {SECRET_TITLE}", is_secret=True)
    old, big = Badge(name="Old"), Badge(name="Big")
    hush = Badge(name=f"Hush {SECRET_TITLE}", is_secret=True)
    animals = [
        Animal(name="Zoe", species=ape, keeper=ann, stand_in=bob, pen=north, badges=[old, big]),
        Animal(name="Max", species=ape, keeper=bob, pen=south, badges=[big, hush], legs=2),
        Animal(name="Kim", species=bird, keeper=spy, stand_in=ann, pen=vault, badges=[hush]),
        Animal(name="Dodo", species=bird, diet=Diet.NEARLY_ALL, weight=Decimal("150.5")),
        Animal(name="50%_off\\", species=mammal, code="100%", notes="a_b", is_tame=True),
    ]
    meal = Meal(animal=animals[0], keeper=ann, kilos=3)
    owners = db.session.scalars(sa.select(User).where(User.username.startswith("cast-")))
    diaries = [Diary(title=f"Diary of {user.first_name}", owner=user) for user in owners]
    return [lost, cat, spy, vault, south, *animals, meal, *diaries]


def find_row(model: type, **values: object) -> Any:
    """The one row with these values, asked past all rules."""
    return db.session.scalars(sa.select(model).filter_by(**values)).unique().one()


def key_of(model: type, **values: object) -> str:
    """The key of that row."""
    return encode_key(find_row(model, **values))
