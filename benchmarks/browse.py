"""Time from an edit of the ledger to the next page in Fava, with and without ours.

Usage: python benchmarks/browse.py [FLOWS]

Both Favas serve the same ledger with the same `plugin "solvency"` line; one has the
extension's line too. The target, at 10,000 flows: a page after an edit takes at most
1.2 times as long with the extension. What our own page takes, which also adds up the
books, is printed beside. The first page of ours after Fava's start, at 100,000 flows:
at most 0.3 times Fava's load. Exits with 1 if a target is missed.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from pathlib import Path

from generate import write

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"

from fava.application import create_app

LINE = '2019-01-01 custom "fava-extension" "solvency.browse"\n'
TARGET = 1.2
FIRST = 0.3
#: Flows from which the first page has a target: below, imports are most of it.
LARGE = 100_000
RUNS = 3
FAVA = "api/balance_sheet"
OURS = "extension/GroupBalance/"
OPENED = "extension/WhereItWent/"


class Served:
    """A Fava on a ledger."""

    def __init__(self, path: Path) -> None:
        self.path = path
        gc.collect()
        started = time.process_time()
        self.client = create_app(
            [str(path)], load=True, poll_watcher=True
        ).test_client()
        #: Seconds of Fava's start.
        self.loading = time.process_time() - started
        self.slug = self.client.get("/").headers["Location"].split("/")[1]

    def first(self) -> float:
        """Return the seconds of the first page of ours."""
        started = time.process_time()
        reply = self.client.get(f"/{self.slug}/{OPENED}")
        if reply.status_code != 200:
            raise SystemExit(f"{OPENED} answered {reply.status_code}")
        return time.process_time() - started

    def after_edit(self, page: str, remark: str) -> float:
        """Return the seconds from an edit to a page."""
        with self.path.open("a") as ledger:
            ledger.write(f"; {remark}\n")
        gc.collect()
        # Processor time: what else the machine does falls on neither.
        started = time.process_time()
        # What the page in the browser asks first: has anything changed?
        changed = self.client.get(f"/{self.slug}/api/changed").get_json()
        if not changed["data"]:
            raise SystemExit("Fava did not notice the edit")
        reply = self.client.get(f"/{self.slug}/{page}")
        seconds = time.process_time() - started
        if reply.status_code != 200:
            raise SystemExit(f"{page} answered {reply.status_code}")
        return seconds


def main() -> None:
    """Compare the two, turn by turn."""
    flows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = Path(folder) / "plain.beancount", Path(folder) / "ours.beancount"
        write(flows, plain)
        ours.write_text(plain.read_text() + LINE)
        # Alone: each collection of garbage goes through all that is there.
        extended = Served(ours)
        first = extended.first()
        without = Served(plain)
        extended.client.get(f"/{extended.slug}/{OURS}")
        times: dict[str, list[float]] = {"without": [], "with": [], "page": []}
        for run in range(RUNS):
            times["without"].append(without.after_edit(FAVA, f"{run}"))
            times["with"].append(extended.after_edit(FAVA, f"{run}"))
            times["page"].append(extended.after_edit(OURS, f"{run} again"))
    least = {name: min(found) for name, found in times.items()}
    ratio = least["with"] / least["without"]
    print(
        f"{flows:,} flows, edit to a page of Fava: {least['with']:.2f} s, without the"
        f" extension {least['without']:.2f} s: x{ratio:.2f} (target x{TARGET})"
    )
    print(
        f"edit to our page Group: {least['page']:.2f} s:"
        f" x{least['page'] / least['without']:.2f}"
    )
    share = first / extended.loading
    print(
        f"first page of ours {first:.2f} s, Fava's load {extended.loading:.2f} s:"
        f" x{share:.2f} (target x{FIRST} from {LARGE:,} flows)"
    )
    if ratio > TARGET or (flows >= LARGE and share > FIRST):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
