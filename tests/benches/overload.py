#!/usr/bin/env python3
"""How long accepted requests take while twice as much is asked as can be answered.

    python3 tests/benches/overload.py target/release/plumbline [--postgres URL]

Starts a demo with a database of its own. First 16 ask one after the other, which tells how much can be answered in a second. Then requests come at a rate, whether or not
the ones before were answered: at nine tenths of that, and at twice that. Prints, for each, the 50th and 99th percentile of what was answered with 200, and the share that was
told to come later (503, 429). Ends with 1 if the 99th percentile at twice the load is more than twice that at nine tenths.
"""

import argparse
import http.client
import json
import queue
import sys
import threading
import time

from service import Service

SECONDS = 10
LIST = """{ pupils(first: 50) { nodes { givenName familyName enrolments(first: 1) { nodes { class { name } } }
  judgements(first: 6) { nodes { grade { code } judgedOn } } } } }"""


class Asker(threading.Thread):
    """One connection that asks whenever a moment is taken from the queue."""

    def __init__(self, service, token, due, seen):
        super().__init__(daemon=True)
        self.service, self.token, self.due, self.seen = service, token, due, seen
        self.line = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        self.body = json.dumps({"query": LIST})

    def run(self):
        headers = {"content-type": "application/json", "authorization": "Bearer " + self.token}
        while (moment := self.due.get()) is not None:
            try:
                self.line.request("POST", "/graphql", self.body, headers)
                answer = self.line.getresponse()
                answer.read()
                self.seen.append((time.monotonic() - moment, answer.status))
            except (OSError, http.client.HTTPException):
                self.line.close()
                self.seen.append((time.monotonic() - moment, 0))


def capacity(service, tokens):
    until, done = time.monotonic() + SECONDS, [0]

    def one(token):
        while time.monotonic() < until:
            service.ask(token, LIST)
            done[0] += 1

    threads = [threading.Thread(target=one, args=(tokens[at % len(tokens)],)) for at in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return done[0] / SECONDS


def offered(service, tokens, rate):
    """The times of those who were answered, sorted, and how many were told to come later."""
    due, seen = queue.SimpleQueue(), []
    askers = [Asker(service, tokens[at % len(tokens)], due, seen) for at in range(400)]
    [asker.start() for asker in askers]
    begun = time.monotonic()
    for at in range(int(rate * SECONDS)):
        moment = begun + at / rate
        time.sleep(max(0, moment - time.monotonic()))
        due.put(moment)
    [due.put(None) for _ in askers]
    [asker.join(60) for asker in askers]
    answered = sorted(took for took, status in seen if status == 200)
    return answered, sum(status in (429, 503) for _, status in seen), sum(status not in (200, 429, 503) for _, status in seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--postgres", help="the URL of an empty database")
    chosen = parser.parse_args()
    environment = {"DATABASE_URL": chosen.postgres} if chosen.postgres else {}
    rich = {"PLUMBLINE_LIMITS__COST_BUCKET": "2000000000", "PLUMBLINE_LIMITS__COST_RESTORED_PER_SECOND": "1000000000"}
    service = Service(chosen.binary, ["--schools", "8", "--years", "2"], {**environment, **rich})
    tokens = [service.tokens[role] for role in ("trust lead", "senior leader", "subject leader", "phase leader", "class teacher")]
    most = capacity(service, tokens)
    print(f"{most:.0f} lists a second can be answered, to {len(tokens)} callers")
    late = {}
    for name, times in (("nine tenths", 0.9), ("twice", 2.0)):
        answered, refused, other = offered(service, tokens, most * times)
        late[name] = answered[int(len(answered) * 0.99)]
        print(
            f"{name}: {len(answered)} answered, p50 {answered[len(answered) // 2] * 1e3:.0f} ms, p99 {late[name] * 1e3:.0f} ms; "
            f"{refused} told to come later, {other} neither"
        )
        time.sleep(3)
    service.stop()
    sys.exit(late["twice"] > 2 * late["nine tenths"])


if __name__ == "__main__":
    main()
