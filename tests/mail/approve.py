"""`make mails`: shows the mails that say something else than was approved, and approves them."""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

APPROVED = Path(__file__).with_name("rendered")
TESTS = "tests/mail/test_rendering.py"


def main() -> None:
    """Render all mails, print the differences, and ask before they count as approved."""
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-k", "approved", TESTS], check=False)
    proposals = sorted(APPROVED.glob("*.new"))
    for proposal in proposals:
        approved = proposal.with_suffix(".txt")
        before = approved.read_text(encoding="utf-8") if approved.exists() else ""
        after = proposal.read_text(encoding="utf-8")
        sys.stdout.writelines(
            difflib.unified_diff(
                before.splitlines(keepends=True),
                after.splitlines(keepends=True),
                str(approved.name),
                str(proposal.name),
            )
        )
    if not proposals:
        sys.stdout.write("Every mail says what was approved.\n")
    elif "--yes" in sys.argv or input(f"Approve these {len(proposals)} texts? [y/N] ") == "y":
        for proposal in proposals:
            proposal.rename(proposal.with_suffix(".txt"))


if __name__ == "__main__":
    main()
