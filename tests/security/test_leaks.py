"""Whatever roles, rules and keys there are: no door shows what is hidden, and nobody rises."""

from __future__ import annotations

import csv
import itertools
import json

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role, User
from hypothesis import given, settings, strategies as st

from app.core.history.models import Operation
from app.extensions import db
from app.security.rights.holders import pairs_of_users
from tests.security.conftest import find_pair, user_named
from tests.security.vault import (
    CARDS,
    EXCEPTIONS,
    VERBS,
    Held,
    OwnCard,
    SmallCard,
    TeamCard,
    hold,
)

PLURALS = {OwnCard: "own-cards", TeamCard: "team-cards", SmallCard: "small-cards"}
NUMBERS = itertools.count(1_000)
# One example of these is dozens of requests.
few = settings(max_examples=settings.get_profile("bureau").max_examples // 6)
PEOPLE = ("cast-owner", "cast-teammate", "cast-stranger")
roles = st.builds(
    Held,
    verbs=st.frozensets(st.sampled_from(VERBS)).map(lambda verbs: verbs | {"read"}),
    exceptions=st.frozensets(st.sampled_from(EXCEPTIONS)),
)


class Oracle:
    """What a person may know of one kind of card, told in Python from the rows themselves."""

    def __init__(self, model, user: User, held: Held) -> None:
        self.model, self.held = model, held
        self.rows = db.session.scalars(sa.select(model).order_by(model.id)).all()
        mates = {m.id for group in user.groups for m in group.users} | {user.id}
        is_free = "see_all" in held.exceptions
        self.seen = [
            row
            for row in self.rows
            if is_free
            or (model is OwnCard and row.owner_id == user.id)
            or (model is TeamCard and row.owner_id in mates)
            or (model is SmallCard and row.amount < 50)
        ]
        self.own = {row.id for row in self.rows if row.owner_id == user.id}

    @property
    def keys(self) -> set[str]:
        return {str(row.id) for row in self.seen}

    @property
    def marks(self) -> set[str]:
        """All texts that may stand on no page."""
        hidden = [row for row in self.rows if row not in self.seen]
        found = {row.title for row in hidden}
        if "see_pin" not in self.held.exceptions:
            found |= {row.pin for row in self.rows}
        if "see_iban" not in self.held.exceptions:
            found |= {row.iban for row in self.rows}
        return found | {row.pin for row in hidden} | {row.iban for row in hidden} | {"zzbox"}


def reading_doors(plural: str, rows, query: str) -> list[str]:
    """The addresses that show rows of a model, each in another way."""
    page, api = f"/vault/{plural}", f"/api/v1/{plural}"
    every = "?page_size=100&columns=title,pin,iban,shelf,amount,limit,owner,box"
    doors = [
        f"{page}/list/",
        f"{page}/list/{every}",
        f"{page}/list/?{query}",
        f"{page}/list/?view=related",
        f"{page}/chart/",
        *(f"{page}/chart/{name}/csv" for name in ("shelf", "pin", "iban", "owner-total-amount")),
        *(f"{page}/export/{kind}" for kind in ("csv", "json")),
        f"{page}/export/csv?{query}",
        f"{page}/pick/box?q=box",
        f"{page}/pick/owner",
        f"{api}/",
        f"{api}/?{query}",
        f"{api}/_info",
        "/vault/coffers/list/",
        "/vault/coffers/show/1",
        "/history/changes/list/",
        "/history/changes/export/csv",
        "/api/v1/changes/",
    ]
    for row in rows:
        doors += [f"{page}/show/{row.id}", f"{page}/edit/{row.id}", f"{page}/history/{row.id}"]
        doors += [f"{api}/{row.id}", f"{api}/{row.id}/history"]
    return doors


def queries(oracle: Oracle) -> st.SearchStrategy[str]:
    """Searches, filters and orders, by what is there and by what is hidden."""
    row = st.sampled_from(oracle.rows)
    names = st.sampled_from(["title", "pin", "iban", "amount", "box", "-pin", "-iban", "-box"])
    return st.one_of(
        row.map(lambda found: f"q={found.title}"),
        row.map(lambda found: f"q={found.pin}"),
        row.map(lambda found: f"q={found.iban[-4:]}"),
        row.map(lambda found: f"filter=iban:starts:{found.iban[:6]}"),
        row.map(lambda found: f"filter=pin:eq:{found.pin}"),
        row.map(lambda found: f"filter=owner:any:{found.owner_id}"),
        row.map(lambda found: f"filter=box:any:{found.box_id}"),
        names.map(lambda name: f"sort={name}"),
    )


@few
@given(data=st.data(), held=roles, name=st.sampled_from(PEOPLE), model=st.sampled_from(CARDS))
def test_no_door_shows_what_is_hidden(vault, login, data, held, name, model):
    user = user_named(name)
    hold(user, held)
    oracle = Oracle(model, user, held)
    client = login(vault.test_client(), user)
    rows = data.draw(st.lists(st.sampled_from(oracle.rows), min_size=1, max_size=2, unique=True))
    query = data.draw(queries(oracle))
    asked = query.partition("=")[2]

    for url in reading_doors(PLURALS[model], rows, query):
        answer = client.get(url)
        assert answer.status_code in (200, 400, 403, 404), url
        text = answer.get_data(as_text=True)
        if "json" in answer.content_type:
            text = json.dumps(answer.json, ensure_ascii=False)
        # What was typed into the address stands in the search box.
        shown = {mark for mark in oracle.marks if mark in text and mark not in asked}
        assert not shown, (url, held)


@few
@given(data=st.data(), held=roles, name=st.sampled_from(PEOPLE), model=st.sampled_from(CARDS))
def test_no_number_or_order_tells_of_what_is_hidden(vault, login, data, held, name, model):
    user = user_named(name)
    hold(user, held)
    oracle = Oracle(model, user, held)
    client = login(vault.test_client(), user)
    url = f"/api/v1/{PLURALS[model]}/"
    secret = data.draw(st.sampled_from(oracle.rows))

    found = client.get(f"{url}?page_size=100").json
    assert (set(found["ids"]), found["count"]) == (oracle.keys, len(oracle.keys))
    if "see_pin" not in held.exceptions:
        assert found["ids"] == sorted(found["ids"], key=int, reverse=True)
        assert client.get(f"{url}?sort=pin").status_code == 400
        assert client.get(f"{url}?q={secret.pin}").json["count"] == 0
    if "see_iban" not in held.exceptions:
        assert client.get(f"{url}?sort=-iban").status_code == 400
        assert client.get(f"{url}?filter=iban:filled").status_code == 400
        assert client.get(f"{url}?q={secret.iban}").json["count"] == 0
    found = client.get(f"{url}?q={secret.title}").json["count"]
    assert found == (1 if str(secret.id) in oracle.keys else 0)
    chart = client.get(f"/vault/{PLURALS[model]}/chart/shelf/csv").get_data(as_text=True)
    buckets = list(csv.reader(chart.removeprefix("\ufeff").splitlines()))[1:]
    assert sum(float(bucket[1]) for bucket in buckets) == len(oracle.keys)
    # An order by a related record must not follow the name of one that is hidden.
    by_box = client.get(f"{url}?sort=box&page_size=100").json
    boxes = [row["box"] is None for row in by_box["result"]]
    assert boxes == sorted(boxes)
    exported = client.get(f"/vault/{PLURALS[model]}/export/json")
    if "export" in held.verbs:
        assert len(exported.json) == len(oracle.keys)
    else:
        assert exported.status_code == 403


@few
@given(data=st.data(), held=roles, name=st.sampled_from(PEOPLE), model=st.sampled_from(CARDS))
def test_no_door_writes_what_is_out_of_reach(vault, login, data, held, name, model):
    user = user_named(name)
    hold(user, held)
    oracle = Oracle(model, user, held)
    client = login(vault.test_client(), user)
    row = data.draw(st.sampled_from(oracle.rows))
    key, api = row.id, f"/api/v1/{PLURALS[model]}/{row.id}"
    before = (row.title, row.pin, row.iban, row.limit, row.amount)
    is_changeable = str(key) in oracle.keys and (model is not SmallCard or key in oracle.own)

    number = next(NUMBERS)
    answers = {
        "title": client.patch(api, json={"title": f"title-{number}"}),
        "pin": client.patch(api, json={"pin": f"pin-{number}"}),
        "iban": client.patch(api, json={"iban": f"iban-{number}"}),
        "limit": client.patch(api, json={"limit": number}),
        "stamp": client.post(f"{api}/stamp"),
        "bulk": client.post(f"/vault/{PLURALS[model]}/bulk/stamp", data={"key": key}),
    }

    db.session.expire_all()
    may_edit = is_changeable and "edit" in held.verbs
    changed = {
        "title": may_edit,
        "pin": may_edit and "see_pin" in held.exceptions,
        "iban": may_edit and "see_iban" in held.exceptions,
        "limit": may_edit and "set_limit" in held.exceptions,
        "stamp": is_changeable and "stamp" in held.verbs,
    }
    assert (row.title != before[0]) is changed["title"]
    assert (row.pin != before[1]) is changed["pin"]
    assert (row.iban != before[2]) is changed["iban"]
    assert (row.limit != before[3]) is changed["limit"]
    assert (row.amount != before[4]) is changed["stamp"]
    if str(key) not in oracle.keys:
        has = {"stamp": "stamp" in held.verbs, "title": "edit" in held.verbs}
        assert answers["title"].status_code == (404 if has["title"] else 403)
        assert answers["stamp"].status_code == (404 if has["stamp"] else 403)
    db.session.rollback()


ROLES = "/administration/roles"
MANAGED = ("User", "Role", "Group", "Permission", "Change")


@pytest.fixture
def ladder(app, cast, db_session):
    """A manager of people, roles beside and above them, and a change to be undone."""
    managing = Role(name="Managers")
    above, beside = Role(name="Chiefs"), Role(name="Helpers")
    crew = Group(name="crew", label="", description="")
    chiefs = Group(name="chiefs", label="", description="")
    db_session.add_all([managing, above, beside, crew, chiefs])
    managing.permissions = [
        find_pair(f"can_{verb}", subject)
        for subject in MANAGED
        for verb in ("read", "add", "edit", "delete", "export", "pick")
        if verb in ("read", "export", "pick") or subject in ("User", "Role", "Group")
    ]
    above.permissions = [find_pair("can_read", "Post"), find_pair("can_manage", "Post")]
    beside.permissions = [find_pair("can_read", "Group")]
    chiefs.roles = [above]
    cast.stranger.roles, cast.stranger.groups = [managing], [crew]
    db_session.commit()
    return app


def steps(keys: dict[str, list[int]]) -> st.SearchStrategy[tuple[str, str, dict]]:
    """One request of somebody who tries to rise, by whatever door."""

    def some(kind: str) -> st.SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(keys[kind]).map(str), max_size=4, unique=True)

    def one(kind: str) -> st.SearchStrategy[int]:
        return st.sampled_from(keys[kind])

    def patch(plural: str, kind: str, name: str, other: str) -> st.SearchStrategy:
        return st.tuples(one(kind), some(other)).map(
            lambda drawn: ("PATCH", f"/api/v1/{plural}/{drawn[0]}", {name: drawn[1]})
        )

    return st.one_of(
        patch("users", "users", "roles", "roles"),
        patch("users", "users", "groups", "groups"),
        patch("groups", "groups", "roles", "roles"),
        patch("groups", "groups", "users", "users"),
        patch("roles", "roles", "permissions", "pairs"),
        st.builds(_members, one("roles"), some("users"), some("groups")),
        st.builds(_saved, one("roles"), some("pairs")),
        st.builds(_new_role, some("pairs")),
        st.builds(_uploaded, one("roles")),
        one("roles").map(lambda key: ("DELETE", f"/api/v1/roles/{key}", {})),
        one("users").map(lambda key: ("DELETE", f"/api/v1/users/{key}", {})),
        one("operations").map(lambda number: ("UNDO", str(number), {})),
        one("users").map(
            lambda key: (
                "POST",
                "/administration/users/bulk/deactivate",
                {"key": key, "confirmed": "1"},
            )
        ),
    )


