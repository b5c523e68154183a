"""The image of a release in the layout of the Open Container Initiative, as one file: `docker load`, `podman load`, `skopeo copy
oci-archive:..`. One layer with the binary and the packages that it needs; no shell and no package manager. And its bill of materials.

    python3 release/image.py VERSION BINARY PACKAGES PINNED BILL IMAGE.tar BILL-OF-IMAGE
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from archive import entry, tarred, when, zipped
from bill import bill, written

# Who runs the service in it.
OWNER = 10001
ACCOUNTS = {
    "etc/passwd": f"root:x:0:0:root:/:/none\nplumbline:x:{OWNER}:{OWNER}::/var/lib/plumbline:/none\n",
    "etc/group": f"root:x:0:\nplumbline:x:{OWNER}:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}
# What of the packages no program needs to run: manuals, and tables of alphabets that this one has inside.
LEFT_OUT = ("usr/share/doc-base", "usr/share/lintian", "usr/share/locale", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/x86_64-linux-gnu/audit")


def pinned(file):
    """The packages: name, version, sum."""
    lines = [line.split("#")[0].split() for line in file.read_text().splitlines()]
    return [tuple(line) for line in lines if line]


def layer(binary, packages):
    """All files of the image, as a tar archive."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for package in sorted(packages.glob("*.deb")):
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        for folder in LEFT_OUT:
            subprocess.run(["rm", "-rf", root / folder], check=True)
        for name, content in ACCOUNTS.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        (root / "tmp").mkdir(exist_ok=True)
        place = root / "usr/local/bin/plumbline"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(binary.read_bytes())
        place.chmod(0o755)
        whole = io.BytesIO(tarred(root))
    # The service writes below its own folder alone, and SQLite and others where everybody may.
    with tarfile.open(fileobj=whole, mode="a", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry("var/lib/plumbline", 0o750, tarfile.DIRTYPE, OWNER))
        archive.addfile(entry("tmp", 0o1777, tarfile.DIRTYPE))
    return whole.getvalue()


def described(content, kind):
    """How one part of an image names another."""
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}


def image(version, files):
    """The parts of an image, by their places in the layout."""
    moment = datetime.fromtimestamp(when(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    packed = zipped(files)
    config = {
        "created": moment,
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": f"{OWNER}:{OWNER}",
            "WorkingDir": "/var/lib/plumbline",
            "Volumes": {"/var/lib/plumbline": {}},
            "ExposedPorts": {"8000/tcp": {}},
            "Env": ["PATH=/usr/local/bin", "PLUMBLINE_LISTEN=0.0.0.0:8000", "PLUMBLINE_LOG__FORMAT=json"],
            "Entrypoint": ["/usr/local/bin/plumbline"],
            "Cmd": ["serve"],
            "Labels": {"org.opencontainers.image.title": "plumbline", "org.opencontainers.image.version": version},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(files).hexdigest()}"]},
        "history": [{"created": moment, "created_by": "release/build"}],
    }
    config = json.dumps(config, sort_keys=True).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [described(packed, "application/vnd.oci.image.layer.v1.tar+gzip")],
    }
    manifest = json.dumps(manifest, sort_keys=True).encode()
    named = described(manifest, "application/vnd.oci.image.manifest.v1+json")
    named["annotations"] = {
        "io.containerd.image.name": f"docker.io/library/plumbline:{version}",
        "org.opencontainers.image.ref.name": version,
    }
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [named]}
    blobs = {f"blobs/{described(blob, '')['digest'].replace(':', '/')}": blob for blob in (config, manifest, packed)}
    return {
        **blobs,
        "index.json": json.dumps(index, sort_keys=True).encode(),
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
    }


def of_image(of_binary, packages):
    """The bill of the image: that of the binary, and the packages."""
    debian = [
        {
            "type": "library",
            "bom-ref": f"pkg:deb/debian/{name}@{version}?arch=amd64",
            "name": name,
            "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch=amd64",
            "hashes": [{"alg": "SHA-256", "content": checksum}],
        }
        for name, version, checksum in packages
    ]
    application = of_binary["metadata"]["component"]
    subject = {"type": "container", "bom-ref": "image", "name": "plumbline", "version": application["version"]}
    holds = [application["bom-ref"], *(one["bom-ref"] for one in debian)]
    dependencies = [*of_binary["dependencies"], {"ref": "image", "dependsOn": sorted(holds)}]
    return bill(subject, [application, *of_binary["components"], *debian], dependencies)


def main(version, binary, packages, pins, of_binary, out, out_bill):
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for name, content in image(version, layer(Path(binary), Path(packages))).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        Path(out).write_bytes(tarred(root))
    Path(out_bill).write_text(written(of_image(json.loads(Path(of_binary).read_text()), pinned(Path(pins)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
