"""Whatever is done, undoing it backwards gives back every earlier state, with links and keys."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core.history.models import Change, Operation
from app.extensions import db
from app.features.blog.models import Post, PostRevision
from app.features.blog.newsletter.models import Reminder
from app.features.todo.models import TodoItem, TodoList, TodoMember
from tests.core.models import Animal, Badge, Keeper, Meal, Pen, Species, animal_badge
from tests.core.zoo import add_zoo
from tests.crawl import sign_in
from tests.fixtures.database import cache_clear, rolled_back

pytestmark = pytest.mark.both_databases

TECHNICAL = {"updated_at", "updated_by_id", "version"}
MODELS = (
    *(Species, Pen, Keeper, Badge, Animal, Meal),
    *(TodoList, TodoMember, TodoItem),
    *(Post, PostRevision, Reminder),
)
TABLES = (*(model.__table__ for model in MODELS), animal_badge)
CHOICES = st.integers(0, 5)
TEXTS = st.sampled_from(
    ["", "short", "Ünïcödé ✓", "<b>a & b</b>", "it's 100%", "a, b~1c", "two\nlines"]
)
NAMES = st.text("abc", min_size=1, max_size=3)
ANIMALS = st.fixed_dictionaries(
    {},
    optional={
        "notes": TEXTS,
        "story": TEXTS,
        "legs": st.none() | st.integers(0, 8),
        "weight": st.none() | st.sampled_from(["0.001", "12.5", "99999.999"]),
        "price": st.none() | st.sampled_from(["0.10", "1234.5"]),
        "length": st.none() | st.floats(-1e6, 1e6, width=32),
        "born_on": st.none() | st.dates().map(str),
        "fed_at": st.none() | st.sampled_from(["2026-01-01T10:00:00.123456Z", "2020-06-30T23:59Z"]),
        "seen_at": st.none() | st.sampled_from(["2026-01-01T10:00:00", "1999-12-31T23:59:59"]),
        "wakes_at": st.none() | st.sampled_from(["06:30", "23:59:59"]),
        "sleeps_for": st.none() | st.sampled_from([0, 3600, 0.5]),
        "is_tame": st.booleans(),
        "is_vaccinated": st.none() | st.booleans(),
        "diet": st.sampled_from(["plants", "meat", "nearly-all"]),
        "traits": st.none() | st.recursive(st.integers() | TEXTS, st.lists, max_leaves=4),
        "chip": st.none() | st.uuids().map(str),
    },
)


def state():
    """Every row and link, without what tells when and by whom it was written."""
    return {
        table.name: sorted(
            map(
                repr, db.session.execute(sa.select(*(c for c in table.c if c.key not in TECHNICAL)))
            )
        )
        for table in TABLES
    }


class Desk(RuleBasedStateMachine):
    """Somebody at work, who remembers what everything was like before each thing they did."""

    app = None

    @initialize()
    def begin(self):
        self.stack = contextlib.ExitStack()
        cache_clear(self.app)
        self.stack.enter_context(rolled_back(self.app))
        self.client = sign_in(self.app, "admin")
        self.stack.enter_context(self.app.app_context())
        self.stack.callback(db.session.remove)
        self.done = []

    def teardown(self):
        if not hasattr(self, "stack"):
            return
        with self.stack:
            for operation, before in reversed(self.done):
                answer = self.client.post(f"/api/v1/history/undo/{operation}")
                assert (answer.status_code, answer.json.get("failures")) == (200, []), answer.json
                db.session.expire_all()
                assert state() == before

    @contextlib.contextmanager
    def working(self):
        """Remember the operation of the block and the state before, if it changed anything."""
        before, known = state(), self.operations()
        yield
        db.session.expire_all()
        new = [operation for operation in self.operations() if operation not in known]
        assert new or state() == before
        assert len(new) <= 1
        if new:
            self.done.append((new[0], before))

    @staticmethod
    def operations():
        """Those that have changed something."""
        made = Operation.id.in_(sa.select(Change.operation_id))
        return list(db.session.scalars(sa.select(Operation.id).where(made).order_by(Operation.at)))

    def pick(self, model, number):
        seen = sa.select(model.id).order_by(model.id)
        if hasattr(model, "is_secret"):
            seen = seen.where(model.is_secret.is_(False))
        if model is Animal:
            # Nobody may change the dodo.
            seen = seen.where(Animal.name != "Dodo")
        keys = [str(key) for key in db.session.scalars(seen)]
        return keys[number % len(keys)] if keys else None

    def send(self, method, path, **body):
        with self.working():
            answer = self.client.open(f"/api/v1/{path}", method=method, json=body)
            assert answer.status_code < 500, answer.text

    # The zoo

    @rule(name=NAMES, parent=CHOICES)
    def add_species(self, name, parent):
        self.send("POST", "species/", name=name, parent=self.pick(Species, parent))

    @rule(which=CHOICES, name=NAMES, parent=CHOICES)
    def edit_species(self, which, name, parent):
        key, above = self.pick(Species, which), self.pick(Species, parent)
        self.send("PATCH", f"species/{key}", name=name, parent=above if above != key else None)

    @rule(name=NAMES)
    def add_badge(self, name):
        self.send("POST", "badges/", name=name)

    @rule(name=NAMES, species=CHOICES, badges=st.lists(CHOICES, max_size=3), values=ANIMALS)
    def add_animal(self, name, species, badges, values):
        keys = sorted({self.pick(Badge, number) for number in badges} - {None})
        key = self.pick(Species, species)
        self.send("POST", "animals/", name=name, species=key, badges=keys, **values)

    @rule(which=CHOICES, species=CHOICES, keeper=CHOICES, values=ANIMALS)
    def edit_animal(self, which, species, keeper, values):
        values |= {"species": self.pick(Species, species), "keeper": self.pick(Keeper, keeper)}
        self.send("PATCH", f"animals/{self.pick(Animal, which)}", **values)

    @rule(which=CHOICES, badges=st.lists(CHOICES, max_size=3))
    def link(self, which, badges):
        keys = sorted({self.pick(Badge, number) for number in badges} - {None})
        self.send("PATCH", f"animals/{self.pick(Animal, which)}", badges=keys)

    @rule(which=CHOICES, animals=st.lists(CHOICES, max_size=3))
    def link_from_the_other_side(self, which, animals):
        keys = sorted({self.pick(Animal, number) for number in animals} - {None})
        self.send("PATCH", f"badges/{self.pick(Badge, which)}", animals=keys)

    @rule(which=CHOICES, keeper=CHOICES, kilos=st.none() | st.integers(0, 9))
    def add_meal(self, which, keeper, kilos):
        animal, keeper = self.pick(Animal, which), self.pick(Keeper, keeper)
        self.send("POST", "meals/", animal=animal, keeper=keeper, kilos=kilos)

    @rule(model=st.sampled_from([Species, Badge, Animal]), which=CHOICES)
    def delete(self, model, which):
        plural = {Species: "species", Badge: "badges", Animal: "animals"}[model]
        self.send("DELETE", f"{plural}/{self.pick(model, which)}")

    @rule(which=st.lists(CHOICES, min_size=2, max_size=4))
    def delete_many(self, which):
        keys = sorted({self.pick(Animal, number) for number in which} - {None})
        with self.working():
            self.client.post("/zoo/animals/bulk/delete", data={"key": keys, "confirmed": "1"})

    @rule(which=st.lists(CHOICES, min_size=2, max_size=4))
    def feed_many(self, which):
        keys = sorted({self.pick(Animal, number) for number in which} - {None})
        with self.working():
            self.client.post("/zoo/animals/bulk/feed", data={"key": keys})

    # Past all screens, as jobs and commands work

    @rule(legs=st.none() | st.integers(0, 9), limit=CHOICES)
    def set_many(self, legs, limit):
        with self.working():
            statement = (
                sa.update(Animal)
                .where(Animal.id > limit, Animal.name != "Dodo")
                .values(legs=legs, notes=Animal.name)
            )
            db.session.execute(statement)
            db.session.commit()

    @rule(which=CHOICES, name=NAMES)
    def do_several_things_at_once(self, which, name):
        with self.working():
            animal = db.session.get(Animal, int(self.pick(Animal, which) or 0))
            if animal is None or animal.name == "Dodo":
                return
            taken = db.session.scalar(sa.select(Badge.id).where(Badge.name == f"new {name}"))
            if taken is None:
                animal.badges = [Badge(name=f"new {name}")]
            animal.notes = f"{animal.notes} {name}"
            db.session.flush()
            animal.notes = name
            for meal in db.session.scalars(sa.select(Meal).where(Meal.animal_id == animal.id)):
                db.session.delete(meal)
            db.session.commit()

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_last(self):
        operation, _before = self.done[-1]
        with self.working():
            answer = self.client.post(f"/api/v1/history/undo/{operation}")
            assert answer.json["failures"] == []

    # To-do lists and posts

    @rule(name=NAMES)
    def add_list(self, name):
        self.send("POST", "todo-lists/", name=name)

    @rule(which=CHOICES, title=NAMES, note=TEXTS)
    def add_item(self, which, title, note):
        self.send("POST", "todo-items/", list=self.pick(TodoList, which), title=title, note=note)

    @rule(which=CHOICES, action=st.sampled_from(["tick", "untick"]))
    def tick(self, which, action):
        self.send("POST", f"todo-items/{self.pick(TodoItem, which)}/{action}")

    @rule(which=CHOICES)
    def delete_list(self, which):
        self.send("DELETE", f"todo-lists/{self.pick(TodoList, which)}")

    @rule(title=NAMES, body=TEXTS)
    def add_post(self, title, body):
        self.send("POST", "posts/", title=title, body=body)

    @rule(which=CHOICES, title=NAMES, body=TEXTS)
    def edit_post(self, which, title, body):
        self.send("PATCH", f"posts/{self.pick(Post, which)}", title=title, body=body)

    @rule(which=CHOICES, action=st.sampled_from(["publish", "archive"]))
    def publish(self, which, action):
        self.send("POST", f"posts/{self.pick(Post, which)}/{action}")

    @rule(which=CHOICES)
    def delete_post(self, which):
        self.send("DELETE", f"posts/{self.pick(Post, which)}")


@pytest.fixture(scope="session")
def desk_app(make_app, database):
    """The application with everything in it, for the machine alone."""
    app = make_app(database)
    add_zoo(app)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User))
        db.session.remove()
    return app


def test_undoing_backwards_gives_back_every_state(desk_app):
    machine = type("Desk", (Desk,), {"app": desk_app})

    run_state_machine_as_test(machine, settings=settings(settings.default, stateful_step_count=16))
