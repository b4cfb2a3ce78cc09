"""Plain Flask-AppBuilder, as its manual sets it up, and what it does where Bureau must not.

It runs as a process of its own, because FAB keeps its models in one place for a whole process, and
prints for each fault what was seen. `test_faults.py` reads that, and holds Bureau against it: a
fault that a later FAB has mended shows there at once.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import tempfile
import threading
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import User

from tests.fab.site import PASSWORD, Product, Team, counted, db, make_app, read, sign_in

THREADS = 8
REQUESTS = 25

FAULTS: dict[str, Callable[[Flask], object]] = {}


def in_threads(work: Callable[[int], None]) -> None:
    """Call `work(number)` in each thread, with Python changing threads as often as it can."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)


def fault(check: Callable[[Flask], object]) -> Callable[[Flask], object]:
    FAULTS[check.__name__] = check
    return check


@fault
def filters_are_shared_between_threads(app: Flask) -> object:
    wrong = []

    def ask(number: int) -> None:
        client = sign_in(app)
        for _time in range(REQUESTS):
            page = client.get(f"/productview/list/?_flt_3_name=client+{number}").text
            if any(f"client {other}" in page for other in range(THREADS) if other != number):
                wrong.append(number)

    in_threads(ask)
    return len(wrong)


@fault
def rows_are_saved_under_the_parent_of_another(_app: Flask) -> object:
    # Each thread needs a connection of its own, so this site has a file.
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/plain.sqlite",
            SQLALCHEMY_ENGINE_OPTIONS={"connect_args": {"timeout": 60}},
        )
        with app.app_context():
            ann = db.session.scalar(sa.select(User.id).where(User.username == "ann"))
            names = [(100 + number, f"team of {number}") for number in range(THREADS)]
            db.session.add_all(Team(id=key, name=name, owner_id=ann) for key, name in names)
            db.session.commit()
            db.session.remove()

        def add(number: int) -> None:
            client = sign_in(app)
            for turn in range(REQUESTS):
                path = f"/productview/add?_flt_0_team={100 + number}"
                client.get(path)
                client.post(path, data={"name": f"added {number}-{turn}", "price": "1"})

        in_threads(add)
        with app.app_context():
            found = db.session.execute(
                sa.select(Product.name, Product.team_id).where(Product.name.startswith("added"))
            ).all()
            db.session.remove()
    return sum(team != 100 + int(re.findall(r"\d+", name)[0]) for name, team in found)


@fault
def action_forgets_the_row_rule(app: Flask) -> object:
    client = sign_in(app)
    hidden = client.get("/productview/show/2").status_code
    client.post("/productview/action_post", data={"action": "raise_price", "rowid": "2"})
    return hidden == 404 and read(app, sa.select(Product.price).where(Product.id == 2)) == 999


@fault
def related_list_shows_the_rows_of_a_hidden_parent(app: Flask) -> object:
    client = sign_in(app)
    page = client.get("/teamview/list/2")
    return page.status_code == 200 and "under hidden" in page.text


@fault
def dropdown_ignores_the_row_rule(app: Flask) -> object:
    return "Hidden team" in sign_in(app).get("/productview/add").text


@fault
def form_loads_the_whole_related_table(app: Flask) -> object:
    with app.app_context():
        db.session.add_all([Team(name=f"many {number}", owner_id=1) for number in range(300)])
        db.session.commit()
        db.session.remove()
    return "many 299" in sign_in(app).get("/productview/add").text


@fault
def cookie_changes_data_through_the_api_without_a_token(app: Flask) -> object:
    answer = sign_in(app).delete("/api/v1/product/51")
    return answer.status_code


@fault
def log_out_and_language_are_changed_by_get(app: Flask) -> object:
    client = sign_in(app)
    client.get("/lang/pt")
    with client.session_transaction() as session:
        changed = session.get("locale")
    client.get("/logout/")
    return [changed, client.get("/productview/list/").status_code]


