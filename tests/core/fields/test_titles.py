import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column

from app.core.fields import has_own_title, title_attributes, title_of
from tests.core.models import Animal, Diary, Keeper, Meal, Pen


class Base(DeclarativeBase):
    pass


class Named(Base):
    __tablename__ = "named"
    id: Mapped[int] = mapped_column(primary_key=True)
    remark: Mapped[str]
    product_name: Mapped[str]


class Declared(Base):
    __tablename__ = "declared"
    __title__ = ("number", "name")
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]


class Spoken(Base):
    __tablename__ = "spoken"
    id: Mapped[int] = mapped_column(primary_key=True)

    def __str__(self):
        return "x" * 500


class Wordless(Base):
    __tablename__ = "wordless"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.Enum("a", "b"))


configure_mappers()


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Animal, ("name",)),
        (Keeper, ("first_name", "last_name")),
        (User, ("first_name", "last_name")),
        (Pen, ("title",)),
        (Diary, ("title",)),
        (Meal, ("animal_id", "keeper_id")),
        (Named, ("product_name",)),
        (Declared, ("number", "name")),
        (Wordless, ("id",)),
    ],
)
def test_a_title_is_made_of_what_a_row_is_called(model, names):
    assert title_attributes(model) == names


def test_a_title_is_written_in_one_line():
    assert title_of(Keeper(first_name="Ann", last_name="Archer")) == "Ann Archer"
    assert str(Keeper(first_name="Ann", last_name=None)) == "Ann"
    assert title_of(Declared(number=3, name=None)) == "3"


def test_a_row_without_a_title_is_called_by_its_key():
    assert title_of(Keeper(first_name="", last_name=None)) == "#"


def test_a_long_title_is_cut():
    assert len(title_of(Spoken())) == 120
    assert title_of(Animal(name="y" * 130)).endswith("…")


def test_a_model_may_say_its_title_itself():
    assert has_own_title(Spoken)
    assert not has_own_title(Animal)
    assert not has_own_title(User)
