"""Each generated screen asks a bounded number of statements, whatever it shows."""

import pytest
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.feature import add_model_view
from app.core.views import ModelView
from scripts.commands import command
from tests.core.models import Badge
from tests.core.zoo import add_zoo
from tests.crawl import first_key, model_views, sign_in

LIST, SHOW, FORM, CHART = 6, 8, 8, 4

pytestmark = pytest.mark.both_databases


@pytest.fixture(scope="session")
def whole_site(make_app, database):
    """The application with all its features and the zoo, and rows in all of them."""
    app = make_app(database)
    command(app, "seed")
    add_zoo(app)
    return app


@pytest.fixture
def counted(statements):
    """`counted(client, path)` is the number of statements of a request when all is warm."""

    def count(client, path):
        assert client.get(path).status_code == 200, path
        with statements() as seen:
            client.get(path)
        return len(seen)

    return count


def too_many(app, counted):
    """The screens that ask more than their budget: path and number of statements."""
    client = sign_in(app, "admin")
    found = {}
    for view in model_views(app):
        for path, budget in screens(app, client, view):
            number = counted(client, path)
            if number > budget:
                found[path] = number
    return found


def screens(app, client, view):
    """The screens of one view that the admin can open, with their budgets."""
    base = view.route_base
    yield f"{base}/list/", LIST
    yield f"{base}/chart/", CHART
    key = first_key(client, view)
    with app.test_request_context():
        charts = list(view.charts_by_name)
    for name in charts:
        if client.get(f"{base}/chart/{name}").status_code == 200:
            yield f"{base}/chart/{name}", CHART
    if key is not None:
        yield f"{base}/show/{key}", SHOW
        if client.get(f"{base}/edit/{key}").status_code == 200:
            yield f"{base}/edit/{key}", FORM


def test_every_generated_screen_keeps_its_budget(whole_site, counted):
    assert too_many(whole_site, counted) == {}


def test_an_adopted_database_keeps_the_same_budgets(make_chinook, database, counted):
    app = make_chinook(database)
    adopted = [view for view in model_views(app) if view.area.startswith("chinook")]

    assert len(adopted) == 11
    assert too_many(app, counted) == {}


def test_forty_menu_entries_cost_no_more_than_one(make_app, database, counted):
    small, large = (make_app(database, BUREAU_FEATURES=("todo",)) for _number in range(2))
    add_zoo(small)
    with large.app_context():
        for number in range(40):
            name, options = f"Badge{number}View", {"plural": f"badges-{number}"}
            made = type(name, (ModelView,), {"datamodel": SQLAInterface(Badge), **options})
            add_model_view(made, "many", "Many", "folder")
    add_zoo(large)

    few = counted(sign_in(small, "admin"), "/zoo/badges/list/")
    many = counted(sign_in(large, "admin"), "/zoo/badges/list/")

    assert few == many <= LIST


def test_a_page_of_many_rows_costs_what_one_row_does(make_chinook, database, counted):
    app = make_chinook(database)
    client = sign_in(app, "admin")

    for view in model_views(app):
        if view.area.startswith("chinook"):
            names = [field.name for field in view.derived.fields.values() if field.is_relation]
            query = f"columns={','.join([view.derived.list_columns[0], *names])}"
            pages = [f"{view.route_base}/list/?page_size={size}&{query}" for size in (5, 100)]
            assert len({counted(client, page) for page in pages}) == 1, pages
