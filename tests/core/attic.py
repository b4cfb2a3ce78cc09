"""An attic: models with a trash, and models that refer to them in each way there is."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column, relationship

from app.core.charts import Chart
from app.core.feature import add_model_view
from app.core.models import Model
from app.core.query.rules import rows
from app.core.trash import Trashable, unique_among_kept
from app.core.types import Str
from app.core.views import ModelView
from app.extensions import db
from scripts.commands import command
from tests.fixtures.people import TEAM_ROLE


class Shelf(Trashable, Model):
    __tablename__ = "attic_shelf"
    __table_args__ = (unique_among_kept("name", "room", name="uq_attic_shelf_name_room"),)

    name: Mapped[str] = mapped_column(Str(40))
    room: Mapped[str] = mapped_column(Str(40), default="attic")
    inside_id: Mapped[int | None] = mapped_column(ForeignKey("attic_shelf.id", ondelete="CASCADE"))

    inside: Mapped["Shelf | None"] = relationship(remote_side="Shelf.id")
    boxes: Mapped[list["Box"]] = relationship(back_populates="shelf", passive_deletes="all")
    notes: Mapped[list["Note"]] = relationship(back_populates="shelf", passive_deletes="all")


class Box(Trashable, Model):
    __tablename__ = "attic_box"
    __trash_days__ = None

    label: Mapped[str] = mapped_column(Str(40))
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id, ondelete="CASCADE"))

    shelf: Mapped[Shelf] = relationship(back_populates="boxes")
    things: Mapped[list["Thing"]] = relationship(back_populates="box", passive_deletes="all")
    loans: Mapped[list["Loan"]] = relationship(back_populates="box", passive_deletes="all")


class Thing(Model):
    """Goes with its box, and has no trash of its own."""

    __tablename__ = "attic_thing"

    name: Mapped[str] = mapped_column(Str(40))
    box_id: Mapped[int] = mapped_column(ForeignKey(Box.id, ondelete="CASCADE"))

    box: Mapped[Box] = relationship(back_populates="things")


class Crack(Model):
    """Goes with its thing, which goes with its box."""

    __tablename__ = "attic_crack"

    name: Mapped[str] = mapped_column(Str(40))
    thing_id: Mapped[int] = mapped_column(ForeignKey(Thing.id, ondelete="CASCADE"))

    thing: Mapped[Thing] = relationship()


class Note(Model):
    """Only loses its link."""

    __tablename__ = "attic_note"

    text: Mapped[str] = mapped_column(Str(40))
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey(Shelf.id, ondelete="SET NULL"))

    shelf: Mapped[Shelf | None] = relationship(back_populates="notes")


class Loan(Trashable, Model):
    """Keeps its box from going."""

    __tablename__ = "attic_loan"

    name: Mapped[str] = mapped_column(Str(40))
    box_id: Mapped[int] = mapped_column(ForeignKey(Box.id))

    box: Mapped[Box] = relationship(back_populates="loans")


configure_mappers()
TABLES = [table for table in Model.metadata.sorted_tables if table.name.startswith("attic_")]
for _table in TABLES:
    Model.metadata.remove(_table)


class ShelfView(ModelView):
    datamodel = SQLAInterface(Shelf)
    list_columns = ["name", "room", "inside"]
    row_rules = [
        rows(lambda _user: Shelf.name != "Not yours"),
        rows(lambda _user: Shelf.name != "Not yours to delete", verbs={"delete", "purge"}),
    ]
    charts = [Chart("By room", group="room")]


class BoxView(ModelView):
    datamodel = SQLAInterface(Box)
    charts = [Chart("By shelf", group="shelf")]


class ThingView(ModelView):
    datamodel = SQLAInterface(Thing)


class CrackView(ModelView):
    datamodel = SQLAInterface(Crack)


class NoteView(ModelView):
    datamodel = SQLAInterface(Note)
    list_columns = ["text", "shelf"]
    search_columns = ["text", "shelf.name"]


class LoanView(ModelView):
    datamodel = SQLAInterface(Loan)


VIEWS = (ShelfView, BoxView, ThingView, CrackView, NoteView, LoanView)
SUBJECTS = tuple(view.datamodel.obj.__name__ for view in VIEWS)


def add_attic(app) -> None:
    """Register the attic, make its tables, and let the team do everything but purge."""
    with app.app_context():
        for view in VIEWS:
            add_model_view(view, "attic", "Attic", "folder")
        Model.metadata.create_all(db.engine, tables=TABLES)
        command(app, "fab", "create-permissions")
        team = db.session.scalars(select(Role).where(Role.name == TEAM_ROLE)).one()
        for right in db.session.scalars(select(PermissionView)):
            if right.view_menu.name in SUBJECTS and right.permission.name != "can_purge":
                team.permissions.append(right)
        db.session.commit()
        db.session.remove()


def keep(*rows_to_keep: Model) -> None:
    """Add rows and commit."""
    db.session.add_all(rows_to_keep)
    db.session.commit()


def stored(row: Model) -> Model | None:
    """The row as it is in the database, in the trash or not."""
    db.session.expire_all()
    return db.session.get(type(row), row.id)


SHELVES, BOXES = "/attic/shelves", "/attic/boxes"


def throw(client, *rows: Model, path: str = SHELVES):
    """Delete rows as the list does."""
    keys = [str(row.id) for row in rows]
    return client.post(f"{path}/bulk/delete", data={"key": keys, "confirmed": "1"})
