#!/usr/bin/env python3
"""What a trust asks and writes, in a small trust and in a large one, beside the best SQL for the same.

    python3 tests/benches/scale.py target/release/plumbline [--sizes 8x2,100x6] [--seconds 6] [--server postgres://postgres@127.0.0.1]
    python3 tests/benches/scale.py target/release/plumbline --server sqlite

* **list**: a senior leader asks for 50 pupils, each with their class and last six judgements, from 8 connections. The limit is one prepared
  statement that returns the same rows as JSON from the same database, by the same indexes.
* **agreement**: a trust analyst asks by school and year group, from 16 connections. The limit reads the same cells as JSON.
* **writes**: 16 class teachers judge their classes again and again, from 16 connections. The limit is a plain INSERT of as many judgements.
* **dear**: 64 connections of 16 senior leaders ask for the dearest page of pupils that one request may cost; what the service takes at the most.

The limit is driven by pgbench over as many connections; it and the service take turns, three times each, so that whatever disturbs the machine
disturbs both, and medians are compared. SQLite has no limit beside it: its numbers are told beside those of PostgreSQL. Needs wrk, and for
PostgreSQL psql and pgbench. Linux only: it reads /proc. Ends by itself.
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

LIST = """query List { pupils(first: 50) { nodes { id givenName familyName enrolments(first: 1, order: LATEST) { nodes { class { name } } }
  judgements(first: 6, order: LATEST) { nodes { judgedOn grade { code } subject { code } } } } } }"""
LIST_SQL = """SELECT json_agg(json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name,
    'enrolments', (SELECT json_build_object('class', json_build_object('name', c.name)) FROM enrolment e JOIN class c ON c.id = e.class_id
      WHERE e.pupil_id = p.id AND e.school_id = :school ORDER BY e.starts_on DESC, e.id LIMIT 1),
    'judgements', (SELECT json_agg(j) FROM (SELECT j.judged_on AS "judgedOn", g.code AS grade, s.code AS subject FROM
      (SELECT * FROM judgement WHERE pupil_id = p.id AND school_id = :school ORDER BY judged_on DESC, id LIMIT 6) j
      JOIN grade g ON g.id = j.grade_id JOIN subject s ON s.id = j.subject_id) j)))
  FROM (SELECT * FROM pupil WHERE id = ANY (ARRAY (SELECT pupil_id FROM enrolment WHERE school_id = :school))
    ORDER BY family_name, given_name, id LIMIT 50) p;
"""
AGREEMENT = """{ moderationAgreement(where: {subject: "writing", academicYear: 2025, window: SUMMER}, by: [SCHOOL, YEAR_GROUP]) {
  rows { key { school { name } yearGroup } result { __typename ... on Agreement { n exact { estimate low high }
    weightedKappa { estimate low high } shift { estimate low high } } } } } }"""
# The cells of the one edition, summed as the answer needs them: what it is counted from, without the figures.
AGREEMENT_SQL = """SELECT json_agg(r) FROM (SELECT s.name, c.year_group, c.first_grade_id, c.moderated_grade_id, c.weight, sum(c.pupils) AS pupils
  FROM agreement_edition_cell c JOIN school s ON s.id = c.school_id
  WHERE c.edition_id IN (SELECT e.id FROM agreement_edition e JOIN moderation_exercise m ON m.id = e.exercise_id
    JOIN assessment_window w ON w.id = m.window_id JOIN academic_year y ON y.id = w.academic_year_id JOIN subject b ON b.id = m.subject_id
    WHERE b.code = 'writing' AND y.year = 2025 AND w.term = 'SUMMER') AND c.attribute = 'ALL' AND c.basis = 'BLIND_SECOND'
  GROUP BY s.name, c.year_group, c.first_grade_id, c.moderated_grade_id, c.weight) r;
"""
# The same columns with values of the class that is given; `is_current` is false, for one judgement of a pupil may be current.
WRITE_SQL = """INSERT INTO judgement ({columns}) SELECT {values} FROM (SELECT * FROM judgement WHERE id = ANY (:ids)) j;
"""
DEAR = "{ pupils(first: %d) { nodes { id upn givenName familyName sex dateOfBirth judgements(first: 50) { nodes { id judgedOn recordedAt " \
       "isCurrent yearGroup grade { id code } subject { id code } class { id name } window { id term } } } } } }"
LUA = """
local lines = {} for line in io.lines(os.getenv("ASKED")) do
  local token, body = line:match("^(%S+)\\t(.*)$"); lines[#lines + 1] = wrk.format("POST", "/graphql",
    { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. token, ["host"] = "127.0.0.1" }, body) end