@fault
def row_is_deleted_by_get(app: Flask) -> object:
    app.config["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] = True
    try:
        sign_in(app).get("/productview/delete/53")
    finally:
        app.config["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] = False
    return read(app, sa.select(sa.func.count()).where(Product.id == 53)) == 0


@fault
def sql_is_shown_to_the_user(app: Flask) -> object:
    sent = {"name": "bad price", "price": "-1"}
    page = sign_in(app).post("/productview/add", data=sent, follow_redirects=True)
    return "INSERT INTO" in page.text


@fault
def input_is_lost_when_a_hook_refuses(app: Flask) -> object:
    sent = {"name": "forbidden", "price": "77123"}
    try:
        page = sign_in(app).post("/productview/edit/1", data=sent, follow_redirects=True)
    except ValueError:
        return True
    return "77123" not in page.text


@fault
def later_save_overwrites_the_earlier_one(app: Flask) -> object:
    first, second = sign_in(app), sign_in(app)
    for client in (first, second):
        client.get("/productview/edit/3")
    for client, price in ((first, 1001), (second, 1002)):
        client.post("/productview/edit/3", data={"name": "product 3", "price": str(price)})
    return read(app, sa.select(Product.price).where(Product.id == 3)) == 1002


@fault
def addresses_that_break_the_server(app: Flask) -> object:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    client = sign_in(app)
    paths = (
        "/productview/list/?page_ProductView=abc",
        "/productview/list/?psize_ProductView=abc",
        "/productview/list/?_oc_ProductView=nothing&_od_ProductView=asc",
        "/productview/list/?_oc_ProductView=team.name.x&_od_ProductView=asc",
        f"/productview/show/{'9' * 27}",
        "/productchart/chart/abc",
        "/productchart/chart/99",
        "/productview/action/nothing/1",
    )
    return [path for path in paths if client.get(path).status_code >= 500]


@fault
def unknown_filter_shows_all_rows(app: Flask) -> object:
    client = sign_in(app)
    page = client.get("/productview/list/?_flt_99_name=product+1&psize_ProductView=5")
    return page.status_code == 200 and "product 9" in page.text


@fault
def page_size_has_no_limit(app: Flask) -> object:
    return sign_in(app).get("/productview/list/?psize_ProductView=1000000").text.count("<tr") > 55


@fault
def password_changes_without_the_current_one_and_sessions_survive(app: Flask) -> object:
    client, other = sign_in(app, "bob"), sign_in(app, "bob")
    sent = {"password": "another password", "conf_password": "another password"}
    client.post("/resetmypassword/form", data=sent)
    app.test_client()
    with app.app_context():
        changed = app.appbuilder.sm.auth_user_db("bob", "another password") is not None  # type: ignore[attr-defined]
    survived = other.get("/productview/list/").status_code == 200
    with app.app_context():
        bob = db.session.scalars(sa.select(User).filter_by(username="bob")).one()
        app.appbuilder.sm.reset_password(bob.id, PASSWORD)  # type: ignore[attr-defined]
    return changed and survived


@fault
def guessing_has_no_limit(app: Flask) -> object:
    client = app.test_client()
    statuses = {
        client.post("/login/", data={"username": "ann", "password": f"{n}"}).status_code
        for n in range(40)
    }
    return 429 not in statuses


@fault
def list_writes_the_session(app: Flask) -> object:
    client = sign_in(app)
    return "Set-Cookie" in client.get("/productview/list/?psize_ProductView=7").headers


@fault
def tabs_overwrite_where_a_save_leads(app: Flask) -> object:
    client, sent = sign_in(app), {"name": "product 5", "price": "5"}
    client.get("/productview/list/?_flt_3_name=tab+one")
    client.get("/productview/edit/5")
    client.get("/teamview/list/1")
    answer = client.post("/productview/edit/5", data=sent)
    return "tab+one" not in answer.location


@fault
def key_is_not_held_to_its_scopes(app: Flask) -> object:
    sent = {"name": "reader", "scopes": "product:read"}
    made = sign_in(app).post("/api/v1/security/api_keys/", json=sent).json
    header = {"Authorization": f"Bearer {made['result']['key']}"}
    client = app.test_client()
    deleted = client.delete("/api/v1/product/57", headers=header).status_code
    return [deleted, client.get("/api/v1/security/users/", headers=header).status_code]


@fault
def role_of_everything_is_edited_through_the_api(app: Flask) -> object:
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        small = security.add_role("Role keeper")
        for name, subject in (("can_put", "User"), ("can_get", "User"), ("can_put", "Role")):
            security.add_permission_role(small, security.add_permission_view_menu(name, subject))
        security.add_user("eve", "e", "e", "eve@example.org", small, PASSWORD)
        eve, admin = security.find_user("eve").id, security.find_role("Admin").id
        db.session.remove()
    login = {"username": "eve", "password": PASSWORD, "provider": "db"}
    client = app.test_client()
    token = client.post("/api/v1/security/login", json=login).json["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    client.put(f"/api/v1/security/users/{eve}", json={"roles": [admin]}, headers=header)
    with app.app_context():
        return [role.name for role in app.appbuilder.sm.find_user("eve").roles]  # type: ignore[attr-defined]


@fault
def list_asks_for_each_menu_entry(app: Flask) -> object:
    client, counts = sign_in(app), []
    for size in (5, 50):
        with counted() as seen:
            client.get(f"/productview/list/?psize_ProductView={size}")
        counts.append(len(seen))
    return counts


@fault
def chart_loads_every_row(app: Flask) -> object:
    client = sign_in(app)
    with counted() as seen:
        client.get("/productchart/chart/0")
    return not any("GROUP BY" in statement.upper() for statement in seen)


@fault
def creating_the_application_queries(_app: Flask) -> object:
    with counted() as seen:
        make_app()
    return len(seen)


@fault
def titles_stay_english(app: Flask) -> object:
    client = sign_in(app)
    client.get("/lang/pt")
    return "List Product" in client.get("/productview/list/").text


@fault
def page_names_no_language(app: Flask) -> object:
    return "<html lang" not in sign_in(app).get("/productview/list/").text


@fault
def browsers_language_is_ignored(app: Flask) -> object:
    page = app.test_client().get("/login/", headers={"Accept-Language": "pt"}).text
    return "Utilizador" not in page and "Usuário" not in page


@fault
def times_are_naive(app: Flask) -> object:
    created = read(app, sa.select(User.created_on).limit(1))
    return created.tzinfo is None


def main() -> None:
    """Print what was seen, as one JSON object."""
    logging.disable(logging.CRITICAL)
    app = make_app()
    found = {}
    for name, check in FAULTS.items():
        try:
            found[name] = check(app)
        except Exception as error:  # noqa: BLE001 (a fault may well break the server)
            found[name] = f"{type(error).__name__}: {error}"
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
