"""The rows of a site that has grown: permissions, roles, users and records, made by SQL."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bench.growth.models import NAME

VERBS = 10
"""How many permissions each subject has that no view declares."""


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    models: int = 1
    roles: int = 5
    permissions: int = 0
    users: int = 10
    records: int = 1_000
    """Of the first two models; the others have one each."""


def load(connection: sa.Connection, size: Size) -> None:
    """Fill the tables beside what the site has made itself."""
    for statement in (*_security(size), *_records(size)):
        connection.execute(sa.text(statement))
    if connection.dialect.name == "postgresql":
        names = ["ab_permission", "ab_view_menu", "ab_permission_view", "ab_role", "ab_user"]
        names += [f"{NAME}_m{number:03d}" for number in range(1, size.models + 1)]
        for name in names:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                f" (SELECT max(id) FROM {name}))"
            )


def _security(size: Size) -> list[str]:
    """Keys begin at a million, far from those of the site's own rows."""
    subjects, roles = size.permissions // VERBS, max(size.roles, 1)
    permission = f"1000001 + (i - 1) % {VERBS}, 1000001 + (i - 1) / {VERBS}"
    user = "'First' || i, 'Last' || i, 'user' || i, 'user' || i || '@example.com', i > 0"
    # Every role has as many rights and members as any other.
    role = f"1000001 + id % {roles} AS role_id"
    rights = f"SELECT id AS permission_view_id, {role} FROM ab_permission_view"
    members = f"SELECT id AS user_id, {role} FROM ab_user WHERE id > 1000000"
    return [
        _insert("ab_permission", "name", VERBS, "'can_verb' || i"),
        _insert("ab_view_menu", "name", subjects, "'Dataset' || i"),
        _insert("ab_permission_view", "permission_id, view_menu_id", subjects * VERBS, permission),
        _insert("ab_role", "name", size.roles, "'Role ' || i"),
        _insert("ab_user", "first_name, last_name, username, email, active", size.users, user),
        _link("ab_permission_view_role", "permission_view_id", "role_id", rights),
        _link("ab_user_role", "user_id", "role_id", members),
    ]


def _insert(table: str, names: str, count: int, values: str) -> str:
    rows = f"{_numbers(count)} SELECT 1000000 + i, {values} FROM numbers"
    return f"INSERT INTO {table} (id, {names}) {rows}"


def _link(table: str, first: str, second: str, source: str) -> str:
    place = f"1000000 + row_number() OVER (ORDER BY {first})"
    return (
        f"INSERT INTO {table} (id, {first}, {second})"
        f" SELECT {place}, {first}, {second} FROM ({source}) AS links"
    )


def _records(size: Size) -> list[str]:
    statements = []
    for number in range(1, size.models + 1):
        count = size.records if number <= 2 else 1
        names, values = ("", "") if number == 1 else (", before_id", ", i")
        statements.append(
            f"INSERT INTO {NAME}_m{number:03d} (id, title, status, amount, count,"
            f" created_at, updated_at, version{names}) {_numbers(count)} SELECT i, 'Title ' || i,"
            f" 'open', i / 4.0, i * 1000, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, 1{values}"
            " FROM numbers"
        )
    return statements


def _numbers(count: int) -> str:
    return (
        "WITH RECURSIVE numbers(i) AS (SELECT 1 AS i WHERE 0 < "
        f"{count} UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})"
    )
