"""Archives whose bytes depend on what is in them and on SOURCE_DATE_EPOCH alone.

    python3 release/archive.py FOLDER FILE.tar.gz
"""

import gzip
import io
import os
import sys
import tarfile
from pathlib import Path


def when():
    """The moment that stands in everything that is made: that of the commit."""
    return int(os.environ["SOURCE_DATE_EPOCH"])


def entry(name, mode, kind=tarfile.REGTYPE, owner=0):
    """An entry of an archive, with nothing of this machine in it."""
    made = tarfile.TarInfo(name)
    made.type, made.mode, made.mtime = kind, mode, when()
    made.uid = made.gid = owner
    return made


def add(archive, name, path):
    """Adds a file, a link or a folder as it is, without owner and times."""
    if path.is_symlink():
        made = entry(name, 0o777, tarfile.SYMTYPE)
        made.linkname = os.readlink(path)
        archive.addfile(made)
    elif path.is_dir():
        archive.addfile(entry(name, 0o755, tarfile.DIRTYPE))
    else:
        content = path.read_bytes()
        made = entry(name, 0o755 if os.access(path, os.X_OK) else 0o644)
        made.size = len(content)
        archive.addfile(made, io.BytesIO(content))


def tarred(folder):
    """A folder as a tar archive, its entries by name."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
            add(archive, path.relative_to(folder).as_posix(), path)
    return whole.getvalue()


def zipped(content):
    """The same by gzip, without the name of a file and with the moment of the commit."""
    return gzip.compress(content, compresslevel=9, mtime=when())


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(zipped(tarred(Path(sys.argv[1]))))
