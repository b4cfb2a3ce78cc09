"""What the user may undo of an operation, as far as no row has to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.core.history.inverse import Item, Step
from app.core.history.models import Change, Operation, Verb
from app.core.history.subjects import seen_fields
from app.core.history.timeline import UNDONE_BY, is_trashing
from app.core.query.gate import Gate, current_actor, gate_of
from app.core.trash import Scope

VERBS = {"post": "add", "put": "edit", "patch": "edit", "cell": "edit"}
"""The verb of an operation that is called after its door."""


@dataclass
class Refused:
    """The changes that cannot be undone, and why."""

    reasons: list[tuple[Change, str]] = field(default_factory=list)
    later: list[tuple[Item, str]] = field(default_factory=list)
    """What may be possible once other rows are as they were."""
    hidden: set[int] = field(default_factory=set)
    """The changes of rows that the user may not see."""

    def add(self, change: Change, reason: str, *, is_hidden: bool = False) -> None:
        self.reasons.append((change, reason))
        if is_hidden:
            self.hidden.add(change.id)


class Permits:
    """The rights on each model and field that an operation has changed."""

    def __init__(
        self,
        done: Operation | None,
        models: Mapping[str, type],
        changes: Sequence[Change],
        views: Mapping[type, Any],
    ) -> None:
        self.done = done
        self.views = views
        self.gates: dict[str, Gate] = {n: gate_of(m).of(Scope.ALL) for n, m in models.items()}
        self.readable = {name: gate.can("read") for name, gate in self.gates.items()}
        self.seen = {name: seen_fields(gate) for name, gate in self.gates.items()}
        self.writable = {name: seen_fields(gate, "edit") for name, gate in self.gates.items()}
        asked = {(change.model, right_for(change)) for change in changes}
        self.held = {(name, verb): self.gates[name].can(verb) for name, verb in asked}
        offered = [pair for pair in asked if self._is_offered(*pair)]
        self.by_products = bool(offered) and all(self.held[pair] for pair in offered)
        self.acted = _verb_of(done)

    def sees(self, change: Change) -> bool:
        """Whether the user may know of this change, whichever row it was of."""
        if not self.readable[change.model]:
            return False
        if change.verb is not Verb.EDIT or is_trashing(change):
            return True
        seen = self.seen[change.model]
        return any(name in seen for name in {**(change.before or {}), **(change.after or {})})

    def allows(self, step: Step, item: Item, refused: Refused) -> bool:
        """Whether the user holds the right; of an edit, fields they may not set are taken out."""
        change = item.change
        right = right_for(change)
        is_offered = self._is_offered(change.model, right)
        if not (self.held[change.model, right] if is_offered else self.by_products):
            refused.add(change, _("You do not have permission to do this."))
            return False
        if step is not Step.UPDATE or is_trashing(change) or not is_offered:
            return True
        kept_back = [name for name in item.values if not self._may_set(change.model, name)]
        kept_back += [n for n in {*item.link, *item.unlink} if not self._may_set(change.model, n)]
        labels = []
        for name in kept_back:
            for part in (item.values, item.expected, item.link, item.unlink):
                part.pop(name, None)
            if name in self.seen[change.model]:
                labels.append(str(self.seen[change.model][name].label))
        if labels:
            names = ", ".join(dict.fromkeys(labels))
            refused.add(change, _("You may not change this: %(fields)s.", fields=names))
        return bool(item.values or item.link or item.unlink)

    def _may_set(self, model: str, name: str) -> bool:
        """Whether the user may set a field back.

        What forms do not offer, such as the state of a post, only named operations set. Setting it
        back takes the right to that operation, or else to have been the one who changed it.
        """
        field = self.writable[model].get(name)
        if field is None:
            return False
        if not field.is_readonly:
            return True
        if self._is_offered(model, self.acted):
            return self.gates[model].can(self.acted)
        user = current_actor()
        return self.done is not None and user is not None and self.done.user_id == user.id

    def _is_offered(self, model: str, verb: str) -> bool:
        """Whether anybody can hold this right: what no screen lets one write is a by-product."""
        view = self.views.get(self.gates[model].model)
        return view is not None and f"can_{verb}" in view.base_permissions


def right_for(change: Change) -> str:
    """The right that undoing the change asks for."""
    return "delete" if is_trashing(change) else UNDONE_BY[change.verb]


def _verb_of(done: Operation | None) -> str:
    """The right with which the operation was done, where its name tells."""
    word = done.action.rpartition(".")[2] if done is not None else ""
    return VERBS.get(word, word)
