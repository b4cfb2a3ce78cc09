"""How many rows a list has: exactly where that is cheap, else as the planner expects.

Counting a million rows costs more than everything else on a page together, so the planner is
asked first what it would cost. What was found is kept until a table behind it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.core.bounded import TookTooLong, at_most
from app.core.cache import cached
from app.core.query.binds import binding_of
from app.core.query.explain import plan_of
from app.core.query.fingerprint import fingerprint_of, rules_in
from app.core.query.page import Count

EXACT_LIMIT = 100_000
"""Up to here rows are counted one by one."""
CHEAP_COST = 10_000
"""What the planner may think counting costs, in its own unit; about fifty milliseconds."""
SECONDS = 0.25
"""How long counting may take where the planner was wrong, and where there is none."""
EXACT_SECONDS = 10
"""How long it may take for somebody who asks for the exact number."""
KEPT_SECONDS = 300
"""How long a number is kept: others than Bureau may change a table without a word."""
Rules = Sequence[Any]
"""The options of a statement that are rules for related rows."""
LAG_SECONDS = 3
"""How old a number may be that is shown while a new one is counted."""


def count_rows(session: Session, statement: sa.Select[Any], *, exactly: bool = False) -> Count:
    """Count the rows of `statement`, or take what was counted before its tables changed.

    With `exactly` it may take its time; where even that is too short, `gave_up` says so.
    """
    # What waits to be written is written now: it would be taken back with a block that is bounded.
    session.flush()
    binding = binding_of(statement)

    def make() -> Count:
        connection = session.connection(bind_arguments=binding)
        one: Any = sa.literal_column("1")
        some = statement.with_only_columns(one, maintain_column_froms=True)
        count = _count_all if exactly else _count_cheaply
        return count(connection, some.order_by(None), rules_in(statement))

    found = fingerprint_of(statement, session.get_bind(**binding).dialect)
    if found is None:
        return make()
    kind = "exact-count" if exactly else "count"
    return cached(
        f"{kind}:{found.key}",
        found.tags,
        make,
        found.seconds(KEPT_SECONDS),
        stale_seconds=LAG_SECONDS,
    )


def _count_cheaply(connection: Connection, some: sa.Select[Any], rules: Rules) -> Count:
    plan = plan_of(connection, some)
    if plan is not None and (plan.rows > EXACT_LIMIT or plan.cost > CHEAP_COST):
        return Count(plan.rows, is_exact=False)
    try:
        with at_most(connection, SECONDS):
            counted = _number(connection, some.limit(EXACT_LIMIT + 1), rules)
    except TookTooLong:
        return Count(_guess(plan.rows if plan else 0), is_exact=False)
    if counted <= EXACT_LIMIT:
        return Count(counted)
    return Count(_guess(plan.rows if plan else 0), is_exact=False)


def _count_all(connection: Connection, some: sa.Select[Any], rules: Rules) -> Count:
    try:
        with at_most(connection, EXACT_SECONDS):
            return Count(_number(connection, some, rules))
    except TookTooLong:
        plan = plan_of(connection, some)
        return Count(_guess(plan.rows if plan else 0), is_exact=False, gave_up=True)


def _guess(rows: int) -> int:
    """The planner's number; it was wrong where it is small, or it would have been cheap."""
    return max(rows, EXACT_LIMIT)


def _number(connection: Connection, some: sa.Select[Any], rules: Rules) -> int:
    # Rules that come as options hold only where they stand on the statement that is sent.
    counting = sa.select(sa.func.count()).select_from(some.subquery()).options(*rules)
    return int(connection.execute(counting).scalar_one())
