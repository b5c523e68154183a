"""Whether the sources are those of a release, and its notes.

    python3 release/ready.py v0.2.0 FOLDER            says what is missing, and fails then
    python3 release/ready.py --notes v0.2.0 FOLDER    prints the section of the changelog
"""

import re
import sys
import tomllib
from pathlib import Path


def section(changelog, heading):
    """The lines below a heading of the second level, up to the next; None where there is no such heading."""
    found = re.search(rf"^## {re.escape(heading)}(?:,[^\n]*)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found and found.group(1).strip()


def missing(tag, folder):
    """What the sources still lack, a sentence each."""
    told = []
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        told.append(f"The tag {tag} is no version: it has the form v0.2.0.")
    version = tag.removeprefix("v")
    workspace = tomllib.loads((folder / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    if workspace != version:
        told.append(f"`version` in Cargo.toml is {workspace}, and not {version}.")
    locked = tomllib.loads((folder / "Cargo.lock").read_text())["package"]
    stale = [package["name"] for package in locked if "source" not in package and package["version"] != workspace]
    if stale:
        told.append(f"Cargo.lock has another version of {', '.join(stale)}: `cargo check` writes it.")
    changelog = (folder / "CHANGELOG.md").read_text()
    dated = re.search(rf"^## {re.escape(version)}, \d{{1,2}} [A-Z][a-z]+ \d{{4}}$", changelog, re.MULTILINE)
    if not dated or not section(changelog, version):
        told.append(f"CHANGELOG.md has no section `## {version}, DAY MONTH YEAR`, or nothing in it.")
    if section(changelog, "Unreleased") != "":
        told.append("CHANGELOG.md needs an empty section `## Unreleased` above it.")
    if (folder / "schema.graphql").read_bytes() != (folder / "tests/released.graphql").read_bytes():
        told.append("tests/released.graphql is not schema.graphql: copy it, for that is what clients are promised now.")
    return told


def main(arguments):
    notes = arguments[:1] == ["--notes"]
    tag, folder = arguments[1:] if notes else arguments
    folder = Path(folder)
    if notes:
        print(section((folder / "CHANGELOG.md").read_text(), tag.removeprefix("v")))
        return 0
    told = missing(tag, folder)
    for sentence in told:
        print(sentence, file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
