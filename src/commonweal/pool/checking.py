"""Reading and judging one landed file. Writes to the vault, never to the database.

What a file is refused for as a whole, and the threshold beyond which it is, is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from commonweal.compute.check.ids import content_id
from commonweal.compute.check.run import Checked, check
from commonweal.compute.contract.model import MISSING, ROW, Contract, Table
from commonweal.compute.errors import Unusable
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps
from commonweal.pool import contracts
from commonweal.pool.models import Submission
from commonweal.pool.vault import files, records, store
from commonweal.pool.vault.store import Place

MOST_BAD_PERCENT = 20
"""More bad rows than this and the file is refused whole: the month would mislead."""

CAPS = Caps(columns=2_000, cell_length=100_000)

READING, JUDGING, KEEPING = "reading", "judging", "keeping"
Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `event` is one of `states.SUBMISSION`; addresses are in the vault.

    `verdict` is a code of `words.VERDICTS` when nothing, or not all, was taken in for a reason.
    """

    event: str
    verdict: str = ""
    reason: str = ""
    mend: str = ""
    clause: str = ""
    content_id: str = ""
    clean: str = ""
    quarantine: str = ""
    findings: str = ""
    rows_total: int | None = None
    rows_clean: int | None = None
    rows_bad: int | None = None
    finding_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(each for each in (self.clean, self.quarantine, self.findings) if each)


def discard(outcome: Outcome) -> None:
    """Remove what was written for an outcome that is not kept."""
    for address in outcome.addresses:
        files.remove(address)


def examine(submission: Submission, place: Place, report: Report) -> Outcome:
    """Read the landed bytes, check them against the contract, keep clean rows and findings.

    Raises Denied when the keys are destroyed, Conflict when the stored file was changed.
    """
    contract = contracts.contract_of(submission.contract_version)
    report(0, 3, READING)
    data = store.unseal(place, "landed", submission.landed_file)
    try:
        raw = read(f"file.{submission.suffix}" if submission.suffix else "file", data, CAPS)
        del data
        if ROW in raw.headings:
            # A month is replaced whole: these rows alone would put all the others out.
            return Outcome("refuse", "rows_alone")
        report(1, 3, JUDGING)
        checked = check(contract, {contract.tables[0].name: raw}).answer
    except Unusable as fault:
        return Outcome("refuse", "unusable", reason=fault.text, mend=fault.mend)
    report(2, 3, KEEPING)
    return _keep(contract, place, checked)


def _keep(contract: Contract, place: Place, checked: Checked) -> Outcome:
    table = contract.tables[0]
    counts = checked.counts[table.name]
    bad = checked.bad[table.name]
    event, verdict = _verdict(checked, table, counts)
    taken_in = event != "refuse"
    return Outcome(
        event=event,
        verdict=verdict,
        content_id=content_id(contract, checked.clean) if taken_in else "",
        clean=_keep_clean(place, table, checked.clean[table.name]) if taken_in else "",
        quarantine=records.keep_rows(place, bad) if bad.height else "",
        findings=records.keep_findings(place, checked.findings) if len(checked.findings) else "",
        rows_total=counts["rows"],
        rows_clean=counts["clean"],
        rows_bad=counts["bad"],
        finding_counts=dict(checked.findings.counts()),
    )


def _verdict(checked: Checked, table: Table, counts: Mapping[str, int]) -> tuple[str, str]:
    """(event, verdict): accept, accept with quarantine, or refuse whole."""
    if table.name in checked.blocked:
        return "refuse", "blocked"
    if counts["bad"] * 100 > counts["rows"] * MOST_BAD_PERCENT:
        return "refuse", "too_many_bad"
    return ("accept_partly" if counts["bad"] else "accept"), ""


def _keep_clean(place: Place, table: Table, clean: pl.DataFrame) -> str:
    """The clean rows, the companions of identifier columns under the identifiers key too."""
    named = contracts.identifiers(table)
    protected = named | {name + MISSING for name in named}
    rows = clean.to_arrow(compat_level=pl.CompatLevel.oldest())
    return store.write_clean(place, rows, identifiers=frozenset(protected))
