"""A demo in a process of its own, for benchmarks and faults that ask it. Linux only: it reads /proc."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Service:
    """`plumbline demo` on a free port, with a database of its own; `tokens` holds the token of each role that it prints."""

    def __init__(self, binary, arguments, environment):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = {"PLUMBLINE_LISTEN": f"127.0.0.1:{self.port}", "DATABASE_URL": f"sqlite:{self.folder.name}/demo.sqlite"}
        self.log = open(f"{self.folder.name}/log", "w+")
        binary = os.path.abspath(binary)
        self.process = subprocess.Popen(
            [binary, "demo", *arguments], cwd=self.folder.name, env={**os.environ, **own, **environment}, stdout=self.log, stderr=self.log
        )
        for _ in range(1800):
            if self.process.poll() is not None:
                sys.exit("the demo ended: " + open(self.log.name).read()[-500:])
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.2)
        time.sleep(0.5)
        said = open(self.log.name).read()
        # A role stands in fourteen columns, and its token on the next line.
        found = re.findall(r"^  (\S.{13}) .*\n\s*(eyJ[\w-]+\.[\w-]+\.[\w-]+)", said, re.M)
        self.tokens = {role.strip(): token for role, token in found}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def ask(self, token, query, timeout=120, variables=None):
        """The bytes of an answer, whatever its status."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query, "variables": variables or {}}).encode(),
            {"content-type": "application/json", "authorization": "Bearer " + token},
        )
        try:
            return urllib.request.urlopen(request, timeout=timeout).read()
        except urllib.error.HTTPError as error:
            return error.read()

    def processor(self):
        """Seconds of processor time so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def memory(self, which):
        """Megabytes: VmRSS now, VmHWM at the most."""
        lines = open(f"/proc/{self.process.pid}/status")
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(which))

    def weigh(self, token, query):
        """Processor seconds and megabytes above rest."""
        try:
            open(f"/proc/{self.process.pid}/clear_refs", "w").write("5")
        except OSError:
            pass
        before, rest = self.processor(), self.memory("VmRSS")
        answer = self.ask(token, query)
        time.sleep(0.02)
        return self.processor() - before, self.memory("VmHWM") - rest, answer
