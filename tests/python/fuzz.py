"""Asks a service what schemathesis makes of the SDL, and looks at what comes back.

    fuzz.py SDL URL TOKEN REQUESTS SEED

Each root field of queries and mutations is asked as often as the others. Of every answer must hold: it is
no fault (no status of 500 and above, no INTERNAL); it is JSON; a valid document is found valid; what a mutation
refuses for its content is in its `userErrors`, and no error beside it. Says one JSON object at its end: how many
requests there were, how they ended, and the first that were not as they must be.
"""

import base64
import collections
import json
import sys
from datetime import date
from pathlib import Path

import graphql
import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

# What an error at the top of an answer may say of a request that is valid by the schema. All else belongs
# into the answer itself.
ALLOWED = {
    # Arguments that exclude one another or are out of their limits, an id or a cursor that is none.
    "BAD_USER_INPUT",
    # A filter or an order on what may be read in no row.
    "FORBIDDEN",
    # More than one request may cost.
    "COST_LIMIT",
}


def ids(sdl, ask):
    """Ids of what the viewer sees, a few of each list."""
    found = []
    schema = graphql.build_schema(Path(sdl).read_text(encoding="utf-8"))
    for name, field in sorted(schema.query_type.fields.items()):
        if "first" in field.args and "id" in graphql.get_named_type(field.type.of_type.fields["nodes"].type).fields:
            rows = ask(f"{{ {name}(first: 5) {{ nodes {{ id }} }} }}")["data"][name]["nodes"]
            found += [row["id"] for row in rows]
    return found


def kind_of(identifier):
    """The type that an id carries, in small letters."""
    return base64.urlsafe_b64decode(identifier + "==").split(b":")[0].decode().lower()


class Mended(graphql.Visitor):
    """Pages that can be given, `first` alone, from 1 to 100; and ids of the type that an argument is for."""

    def __init__(self, known):
        super().__init__()
        self.known, self.nth = known, 0

    def enter_argument(self, node, *_):
        if node.name.value in ("last", "after", "before"):
            return graphql.REMOVE
        if node.name.value == "first" and isinstance(node.value, graphql.IntValueNode):
            return graphql.ArgumentNode(name=node.name, value=graphql.IntValueNode(value=str(int(node.value.value) % 100 + 1)))
        return self.with_id(node)

    def enter_object_field(self, node, *_):
        return self.with_id(node)

    def with_id(self, node):
        name = node.name.value
        if not name.endswith("Id") or not isinstance(node.value, graphql.StringValueNode):
            return None
        fitting = [each for each in self.known if kind_of(each).endswith(name[:-2].lower())]
        if not fitting:
            return None
        self.nth += 1
        return type(node)(name=node.name, value=graphql.StringValueNode(value=fitting[self.nth * 7919 % len(fitting)]))


def mended(nth, document, known):
    """Two of three documents with sound pages and ids: most others fail at theirs, and go no further."""
    if nth % 3 == 0:
        return document
    return graphql.print_ast(graphql.visit(graphql.parse(document), Mended(known)))


def scalars(known):
    """The scalars of the SDL: mostly sound values, for unsound ones are refused before anything happens."""
    text = st.text(max_size=20)
    days = st.dates(date(2000, 1, 1), date(2035, 12, 31)).map(str)
    moments = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    urns = st.integers(100_000, 999_999).map(str)
    upns = st.from_regex(r"[A-HJ-NP-RT-Z][0-9]{12}", fullmatch=True)
    for name, sound in {"Date": days, "DateTime": moments, "Urn": urns, "Upn": upns, "ID": st.sampled_from(known)}.items():
        schemathesis.graphql.scalar(name, st.one_of(sound, sound, sound, text).map(nodes.String))


def look(case, response, outcomes, wrong):
    """Counts how a request ended, and keeps it if it is not as it must be."""

    def complain(why):
        outcomes["WRONG"] += 1
        if len(wrong) < 5:
            wrong.append({"why": why, "status": response.status_code, "document": str(case.body)[:1500], "answer": response.text[:1500]})

    if response.status_code >= 500:
        return complain("a fault")
    try:
        answer = response.json()
    except ValueError:
        return complain("no JSON")
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", [])}
    if not codes:
        refused = [field for field in (answer.get("data") or {}).values() if isinstance(field, dict) and field.get("userErrors")]
        outcomes["refused as data" if refused else "answered"] += 1
        return None
    for code in codes:
        outcomes[code] += 1
    if not codes <= ALLOWED:
        complain(f"{sorted(map(str, codes))} of a request that the schema allows")
    return None


def main():
    sdl, url, token, wanted, seed = sys.argv[1:]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    known = ids(sdl, lambda query: session.post(url, json={"query": query}, timeout=60).json())
    scalars(known)
    schema = schemathesis.graphql.from_path(sdl)
    schema.config.update(base_url=url)
    operations = [result.ok() for result in schema.get_all_operations()]
    each = -(-int(wanted) // len(operations))
    outcomes, by_field, wrong = collections.Counter(), collections.Counter(), []

    for operation in operations:

        def ask(case):
            case.body = mended(by_field[operation.label], case.body, known)
            by_field[operation.label] += 1
            response = case.call(session=session)
            look(case, response, outcomes, wrong)

        ask = hypothesis.given(case=operation.as_strategy())(ask)
        ask = settings(
            max_examples=each, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(ask)
        hypothesis.seed(int(seed))(ask)()
        print(f"{operation.label}: {by_field[operation.label]}, {dict(outcomes)}", file=sys.stderr, flush=True)

    print(json.dumps({"requests": sum(by_field.values()), "fields": len(by_field), "ids": len(known), "outcomes": outcomes, "wrong": wrong}))


if __name__ == "__main__":
    main()
