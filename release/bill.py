"""The bill of materials of the binary in CycloneDX 1.5: each crate that is linked into it, and the front end that it holds.

    python3 release/bill.py VERSION TARGET FOLDER
"""

import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from pathlib import Path

SPACE = uuid.UUID("8e4f3f7e-6f0e-5d55-9c1b-0a5f4f0b7a10")


def licence(expression):
    """Licences as CycloneDX has them; older crates part them by a slash."""
    return [{"expression": expression.replace("/", " OR ")}] if expression else []


def told(folder, *command):
    """What cargo says of the sources as they are locked."""
    return subprocess.run(["cargo", *command, "--locked"], cwd=folder, check=True, capture_output=True, text=True).stdout


def linked(folder, target):
    """Name and version of each crate that is linked into the binary for a target. What takes part in building alone is in no
    binary; a macro runs in the compiler."""
    edges = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    lines = told(folder, "tree", "--package", "plumbline", "--target", target, *edges).splitlines()
    return {tuple(line.split()[:2]) for line in lines if line}


def crates(folder, target):
    """The crates of the binary, the service first: each as the bill has it, and which depends on which."""
    there = {(name, version.removeprefix("v")) for name, version in linked(folder, target)}
    metadata = json.loads(told(folder, "metadata", "--format-version", "1", "--filter-platform", target))
    packages = {one["id"]: one for one in metadata["packages"] if (one["name"], one["version"]) in there}
    locked = tomllib.loads((folder / "Cargo.lock").read_text())["package"]
    sums = {(one["name"], one["version"]): one.get("checksum") for one in locked}
    depends = {
        node["id"]: sorted(reference(packages[dep["pkg"]]) for dep in node["deps"] if dep["pkg"] in packages)
        for node in metadata["resolve"]["nodes"]
        if node["id"] in packages
    }
    components = {id: component(package, sums) for id, package in packages.items()}
    service = next(id for id, package in packages.items() if package["name"] == "plumbline")
    return components.pop(service), list(components.values()), [
        {"ref": reference(packages[id]), "dependsOn": on} for id, on in depends.items()
    ]


def reference(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, sums):
    made = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package["name"],
        "version": package["version"],
        "purl": reference(package),
        "licenses": licence(package["license"]) or [{"license": {"name": f"as in its {package['license_file']}"}}],
    }
    checksum = sums.get((package["name"], package["version"]))
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return made


def front_end(folder):
    """The packages of npm whose files are in the binary, as the table beside them says."""
    table = (folder / "api/assets/graphiql/README.md").read_text()
    found = sorted(set(re.findall(r"^\| `[^|]*\| ([a-z-]+) (\d+\.\d+\.\d+)[^|]*\| (\w+) \|$", table, re.MULTILINE)))
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:npm/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{name}@{version}",
            "licenses": licence(terms),
        }
        for name, version, terms in found
    ]


def bill(subject, components, dependencies):
    """A bill whose bytes depend on what is in it, and on the moment of the commit."""
    moment = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    made = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": subject},
        "components": sorted(components, key=lambda one: one["bom-ref"]),
        "dependencies": sorted(dependencies, key=lambda one: one["ref"]),
    }
    serial = uuid.uuid5(SPACE, json.dumps(made, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{serial}", **made}


def of_binary(version, target, folder):
    subject, components, dependencies = crates(folder, target)
    assert subject["version"] == version, f"the sources are of {subject['version']}"
    subject["type"] = "application"
    front = front_end(folder)
    own = next(one for one in dependencies if one["ref"] == subject["bom-ref"])
    own["dependsOn"] = sorted([*own["dependsOn"], *(one["bom-ref"] for one in front)])
    return bill(subject, [*components, *front], dependencies)


def written(made):
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written(of_binary(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
