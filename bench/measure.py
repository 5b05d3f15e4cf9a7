"""Indicators over generated events: `commonweal measure`, plain pandas and hand-written DuckDB SQL.

    python bench/measure.py [--events 1000000 10000000] [--out bench/results/measure.json]

Ten indicators x 12 months x 6 slices and their total, over one Parquet file. Each contestant runs in
its own process, from start to the values in memory, three times in turn; the run in the middle counts.
CPU seconds (user + system) are the measure, as wall time depends on what else the machine does.
`start_cpu_seconds` of them load Python and the libraries, which a service does once. The values of all
three must agree to 1e-9; only ours come with exact sums and intervals.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

SLICES = ("area", "sex", "ethnicity", "age_band", "pilot", "deprivation")
CATEGORIES = {
    "area": [f"E{number:02d}" for number in range(20)],
    "sex": ["female", "male"],
    "ethnicity": ["asian", "black", "mixed", "other", "white"],
    "age_band": ["0-4", "5-9", "10-14", "15-17"],
    "pilot": ["A", "B", "C", "D", "none"],
    "deprivation": [str(number) for number in range(1, 11)],
}
CONTESTANTS = ("commonweal", "pandas", "sql")
TOLERANCE = 1e-9
REPEATS = 3

DEFINITION = """
reads:
  person: integer
  seen: date
  area: text
  sex: text
  ethnicity: text
  age_band: text
  pilot: text
  deprivation: text
  eligible: boolean
  safe: boolean
  admitted: boolean
  visits: integer
  days: integer
  score: {type: number, decimals: 1}
  cost: {type: number, decimals: 2}
period: {column: seen, grain: month}
slices: [area, sex, ethnicity, age_band, pilot, deprivation]
indicators:
  - {id: events, version: 1, title: Events, kind: count}
  - {id: people, version: 1, title: People, kind: count, unit: {distinct: person}}
  - {id: eligible, version: 1, title: Eligible events, kind: count, denominator: eligible}
  - {id: safe, version: 1, title: Safe, kind: proportion, denominator: eligible, numerator: safe}
  - {id: frequent, version: 1, title: Frequent, kind: proportion, numerator: visits >= 3}
  - {id: cost, version: 1, title: Cost, kind: sum, value: cost}
  - {id: score, version: 1, title: Score, kind: mean, value: score}
  - {id: cost-each, version: 1, title: Mean cost, kind: mean, value: cost, denominator: eligible}
  - id: visit-rate
    version: 1
    title: Visits per thousand days
    kind: rate
    value: visits
    person_time: days
    multiplier: 1000
  - id: admission-rate
    version: 1
    title: Admissions per thousand days
    kind: rate
    denominator: eligible
    numerator: admitted
    person_time: days
    multiplier: 1000
