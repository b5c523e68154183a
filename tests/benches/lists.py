#!/usr/bin/env python3
"""A list of pupils beside the best SQL for the same answer, in a small trust and in a large one.

    python3 tests/benches/lists.py target/release/plumbline [--small 8x2] [--large 100x6] [--seconds 8] [--server postgres://postgres@127.0.0.1]

A senior leader asks for 50 pupils, each with their class and last six judgements, from 8 connections. The limit is one prepared statement that
returns the same rows as JSON from the same database, by the same indexes, driven by pgbench over 8 connections. The statement and the service
take turns, three times each, so that whatever disturbs the machine disturbs both; medians are compared. A trust analyst asks for agreement by
school and year group from 16 connections. Needs wrk, pgbench, psql, createdb and dropdb. Linux only: it reads /proc.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

LIST = """{ pupils(first: 50) { nodes { id givenName familyName enrolments(first: 1, order: LATEST) { nodes { class { name } } }
  judgements(first: 6, order: LATEST) { nodes { judgedOn grade { code } subject { code } } } } } }"""
AGREEMENT = """{ moderationAgreement(where: {subject: "writing", academicYear: 2025, window: SUMMER}, by: [SCHOOL, YEAR_GROUP]) {
  rows { key { school { name } yearGroup } result { __typename ... on Agreement { n exact { estimate low high }
    weightedKappa { estimate low high } shift { estimate low high } } } } } }"""
SQL = """SELECT json_agg(json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name,
    'enrolments', (SELECT json_build_object('class', json_build_object('name', c.name)) FROM enrolment e JOIN class c ON c.id = e.class_id
      WHERE e.pupil_id = p.id AND e.school_id = :school ORDER BY e.starts_on DESC, e.id LIMIT 1),
    'judgements', (SELECT json_agg(j) FROM (SELECT j.judged_on AS "judgedOn", g.code AS grade, s.code AS subject FROM
      (SELECT * FROM judgement WHERE pupil_id = p.id AND school_id = :school ORDER BY judged_on DESC, id LIMIT 6) j
      JOIN grade g ON g.id = j.grade_id JOIN subject s ON s.id = j.subject_id) j)))
  FROM (SELECT * FROM pupil WHERE id = ANY (ARRAY (SELECT pupil_id FROM enrolment WHERE school_id = :school))
    ORDER BY family_name, given_name, id LIMIT 50) p;
"""
WRK = """wrk.method = "POST"; wrk.body = io.open(os.getenv("BODY")):read("*a")
wrk.headers["content-type"] = "application/json"; wrk.headers["authorization"] = "Bearer " .. os.getenv("TOKEN")
function done(s, l, r) io.write(string.format("RES %f %f %f %d\\n", s.requests / (s.duration / 1e6), l:percentile(50) / 1000,
  l:percentile(99) / 1000, s.errors.status + s.errors.timeout + s.errors.read)) end
"""


def said(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


class Trust:
    """A demo in a database of its own, and the service on it."""

    def __init__(self, arguments, size):
        self.seconds, self.binary = arguments.seconds, os.path.abspath(arguments.binary)
        self.schools, self.years = size.split("x")
        self.database, self.folder = f"bench_lists_{size}", tempfile.TemporaryDirectory()
        self.url = f"{arguments.server}/{self.database}"
        self.admin = f"{arguments.server}/postgres"
        said("psql", self.admin, "-qc", f"DROP DATABASE IF EXISTS {self.database}", "-c", f"CREATE DATABASE {self.database}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            **os.environ, "DATABASE_URL": self.url, "PLUMBLINE_LISTEN": f"127.0.0.1:{self.port}", "PLUMBLINE_LOG__FILTER": "error",
            "PLUMBLINE_LIMITS__COST_BUCKET": "2000000000", "PLUMBLINE_LIMITS__COST_RESTORED_PER_SECOND": "1000000000",
        }
        self.run("demo", "--schools", self.schools, "--years", self.years, "--fill-only")
        self.sql("VACUUM ANALYZE")
        self.process = subprocess.Popen([self.binary, "serve"], cwd=self.folder.name, env=self.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("the service is not ready after 10 s")
        for name, text in [("list", json.dumps({"query": LIST})), ("agreement", json.dumps({"query": AGREEMENT})), ("wrk.lua", WRK), ("limit.sql", SQL)]:
            with open(f"{self.folder.name}/{name}", "w") as file:
                file.write(text)
        self.leader, self.school = self.sql(
            "SELECT s.email || ' ' || a.school_id FROM appointment a JOIN staff_member s ON s.id = a.staff_member_id "
            "WHERE a.role = 'SENIOR_LEADER' ORDER BY a.id LIMIT 1").split()
        self.analyst = self.sql("SELECT s.email FROM appointment a JOIN staff_member s ON s.id = a.staff_member_id "
                                "WHERE a.role = 'TRUST_ANALYST' ORDER BY a.id LIMIT 1")

    def run(self, *words):
        return said(self.binary, *words, cwd=self.folder.name, env=self.environment)

    def sql(self, text):
        return said("psql", self.url, "-Atc", text).strip()

    def asked(self, what, who, connections):
        """Requests per second, and the median and 99th percentile in milliseconds."""
        token = re.search(r"eyJ[\w.-]+", self.run("token", "--as", who)).group()
        answer = said("wrk", "-t1", f"-c{connections}", f"-d{self.seconds}", "-s", f"{self.folder.name}/wrk.lua", f"http://127.0.0.1:{self.port}/graphql",
                      env={**os.environ, "BODY": f"{self.folder.name}/{what}", "TOKEN": token})
        rate, median, tail, errors = re.search(r"RES (\S+) (\S+) (\S+) (\d+)", answer).groups()
        if errors != "0":
            sys.exit(f"{errors} errors")
        return float(rate), float(median), float(tail)

    def limit(self):
        answer = said("pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(self.seconds), "-D", f"school={self.school}",
                      "-f", f"{self.folder.name}/limit.sql", self.url)
        return float(re.search(r"tps = (\S+)", answer).group(1))

    def memory(self):
        """Most that the service ever took, in megabytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) // 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        said("psql", self.admin, "-qc", f"DROP DATABASE {self.database}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--small", default="8x2")
    arguments.add_argument("--large", default="100x6")
    arguments.add_argument("--seconds", type=int, default=8)
    arguments.add_argument("--server", default="postgres://postgres@127.0.0.1")
    arguments = arguments.parse_args()
    print("| trust | list, requests/s | p50 | limit, statements/s | list of the limit | agreement, requests/s | p99 | most memory |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    medians = []
    for size in [arguments.small, arguments.large]:
        trust = Trust(arguments, size)
        turns = [(trust.asked("list", trust.leader, 8), trust.limit()) for _ in range(3)]
        rate, median = (statistics.median(turn[0][at] for turn in turns) for at in (0, 1))
        limit = statistics.median(turn[1] for turn in turns)
        agreement, _, tail = trust.asked("agreement", trust.analyst, 16)
        medians.append(median)
        print(f"| {trust.schools} schools, {trust.years} years | {rate:.0f} | {median:.1f} ms | {limit:.0f} | {rate / limit:.2f} "
              f"| {agreement:.0f} | {tail:.0f} ms | {trust.memory()} MB |", flush=True)
        trust.end()
    print(f"\nThe median of the list is {medians[1] / medians[0]:.2f} times as long in the large trust.")


main()