local at, wrong = 0, 0
function request() at = at % #lines + 1; return lines[at] end
function response(status, headers, body) if status ~= 200 and status ~= 429 then wrong = wrong + 1 end
  if os.getenv("LOOK") and (body:find('"errors"') or not body:find('"userErrors":%[%]')) then io.write("WRONG ", body:sub(1, 300), "\\n") end end
function done(s, l, r) io.write(string.format("RES %f %f %f %d\\n", s.requests / (s.duration / 1e6), l:percentile(50) / 1000,
  l:percentile(99) / 1000, s.errors.timeout + s.errors.read)) end
"""
TURNS = 3


def said(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{command[0]} {command[1:3]} failed: {done.stderr[-800:]}")
    return done.stdout


class Trust:
    """A demo in a database of its own, and the service on it."""

    def __init__(self, arguments, size):
        self.seconds, self.binary = arguments.seconds, os.path.abspath(arguments.binary)
        self.schools, self.years = size.split("x")
        self.folder = tempfile.TemporaryDirectory()
        self.is_postgres = arguments.server != "sqlite"
        self.database = f"bench_scale_{size}"
        if self.is_postgres:
            self.url, self.admin = f"{arguments.server}/{self.database}", f"{arguments.server}/postgres"
            said("psql", self.admin, "-qc", f"DROP DATABASE IF EXISTS {self.database}", "-c", f"CREATE DATABASE {self.database}")
        else:
            self.url = f"sqlite:{self.folder.name}/demo.sqlite"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            **os.environ, "DATABASE_URL": self.url, "PLUMBLINE_LISTEN": f"127.0.0.1:{self.port}", "PLUMBLINE_LOG__FILTER": "error",
            "PLUMBLINE_LIMITS__COST_BUCKET": "2000000000", "PLUMBLINE_LIMITS__COST_RESTORED_PER_SECOND": "1000000000",
        }
        self.run("demo", "--schools", self.schools, "--years", self.years, "--fill-only")
        if self.is_postgres:
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
        self.keep("wrk.lua", LUA)
        self.lead = self.token("lead@demo.example")

    def keep(self, name, text):
        path = f"{self.folder.name}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path

    def run(self, *words):
        return said(self.binary, *words, cwd=self.folder.name, env=self.environment)

    def token(self, email):
        return re.search(r"eyJ[\w.-]+", self.run("token", "--as", email)).group()

    def sql(self, text):
        return said("psql", self.url, "-Atc", text).strip()

    def ask(self, token, query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": "Bearer " + token}
        answer = json.load(urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, headers), timeout=60))
        if "errors" in answer:
            sys.exit(f"refused: {answer['errors'][0]['message']}")
        return answer["data"]

    def who(self, role, most):
        """Emails of those who hold a role now, each of another school or class."""
        found = self.ask(self.lead, "query($role: Role!, $most: Int!) { appointments(filter: { role: { eq: $role } }, order: LATEST, first: $most)"
                                    " { nodes { staffMember { email } } } }", role=role, most=most)
        return [node["staffMember"]["email"] for node in found["appointments"]["nodes"]]

    def asked(self, connections, lines, look=False):
        """Requests per second, and the median and 99th percentile in milliseconds. `lines` are tokens with bodies, taken by turns."""
        asked = self.keep("asked", "".join(f"{token}\t{json.dumps(body)}\n" for token, body in lines))
        answer = said("wrk", "-t1", f"-c{connections}", f"-d{self.seconds}", "--timeout", "30", "-s", f"{self.folder.name}/wrk.lua",
                      f"http://127.0.0.1:{self.port}/graphql", env={**os.environ, "ASKED": asked, **({"LOOK": "1"} if look else {})})
        wrong = re.search(r"WRONG (.*)", answer)
        if wrong:
            sys.exit(f"refused: {wrong.group(1)}")
        rate, median, tail, errors = re.search(r"RES (\S+) (\S+) (\S+) (\d+)", answer).groups()
        if errors != "0":
            sys.exit(f"{errors} errors")
        return float(rate), float(median), float(tail)

    def limit(self, connections, statement, **given):
        if not self.is_postgres:
            return float("nan")
        script = self.keep("limit.sql", statement)
        given = [part for name, value in given.items() for part in ("-D", f"{name}={value}")]
        answer = said("pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", "1", "-T", str(self.seconds), *given, "-f", script, self.url)
        return float(re.search(r"tps = (\S+)", answer).group(1))

    def beside(self, what, connections, lines, statement, look=False, **given):
        """A row of the table: medians of turns of the service and of the limit."""
        turns = [(self.asked(connections, lines, look), self.limit(connections, statement, **given)) for _ in range(TURNS)]
        rate, median, tail = (statistics.median(turn[0][at] for turn in turns) for at in range(3))
        limit = statistics.median(turn[1] for turn in turns)
        beside = f"{limit:.0f} | {rate / limit:.2f}" if self.is_postgres else "– | –"
        print(f"| {what} | {self.schools} × {self.years} | {rate:.0f} | {median:.1f} | {tail:.0f} | {beside} | {self.memory():.0f} |", flush=True)
        return median

    def memory(self):
        """The most that the service ever took, in megabytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        if self.is_postgres:
            said("psql", self.admin, "-qc", f"DROP DATABASE {self.database}")


