"""An archive: a model with files, of which some are nobody's business."""

import datetime
import io
import os
import zipfile
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import PermissionView, Role
from PIL import Image
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column

from app.core.feature import add_model_view
from app.core.files import store
from app.core.files.receive import receive
from app.core.files.sniff import TYPES
from app.core.files.stored import StoredFile
from app.core.models import Model
from app.core.query.rules import hidden, masked, rows
from app.core.trash import Trashable
from app.core.types import Picture, Str, Upload
from app.core.views import ModelView
from app.extensions import db
from scripts.commands import command
from tests.fixtures.people import TEAM_ROLE

MAX_BYTES = 20_000
MAX_PIXELS = 10_000


class Dossier(Trashable, Model):
    __tablename__ = "archive_dossier"

    title: Mapped[str] = mapped_column(Str(40))
    pages: Mapped[int | None]
    paper: Mapped[StoredFile | None] = mapped_column(Upload(max_bytes=MAX_BYTES))
    photo: Mapped[StoredFile | None] = mapped_column(Picture(MAX_BYTES, MAX_PIXELS))
    secret: Mapped[StoredFile | None] = mapped_column(Upload())
    hinted: Mapped[StoredFile | None] = mapped_column(Upload())


class Receipt(Model):
    """Has to have its file."""

    __tablename__ = "archive_receipt"

    title: Mapped[str] = mapped_column(Str(40))
    slip: Mapped[StoredFile] = mapped_column(Upload(("pdf",)))


configure_mappers()
TABLES = [table for table in Model.metadata.sorted_tables if table.name.startswith("archive_")]
for _table in TABLES:
    Model.metadata.remove(_table)


class DossierView(ModelView):
    datamodel = SQLAInterface(Dossier)
    list_columns = ["title", "paper", "photo", "secret", "hinted"]
    row_rules = [rows(lambda _user: Dossier.title != "Not yours")]
    field_rules = [hidden("secret", unless="see_secret"), masked("hinted", unless="see_secret")]


class ReceiptView(ModelView):
    datamodel = SQLAInterface(Receipt)


VIEWS = (DossierView, ReceiptView)
SUBJECTS = tuple(view.datamodel.obj.__name__ for view in VIEWS)
DOSSIERS, API = "/archive/dossiers", "/api/v1/dossiers"


def add_archive(app) -> None:
    """Register the archive, make its tables, and let the team do everything but see secrets."""
    with app.app_context():
        for view in VIEWS:
            add_model_view(view, "archive", "Archive", "folder")
        Model.metadata.create_all(db.engine, tables=TABLES)
        command(app, "fab", "create-permissions")
        team = db.session.scalars(sa.select(Role).where(Role.name == TEAM_ROLE)).one()
        for right in db.session.scalars(sa.select(PermissionView)):
            if right.view_menu.name in SUBJECTS and right.permission.name != "can_see_secret":
                team.permissions.append(right)
        db.session.commit()
        db.session.remove()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
OTHER_PDF = PDF.replace(b"1.7", b"1.4")


def picture(form: str = "PNG", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, form, **options)
    return file.getvalue()


def zip_of(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, how)
    return file.getvalue()


DOCX = zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
XLSX = zip_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})
ODT = zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<o/>"})


def stored_file(content: bytes = PDF, name: str = "paper.pdf") -> StoredFile:
    """A file in the folder that a dossier may refer to."""
    limits = {"max_bytes": 10**7, "max_pixels": 10**7}
    return receive(content, name, table="archive_dossier", types=tuple(TYPES), **limits)


def dossier(title: str = "One", **values: object) -> Dossier:
    """A dossier in the database."""
    row = Dossier(title=title, **values)
    db.session.add(row)
    db.session.commit()
    return row


def sent(content: bytes, name: str = "paper.pdf", kind: str = "application/pdf"):
    """A file as a browser sends it."""
    return io.BytesIO(content), name, kind


def kept_files() -> list[str]:
    """The keys of all files in the folder."""
    return sorted(path.name for path in store.root().glob("??/??/*"))


def make_old(file: StoredFile, days: int) -> None:
    """Let nobody have needed the file for so many days."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    os.utime(store.path_of(file.key), (moment.timestamp(), moment.timestamp()))


def empty_the_folder() -> None:
    """Delete all files that an earlier test has left."""
    assert "instance-" in current_app.config["BUREAU_INSTANCE"]
    for key in kept_files():
        store.delete(key)
