"""Rows of another database: they are read first, because no statement reaches over to ours."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.core.history.models import Change
from app.core.models import Titled
from app.core.query.gate import Gate, gates
from app.extensions import db
from tests.core.history.garden import told


class Base(Titled, DeclarativeBase):
    metadata = sa.MetaData(info={"bind_key": "shop"})


buys = sa.Table(
    "buys",
    Base.metadata,
    sa.Column("customer_id", sa.ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("article_code", sa.ForeignKey("article.code"), primary_key=True),
)


class Article(Base):
    __tablename__ = "article"

    code: Mapped[str] = mapped_column(primary_key=True)
    price: Mapped[float]


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    articles: Mapped[list[Article]] = relationship(secondary=buys)


class Bill(Base):
    __tablename__ = "bill"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey(Customer.id, ondelete="CASCADE"))


@pytest.fixture
def shop(make_app, tmp_path):
    url = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    app = make_app(SQLALCHEMY_BINDS={"shop": {"url": url}})
    with app.app_context():
        Base.metadata.create_all(db.engines["shop"])
        gates().update({model: Gate(model) for model in (Article, Customer, Bill)})
        articles = [Article(code="a/b", price=0.5), Article(code="c", price=2)]
        db.session.add_all(
            [Customer(id=1, name="Ada", articles=articles), Customer(id=2, name="B")]
        )
        db.session.flush()
        db.session.add(Bill(id=7, customer_id=1))
        db.session.commit()
        db.session.execute(sa.delete(Change))
        db.session.commit()

        yield db.session

        db.session.remove()


def test_statements_on_an_adopted_database(shop, statements):
    with statements() as seen:
        shop.execute(sa.update(Article).values(price=Article.price * 2))
    shop.execute(sa.delete(Customer).where(Customer.id == 1))
    shop.commit()

    assert len(seen) == 4
    assert told() == [
        ("Article", "a~2b", "edit", {"price": "0.5"}, {"price": "1.0"}),
        ("Article", "c", "edit", {"price": "2.0"}, {"price": "4.0"}),
        ("Bill", "7", "delete", {"customer_id": "1"}, None),
        ("Customer", "1", "delete", {"name": "Ada", "articles": ["a~2b", "c"]}, None),
    ]
    assert shop.scalars(sa.select(Customer.name)).all() == ["B"]


def test_single_rows_of_an_adopted_database(shop):
    customer = shop.get(Customer, 2)
    customer.name = "Bob"
    shop.commit()
    shop.delete(customer)
    shop.commit()

    assert told() == [
        ("Customer", "2", "edit", {"name": "B"}, {"name": "Bob"}),
        ("Customer", "2", "delete", {"name": "Bob", "articles": []}, None),
    ]