def lists(trust):
    leader = trust.who("SENIOR_LEADER", 1)[0]
    token, school = trust.token(leader), ""
    if trust.is_postgres:
        school = trust.sql("SELECT quote_literal(a.school_id) || '::uuid' FROM appointment a JOIN staff_member s ON s.id = a.staff_member_id "
                           f"WHERE a.role = 'SENIOR_LEADER' AND s.email = '{leader}' LIMIT 1")
    return trust.beside("list", 8, [(token, {"query": LIST})], LIST_SQL.replace(":school", school))


def agreement(trust):
    analyst = trust.token(trust.who("TRUST_ANALYST", 1)[0])
    trust.beside("agreement", 16, [(analyst, {"query": AGREEMENT})], AGREEMENT_SQL)


def writes(trust):
    lines, ids = [], []
    for email in trust.who("CLASS_TEACHER", 16):
        token = trust.token(email)
        classes = [one["id"] for one in trust.ask(token, "{ viewer { classes { id } } }")["viewer"]["classes"]]
        found = trust.ask(token, """query($classes: [ID!]) { judgements(first: 100, order: LATEST, filter: { isCurrent: { eq: true }, class: { in: $classes } }) {
            nodes { id judgedOn pupil { id } subject { id } window { id } class { id } grade { code framework { id } } } } }""",
                          classes=classes)["judgements"]["nodes"]
        if not found:
            continue
        of = lambda one: (one["subject"]["id"], one["window"]["id"], one["class"]["id"], one["grade"]["framework"]["id"])
        mine = [one for one in found if of(one) == of(found[0])][:30]
        subject, window, _, framework = of(mine[0])
        given = [{"pupilId": one["pupil"]["id"], "gradeCode": one["grade"]["code"], "judgedOn": one["judgedOn"]} for one in mine]
        query = "mutation($input: RecordJudgementsInput!) { recordJudgements(input: $input) { judgements { id } userErrors { message } } }"
        given = {"windowId": window, "subjectId": subject, "frameworkId": framework, "judgements": given}
        lines.append((token, {"query": query, "variables": {"input": given}}))
        ids.append(mine)
    size = round(statistics.mean(len(mine) for mine in ids))
    columns = values = rows = ""
    if trust.is_postgres:
        columns = trust.sql("SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'judgement'")
        own = {"id": "gen_random_uuid()", "is_current": "false", "supersedes_id": "NULL"}
        values = ", ".join(own.get(name, "j." + name) for name in columns.split(", "))
        rows = trust.sql(f"SELECT 'ARRAY[' || string_agg(quote_literal(id), ',') || ']::uuid[]' FROM (SELECT id FROM judgement WHERE is_current LIMIT {size}) j")
    trust.beside(f"writes, {size} at a time", 16, lines, WRITE_SQL.format(columns=columns, values=values).replace(":ids", rows), look=True)


def dear(trust):
    tokens = [trust.token(email) for email in trust.who("SENIOR_LEADER", 16)]
    rows = 100
    while rows > 1:
        body = json.dumps({"query": DEAR % rows}).encode()
        headers = {"content-type": "application/json", "authorization": "Bearer " + tokens[0]}
        answer = urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{trust.port}/graphql", body, headers), timeout=60).read()
        if b"COST_LIMIT" not in answer[:2000]:
            break
        rows -= 2
    rate, median, tail = trust.asked(64, [(token, {"query": DEAR % rows}) for token in tokens])
    what = f"dear, {rows} pupils, {len(answer) / 1e6:.1f} MB"
    print(f"| {what} | {trust.schools} × {trust.years} | {rate:.0f} | {median:.1f} | {tail:.0f} | – | – | {trust.memory():.0f} |", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--sizes", default="8x2,100x6")
    arguments.add_argument("--seconds", type=int, default=6)
    arguments.add_argument("--server", default="postgres://postgres@127.0.0.1")
    arguments = arguments.parse_args()
    print("| what | schools × years | requests/s | p50, ms | p99, ms | limit, statements/s | of the limit | most memory so far, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    medians = []
    for size in arguments.sizes.split(","):
        trust = Trust(arguments, size)
        try:
            medians.append(lists(trust))
            agreement(trust)
            writes(trust)
            dear(trust)
        finally:
            trust.end()
    if len(medians) > 1:
        print(f"\nThe median of the list is {medians[-1] / medians[0]:.2f} times as long in the larger trust.")


main()
