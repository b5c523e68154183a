"""A class teacher's front end in small: who I am, my class page by page, record a judgement, be told of it.

    pip install requests
    python school.py http://127.0.0.1:8000/graphql TOKEN
"""

import json
import sys
import threading
import uuid

import requests


class Refused(Exception):
    """The service did not do what was asked, and says why."""


class Plumbline:
    def __init__(self, url, token):
        self.url, self.session = url, requests.Session()
        self.session.headers["authorization"] = f"Bearer {token}"

    def ask(self, query, **variables):
        """The data of an answer. Errors of the request are raised, each with its code."""
        headers = {"accept": "application/graphql-response+json, application/json"}
        answer = self.session.post(self.url, json={"query": query, "variables": variables}, headers=headers, timeout=60).json()
        if answer.get("errors"):
            raise Refused("; ".join(f"{error['extensions']['code']}: {error['message']}" for error in answer["errors"]))
        return answer["data"]

    def change(self, mutation, query, **variables):
        """What a mutation changed. What was wrong with its input is data, and is raised here."""
        payload = self.ask(query, **variables)[mutation]
        if payload["userErrors"]:
            raise Refused("; ".join(f"{error['code']} at {'.'.join(error['field'])}: {error['message']}" for error in payload["userErrors"]))
        return payload

    def pages(self, connection, query, **variables):
        """The nodes of a list, page by page to its end."""
        after = None
        while True:
            page = connection(self.ask(query, after=after, **variables))
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def told(self, query, begun, **variables):
        """The events of a subscription, as a stream of server-sent events."""
        headers = {"accept": "text/event-stream"}
        body = {"query": query, "variables": variables}
        with self.session.post(self.url, json=body, headers=headers, stream=True, timeout=60) as answer:
            answer.raise_for_status()
            begun.set()
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line and line.startswith("data:") and line[5:].strip():
                    yield json.loads(line[5:])["data"]


REGISTER = """
query Register($class: ID!, $after: String) {
  class(id: $class) {
    pupils(on: "2026-06-22", order: NAME, first: 10, after: $after) {
      nodes { id givenName familyName }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def main(url, token):
    plumbline = Plumbline(url, token)
    mine = plumbline.ask("""{
      viewer { name classes { id name } }
      assessmentWindows(first: 1, order: LATEST) { nodes { id term } }
      subjects(filter: { code: { eq: "reading" } }) { nodes { id } }
      frameworks(first: 1) { nodes { id } }
    }""")
    taught = mine["viewer"]["classes"][0]
    pupils = list(plumbline.pages(lambda data: data["class"]["pupils"], REGISTER, **{"class": taught["id"]}))
    print(f"{mine['viewer']['name']} teaches {taught['name']}: {len(pupils)} pupils")

    window = mine["assessmentWindows"]["nodes"][0]["id"]
    begun, heard = threading.Event(), []
    follow = "subscription($window: ID!) { judgementRecorded(windowId: $window) { pupil { id } grade { code } } }"

    def listen():
        for event in plumbline.told(follow, begun, window=window):
            heard.append(event["judgementRecorded"])
            return

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    begun.wait(30)
    # With the same key a repeat, after an answer that was lost, does nothing twice.
    recorded = plumbline.change("recordJudgement", """
    mutation Record($input: RecordJudgementInput!) {
      recordJudgement(input: $input) { judgement { id grade { code } } userErrors { code field message } }
    }""", input={
        "windowId": window,
        "subjectId": mine["subjects"]["nodes"][0]["id"],
        "frameworkId": mine["frameworks"]["nodes"][0]["id"],
        "judgement": {"pupilId": pupils[0]["id"], "gradeCode": "EXS", "judgedOn": "2026-06-24"},
        "idempotencyKey": str(uuid.uuid4()),
    })["judgement"]
    print(f"recorded {recorded['grade']['code']} for {pupils[0]['givenName']}")
    listening.join(30)
    assert heard and heard[0]["pupil"]["id"] == pupils[0]["id"], heard
    print(f"told of {heard[0]['grade']['code']}")

    try:
        plumbline.ask("{ schools { nodes { nmae } } }")
    except Refused as refused:
        print(f"refused, {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
