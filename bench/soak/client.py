"""A program at work: the REST API with a token, and records that many of them change at once."""

from __future__ import annotations

import json
from typing import Any

from bench.soak.browser import Answer
from bench.soak.journal import Row
from bench.soak.people import PASSWORD, name_of
from bench.soak.person import Person, Step

API = "/api/v1"
SHARED = tuple(str(number) for number in range(1, 6))
"""The tags that everybody changes: every save must count, or be refused."""


class Client(Person):
    """Works with the API alone."""

    def steps(self) -> list[tuple[Step, int]]:
        """What it does, and how often."""
        return [
            (self.read_rows, 10),
            (self.add, 4),
            (self.patch, 8),
            (self.patch_shared, 6),
            (self.remove, 1),
        ]

    def read_rows(self) -> None:
        """The rows of its company, by a filter, and of nobody else's."""
        path = f"{API}/contacts/?{self._filter()}&columns=full_name,company"
        answer = self.browser.call("REST list", "GET", path)
        rows = self._read("REST list", answer, 200).get("result", [])
        if any(row["company"]["key"] != str(self.company) for row in rows):
            self.browser.blame("REST list", "rows of another company")

    def add(self) -> None:
        """A new record."""
        if len([row for row in self.rows if not row.is_deleted]) >= 15:
            return self.remove()
        name, phone = f"Soak{self.number}x {next(self._names)}", self._new_phone()
        sent = {
            "full_name": name,
            "email": f"{name_of(self.number)}@bench.example",
            "phone": phone,
            "status": "active",
            "company": str(self.company),
            "amount": "12.50",
        }
        answer = self.browser.call("REST add", "POST", f"{API}/contacts/", json.dumps(sent))
        if answer.is_away:
            self.rows.append(Row(name, "", {phone}, may_be_deleted=True))
            return None
        found = self._read("REST add", answer, 201)
        if found:
            self.rows.append(Row(name, str(found["id"]), {phone}))
        return None

    def patch(self) -> None:
        """Another telephone number, and the same one read back."""
        row = self._any_row()
        if row is None:
            return
        path, phone = f"{API}/contacts/{row.key}", self._new_phone()
        answer = self.browser.call("REST change", "PATCH", path, json.dumps({"phone": phone}))
        if answer.is_away:
            row.values, row.doubtful = {*row.values, phone}, row.doubtful + 1
            return
        if self._read("REST change", answer, 200):
            row.values, row.edits = {phone}, row.edits + 1
        answer = self.browser.call("REST record", "GET", path)
        found = self._read("REST record", answer, 200)
        if found and found["result"]["phone"] not in row.values:
            self.browser.blame("REST record", "a saved value is not there")

    def patch_shared(self) -> None:
        """A record that others change at this very moment."""
        key = self.choose.choice(SHARED)
        sent = json.dumps({"name": f"tag {self.number} {next(self._phones)}"})
        answer = self.browser.call("REST shared", "PATCH", f"{API}/labels/{key}", sent)
        if answer.status in (200, 409) or answer.is_away:
            if answer.status != 409:
                self.journal.count_save(key, is_certain=answer.status == 200)
        else:
            self.browser.blame("REST shared", f"status {answer.status}")

    def remove(self) -> None:
        """Delete a record of its own."""
        row = self._any_row()
        if row is None:
            return
        answer = self.browser.call("REST delete", "DELETE", f"{API}/contacts/{row.key}")
        if answer.status == 204 or (answer.status == 404 and row.may_be_deleted):
            row.is_deleted = True
        elif answer.is_away:
            row.may_be_deleted = True
        else:
            self.browser.blame("REST delete", f"status {answer.status}")

    def _log_in(self) -> None:
        sent = json.dumps({"username": name_of(self.number), "password": PASSWORD})
        answer = self.browser.call("REST log in", "POST", f"{API}/security/login", sent)
        if answer.status == 200:
            self.browser.token = json.loads(answer.text)["access_token"]
            self._is_known = True
        elif not answer.is_away:
            self.browser.blame("REST log in", f"status {answer.status}")

    def _read(self, step: str, answer: Answer, expected: int) -> Any:
        """What the answer holds; nothing where it is not the expected one."""
        if answer.status == 401:
            # A token lasts for a quarter of an hour.
            self._log_in()
            return {}
        if answer.status == expected:
            return json.loads(answer.text)
        if not answer.is_away:
            self.browser.blame(step, f"status {answer.status}")
        return {}
