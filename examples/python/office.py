"""A school office in small: a trusted document with its answer cached, a pupil by id, and two tabs that correct one name.

    pip install requests
    plumbline documents add --trust NAME --client office examples/documents/school.graphql
    python office.py http://127.0.0.1:8000/graphql TOKEN
"""

import hashlib
import json
import sys
import uuid
from pathlib import Path

import requests

DOCUMENT = (Path(__file__).parent.parent / "documents/school.graphql").read_text()


class Plumbline:
    def __init__(self, url, token):
        self.url, self.session, self.cache = url, requests.Session(), {}
        self.session.headers.update({"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"})

    def ask(self, query, **variables):
        answer = self.session.post(self.url, json={"query": query, "variables": variables}, timeout=60).json()
        if answer.get("errors"):
            raise RuntimeError(answer["errors"][0]["message"])
        return answer["data"]

    def trusted(self, document, **variables):
        """The answer of a document that was registered, by its hash and GET. What has not changed is not sent again."""
        name = f"sha256:{hashlib.sha256(document.encode()).hexdigest()}"
        parameters = {"documentId": name, "variables": json.dumps(variables)}
        known = self.cache.get((name, parameters["variables"]))
        headers = {"if-none-match": known[0]} if known else {}
        answer = self.session.get(self.url, params=parameters, headers=headers, timeout=60)
        if answer.status_code == 304:
            return known[1], True
        body = answer.json()
        if body.get("errors"):
            raise RuntimeError(body["errors"][0]["message"])
        self.cache[name, parameters["variables"]] = (answer.headers["etag"], body["data"])
        return body["data"], False


RENAME = """
mutation Rename($input: UpdatePupilInput!) {
  updatePupil(input: $input) { pupil { id givenName version } userErrors { code field message } }
}
"""


def main(url, token):
    plumbline = Plumbline(url, token)
    own = plumbline.ask("{ viewer { schools { name } } }")["viewer"]["schools"][0]["name"]
    for _ in range(2):
        data, again = plumbline.trusted(DOCUMENT, name=own)
        print(f"{data['schools']['nodes'][0]['name']}, {'not changed since' if again else 'read'}")

    found = plumbline.ask("{ pupils(first: 1, order: NAME) { nodes { id givenName version } } }")["pupils"]["nodes"][0]
    # An id is of one type and lasts: anything is found by it again.
    same = plumbline.ask("query($id: ID!) { node(id: $id) { __typename ... on Pupil { givenName } } }", id=found["id"])["node"]
    print(f"{same['__typename']} {same['givenName']}")

    # Two tabs have read one version. The second to save is told, and shown what is there now.
    for tab in ("first", "second"):
        name = f"Ada-{tab}-{uuid.uuid4().hex[:6]}"
        change = {"pupilId": found["id"], "expectedVersion": found["version"], "givenName": name}
        payload = plumbline.ask(RENAME, input=change)["updatePupil"]
        errors = payload["userErrors"]
        if errors and errors[0]["code"] == "STALE":
            now = payload["pupil"]
            print(f"the {tab} tab was too late: version {now['version'] - found['version']} later")
            change["expectedVersion"] = now["version"]
            payload = plumbline.ask(RENAME, input=change)["updatePupil"]
        assert payload["userErrors"] == [], payload
        print(f"the {tab} tab saved")


if __name__ == "__main__":
    main(*sys.argv[1:3])
