"""Three models with a secret each, and the rules of rows and fields that a view can declare."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
)
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, relationship

from app.core.charts import Chart, total
from app.core.feature import add_model_view
from app.core.models import Model
from app.core.query.rules import hidden, masked, own, readonly, rows, team
from app.core.types import Str, choice
from app.core.views import ModelView, action
from app.extensions import db
from scripts.commands import command

ROLE = "Vault"
VERBS = ("read", "add", "edit", "delete", "export", "pick", "stamp")
ALSO_READ = ("Coffer", "Change")
EXCEPTIONS = ("see_all", "see_pin", "see_iban", "set_limit")


class Shelf(enum.StrEnum):
    TOP = "top"
    LOW = "low"


class Coffer(Model):
    """What cards lie in; one that is locked is hidden from all."""

    __tablename__ = "vault_box"

    name: Mapped[str] = mapped_column(Str(40))
    is_locked: Mapped[bool] = mapped_column(default=False)
    cards: Mapped[list[OwnCard]] = relationship(back_populates="box", viewonly=True)


class _Card:
    """The columns that all three have."""

    title: Mapped[str] = mapped_column(Str(40))
    pin: Mapped[str | None] = mapped_column(Str(40), info={"history": True})
    iban: Mapped[str | None] = mapped_column(Str(40))
    shelf: Mapped[Shelf] = mapped_column(choice(Shelf, name="vault_shelf"), default=Shelf.TOP)
    amount: Mapped[int] = mapped_column(default=1)
    limit: Mapped[int | None]
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey(User.id))
    box_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vault_box.id"))


class OwnCard(_Card, Model):
    __tablename__ = "vault_own"

    owner: Mapped[User | None] = relationship(foreign_keys="OwnCard.owner_id")
    box: Mapped[Coffer | None] = relationship(back_populates="cards")


class TeamCard(_Card, Model):
    __tablename__ = "vault_team"

    owner: Mapped[User | None] = relationship(foreign_keys="TeamCard.owner_id")
    box: Mapped[Coffer | None] = relationship()


class SmallCard(_Card, Model):
    __tablename__ = "vault_small"

    owner: Mapped[User | None] = relationship(foreign_keys="SmallCard.owner_id")
    box: Mapped[Coffer | None] = relationship()


configure_mappers()
CARDS = (OwnCard, TeamCard, SmallCard)
TABLES = [table for table in Model.metadata.sorted_tables if table.name.startswith("vault_")]
for _table in TABLES:
    Model.metadata.remove(_table)


class CofferView(ModelView):
    datamodel = SQLAInterface(Coffer)
    row_rules = [rows(lambda _user: Coffer.is_locked.is_(False))]


class CardView(ModelView):
    """What the three views have in common."""

    list_columns = ["title", "pin", "iban", "shelf", "amount", "limit", "owner", "box"]
    field_rules = [
        hidden("pin", unless="see_pin"),
        masked("iban", unless="see_iban"),
        readonly("limit", unless="set_limit"),
    ]
    # An order by what is hidden would tell which is the greater.
    base_order = ("pin", "asc")
    charts = [
        Chart("By shelf", group="shelf"),
        Chart("By pin", group="pin"),
        Chart("By iban", group="iban"),
        Chart("Sum", group="owner", measure=total("amount")),
    ]

    @action("stamp", "Stamp")
    def stamp(self, cards):
        for card in cards:
            card.amount += 1
        db.session.commit()
        return f"{len(cards)} stamped"


class OwnCardView(CardView):
    datamodel = SQLAInterface(OwnCard)
    row_rules = [own(OwnCard.owner_id, unless="see_all")]


class TeamCardView(CardView):
    datamodel = SQLAInterface(TeamCard)
    row_rules = [team(TeamCard.owner_id, unless="see_all")]


class SmallCardView(CardView):
    datamodel = SQLAInterface(SmallCard)
    row_rules = [
        rows(lambda _user: SmallCard.amount < 50, unless="see_all", label="Only small ones"),
        own(SmallCard.owner_id, verbs={"edit", "delete", "stamp"}),
    ]


@dataclass(frozen=True)
class Held:
    """What a person of a test holds beside the verbs."""

    verbs: frozenset[str]
    exceptions: frozenset[str]

    def pairs(self) -> list[Any]:
        named = {f"can_{verb}" for verb in (*self.verbs, *self.exceptions)}
        subjects = [model.__name__ for model in CARDS]
        statement = (
            sa.select(PermissionView)
            .join(Permission, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
            .where(
                sa.or_(
                    sa.and_(ViewMenu.name.in_(subjects), Permission.name.in_(named)),
                    sa.and_(ViewMenu.name.in_(ALSO_READ), Permission.name == "can_read"),
                )
            )
        )
        return list(db.session.scalars(statement))


def add_vault(app: Flask) -> None:
    """Register the views, and make the tables and permissions; nobody holds any but Admin."""
    with app.app_context():
        for view in (CofferView, OwnCardView, TeamCardView, SmallCardView):
            add_model_view(view, "vault", "Vault", "folder")
        Model.metadata.create_all(db.engine, tables=TABLES)
        command(app, "fab", "create-permissions")
        db.session.add(Role(name=ROLE))
        db.session.commit()
        db.session.remove()


def fill_vault() -> None:
    """Four cards of each kind for each of the cast, with marks that no other text has."""
    people = db.session.scalars(sa.select(User).where(User.username.startswith("cast-"))).all()
    mates = [user for user in people if user.username in ("cast-owner", "cast-teammate")]
    db.session.add(Group(name="mates", label="", description="", users=mates))
    boxes = [Coffer(name="Open box"), Coffer(name="Locked zzbox", is_locked=True)]
    db.session.add_all(boxes)
    for model in CARDS:
        number = 0
        for user in people:
            for copy in range(4):
                number += 1
                mark = f"{model.__name__[:2]}{number:02}"
                card = model(
                    title=f"title-{mark}",
                    # In no order of the keys, so that an order by it is to be seen.
                    pin=f"pin-{number * 7 % 17:02}-{mark}",
                    iban=f"iban-{mark}-{number * 1111:05}",
                    shelf=Shelf.TOP if copy % 2 else Shelf.LOW,
                    amount=10 * number,
                    limit=number,
                    owner=user,
                    box=boxes[copy % 2],
                )
                db.session.add(card)
    db.session.commit()


def hold(user: User, held: Held) -> None:
    """Let the user hold one role with just this."""
    role = db.session.scalars(sa.select(Role).where(Role.name == ROLE)).one()
    role.permissions = held.pairs()
    user.roles = [role]
    db.session.commit()
