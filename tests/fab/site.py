"""A site of plain Flask-AppBuilder, as its manual sets one up, with rows of two people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, g
from flask_appbuilder import AppBuilder, MasterDetailView, Model, ModelView
from flask_appbuilder.actions import action
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.charts.views import GroupByChartView
from flask_appbuilder.models.group import aggregate_count
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.models.sqla.filters import FilterEqualFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.orm import relationship
from sqlalchemy.pool import StaticPool

PASSWORD = "plain password"
db = SQLA()


class Team(Model):
    __tablename__ = "team"

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50))
    owner_id = sa.Column(sa.Integer)

    def __repr__(self) -> str:
        return str(self.name)


class Product(Model):
    __tablename__ = "product"

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50), unique=True, nullable=False)
    price = sa.Column(sa.Integer, sa.CheckConstraint("price >= 0", name="price"))
    team_id = sa.Column(sa.ForeignKey("team.id"))
    team = relationship(Team)
    owner_id = sa.Column(sa.Integer)

    def __repr__(self) -> str:
        return str(self.name)


def user_key() -> int:
    return int(g.user.id)


class ProductView(ModelView):
    datamodel = SQLAInterface(Product)
    base_filters = [["owner_id", FilterEqualFunction, user_key]]
    list_columns = ["name", "price", "team"]
    add_columns = edit_columns = ["name", "price", "team"]

    @action("raise_price", "Raise", "Raise?", "fa-rocket", single=True)
    def raise_price(self, items: Any) -> Any:
        for item in items if isinstance(items, list) else [items]:
            item.price = 999
        db.session.commit()
        return "done"

    def pre_update(self, item: Any) -> None:
        if item.name == "forbidden":
            raise ValueError("not that name")


class TeamView(MasterDetailView):
    datamodel = SQLAInterface(Team)
    base_filters = [["owner_id", FilterEqualFunction, user_key]]
    related_views = [ProductView]


class ProductApi(ModelRestApi):
    resource_name = "product"
    datamodel = SQLAInterface(Product)
    allow_browser_login = True


class ProductChart(GroupByChartView):
    datamodel = SQLAInterface(Product)
    chart_title = "Products"
    definitions = [{"group": "price", "series": [(aggregate_count, "id")]}]


def make_app(**settings: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="plain",
        SQLALCHEMY_DATABASE_URI="sqlite://",
        SQLALCHEMY_ENGINE_OPTIONS={
            "poolclass": StaticPool,
            "connect_args": {"check_same_thread": False},
        },
        WTF_CSRF_ENABLED=False,
        FAB_ADD_SECURITY_API=True,
        FAB_API_KEY_ENABLED=True,
        LANGUAGES={"en": {"flag": "gb", "name": "English"}, "pt": {"flag": "pt", "name": "pt"}},
    )
    app.config.update(settings)
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        db.create_all()
        for number, view in enumerate((ProductView, TeamView, ProductChart)):
            builder.add_view(view, f"View {number}", category="Things")
        builder.add_api(ProductApi)
        for name in ("ann", "bob"):
            role = builder.sm.find_role("Admin")
            builder.sm.add_user(name, name, name, f"{name}@example.org", role, PASSWORD)
        ann, bob = (builder.sm.find_user(name).id for name in ("ann", "bob"))
        db.session.add_all([Team(id=1, name="Ours", owner_id=ann)])
        db.session.add_all([Team(id=2, name="Hidden team", owner_id=bob)])
        for number in range(1, 121):
            owner = ann if number % 2 else bob
            team = 1 if number % 2 else 2
            name = f"product {number}"
            db.session.add(
                Product(id=number, name=name, price=number, team_id=team, owner_id=owner)
            )
        # One row of her own stands under the team that she may not see.
        db.session.add(Product(id=200, name="under hidden", price=1, team_id=2, owner_id=ann))
        db.session.commit()
        db.session.remove()
    return app


def sign_in(app: Flask, name: str = "ann") -> Any:
    client = app.test_client()
    client.post("/login/", data={"username": name, "password": PASSWORD})
    return client


def read(app: Flask, statement: Any) -> Any:
    with app.app_context():
        found = db.session.scalar(statement)
        db.session.remove()
        return found


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
