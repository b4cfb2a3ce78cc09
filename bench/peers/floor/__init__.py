"""The floor: no contestant, but what none of them can do better than."""

from __future__ import annotations

from bench.client import Visitor
from bench.contestant import Contestant


class Floor(Contestant):
    name = "floor"
    title = "Floor"
    has_environment = False
    login_page = "/login"
    pages = {"list": "/list", "next": "/list?after={last_of_page}"}

    def sign_in(self, visitor: Visitor) -> None:
        visitor.get(self.login_page)