"""

Values = dict[str, list[float | None]]
"""`indicator|month|slice|category` -> value and n."""


def generate(path: Path, events: int, seed: int = 2026) -> None:
    """Events of `events` / 10 people over a year, with attributes fixed for each person."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(seed)
    people = max(events // 10, 1)
    attributes = {
        name: np.where(random.random(people) < 0.02, -1, random.integers(0, len(texts), people))
        for name, texts in CATEGORIES.items()
    }
    writer = None
    for start in range(0, events, 1_000_000):
        size = min(1_000_000, events - start)
        person = random.integers(0, people, size)
        columns: dict[str, Any] = {"person": person}
        days = random.integers(0, 365, size).astype("timedelta64[D]")
        columns["seen"] = np.datetime64("2025-01-01") + days
        for name, texts in CATEGORIES.items():
            codes = attributes[name][person].astype(np.int32)
            coded = pa.array(codes, mask=codes < 0)
            columns[name] = pa.DictionaryArray.from_arrays(coded, texts).cast(pa.string())
        columns["eligible"] = random.random(size) < 0.8
        columns["safe"] = pa.array(random.random(size) < 0.55, mask=random.random(size) < 0.03)
        columns["admitted"] = random.random(size) < 0.04
        columns["visits"] = random.poisson(2, size)
        columns["days"] = random.integers(1, 32, size)
        scores = np.round(random.normal(50, 10, size), 1)
        columns["score"] = pa.array(scores, mask=random.random(size) < 0.05)
        columns["cost"] = np.round(random.gamma(2, 150, size), 2)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def key(indicator: str, month: int, slice_: str | None, category: Any) -> str:
    blank = category is None or (isinstance(category, float) and math.isnan(category))
    return f"{indicator}|{month}|{slice_ or ''}|{'' if blank or slice_ is None else category}"


def run_commonweal(path: Path) -> Values:
    from commonweal.compute.indicators.files import load
    from commonweal.compute.indicators.parse import parse_definitions
    from commonweal.compute.measuring import measure

    rows = measure(parse_definitions(DEFINITION), load([path])).answer
    values: Values = {}
    for row in rows:
        ((slice_, category),) = row.slice.items() or [(None, None)]
        month = int((row.period or "0-0")[5:])
        values[key(row.indicator, month, slice_, category)] = [row.value, row.n]
    return values


SQL = """
    count(*) AS events, count(*) AS events_n,
    count(*) FILTER (eligible) AS eligible, count(*) FILTER (eligible) AS eligible_n,
    avg(safe::INTEGER) FILTER (eligible) AS safe,
    count(safe) FILTER (eligible) AS safe_n,
    avg((visits >= 3)::INTEGER) AS frequent, count(visits) AS frequent_n,
    sum(cost) AS cost, count(cost) AS cost_n,
    avg(score) AS score, count(score) AS score_n,
    avg(cost) FILTER (eligible) AS "cost-each", count(cost) FILTER (eligible) AS "cost-each_n",
    1000 * sum(visits) / sum(days) AS "visit-rate", count(days) AS "visit-rate_n",
    1000 * count(*) FILTER (eligible AND admitted) / sum(days) FILTER (eligible)
        AS "admission-rate",
    count(admitted) FILTER (eligible) AS "admission-rate_n",
    stddev_samp(score) AS score_sd, stddev_samp(cost) FILTER (eligible) AS cost_sd
"""


def run_sql(path: Path) -> Values:
    """One GROUP BY for each slice over the file; people from a table of persons by month."""
    import duckdb

    database = duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"})
    source = f"read_parquet('{path}')"
    attributes = ", ".join(f"any_value({name}) AS {name}" for name in SLICES)
    database.execute(
        f"CREATE TABLE people AS SELECT month(seen) AS month, {attributes} FROM {source}"
        " GROUP BY person, month(seen)"
    )
    values: Values = {}
    for slice_ in (None, *SLICES):
        category = slice_ or "NULL"
        for statement in (
            f"SELECT month(seen) AS month, {category} AS category, {SQL} FROM {source} GROUP BY 1, 2",
            f"SELECT month, {category} AS category, count(*) AS people, count(*) AS people_n"
            " FROM people GROUP BY 1, 2",
        ):
            cursor = database.execute(statement)
            names = [item[0] for item in cursor.description or ()]
            for row in cursor.fetchall():
                found = dict(zip(names, row, strict=True))
                for name in [name for name in names if f"{name}_n" in found]:
                    place = key(name, found["month"], slice_, found["category"])
                    values[place] = [found[name], found[f"{name}_n"]]
    return values


def run_pandas(path: Path) -> Values:
    import pandas as pd

    frame = pd.read_parquet(path)
    frame["month"] = pd.to_datetime(frame["seen"]).dt.month
    frame["safe"] = frame["safe"].astype("boolean").where(frame["eligible"]).astype("Float64")
    frame["frequent"] = (frame["visits"] >= 3).astype(float)
    frame["cost_eligible"] = frame["cost"].where(frame["eligible"])
    frame["days_eligible"] = frame["days"].where(frame["eligible"])
    frame["admitted"] = frame["admitted"].where(frame["eligible"]).astype(float)
    values: Values = {}
    for slice_ in (None, *SLICES):
        by = ["month"] if slice_ is None else ["month", slice_]
        for where, row in _pandas_table(frame.groupby(by, dropna=False)).iterrows():
            month, category = (where, None) if slice_ is None else where
            for name in row.index[~row.index.str.endswith("_n")]:
                place = key(name, int(month), slice_, category)
                values[place] = [float(row[name]), int(row[f"{name}_n"])]
    return values


def _pandas_table(groups: Any) -> Any:
    import pandas as pd

    table = pd.DataFrame({"events": groups.size(), "events_n": groups.size()})
    table["people"] = table["people_n"] = groups["person"].nunique()
    table["eligible"] = table["eligible_n"] = groups["eligible"].sum()
    for name, column in [("safe", "safe"), ("frequent", "frequent"), ("score", "score"),
                         ("cost-each", "cost_eligible")]:  # fmt: skip
        table[name], table[f"{name}_n"] = groups[column].mean(), groups[column].count()
    table["cost"], table["cost_n"] = groups["cost"].sum(), groups["cost"].count()
    table["visit-rate"] = 1000 * groups["visits"].sum() / groups["days"].sum()
    table["visit-rate_n"] = groups["days"].count()
    admitted, exposed = groups["admitted"].sum(), groups["days_eligible"].sum()
    table["admission-rate"], table["admission-rate_n"] = (
        1000 * admitted / exposed,
        groups["admitted"].count(),
    )
    return table.astype("Float64")


RUNS = {"commonweal": run_commonweal, "pandas": run_pandas, "sql": run_sql}
LIBRARIES = {
    "commonweal": ("commonweal.compute.indicators.files", "commonweal.compute.measuring",
                   "scipy.special"),
    "pandas": ("pandas", "pyarrow.parquet"),
    "sql": ("duckdb",),
}  # fmt: skip


def run_alone(contestant: str, path: Path, out: Path) -> None:
    """What the process of one contestant does."""
    for library in LIBRARIES[contestant]:
        import_module(library)
    start = cpu_seconds(resource.getrusage(resource.RUSAGE_SELF))
    values = RUNS[contestant](path)
    out.write_text(json.dumps({"start": start, "values": values}), "utf-8")


def cpu_seconds(used: resource.struct_rusage) -> float:
    return round(used.ru_utime + used.ru_stime, 2)


def timed(contestant: str, path: Path, folder: Path) -> tuple[dict[str, float], Values]:
    """Runs one contestant in its own process: what it used, and its values."""
    out = folder / f"{contestant}.json"
    started = time.perf_counter()
    child = subprocess.Popen([sys.executable, __file__, "--run", contestant, str(path), str(out)])
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{contestant} ended with {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    answer = json.loads(out.read_text("utf-8"))
    figures = {
        "cpu_seconds": cpu_seconds(used),
        "start_cpu_seconds": answer["start"],
        "wall_seconds": round(wall, 2),
        "peak_gb": round(used.ru_maxrss * unit / 1e9, 2),
    }
    return figures, answer["values"]


def largest_difference(one: Values, other: Values) -> float:
    """The largest relative difference of any value; infinite where places or n differ."""
    if one.keys() != other.keys():
        return math.inf
    worst = 0.0
    for place, (value, n) in one.items():
        other_value, other_n = other[place]
        if n != other_n or value is None or other_value is None:
            return math.inf
        worst = max(worst, abs(value - other_value) / max(abs(value), abs(other_value), 1e-300))
    return worst


def contest(events: int, folder: Path) -> dict[str, Any]:
    path = folder / f"events-{events}.parquet"
    generate(path, events)
    runs: dict[str, list[dict[str, float]]] = {contestant: [] for contestant in CONTESTANTS}
    values = {}
    for _ in range(REPEATS):
        for contestant in CONTESTANTS:
            figures, values[contestant] = timed(contestant, path, folder)
            runs[contestant].append(figures)
            print(f"{events:,} {contestant}: {figures}", file=sys.stderr, flush=True)
    results = {contestant: median(runs[contestant]) for contestant in CONTESTANTS}
    differences = {
        other: largest_difference(values["commonweal"], values[other])
        for other in ("pandas", "sql")
    }
    if max(differences.values()) > TOLERANCE:
        raise SystemExit(f"The values differ: {differences}")
    size = path.stat().st_size
    path.unlink()
    return {
        "events": events,
        "values": len(values["commonweal"]),
        "parquet_mb": round(size / 1e6),
        "results": results,
        "cpu_ratio": {
            other: ratios(results["commonweal"], results[other]) for other in differences
        },
        "largest_difference": differences,
    }


def median(runs: list[dict[str, float]]) -> dict[str, float]:
    """The run in the middle by CPU time."""
    return sorted(runs, key=lambda figures: figures["cpu_seconds"])[len(runs) // 2]


def ratios(ours: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    def after_start(figures: dict[str, float]) -> float:
        return figures["cpu_seconds"] - figures["start_cpu_seconds"]

    return {
        "whole_process": round(ours["cpu_seconds"] / other["cpu_seconds"], 2),
        "after_start": round(after_start(ours) / after_start(other), 2),
    }


def machine() -> dict[str, Any]:
    names = [
        line.partition(":")[2].strip()
        for line in _lines("/proc/cpuinfo")
        if line.startswith("model name")
    ]
    memory = [line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[0]) / 1e6) if memory else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("duckdb", "pandas", "polars", "pyarrow", "numpy")},
        "load_before": round(os.getloadavg()[0], 1),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines() if Path(path).exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results/measure.json")
    parser.add_argument("--run", nargs=3, metavar=("WHO", "PARQUET", "OUT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        who, path, out = chosen.run
        run_alone(who, Path(path), Path(out))
        return
    with tempfile.TemporaryDirectory() as folder:
        report = {
            "machine": machine(),
            "indicators": 10,
            "months": 12,
            "slices": len(SLICES),
            "contests": [contest(events, Path(folder)) for events in chosen.events],
        }
    text = json.dumps(report, indent=2) + "\n"
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(text, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
