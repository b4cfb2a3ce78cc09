"""The table of a run, and whether it held."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence

from bench.soak.journal import Journal, Sample

BOUND_SECONDS = 1.0
MEGABYTE = 1024 * 1024
GROWTH_BYTES = 20 * MEGABYTE
"""How much all processes together may hold more at the end than after their first third."""
SHOWN = 20


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time that this share of the requests did not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def print_table(journal: Journal, seconds: float) -> None:
    """One line for each kind of request."""
    by_step: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in journal.samples:
        by_step[sample.step].append(sample)
    print(f"{'request':24} {'count':>7} {'away':>6} {'wrong':>6}", end="")
    print(f" {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for step in [*sorted(by_step), "all"]:
        found = journal.samples if step == "all" else by_step[step]
        times = [sample.seconds for sample in found]
        away = sum(sample.problem == "away" for sample in found)
        wrong = sum(bool(sample.problem) for sample in found) - away
        wrong += sum(n for (name, _text), n in journal.wrong.items() if step in (name, "all"))
        p50, p95 = (1000 * percentile(times, share) for share in (0.5, 0.95))
        print(
            f"{step:24} {len(found):7} {away:6} {wrong:6}"
            f" {p50:8.0f} {p95:8.0f} {1000 * max(times):8.0f}"
        )
    print(f"{len(journal.samples) / seconds:.0f} requests a second for {seconds:.0f} s")


def failures(journal: Journal, bound: float) -> list[str]:
    """What went wrong with answers: anything while all was there, and unclean ones always."""
    found = Counter({f"{step}: {text}": count for (step, text), count in journal.wrong.items()})
    windows = [window for window in journal.windows if window.service == "postgresql"]
    for sample in journal.samples:
        is_excused = sample.problem == "away" and any(window.meets(sample) for window in windows)
        if sample.problem and not is_excused:
            found[f"{sample.step}: {sample.problem}"] += 1
    calm = [sample.seconds for sample in journal.outside("postgresql")]
    p95 = percentile(calm, 0.95)
    lines = [f"{count} x {text}" for text, count in found.most_common(SHOWN)]
    if p95 > bound:
        lines.append(f"p95 is {p95:.2f} s, more than {bound:.0f} s")
    return lines


def memory_line(sizes: Sequence[int]) -> tuple[str, bool]:
    """How memory went, and whether it stayed flat; a short run cannot tell."""
    if len(sizes) < 60:
        shown = ", ".join(f"{size // MEGABYTE}" for size in sizes[:: max(1, len(sizes) // 10)])
        return f"memory, MB: {shown} (too short a run to judge)", True
    third = len(sizes) // 3
    early = statistics.median(sizes[third : third + third // 2])
    late = statistics.median(sizes[-third // 2 :])
    grown = (late - early) / MEGABYTE
    line = f"memory of all processes: {early / MEGABYTE:.0f} MB after a third of the time"
    return (
        f"{line}, {late / MEGABYTE:.0f} MB at the end ({grown:+.0f})",
        late - early <= GROWTH_BYTES,
    )