def _members(role: int, users: list[str], groups: list[str]) -> tuple[str, str, dict]:
    return "POST", f"{ROLES}/members/{role}", {"add_users": users, "add_groups": groups}


def _saved(role: int, pairs: list[str]) -> tuple[str, str, dict]:
    sent = {"name": f"r{role}", "permissions": pairs, "step": "save"}
    return "POST", f"{ROLES}/edit/{role}", sent


def _new_role(pairs: list[str]) -> tuple[str, str, dict]:
    return "POST", "/api/v1/roles/", {"name": "mine", "permissions": pairs}


def _uploaded(role: int) -> tuple[str, str, dict]:
    named = [{"name": f"r{role}", "rights": ["read Post", "manage Post"]}]
    content = {"format": "bureau-roles", "version": 1, "roles": named}
    return "POST", f"{ROLES}/upload", {"step": "save", "content": json.dumps(content)}


def send(client, method: str, url: str, sent: dict):
    """Send one request; an undo of the n-th newest operation."""
    if method == "UNDO":
        newest = sa.select(Operation.id).order_by(Operation.at.desc()).offset(int(url)).limit(1)
        found = db.session.scalar(newest)
        return client.post(f"/history/undo/{found}") if found else None
    if url.startswith("/api/"):
        return client.open(url, method=method, json=sent)
    return client.open(url, method=method, data=sent)


