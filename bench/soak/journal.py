"""What was asked and answered, and what the site has said that it has done."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """One request: what it was for, when, how long, and what was wrong with the answer."""

    step: str
    began: float
    ended: float
    status: int
    problem: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


@dataclass(frozen=True)
class Window:
    """A time in which a service was away."""

    service: str
    began: float
    ended: float

    def meets(self, sample: Sample) -> bool:
        """Whether the request was under way in it."""
        return sample.began <= self.ended and sample.ended >= self.began


@dataclass
class Row:
    """A record that somebody has made: what they were told of it."""

    name: str
    key: str = ""
    values: set[str] = field(default_factory=set)
    """What its telephone number may be: more than one after a save that got no clear answer."""
    edits: int = 0
    """Saves that were confirmed."""
    doubtful: int = 0
    """Saves that got no clear answer: each may have been done."""
    is_deleted: bool = False
    may_be_deleted: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it must be there, as it was said to be."""
        return not self.is_deleted and not self.may_be_deleted


class Journal:
    """Notes of all people; each of them writes from a thread of their own."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.wrong: Counter[tuple[str, str]] = Counter()
        self.rows: dict[int, list[Row]] = defaultdict(list)
        self.shared_saves: defaultdict[str, int] = defaultdict(int)
        self.shared_doubts: defaultdict[str, int] = defaultdict(int)
        self.windows: list[Window] = []
        self._away: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, sample: Sample) -> None:
        """Keep one request."""
        self.samples.append(sample)

    def blame(self, step: str, problem: str) -> None:
        """Note an answer that was not what it should have been."""
        with self._lock:
            self.wrong[step, problem] += 1

    def count_save(self, key: str, *, is_certain: bool) -> None:
        """Note a save of a record that many people change."""
        with self._lock:
            (self.shared_saves if is_certain else self.shared_doubts)[key] += 1

    def begin_outage(self, service: str) -> None:
        """A service is about to go."""
        self._away[service] = time.monotonic()

    def end_outage(self, service: str) -> None:
        """A service answers again."""
        self.windows.append(Window(service, self._away.pop(service), time.monotonic()))

    def outside(self, service: str) -> Iterator[Sample]:
        """The requests that were never under way while the service was away."""
        windows = [window for window in self.windows if window.service == service]
        return (
            sample for sample in self.samples if not any(window.meets(sample) for window in windows)
        )
