"""What the database holds in the end, against what the site has said that it had done."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from bench.soak.client import SHARED
from bench.soak.journal import Journal, Row

NAMES = "SELECT id, full_name, phone FROM crm_contact WHERE full_name LIKE 'Soak%x %'"
CHANGES = (
    "SELECT row_key, verb, count(*) FROM history_change WHERE model = 'Contact'"
    " GROUP BY row_key, verb"
)
SHARED_CHANGES = (
    "SELECT row_key, count(*) FROM history_change WHERE model = 'Label' AND verb = 'edit'"
    " GROUP BY row_key"
)
VERSIONS = "SELECT id, version FROM crm_tag WHERE id IN :keys"


def find_losses(url: str, journal: Journal) -> list[str]:
    """Everything that was confirmed and is not there exactly once, with its history."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        stored = [tuple(row) for row in connection.execute(sa.text(NAMES))]
        history = Counter(
            {(key, verb): count for key, verb, count in connection.execute(sa.text(CHANGES))}
        )
        shared = {row.row_key: row[1] for row in connection.execute(sa.text(SHARED_CHANGES))}
        keys: Any = sa.bindparam("keys", [int(key) for key in SHARED], expanding=True)
        versions = connection.execute(sa.text(VERSIONS).bindparams(keys)).all()
    engine.dispose()
    found = [
        loss for rows in journal.rows.values() for row in rows for loss in _losses(row, stored)
    ]
    found += [
        loss for rows in journal.rows.values() for row in rows for loss in _gaps(row, history)
    ]
    known = {row.name for rows in journal.rows.values() for row in rows}
    found += [f"{name} was made by nobody" for _key, name, _phone in stored if name not in known]
    for key, version in versions:
        saves, doubts = journal.shared_saves[str(key)], journal.shared_doubts[str(key)]
        for what, count in (("version", version - 1), ("history", shared.get(str(key), 0))):
            if not saves <= count <= saves + doubts:
                found.append(f"tag {key}: {saves} saves (+{doubts}), {what} says {count}")
    return found


def connections_of(url: str) -> int:
    """How many connections there are to the database, without one's own."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        count = int(connection.scalar(sa.text(statement)) or 0) - 1
    engine.dispose()
    return count


def _losses(row: Row, stored: list[tuple[int, str, str]]) -> list[str]:
    same = [phone for _key, name, phone in stored if name == row.name]
    if row.is_deleted:
        return [f"{row.name} was deleted and is there"] if same else []
    if len(same) > 1:
        return [f"{row.name} is there {len(same)} times"]
    if not same:
        return [f"{row.name} was saved and is not there"] if row.is_certain else []
    if same[0] not in row.values:
        return [f"{row.name} has {same[0]}, not {' or '.join(sorted(row.values))}"]
    return []


def _gaps(row: Row, history: Counter[tuple[str, str]]) -> list[str]:
    if not row.key:
        return []
    found = []
    if history[row.key, "add"] != 1:
        found.append(f"{row.name}: {history[row.key, 'add']} entries of its adding")
    edits = history[row.key, "edit"]
    if not row.edits <= edits <= row.edits + row.doubtful:
        found.append(f"{row.name}: {row.edits} saves (+{row.doubtful}), {edits} entries")
    if row.is_deleted and history[row.key, "delete"] != 1:
        found.append(f"{row.name}: {history[row.key, 'delete']} entries of its deletion")
    return found
