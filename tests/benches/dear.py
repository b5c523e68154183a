#!/usr/bin/env python3
"""Documents made to be as dear as the limits allow, for every field of the schema, from each role.

    python3 tests/benches/dear.py target/release/plumbline [--postgres URL] [--schools 8] [--years 1]

Starts a demo with a database of its own and asks it. For each document: the processor time of the service and its memory above rest. Then:
how long a small question of one caller takes while another spends a whole bucket. Ends with 1 if a bound is crossed: 0.5 s and 30 MB at the
99th percentile, twice the usual time. Linux only: it reads /proc.
"""

import argparse
import json
import sys
import threading
import time

from service import Service

SECONDS, MEGABYTES, TIMES = 0.5, 30.0, 2.0
INTROSPECTION = """{ __schema { types { kind name fields { name args { name type { kind } defaultValue }
  type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } possibleTypes { name } } } }"""
AGREEMENT = 'moderationAgreement(where: {subject: "writing", academicYear: 2025, window: SUMMER}, by: [%s])'


def named(kind):
    while kind.get("ofType"):
        kind = kind["ofType"]
    return kind["name"], kind["kind"]


def aliases(field, many):
    return " ".join(f"a{at}: {field}" for at in range(many))


def documents(schema, limit):
    """A document for each way from a root list to a leaf, as dear as the limit allows."""
    types = {kind["name"]: kind for kind in schema["types"]}
    fields = lambda name: types[name].get("fields") or []
    free = lambda field: all(arg["type"]["kind"] != "NON_NULL" or arg["defaultValue"] for arg in field["args"])
    leaf = lambda field: free(field) and named(field["type"])[1] in ("SCALAR", "ENUM")
    lists = lambda name: [f for f in fields(name) if named(f["type"])[0].endswith("Connection")]
    node = lambda field: named(next(f for f in fields(named(field["type"])[0]) if f["name"] == "nodes")["type"])[0]
    for root in lists("Query"):
        item = node(root)
        page = lambda inside: f"{root['name']}(first: 100) {{ nodes {{ {inside} }} }}"
        for field in filter(leaf, fields(item)):
            roots = max(1, min(4, limit // (100 * 50)))
            each = min(200 // roots, limit // (100 * roots) - 2)
            yield f"{root['name']}.{field['name']}", "{ %s }" % " ".join(f"r{at}: " + page(aliases(field["name"], each - 1)) for at in range(roots))
        for field in fields(item):
            kind, is_ = named(field["type"])
            if is_ == "OBJECT" and free(field) and not kind.endswith("Connection"):
                inner = next((f["name"] for f in fields(kind) if leaf(f)), None)
                if inner:
                    yield f"{root['name']}.{field['name']}", "{ %s }" % page(" ".join(f"n{at}: {field['name']} {{ {inner} }}" for at in range(150)))
        for child in lists(item):
            inside = [f["name"] for f in fields(node(child)) if leaf(f)][:8]
            inner = " ".join(inside)
            yield f"{root['name']}.{child['name']}", "{ %s }" % page(f"{child['name']}(first: 100) {{ nodes {{ {inner} }} }}")
            yield f"{root['name']}.{child['name']}.edges", "{ %s }" % page(f"{child['name']}(first: 100) {{ edges {{ cursor node {{ id }} }} pageInfo {{ endCursor }} }}")
            yield f"{root['name']}.{child['name']}.totalCount", "{ %s }" % page(aliases(f"{child['name']} {{ totalCount }}", 9))
            for deeper in lists(node(child)):
                yield f"{root['name']}.{child['name']}.{deeper['name']}", "{ %s }" % page(
                    f"{child['name']}(first: 10) {{ nodes {{ {deeper['name']}(first: 25) {{ nodes {{ id __typename }} }} }} }}"
                )
        yield f"{root['name']}.totalCount", "{ %s }" % aliases(f"{root['name']} {{ totalCount }}", 50)
        yield f"{root['name']} again", "{ %s }" % page("id " * 450)
    for by in ("SCHOOL", "SCHOOL, YEAR_GROUP", "CLASS", "CLASS, YEAR_GROUP"):
        everything = "rows { key { school { name } yearGroup } result { __typename ... on Agreement { n exact { estimate low high } weightedKappa { estimate } boundaries { grade raised lowered } matrix { from to count } } } }"
        many = 3 if "CLASS" in by else 20
        yield f"moderationAgreement by {by}", "{ %s }" % " ".join(f"a{at}: {AGREEMENT % by} {{ {everything} }}" for at in range(many))
    yield "auditEntries.subjects", "{ %s }" % " ".join(f"a{at}: auditEntries(first: 25) {{ nodes {{ subjects {{ tables pupils rows }} }} }}" for at in range(4))
    yield "the schema", INTROSPECTION
    yield "the schema, again and again", "{ %s }" % aliases("__schema { types { fields { type { fields { name } } } } }", 45)
    yield "a type, again and again", "{ %s }" % aliases('__type(name: "Mutation") { fields { type { fields { name description } } } }', 45)


def median(numbers):
    return sorted(numbers)[len(numbers) // 2]


def weigh(chosen, size, environment):
    """Whether a document crosses a bound."""
    rich = {"PLUMBLINE_LIMITS__COST_BUCKET": "2000000000", "PLUMBLINE_LIMITS__COST_RESTORED_PER_SECOND": "1000000000"}
    service = Service(chosen.binary, size, {**environment, **rich})
    roles = service.tokens
    print(f"{len(roles)} roles: {', '.join(roles)}", flush=True)
    first = next(iter(roles.values()))
    schema = json.loads(service.ask(first, INTROSPECTION))["data"]["__schema"]
    limit = json.loads(service.ask(first, "{ __typename }"))["extensions"]["cost"]["limit"]
    weighed, refused = [], 0
    for role, token in roles.items():
        for name, query in documents(schema, limit):
            seconds, megabytes, answer = service.weigh(token, query)
            if b'"data"' in answer[:10]:
                weighed.append((seconds, megabytes, len(answer) / 1e6, role, name, len(query)))
            else:
                refused += 1
    service.stop()
    at = lambda share, column: sorted(one[column] for one in weighed)[min(len(weighed) - 1, int(len(weighed) * share))]
    print(f"{len(weighed)} documents answered, {refused} refused")
    print(f"processor: median {at(.5, 0):.2f} s, 99 % {at(.99, 0):.2f} s, most {at(1, 0):.2f} s")
    print(f"memory:    median {at(.5, 1):.0f} MB, 99 % {at(.99, 1):.0f} MB, most {at(1, 1):.0f} MB above rest")
    for column in (0, 1):
        for seconds, megabytes, out, role, name, length in sorted(weighed, key=lambda one: -one[column])[: chosen.show]:
            print(f"  {seconds:.2f} s, +{megabytes:.0f} MB, {out:.1f} MB out, {length} bytes in: {role}: {name}")
    return at(.99, 0) > SECONDS or at(.99, 1) > MEGABYTES


def share(chosen, size, environment):
    """Whether one caller makes another wait too long."""
    service = Service(chosen.binary, size, environment)
    greedy, other = service.tokens["senior leader"], service.tokens["subject leader"]
    schema = json.loads(service.ask(greedy, INTROSPECTION))["data"]["__schema"]
    query = next(query for name, query in documents(schema, 100_000) if name == "pupils.judgements")

    def small(rounds):
        times = []
        for _ in range(rounds):
            started = time.monotonic()
            service.ask(other, "{ trust { name } }")
            times.append(time.monotonic() - started)
        return times

    small(50)
    usual = small(300)
    spent = [0, 0]

    def spend():
        while json.loads(service.ask(greedy, query) or b"{}").get("data"):
            spent[0] += 1

    threads = [threading.Thread(target=spend) for _ in range(8)]
    [thread.start() for thread in threads]
    time.sleep(0.2)
    meanwhile = []
    while any(thread.is_alive() for thread in threads):
        meanwhile += small(5)
    service.stop()
    times = median(meanwhile) / median(usual)
    late = sorted(meanwhile)[int(len(meanwhile) * 0.99)]
    print(
        f"a small question: {median(usual) * 1e3:.1f} ms; while another caller spends a bucket on {spent[0]} of the dearest pages, 8 at once: "
        f"{median(meanwhile) * 1e3:.1f} ms ({times:.1f} times, 99 % {late * 1e3:.0f} ms, of {len(meanwhile)})"
    )
    return times > TIMES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--postgres", help="the URL of an empty database")
    parser.add_argument("--schools", default="8")
    parser.add_argument("--years", default="1")
    parser.add_argument("--part", choices=["weigh", "share", "both"], default="both", help="the documents, the share of one caller, or both")
    parser.add_argument("--show", type=int, default=8, help="how many of the dearest to show")
    chosen = parser.parse_args()
    environment = {"DATABASE_URL": chosen.postgres} if chosen.postgres else {}
    size = ["--schools", chosen.schools, "--years", chosen.years]
    crossed = [
        part(chosen, size, environment) for name, part in (("weigh", weigh), ("share", share)) if chosen.part in (name, "both")
    ]
    sys.exit(any(crossed))


if __name__ == "__main__":
    main()
