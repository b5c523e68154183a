#!/usr/bin/env python3
"""Takes the scope's predicates away one at a time and sees whether the tests notice.

    tests/mutate-scope.py [--list] [--only N,N,..] [--report FILE] [--target DIR]

Works on a copy of HEAD (a git worktree in a temporary folder), never on the product's own source. In the
copy every declaration and predicate of the policies, of the holds and of `db/scope` is made to depend on a number in the
environment, so that all mutants are built once and each costs only its test run. What is listed:

  add      `.add(condition)` is left out            filter   `.filter(condition)` of a scope is left out
  and      an operand of `&&` is taken for true     or       an operand of `||` is taken for false
  yes/no   a function that answers a bool, or an `if`, is taken for true, for false
  open     `nothing()` where it stands alone is taken for everything
  has      a client's `has(scope)` is taken for true
  shown    a column that may be read in some rows may be read in all of them
  column   a column is not hidden at all
  none     a hold of a table's readers or writers opens nothing
  all      a hold of a table's readers or writers opens the whole trust
  place    a table does not say one thing of where its rows lie
  when     a hold opens all rows within its bounds, whatever else must be true of them
  bound    a hold is not kept to a subject, to year groups, to some pupils
  is       a hold is everybody's

Each mutant runs the tests of the oracle and of access on SQLite, until the first that fails.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = [
    "api/src/organisation/policy.rs",
    "api/src/organisation/holds.rs",
    "api/src/curriculum/policy.rs",
    "api/src/assessment/policy.rs",
    "api/src/moderation/policy.rs",
    "api/src/comparison/policy.rs",
    "api/src/access/policy.rs",
    "api/src/audit_entries/policy.rs",
    "api/src/db/scope/scoped.rs",
    "api/src/db/scope/permit.rs",
    "api/src/db/scope/bounds.rs",
    "api/src/db/scope/location.rs",
    "api/src/db/scope/readers.rs",
]
# Of these files only the functions that decide; the rest of them narrows what is asked for.
FUNCTIONS = {
    "api/src/db/scope/scoped.rs": ["left_by_client", "masked", "of"],
    "api/src/db/scope/permit.rs": ["client_may", "ask"],
    "api/src/db/scope/bounds.rs": ["on", "contains", "spans_the_trust"],
    "api/src/db/scope/location.rs": ["within", "check"],
    "api/src/db/scope/readers.rs": ["rows"],
}
RUNTIME = '''//! Made by `tests/mutate-scope.py` in a copy: which mutant runs.
#![allow(missing_docs)]
use std::sync::OnceLock;
pub fn active(number: u32) -> bool {
    static CHOSEN: OnceLock<Option<u32>> = OnceLock::new();
    *CHOSEN.get_or_init(|| std::env::var("SCOPE_MUTANT").ok()?.parse().ok()) == Some(number)
}
pub trait Unless: Sized {
    fn unless(self, number: u32, change: impl FnOnce(Self) -> Self) -> Self {
        if active(number) { self } else { change(self) }
    }
}
impl<T> Unless for T {}
pub fn when(condition: fn(&crate::auth::Viewer) -> sea_orm::Condition, viewer: &crate::auth::Viewer) -> sea_orm::Condition {
    condition(viewer)
}
'''
ACTIVE = "crate::mutant::active"
PAIRS = {"(": ")", "[": "]", "{": "}"}


class Source:
    """The text of a file, in which comments and strings are known."""

    def __init__(self, text):
        self.text = text
        self.code = blank(text)

    def close(self, at):
        """Where the bracket that opens at `at` is closed."""
        wanted, depth = PAIRS[self.code[at]], 0
        for place in range(at, len(self.code)):
            if self.code[place] == self.code[at]:
                depth += 1
            elif self.code[place] == wanted:
                depth -= 1
                if depth == 0:
                    return place
        raise ValueError(f"no {wanted}")


def blank(text):
    """The text with comments, strings and attributes blanked out, letter for letter."""
    pattern = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|#!?\[[^\n]*\]|\'(?:\\.|[^\'\\])\'')
    return pattern.sub(lambda found: " " * len(found.group()), text)


class Mutants:
    """Numbers mutants, and remembers where each is."""

    def __init__(self):
        self.all = []

    def number(self, path, line, kind, what):
        what = re.sub(r"\s+", " ", what).strip()
        self.all.append({"file": path, "line": line, "kind": kind, "what": what})
        return len(self.all)


def functions(source, wanted):
    """Name, return type, first and last place of the bodies of functions."""
    for found in re.finditer(r"\bfn (\w+)", source.code):
        depth, at = 0, found.end()
        while at < len(source.code) and not (depth == 0 and source.code[at] in "{;"):
            depth += {"(": 1, ")": -1}.get(source.code[at], 0)
            at += 1
        if source.code[at] == ";" or (wanted and found.group(1) not in wanted):
            continue
        answer = source.code[found.end():at]
        yield found.group(1), answer.rsplit("->", 1)[-1].strip() if "->" in answer else "", at, source.close(at)


def operands(code, first, last):
    """The operands of `&&` and `||` between two places: kind, first, last. Each chain in its bracket."""
    found = []
    level = [[first, []]]  # where the expression of each bracket begins, and its operators

    def flush(end):
        begin, operators = level[-1]
        if operators:
            ors = [at for at, sign in operators if sign == "||"]
            bounds = [begin] + [at for at in ors] + [end]
            parts = [(bounds[i] + (2 if i else 0), bounds[i + 1]) for i in range(len(bounds) - 1)]
            if ors:
                found.extend(("or", a, b) for a, b in parts)
            for a, b in parts:
                ands = [at for at, sign in operators if sign == "&&" and a <= at < b]
                if ands:
                    edges = [a] + ands + [b]
                    found.extend(("and", edges[i] + (2 if i else 0), edges[i + 1]) for i in range(len(edges) - 1))
        level[-1] = [end, []]

    at = first
    while at < last:
        rest = code[at:at + 2]
        if code[at] in "([{":
            # A block after an expression, as of `if` and `match`, ends the expression.
            if code[at] == "{":
                flush(at)
            level.append([at + 1, []])
        elif code[at] in ")]}":
            flush(at)
            level.pop()
            if code[at] == "}":
                level[-1] = [at + 1, []]
        elif rest == "=>":
            flush(at)
            level[-1][0] = at + 2
            at += 1
        elif code[at] in ";,":
            flush(at)
            level[-1][0] = at + 1
        elif rest in ("&&", "||") and not (rest == "||" and re.search(r"[(,=]\s*$|\bmove\s*$", code[first:at])):
            level[-1][1].append((at, rest))
            at += 1
        elif code[at] == "=" and code[at - 1] not in "=<>!" and rest not in ("==", "=>"):
            flush(at)
            level[-1][0] = at + 1
        elif code[at] == "|" and rest != "||" and level[-1][1] == []:
            # The parameters of a closure.
            level[-1][0] = at + 1
        else:
            word = re.match(r"\b(if|return|match|let)\b", code[at:last])
            if word and not code[at - 1].isalnum():
                flush(at)
                at += len(word.group()) - 1
                level[-1][0] = at + 1
        at += 1
    flush(last)
    return found


def mutate(path, text, mutants):
    """The text with a switch at each predicate."""
    for name in FUNCTIONS.get(path, []):
        # A switch is read as the program runs.
        text = text.replace(f"const fn {name}(", f"      fn {name}(")
    source = Source(text)
    edits = []  # (place, order, text to insert) or replacements of a span

    def line(at):
        return text.count("\n", 0, at) + 1

    def wrap(first, last, before, after):
        while text[first].isspace():
            first += 1
        while text[last - 1].isspace():
            last -= 1
        edits.append((first, last, before, after))

    copies = []  # holds with a switch, at the end of the file
    for found in re.finditer(r"\bpolicy! \{", source.code):
        declare(path, text, source, found.end() - 1, mutants, line, edits, copies)
    if path.endswith("holds.rs") or path.endswith("moderation/policy.rs") or path.endswith("comparison/policy.rs"):
        for found in re.finditer(r"\bconst \w+: Hold =", source.code):
            first = source.code.index("{", found.end())
            last = source.close(first)
            for call in re.finditer(r"\.(in_subject|in_year_groups|for_pupils)\(", source.code[first:last]):
                at, shut = first + call.start(), source.close(first + call.end() - 1)
                number = mutants.number(path, line(at), "bound", text[at:shut + 1])
                edits.append((at, shut + 1, f".unless({number}, |kept| kept", ")"))
            for call in re.finditer(r"viewer\.(?:is|belongs)\([^()]*\)", source.code[first:last]):
                number = mutants.number(path, line(first + call.start()), "is", call.group())
                edits.append((first + call.start(), first + call.end(), f"({ACTIVE}({number}) || ", ")"))
    for name, answer, first, last in functions(source, FUNCTIONS.get(path)):
        body = source.code[first:last]
        if answer == "bool":
            yes = mutants.number(path, line(first), "yes", f"fn {name} answers true")
            no = mutants.number(path, line(first), "no", f"fn {name} answers false")
            guard = f" if {ACTIVE}({yes}) {{ return true; }} if {ACTIVE}({no}) {{ return false; }}"
            edits.append((first + 1, first + 1, guard, ""))
        for kind, a, b in operands(source.code, first + 1, last):
            what = text[a:b]
            if re.match(r"\s*let\b", what):
                continue
            number = mutants.number(path, line(a + len(what) - len(what.lstrip())), kind, what)
            before = f"({ACTIVE}({number}) || (" if kind == "and" else f"(!{ACTIVE}({number}) && ("
            wrap(a, b, before, "))")
        for found in re.finditer(r"\.(add|filter)\(", body):
            at = first + found.start()
            open_at = first + found.end() - 1
            shut = source.close(open_at)
            argument = text[open_at + 1:shut]
            if found.group(1) == "filter" and argument.lstrip().startswith("|"):
                bar = source.code.index("|", source.code.index("|", open_at) + 1)
                number = mutants.number(path, line(at), "filter", argument)
                wrap(bar + 1, shut, f"{ACTIVE}({number}) || (", ")")
                continue
            number = mutants.number(path, line(at), found.group(1), argument)
            edits.append((at, shut + 1, f".unless({number}, |kept| kept", ")"))
        for found in re.finditer(r"\bif ", body):
            at = first + found.end()
            if source.code[at:at + 4] == "let " or "&& let" in source.code[at:source.code.index("{", at)]:
                continue
            # The guard of a match ends with its arrow.
            end = min(place for place in (source.code.find("{", at), source.code.find("=>", at)) if place >= 0)
            what = text[at:end]
            yes = mutants.number(path, line(at), "yes", f"if {what}")
            no = mutants.number(path, line(at), "no", f"if {what}")
            wrap(at, end, f"({ACTIVE}({yes}) || (!{ACTIVE}({no}) && (", ")))")
        for found in re.finditer(r"\bnothing\(\)(?!\s*\.)", body):
            at = first + found.start()
            before = text[max(0, text.rfind("\n", 0, at)):at]
            number = mutants.number(path, line(at), "open", f"{before} nothing()")
            edits.append((at, first + found.end(), f"(if {ACTIVE}({number}) {{ sea_orm::Condition::all() }} else {{ ", " })"))
        for found in re.finditer(r"\bReadableIn::(?:RowsWhere\(|NoRow\b)", body):
            if name not in ("hidden", "shown"):
                continue
            at, end = first + found.start(), first + found.end()
            end = source.close(end - 1) + 1 if found.group().endswith("(") else end
            number = mutants.number(path, line(at), "shown", text[at:end])
            everywhere = "crate::db::ReadableIn::RowsWhere(sea_orm::Condition::all())"
            edits.append((at, end, f"(if {ACTIVE}({number}) {{ {everywhere} }} else {{ ", " })"))
        last_word = re.search(r"\n\s+hidden\s+$", source.code[:last])
        if name == "hidden" and last_word:
            at = source.code.index("hidden", last_word.start())
            for column in dict.fromkeys(re.findall(r"\bC::(\w+)", body)):
                if column in ("Id", "PupilId"):
                    continue
                number = mutants.number(path, line(at), "column", f"{column} is hidden")
                retain = f"hidden.retain(|(column, _)| !({ACTIVE}({number}) && matches!(column, C::{column})));\n        "
                edits.append((at, at, retain, ""))
        for found in re.finditer(r"\bclient\.has\([^()]*\)", body):
            at = first + found.start()
            number = mutants.number(path, line(at), "has", found.group())
            edits.append((at, first + found.end(), f"({ACTIVE}({number}) || ", ")"))
    # Inner edits first at one place: those that begin later or end sooner lie within the others.
    opens, closes = {}, {}
    for first, last, before, after in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        opens.setdefault(first, []).append(before)
        closes.setdefault(last, []).insert(0, after)
    out = []
    for at in range(len(text) + 1):
        out.extend(closes.get(at, []))
        out.extend(opens.get(at, []))
        if at < len(text):
            out.append(text[at])
    return "".join(out) + "".join(copies)


COPY = """
const {name}_{none}: crate::db::Hold = crate::db::Hold {{
    who: {name}.who,
    bounds: |viewer| {{
        if {active}({none}) {{ return Vec::new(); }}
        if {active}({all}) {{ return vec![crate::db::Bounds::trust(viewer.trust())]; }}
        ({name}.bounds)(viewer)
    }},
    wall: {name}.wall,
}};
"""


def declare(path, text, source, begin, mutants, line, edits, copies):
    """Switches in a declared policy: at each hold, each place and each condition of its own."""
    end = source.close(begin)
    part = {found.group(1): first for found in re.finditer(r"\n\s+(lies|read|write|counted) ", source.code[begin:end])
            for first in [begin + found.end()]}
    upto = lambda name: source.code.index(";", part[name])
    what = re.search(r"(\$?\w+): ", source.code[begin:end]).group(1)
    for kind in ("read", "write"):
        for found in re.finditer(r"(?<![\w:$])(?:&)?([A-Z][A-Z_]{2,})\b", source.code[part[kind]:upto(kind)]):
            name, at = found.group(1), part[kind] + found.start(1)
            none = mutants.number(path, line(at), "none", f"{what}: {kind} {name}")
            all_ = mutants.number(path, line(at), "all", f"{what}: {kind} {name}")
            edits.append((at + len(name), at + len(name), f"_{none}", ""))
            copies.append(COPY.format(name=name, none=none, all=all_, active=ACTIVE))
    for found in re.finditer(r"\.(school|subject|year_group|class|pupil|owner|through|through_some)(?:::<[^>]*>)?\(",
                             source.code[part["lies"]:upto("lies")]):
        at, shut = part["lies"] + found.start(), source.close(part["lies"] + found.end() - 1)
        number = mutants.number(path, line(at), "place", f"{what}: {text[at:shut + 1]}")
        edits.append((at, shut + 1, f".unless({number}, |kept| kept", ")"))
    for found in re.finditer(r"\.or_when\(", source.code[part["read"]:upto("read")]):
        first = part["read"] + found.end()
        depth, at = 0, first
        while depth or source.code[at] != ",":
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(source.code[at], 0)
            at += 1
        number = mutants.number(path, line(first), "when", f"{what}: {text[first:at]}")
        before = f"|viewer| if {ACTIVE}({number}) {{ sea_orm::Condition::all() }} else {{ crate::mutant::when("
        edits.append((first, at, before, ", viewer) }"))


def build(copy, target):
    """Builds the tests of the copy; answers where they are."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "CARGO_INCREMENTAL": "0"}
    command = ["cargo", "test", "--no-run", "-p", "plumbline-tests", "--test", "it", "--message-format", "json"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    found = None
    for text in done.stdout.splitlines():
        message = json.loads(text)
        if message.get("reason") == "compiler-message" and message["message"]["level"] == "error":
            print(message["message"]["rendered"], file=sys.stderr)
        if message.get("executable") and message.get("target", {}).get("name") == "it":
            found = message["executable"]
    if done.returncode or not found:
        sys.exit(f"the mutants do not build:\n{done.stderr[-2000:]}")
    return found


def run(tests, folder, number, filters, longest):
    """The first test that fails with a mutant; none where all pass."""
    environment = {**os.environ, "SCOPE_MUTANT": str(number), "RUST_BACKTRACE": "0",
                   "PLUMBLINE_ORACLE_ENOUGH": "1"}
    command = [tests, *filters, "--skip", "on_postgres"]
    child = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True, start_new_session=True)
    signal.alarm(longest)
    caught, ran = None, 0
    try:
        for text in child.stdout:
            ran += text.startswith("test ") and (" ... " in text)
            if text.startswith("test ") and text.rstrip().endswith("FAILED"):
                caught = text.split()[1]
                break
    except TimeoutError:
        caught = "(ran too long)"
    finally:
        signal.alarm(0)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if ran == 0 and not caught:
        sys.exit("no test ran")
    return caught


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--only", help="numbers of mutants, parted by commas")
    parser.add_argument("--report", help="write the result to this file as JSON, line by line")
    parser.add_argument("--target", help="cargo's target folder; one that is warm saves minutes")
    parser.add_argument("--filters", default="oracle::,access::", help="which tests, parted by commas")
    parser.add_argument("--longest", type=int, default=1800, help="seconds that a mutant may run")
    parser.add_argument("--keep", help="where to keep what was built, to be run again with --built")
    parser.add_argument("--built", help="what --keep kept: nothing is built")
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent

    mutants = Mutants()
    texts = {path: mutate(path, (root / path).read_text(), mutants) for path in FILES}
    if given.list:
        for number, mutant in enumerate(mutants.all, 1):
            print(f"{number:4} {mutant['kind']:6} {mutant['file']}:{mutant['line']}  {mutant['what'][:110]}")
        return
    wanted = [int(n) for n in given.only.split(",")] if given.only else range(1, len(mutants.all) + 1)

    def too_long(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    filters = given.filters.split(",")
    with tempfile.TemporaryDirectory(prefix="scope-mutants-") as folder:
        tests = given.built or made(root, Path(folder), texts, given)
        started = time.time()
        if caught := run(tests, root / "tests", 0, filters, given.longest):
            sys.exit(f"without any mutant {caught} fails")
        print(f"without any mutant all pass, in {time.time() - started:.0f} s", flush=True)
        for number in wanted:
            started = time.time()
            mutant = mutants.all[number - 1]
            caught = run(tests, root / "tests", number, filters, given.longest)
            took = time.time() - started
            place = f"{mutant['kind']} {mutant['file']}:{mutant['line']} {mutant['what'][:80]}"
            print(f"{number:4} {caught or 'SURVIVED':60} {took:5.0f} s  {place}", flush=True)
            if given.report:
                with open(given.report, "a", encoding="utf-8") as report:
                    report.write(json.dumps({"number": number, **mutant, "caught": caught, "seconds": round(took)}) + "\n")


def made(root, folder, texts, given):
    """Builds all mutants in a copy of the repository; answers where the tests are."""
    copy = folder / "copy"
    subprocess.run(["git", "worktree", "add", "--detach", str(copy), "HEAD"], cwd=root, check=True, capture_output=True)
    try:
        # The files as they are here, committed or not.
        for path, text in texts.items():
            fitting = text.replace("\nuse ", "\n#[allow(unused_imports)]\nuse crate::mutant::Unless as _;\nuse ", 1)
            (copy / path).write_text(fitting)
        names = ["tests/it/main.rs"] + [str(path.relative_to(root)) for path in (root / "tests/it/oracle").glob("*.rs")]
        for name in names:
            (copy / name).write_text((root / name).read_text())
        (copy / "api/src/mutant.rs").write_text(RUNTIME)
        library = copy / "api/src/lib.rs"
        library.write_text(library.read_text() + "pub mod mutant;\n")
        # Away from cargo's folder, where the next build would sweep it.
        kept = Path(given.keep) if given.keep else folder / "tests"
        shutil.copy(build(copy, given.target or root / "target"), kept)
        return str(kept)
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(copy)], cwd=root, check=False, capture_output=True)


if __name__ == "__main__":
    main()
