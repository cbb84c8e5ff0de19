#!/usr/bin/env python3
"""A year's report of many posts and readings, against DuckDB computing the same table from the same files, in one run.

    cargo build --release && pip install duckdb && python3 benches/report/run.py [POSTS READINGS ROUNDS]

Each round runs both, one after the other; the medians, the ratio and the memory are printed. Both tables are compared: for
each account and metric the number of posts that have it and the sum of their latest readings.
"""
import csv
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
KALENDS = HERE.parent.parent / "target/release/kalends"
POSTS, READINGS, ROUNDS = [int(word) for word in sys.argv[1:4]] or [100_000, 3_000_000, 5]


def timed(command):
    """Runs a command; its output, wall seconds and most memory in MB."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return said.decode(), wall, used.ru_maxrss / 1024


def ours(root):
    return [str(KALENDS), "-C", root, "report", "--year", "2026", "--json"]


def theirs(root):
    return [sys.executable, str(HERE / "duckdb_table.py"), root]


def main():
    with tempfile.TemporaryDirectory() as root:
        subprocess.run([sys.executable, HERE / "make.py", root, str(POSTS), str(READINGS)], check=True)
        walls, memories, said = ([], []), ([], []), [None, None]
        for _ in range(ROUNDS):
            for side, command in enumerate((ours(root), theirs(root))):
                said[side], wall, memory = timed(command)
                walls[side].append(wall)
                memories[side].append(memory)
        compare(*said)
        for name, wall, memory in zip(("kalends report --year", "DuckDB, the same table"), walls, memories):
            spread = f"{statistics.median(wall):.2f} s ({min(wall):.2f}–{max(wall):.2f})"
            print(f"{name:24} {spread:24} {max(memory):.0f} MB")
        print(f"ratio of the medians: {statistics.median(walls[0]) / statistics.median(walls[1]):.2f}")


ENGAGED = ("likes", "replies", "reposts", "saves", "clicks")


def compare(ours_said, theirs_said):
    """Ends the run where the two tables differ."""
    ours_has = {number["id"]: (number["value"], number["have"]) for number in json.loads(ours_said)["numbers"]}
    theirs_has = {}
    for row in csv.DictReader(io.StringIO(theirs_said)):
        theirs_has[row["account"], row["metric"]] = (round(float(row["value"])), int(row["posts"]))
    for account in sorted({account for account, _ in theirs_has}):
        engaged = sum(theirs_has[account, metric][0] for metric in ENGAGED)
        for id, expected in (
            (f"outputs.impressions.account.{account}", theirs_has[account, "impressions"]),
            (f"outcomes.clicks.account.{account}", theirs_has[account, "clicks"]),
            (f"out-takes.engagements.account.{account}", (engaged, theirs_has[account, "likes"][1])),
        ):
            if ours_has.get(id) != expected:
                sys.exit(f"{id}: kalends has {ours_has.get(id)}, DuckDB {expected}")


if __name__ == "__main__":
    main()
