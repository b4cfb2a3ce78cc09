"""The rows that are measured: made by the database itself, the same at every run.

Bureau has them in tables of its feature, the others in tables without what Bureau adds to a row:
who changed it when, and its version.
"""

from __future__ import annotations

import sqlalchemy as sa

USER = "admin"
PASSWORD = "a bench has no secrets"
COMPANIES = 200
TAGS = 50
TASKS = 100
TAGGED = 200_000
"""How many of the contacts have tags, two each."""
FIRST_NAMES = "Ana Bruno Carla Diego Elena Farid Greta Hugo Irene Jonas Kavya Liam Marta Nuno Olga"
LAST_NAMES = "Almeida Bianchi Costa Dupont Eriksen Fischer Gupta Hansen Ito Jensen Kowalski Lopez"
STATUSES = "lead active inactive blocked archived"
GENDERS = "female male other"
COUNTRIES = "Portugal Germany Brazil Japan Canada France Kenya India Chile Norway"
PREFIX = "crm_"
"""What the names of Bureau's tables begin with."""


def load(connection: sa.Connection, contacts: int, prefix: str = PREFIX) -> None:
    """Fill the empty tables with this many contacts and what belongs to them."""
    is_postgresql = connection.dialect.name == "postgresql"
    for statement in _statements(contacts, prefix, is_postgresql=is_postgresql):
        connection.execute(sa.text(statement))
    if is_postgresql:
        for name in ("company", "tag", "contact", "task"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{prefix}{name}', 'id'),"
                f" (SELECT max(id) FROM {prefix}{name}))"
            )


def _statements(contacts: int, prefix: str, *, is_postgresql: bool) -> list[str]:
    moment = _moment("0", is_postgresql=is_postgresql)
    made = _moment("(i * 104729) % 200000000", is_postgresql=is_postgresql)
    # Every row of Bureau's has when it was made and changed, and its version.
    common, values = "", ""
    if prefix:
        common, values = ", created_at, updated_at, version", f", {moment}, {moment}, 1"
    made = f"{made}, {made}, 1" if prefix else made
    companies = (
        f"INSERT INTO {prefix}company (id, name, country{common}) {_numbers(COMPANIES)}"
        f" SELECT i, 'Company ' || i, {_pick(COUNTRIES, '(i * 7) %')}{values} FROM numbers"
    )
    tags = (
        f"INSERT INTO {prefix}tag (id, name{common}) {_numbers(TAGS)}"
        f" SELECT i, 'tag-' || i{values} FROM numbers"
    )
    people = (
        f"INSERT INTO {prefix}contact (id, full_name, email, phone, birthday, company_id, status,"
        f" gender, notes, amount{common or ', created_at'}) {_numbers(contacts)}"
        f" SELECT i, {_contact(is_postgresql=is_postgresql)}, {made} FROM numbers"
    )
    tagged = (
        f"INSERT INTO {prefix}contact_tag (contact_id, tag_id) {_numbers(min(contacts, TAGGED))}"
        f" SELECT i, 1 + (i * 7 + k * 17) % {TAGS} FROM numbers"
        " CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1) AS twice"
    )
    tasks = (
        f"INSERT INTO {prefix}task (id, title, contact_id{common}) {_numbers(TASKS)}"
        f" SELECT i, 'Task ' || i, 1 + (i * 37) % {contacts}{values} FROM numbers"
    )
    return [companies, tags, people, tagged, tasks]


def _contact(*, is_postgresql: bool) -> str:
    """The values of a contact's own columns, from its name to its amount."""
    born = "DATE '1940-01-01' + CAST((i * 7919) % 25000 AS integer)"
    if not is_postgresql:
        born = "date('1940-01-01', ((i * 7919) % 25000) || ' days')"
    first, last = _pick(FIRST_NAMES, "(i * 31) %"), _pick(LAST_NAMES, "(i * 17 / 5) %")
    note = "'Asked for a quote in month ' || (1 + i % 12) || '; prefers mail. Reference ' || i * 97"
    return (
        f"{first} || ' ' || {last} || ' ' || i,"
        f" lower({first} || '.' || {last}) || i || '@example.com',"
        f" '+351 ' || (200000000 + (i * 7919) % 700000000), {born}, 1 + (i * 13) % {COMPANIES},"
        f" {_pick(STATUSES, '(i * 3 + i / 7) %')}, {_pick(GENDERS, '(i / 3) %')}, {note},"
        " ((i * 6007) % 1000000) / 100.0"
    )


def _numbers(count: int) -> str:
    return (
        "WITH RECURSIVE numbers(i) AS (SELECT CAST(1 AS bigint)"
        f" UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})"
    )


def _pick(words: str, formula: str) -> str:
    """One of some words, by a formula that ends where the number of words belongs."""
    listed = words.split()
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(listed))
    return f"(CASE {formula} {len(listed)} {cases} END)"


def _moment(seconds: str, *, is_postgresql: bool) -> str:
    if is_postgresql:
        return f"TIMESTAMPTZ '2019-01-01 00:00:00+00' + ({seconds}) * INTERVAL '1 second'"
    return f"datetime('2019-01-01', ({seconds}) || ' seconds')"
