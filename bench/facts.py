"""What the pages must show: asked of the database that the contestant shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

PAGE_SIZE = 25
STATUS = "active"
NEEDLE = "isch"
RECORD = 4001
EDITED = tuple(range(4001, 4009))
"""The records that are saved again and again: two for each connection."""
COMPANY = 7
"""The company of the contacts that are created."""
BIG_RECORD = 1
"""The task whose form has a foreign key to all contacts."""
NEW_CONTACT = {
    "full_name": "New Contact",
    "email": "new.contact1@example.com",
    "birthday": "1990-01-02",
    "company": str(COMPANY),
    "status": "lead",
    "gender": "other",
    "notes": "Made by the benchmark. " * 8,
    "created_at": "2024-05-06 07:08:09",
    "amount": "12.34",
}
NEW_TAGS = ["3", "4"]


@dataclass(frozen=True)
class Rows:
    """One page of the list."""

    emails: Sequence[str]
    details: Sequence[str]
    """What else its first row shows."""


class Facts:
    """The questions; each is asked anew, because the contestants write meanwhile."""

    def __init__(self, engine: sa.Engine, prefix: str, contacts: int) -> None:
        self._engine = engine
        self._prefix = prefix
        self.contacts = contacts
        self.middle = contacts // 2 // PAGE_SIZE
        """The number of the page in the middle, the first being 1."""

    def ask(self, statement: str, **values: object) -> list[Any]:
        """The rows of a statement; `{contact}` and the like are the names of the tables."""
        names = {n: self._prefix + n for n in ("contact", "company", "tag", "contact_tag", "task")}
        with self._engine.begin() as connection:
            answer = connection.execute(sa.text(statement.format(**names)), values)
            return list(answer.all()) if answer.returns_rows else []

    def first(self) -> Rows:
        return self._page("true", "id")

    def deep(self) -> Rows:
        return self._page("true", "id", (self.middle - 1) * PAGE_SIZE)

    def behind(self) -> Rows:
        return self._page("true", "id", self.middle * PAGE_SIZE)

    def filtered(self) -> Rows:
        return self._page(f"status = '{STATUS}'", "created_at DESC")

    def found(self) -> Rows:
        return self._page(f"lower(full_name) LIKE '%{NEEDLE}%'", "id")

    def record(self, key: int) -> list[str]:
        """Name, mail and company of a contact."""
        return list(
            self.ask(
                "SELECT c.full_name, c.email, o.name FROM {contact} c"
                " JOIN {company} o ON o.id = c.company_id WHERE c.id = :key",
                key=key,
            )[0]
        )

    def relations(self, key: int) -> tuple[str, list[str]]:
        """The keys of a contact's company and of its tags."""
        company = self.ask("SELECT company_id FROM {contact} WHERE id = :key", key=key)
        tags = self.ask("SELECT tag_id FROM {contact_tag} WHERE contact_id = :key", key=key)
        return str(company[0][0]), [str(tag) for (tag,) in tags]

    def contact_of_task(self) -> int:
        return int(self.ask("SELECT contact_id FROM {task} WHERE id = :key", key=BIG_RECORD)[0][0])

    def by_status(self) -> dict[str, int]:
        """How many contacts have each status."""
        rows = self.ask("SELECT status, count(*) FROM {contact} GROUP BY status")
        return {str(status): int(count) for status, count in rows}

    def phone(self, key: int) -> str | None:
        found = self.ask("SELECT phone FROM {contact} WHERE id = :key", key=key)
        return None if not found else found[0][0]

    def created(self) -> int:
        """How many contacts were created since the data was made."""
        rows = self.ask("SELECT count(*) FROM {contact} WHERE id > :last", last=self.contacts)
        return int(rows[0][0])

    def forget_created(self) -> None:
        """Take those contacts out again."""
        last = self.contacts
        self.ask("DELETE FROM {contact_tag} WHERE contact_id > :last", last=last)
        self.ask("DELETE FROM {contact} WHERE id > :last", last=last)

    def close(self) -> None:
        self._engine.dispose()

    def _page(self, condition: str, order: str, offset: int = 0) -> Rows:
        rows = self.ask(
            "SELECT c.id, c.email, c.phone, c.status, c.amount, o.name FROM {contact} c"
            " JOIN {company} o ON o.id = c.company_id WHERE c.id IN (SELECT id FROM {contact}"
            f" WHERE {condition} ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET {offset})"
            f" ORDER BY c.{order}"
        )
        first = rows[0]
        tags = self.ask(
            "SELECT t.name FROM {contact_tag} ct JOIN {tag} t ON t.id = ct.tag_id"
            " WHERE ct.contact_id = :key",
            key=first.id,
        )
        # A thousands separator is a matter of taste.
        amount = f"{first.amount:.2f}"[-6:]
        details = [first.phone.removeprefix("+351 "), first.status, amount, first.name]
        return Rows([row.email for row in rows], details + [tag for (tag,) in tags])
