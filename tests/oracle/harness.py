"""Running scout's binaries and reading their answers back."""

import base64
import json
import os
import re
import subprocess
import time

from evaluator import Hit, path_key

TIMEOUT_SECONDS = 120

# Days are local: the same for scout and for the evaluator, with a summer time.
os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
time.tzset()


class Failure(Exception):
    """A binary crashed, hung, or printed what cannot be an answer."""


class Scout:
    """The binaries in one folder, run in a clean environment."""

    def __init__(self, folder):
        self.index_tool = os.path.join(os.path.abspath(folder), "scout-index")
        self.query_tool = os.path.join(os.path.abspath(folder), "scout-query")
        keep = ("PATH", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env.update(HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent", LC_ALL="C.UTF-8")

    def run(self, args, cwd):
        try:
            done = subprocess.run(args, cwd=cwd, env=self.env, timeout=TIMEOUT_SECONDS,
                                  stdin=subprocess.DEVNULL, capture_output=True)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {TIMEOUT_SECONDS} s")
        if done.returncode not in (0, 1, 2):
            raise Failure(f"exit code {done.returncode}: {_stderr(done)}")
        return done

    def build(self, root, index, options=()):
        done = self.run([self.index_tool, "build", root, "--index", index, *options], cwd=root)
        if done.returncode != 0:
            raise Failure(f"scout-index build: exit code {done.returncode}: {_stderr(done)}")

    def query(self, root, index, query, flags):
        args = [self.query_tool, "--index", index, "--sort=path", *flags, "-e", os.fsencode(query)]
        return self.run(args, cwd=root)

    # The three shapes of an answer.  Each raises Failure on nonsense.

    def json(self, root, index, query, flags):
        """{path: tuple of Hit}, as evaluator.answer() gives it."""
        done = self.query(root, index, query, [*flags, "--json"])
        answers = _parse_json(done.stdout, root)
        _check_exit(done, answers)
        _check_order(answers)
        return answers

    def files(self, root, index, query, flags):
        """The paths of -l, in the order printed."""
        done = self.query(root, index, query, [*flags, "-l", "-0"])
        if done.stdout and not done.stdout.endswith(b"\0"):
            raise Failure(f"-l -0 does not end in NUL: {done.stdout[-80:]!r}")
        paths = [_relative(path, root) for path in done.stdout.split(b"\0")[:-1]]
        _check_exit(done, paths)
        _check_order(paths)
        return paths

    def counts(self, root, index, query, flags):
        """{path: hit lines} of -c."""
        done = self.query(root, index, query, [*flags, "-c", "-0"])
        rows = re.findall(rb"([^\0]+)\0([0-9]+)\n", done.stdout)
        if b"".join(path + b"\0" + n + b"\n" for path, n in rows) != done.stdout:
            raise Failure(f"-c -0 prints something else: {done.stdout[:200]!r}")
        counts = {_relative(path, root): int(n) for path, n in rows}
        if len(counts) != len(rows):
            raise Failure("-c lists a file twice")
        _check_exit(done, counts)
        return counts

    def exit_code(self, root, index, query, flags=()):
        return self.query(root, index, query, flags).returncode


def _stderr(done):
    return done.stderr[-2000:].decode("utf-8", "replace").strip()


def _check_exit(done, answers):
    expected = 0 if answers else 1
    if done.returncode != expected:
        raise Failure(f"exit code {done.returncode} with {len(answers)} files: {_stderr(done)}")


def _check_order(paths):
    paths = list(paths)
    if paths != sorted(set(paths), key=path_key):
        raise Failure(f"files twice or not in path order: {paths}")


def _relative(path, root):
    for prefix in (os.path.join(root, b""), b"./"):
        if path.startswith(prefix):
            return path[len(prefix):]
    return path


# --- JSON ------------------------------------------------------------------------

def _bytes_of(value):
    """ripgrep's arbitrary data: {"text": ...} or {"bytes": base64}."""
    if set(value) == {"text"}:
        return value["text"].encode("utf-8")
    if set(value) == {"bytes"}:
        data = base64.b64decode(value["bytes"], validate=True)
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return data
        raise Failure(f"valid UTF-8 given as bytes: {data[:80]!r}")
    raise Failure(f"neither text nor bytes: {value!r}")


def _parse_json(out, root):
    """Check the sequence begin match* end ... summary and collect the hits."""
    answers, path, hits, summary = {}, None, [], False
    for row in out.split(b"\n")[:-1]:
        try:
            message = json.loads(row)
            kind, data = message["type"], message["data"]
            if summary:
                raise Failure(f"'{kind}' after the summary")
            if kind == "summary":
                summary = True
                continue
            where = _relative(_bytes_of(data["path"]), root)
            if (kind == "begin") != (path is None) or (path not in (None, where)):
                raise Failure(f"'{kind}' of {where!r} is out of sequence")
            if kind == "begin":
                if where in answers:
                    raise Failure(f"{where!r} begins twice")
                path, hits = where, []
            elif kind == "match":
                hits.append(_hit(data))
            elif kind == "end":
                answers[path], path = tuple(hits), None
            else:
                raise Failure(f"unexpected message '{kind}'")
        except (ValueError, KeyError, TypeError) as e:
            raise Failure(f"bad JSON message ({e!r}): {row[:300]!r}")
    if path is not None or not summary:
        raise Failure("JSON ends without end or summary")
    return answers


def _hit(data):
    text = _bytes_of(data["lines"])
    spans = []
    for sub in data["submatches"]:
        start, end = sub["start"], sub["end"]
        if _bytes_of(sub["match"]) != text[start:end]:
            raise Failure(f"a submatch's text is not that of its span: {sub!r}")
        spans.append((start, end))
    return Hit(data["line_number"], data["absolute_offset"], text, tuple(spans))


# --- Differences -------------------------------------------------------------------

def difference(expected, got):
    """What sets two answers apart, in words, or None if they are equal."""
    if expected == got:
        return None
    rows = []
    for path in sorted(set(expected) | set(got), key=path_key):
        a, b = expected.get(path), got.get(path)
        if a == b:
            continue
        if a is None:
            rows.append(f"{path!r}: false file, lines {_lines(b)}")
        elif b is None:
            rows.append(f"{path!r}: missing, lines {_lines(a)}")
        else:
            rows.append(f"{path!r}: {_file_difference(a, b)}")
    return "\n".join(rows[:5] + ([f"... {len(rows)} files differ"] if len(rows) > 5 else []))


def first_path(expected, got):
    """The first file on which two answers differ."""
    return min((p for p in set(expected) | set(got) if expected.get(p) != got.get(p)),
               key=path_key)


def _lines(hits):
    return [hit.line for hit in hits][:10] if isinstance(hits, tuple) else hits


def _file_difference(expected, got):
    if not isinstance(expected, tuple):                  # counts
        return f"expected {expected}, got {got}"
    want, have = {h.line: h for h in expected}, {h.line: h for h in got}
    missing, false = sorted(set(want) - set(have)), sorted(set(have) - set(want))
    if missing or false:
        return f"missing lines {missing[:10]}, false lines {false[:10]}"
    for line in sorted(want):
        for field in ("spans", "text", "offset"):
            a, b = getattr(want[line], field), getattr(have[line], field)
            if a != b:
                return f"line {line}: {field} expected {a!r:.300}, got {b!r:.300}"
    return "lines out of order or twice"
