"""An answer: the steps that lead to it, in words."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Holds(enum.StrEnum):
    """What a step says."""

    YES = "yes"
    NO = "no"
    NOTE = "note"
    """It decides nothing here, and is good to know."""


@dataclass(frozen=True)
class Step:
    """One thing that was asked, and the answer to it."""

    holds: Holds
    text: str


@dataclass(frozen=True)
class Decision:
    """The answer, and what it rests on."""

    steps: Sequence[Step]

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stands against it."""
        return all(step.holds is not Holds.NO for step in self.steps)

    @property
    def reason(self) -> str:
        """What decides: the first thing that stands against it, or else what allows it."""
        for wanted in (Holds.NO, Holds.YES):
            for step in self.steps:
                if step.holds is wanted:
                    return step.text
        return self.steps[0].text


def yes(text: str) -> Step:
    """A step that allows."""
    return Step(Holds.YES, text)


def no(text: str) -> Step:
    """A step that refuses."""
    return Step(Holds.NO, text)


def note(text: str) -> Step:
    """A step that decides nothing."""
    return Step(Holds.NOTE, text)
