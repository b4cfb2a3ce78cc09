from app.core.adopt.write_views import list_columns, write_feature, write_views

WIDE = """
    CREATE TABLE customer (
        id INTEGER PRIMARY KEY, company TEXT, address TEXT, phone TEXT, fax TEXT, postal_code TEXT,
        first_name TEXT, last_name TEXT, notes TEXT, born DATE, credit DECIMAL(8, 2), email TEXT
    );
    INSERT INTO customer (notes) VALUES ('a' || char(10) || 'b');
"""


def test_narrow_table_needs_no_more_than_its_model(plan):
    views = write_views(plan("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)"))

    assert views == (
        '"""The screens of the adopted database `shop`, one for each table."""\n'
        "\n"
        "from flask_appbuilder.models.sqla.interface import SQLAInterface\n"
        "\n"
        "from app.core.views import ModelView\n"
        "from app.features.shop.models import Item\n"
        "\n"
        "\n"
        "class ItemView(ModelView):\n"
        '    """Items."""\n'
        "\n"
        "    datamodel = SQLAInterface(Item)\n"
    )


def test_list_of_a_wide_table_shows_what_says_most(plan):
    (model,) = plan(WIDE).models

    assert list_columns(model, 5) == ["first_name", "last_name", "born", "credit", "email"]


def test_view_of_the_database_is_read_only(plan):
    views = write_views(
        plan(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY);
            INSERT INTO item DEFAULT VALUES;
            CREATE VIEW all_items AS SELECT id FROM item;
            """
        )
    )

    assert "class AllItemView" in views
    assert views.count("is_readonly = True") == 1


def test_relation_is_listed_in_the_place_of_its_key(nasty_plan):
    order = next(model for model in nasty_plan.models if model.name == "Order")

    assert list_columns(order, 3) == ["billing_address", "shipping_address", "person"]


def test_feature_lists_its_views(plan):
    feature = write_feature(plan("CREATE TABLE item (id INTEGER PRIMARY KEY)"))

    assert feature == (
        '"""The adopted database `shop`, registered as a feature."""\n'
        "\n"
        "from flask_babel import lazy_gettext as _\n"
        "\n"
        "from app.core.feature import Feature\n"
        "from app.features.shop.views import ItemView\n"
        "\n"
        "FEATURE = Feature(\n"
        '    name="shop",\n'
        '    label=_("Shop"),\n'
        '    icon="database",\n'
        "    views=(ItemView,),\n"
        '    database="shop",\n'
        ")\n"
    )
