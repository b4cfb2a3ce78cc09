import pytest


def lines_of(models, name):
    """The lines of one class of models.py."""
    return models.partition(f"class {name}(Base):")[2].partition("\n\n\n")[0]


def test_foreign_key_leads_both_ways(written):
    models = written(
        """
        CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY);
        CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, ArtistId INT NOT NULL REFERENCES Artist);
        """
    )

    assert 'artist: Mapped["Artist"] = relationship(back_populates="albums")' in models
    assert 'albums: Mapped[list["Album"]] = relationship(back_populates="artist"' in models
    assert 'mapped_column("ArtistId", ForeignKey("Artist.ArtistId"))' in models


def test_two_foreign_keys_to_one_table_are_told_apart(written):
    models = written(
        """
        CREATE TABLE address (id INTEGER PRIMARY KEY);
        CREATE TABLE sale (
            id INTEGER PRIMARY KEY,
            billing_address_id INTEGER NOT NULL REFERENCES address,
            shipping_address_id INTEGER REFERENCES address
        );
        """
    )

    assert 'billing_address: Mapped["Address"]' in models
    assert 'shipping_address: Mapped["Address | None"]' in models
    assert models.count('foreign_keys="Sale.billing_address_id"') == 2
    assert "sales_by_billing_address: Mapped" in models


def test_table_may_refer_to_itself(written):
    models = written(
        "CREATE TABLE category (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES category)"
    )

    assert 'remote_side="Category.id", back_populates="children"' in models
    assert 'children: Mapped[list["Category"]]' in models


def test_unique_foreign_key_leads_to_one_row(written):
    models = written(
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY);
        CREATE TABLE passport (id INTEGER PRIMARY KEY, person_id INT UNIQUE REFERENCES person);
        """
    )

    assert 'passport: Mapped["Passport | None"]' in models


def test_column_makes_room_for_its_relation(written):
    models = written(
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY);
        CREATE TABLE letter (id INTEGER PRIMARY KEY, sender INTEGER REFERENCES person);
        """
    )

    assert 'sender_id: Mapped[int | None] = mapped_column("sender"' in models
    assert 'sender: Mapped["Person | None"]' in models


def test_relation_makes_room_for_a_column(written):
    models = written(
        """
        CREATE TABLE artist (id INTEGER PRIMARY KEY);
        CREATE TABLE album (
            id INTEGER PRIMARY KEY, artist TEXT, artist_id INTEGER REFERENCES artist
        );
        """
    )

    assert "    artist: Mapped[str | None] = mapped_column(Text)\n" in models
    assert 'related_artist: Mapped["Artist | None"]' in models


def test_foreign_key_of_two_columns_is_one_relation(nasty_models):
    delivery = lines_of(nasty_models, "Delivery")

    assert 'ForeignKeyConstraint(["order_id", "line"], ["order_line.order_id"' in delivery
    assert 'order_line: Mapped["OrderLine"]' in delivery


def test_tables_may_refer_to_each_other(nasty_models):
    worker = lines_of(nasty_models, "Worker")

    assert 'foreign_keys="Worker.department_id"' in worker
    assert 'departments_by_head: Mapped[list["Department"]]' in worker


def test_column_is_written_through_one_relation_only(nasty_models, nasty_plan):
    sale = lines_of(nasty_models, "Sale")

    assert 'tenant: Mapped["Tenant"] = relationship(back_populates="sales", viewonly=True)' in sale
    assert 'overlaps="client,sales"' in sale
    assert nasty_plan.notes.mentions("sale.tenant_id")


def test_name_with_a_dot_is_joined_in_words(nasty_models):
    refers = lines_of(nasty_models, "RefersToDotted")

    assert 'primaryjoin="foreign(RefersToDotted.dotted_id) == DottedTable.the_key"' in refers
    assert "ForeignKey" not in refers


def test_tables_of_two_schemas_refer_to_each_other(nasty_models):
    order = lines_of(nasty_models, "SalesOrder")

    assert '__table_args__ = {"schema": "sales"}' in order
    assert 'ForeignKey("public.order.id")' in order
    assert '__table_args__ = {"schema": "public"}' in lines_of(nasty_models, "Order")
    assert 'sales_orders: Mapped[list["SalesOrder"]]' in lines_of(nasty_models, "Order")


@pytest.mark.parametrize("target", ["gone", "search"])
def test_foreign_key_to_what_is_left_out_is_a_plain_column(plan, target):
    made = plan(
        f"""
        CREATE VIRTUAL TABLE search USING fts5(body);
        CREATE TABLE item (id INTEGER PRIMARY KEY, other_id INTEGER REFERENCES {target}(id));
        """
    )

    assert made.models[0].relations == []
    assert made.notes.handled == [
        ("item.other_id", f"refers to {target}, which is not adopted; a plain column")
    ]


def test_deleting_is_left_to_the_database(written):
    models = written(
        """
        CREATE TABLE a (id INTEGER PRIMARY KEY);
        CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a);
        """
    )

    assert 'relationship(back_populates="a", passive_deletes="all")' in models


def test_column_that_refers_to_itself_is_a_plain_one(plan):
    made = plan("CREATE TABLE item (id INTEGER PRIMARY KEY REFERENCES item(id))")

    assert made.models[0].relations == []
    assert made.notes.handled == [("item.id", "refers to itself; ignored")]


def test_foreign_key_keeps_a_type_of_its_own(written):
    models = written(
        """
        CREATE TABLE country (id INTEGER PRIMARY KEY);
        CREATE TABLE town (id INTEGER PRIMARY KEY, country_id TEXT REFERENCES country(id));
        PRAGMA foreign_keys = OFF;
        INSERT INTO town VALUES (1, 'Portugal');
        """
    )

    assert 'country_id: Mapped[str | None] = mapped_column(String, ForeignKey("country.id"))' in (
        models
    )


def test_two_foreign_keys_of_one_column_are_joined_in_words(written):
    models = written(
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY, number INTEGER UNIQUE);
        CREATE TABLE letter (
            id INTEGER PRIMARY KEY,
            person_id INTEGER,
            FOREIGN KEY (person_id) REFERENCES person(id),
            FOREIGN KEY (person_id) REFERENCES person(number)
        );
        """
    )

    assert 'primaryjoin="foreign(Letter.person_id) == Person.id"' in models
    assert 'primaryjoin="foreign(Letter.person_id) == Person.number"' in models