@few
@given(data=st.data())
def test_no_sequence_of_requests_raises_ones_rights(ladder, cast, login, data):
    db.session.expire_all()
    me = user_named("cast-stranger")
    keys = {
        "users": [u.id for u in db.session.scalars(sa.select(User))],
        "roles": [r.id for r in db.session.scalars(sa.select(Role))],
        "groups": [g.id for g in db.session.scalars(sa.select(Group))],
        "pairs": [find_pair(f"can_{v}", s).id for v, s in _tempting()],
        "operations": list(range(4)),
    }
    everyone = {user: held_by(user) for user in keys["users"]}
    mine = everyone[me.id]
    outside = [user for user, rights in everyone.items() if not rights <= mine]
    client = login(ladder.test_client(), me)

    for method, url, sent in data.draw(st.lists(steps(keys), min_size=3, max_size=6)):
        answer = send(client, method, url, sent)
        assert answer is None or answer.status_code < 500, (method, url, sent)

        db.session.expire_all()
        assert held_by(me.id) <= mine, (method, url, sent)
        for user in keys["users"]:
            gained = held_by(user) - everyone[user]
            assert gained <= mine, (method, url, sent)
        still = set(db.session.scalars(sa.select(User.id).where(User.active)))
        assert set(outside) <= still


def held_by(user: int) -> frozenset:
    """What a user may do now."""
    return pairs_of_users(db.session.connection(), [user])


def _tempting() -> list[tuple[str, str]]:
    above = [("read", "Post"), ("manage", "Post"), ("edit", "Post"), ("set_password", "User")]
    return [*above, ("read", "User"), ("edit", "Role"), ("read", "Group")]
