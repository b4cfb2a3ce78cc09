"""One row by its key: made ready once for everybody, and never for one user with another's rule."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.errors import NotFound
from app.core.query.gate import Gate
from app.core.query.rules import rows
from app.core.trash import Scope
from app.extensions import db
from tests.core.conftest import Base, tables

READER: list[int] = []


class Writer(Base):
    __tablename__ = "writer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="Portugal")
    teacher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("writer.id"))
    novels: Mapped[list["Novel"]] = relationship(order_by="Novel.title.desc()")
    teacher: Mapped["Writer | None"] = relationship(
        remote_side="Writer.id", back_populates="pupils"
    )
    pupils: Mapped[list["Writer"]] = relationship(back_populates="teacher")


class Novel(Base):
    __tablename__ = "novel"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="Long.")
    writer_id: Mapped[int] = mapped_column(sa.ForeignKey("writer.id"))


@pytest.fixture
def gate(make_tiny):
    with tables(make_tiny()):
        ada = Writer(id=1, name="Ada", novels=[Novel(title=title) for title in "bca"])
        db.session.add_all([ada, Writer(id=2, name="Bo", teacher=ada)])
        db.session.commit()
        db.session.expunge_all()
        yield Gate(Writer)


def fields(gate, *names):
    return [gate.all_fields[name] for name in names]


def test_many_related_rows_come_in_their_order_with_their_titles_only(gate):
    writer = gate.get("1", columns=fields(gate, "novels", "pupils"))

    assert [novel.title for novel in writer.novels] == ["c", "b", "a"]
    assert [pupil.name for pupil in writer.pupils] == ["Bo"]
    assert "text" not in sa.inspect(writer.novels[0]).dict


def test_many_related_rows_take_one_statement_for_each_relation(gate, statements):
    with statements() as seen:
        writer = gate.get("1", columns=fields(gate, "novels", "pupils"))
        found = [*writer.novels, *writer.pupils]

    assert (len(seen), len(found)) == (3, 4)


def test_what_is_waiting_to_be_saved_is_not_read_over(gate):
    writer = gate.get("1", columns=fields(gate, "novels"))
    writer.novels = writer.novels[:1]

    with db.session.no_autoflush:
        again = gate.get("1", columns=fields(gate, "novels"))

    assert [novel.title for novel in again.novels] == ["c"]


def test_the_same_question_is_made_ready_once(gate):
    columns = fields(gate, "name", "teacher")

    for key in ("1", "2", "1"):
        gate.get(key, columns=columns)
        gate.line(key, columns)
    made = len(gate.statements)
    gate.of(Scope.ALL).get("1", columns=columns)

    assert (made, len(gate.statements)) == (2, 3)


def test_a_rule_is_asked_at_each_reading(gate):
    ruled = Gate(Writer, row_rules=[rows(lambda _user: Writer.id.in_(READER))])
    READER[:] = [1]
    first = ruled.line("1", fields(gate, "name"))
    READER[:] = [2]

    with pytest.raises(NotFound):
        ruled.line("1", fields(gate, "name"))
    with pytest.raises(NotFound):
        ruled.get("1")
    assert (first.title, ruled.get("2").name) == ("Ada", "Bo")
    assert not ruled.statements


def test_a_line_has_what_its_record_has(gate):
    columns = fields(gate, "name", "teacher", "novels", "country")

    line = gate.line("2", columns)
    whole = gate.line("2", columns, whole=True)

    assert line == whole._replace(record=None)
    assert whole.record.name == "Bo"
    assert (line.title, line.values[1].title) == ("Bo", "Ada")


@pytest.mark.parametrize("key", ["3", "x", "1~12", ""])
def test_a_key_of_no_row_is_not_found(key, gate):
    with pytest.raises(NotFound):
        gate.line(key, fields(gate, "name"))


def test_rows_to_point_at_are_read_by_what_they_are_called(gate):
    asked = (["2"], ["1", "2"], [], ["9"])

    found = [sorted(writer.name for writer in gate.named(keys)) for keys in asked]

    assert found == [["Bo"], ["Ada", "Bo"], [], []]
    assert "country" not in sa.inspect(gate.named(["2"])[0]).dict
