"""Compares the sentences of a document with what scout does.

A sentence has examples: queries with texts that match and texts that do not, lines
that are shown, errors, notes.  Each is asked of the index and of --brute.
"""
import os
import subprocess
import time

import language


class Check:
    """One query and what is expected of it."""

    def __init__(self, query, flags):
        self.query, self.flags = query, list(flags)
        self.files = {}         # name below its folder: (bytes, seconds of age)
        self.rooted = False     # a tree of its own: paths count
        self.folder = None

    def expect(self, yes, no):
        self.matching = [self.add("y%d.txt" % i, t) for i, t in enumerate(yes)]
        for i, text in enumerate(no):
            self.add("n%d.txt" % i, text)
        return self

    def add(self, name, text):
        age = 1000000
        if isinstance(text, tuple):
            name, text, *rest = text
            age = rest[0] if rest else age
        if isinstance(text, str):
            text = text.encode() + b"\n"
        self.files[name] = text, age
        return name

    def ask(self, scout, *flags):
        return scout(self, *flags, *self.flags, "-e", self.query)


class Matches(Check):
    """Which files match."""

    def problem(self, scout):
        for way in ((), ("--brute",)):
            code, out, err = self.ask(scout, *way, "-l", "-0")
            names = sorted(n.split("/", 0 if self.rooted else 1)[-1]
                           for n in out.split("\0")[:-1])
            if code > 1 or names != sorted(self.matching):
                return "%s: finds %s, not %s %s" % (
                    way, self.texts(names), self.texts(self.matching), err)
        return None

    def texts(self, names):
        return ["%s (%r)" % (n, self.files[n][0][:60]) for n in names]


class Shows(Check):
    """What is printed, row by row."""

    def problem(self, scout):
        for way in ((), ("--brute",)):
            code, out, err = self.ask(scout, *way, "-I")
            if out.split("\n")[:-1] != self.rows or code > 1:
                return "%s: shows %r, not %r %s" % (
                    way, out, self.rows, err)
        return None


class Says(Check):
    """An error or a note, or how a query is read."""

    def problem(self, scout):
        code, out, err = self.ask(scout, *self.how)
        text = (out + err).replace("\n", " \n")
        for part in self.parts:
            if part not in text:
                return "says %r, not %r" % (text, part)
        if (code == 2) != self.wrong:
            return "exit code %d" % code
        return None


def m(query, yes, no=(), *flags):
    return Matches(query, flags).expect(yes, no)


def rooted(query, yes, no=(), *flags):
    check = m(query, [(t, "x") if isinstance(t, str) else t for t in yes],
              [(t, "x") if isinstance(t, str) else t for t in no], *flags)
    check.rooted = True
    return check


def lines(query, text, numbers, *flags):
    """The lines of a text that are shown."""
    check = Shows(query, ["-n", *flags])
    rows = text.split(b"\n" if isinstance(text, bytes) else "\n")
    check.rows = ["%d:%s" % (n, rows[n - 1]) for n in numbers]
    return check.expect([text], [])


def shows(query, text, rows, *flags):
    check = Shows(query, flags)
    check.rows = rows
    return check.expect([text], [])


def parts(query, text, rows, *flags):
    """What -o shows of a text."""
    return shows(query, text, rows, "-o", *flags)


def reads(query, reading, *flags):
    check = Says(query, flags)
    check.how, check.parts, check.wrong = ("--explain",), [
        "query: %s \n" % reading], False
    return check


def note(query, *texts):
    check = Says(query, ())
    check.how, check.wrong = ("-l",), False
    check.parts = ["note: ", *texts]
    return check


def quiet(query):
    """No note."""
    check = Shows(query, ())
    check.rows = []
    check.ask = lambda scout, *f: (lambda r: (r[0], r[2], ""))(
        scout(check, "-l", "-e", check.query))
    return check


def error(query, offset=None, *texts, flags=()):
    check = Says(query, flags)
    check.how, check.wrong = ("-l",), True
    check.parts = [*texts] if offset is None else [
        "query error at byte offset %d: " % offset, *texts]
    return check


class Sentences:
    """All examples in one tree, a folder for each query."""

    def __init__(self, examples, folder):
        self.examples = examples
        self.bin = examples.bin
        self.all = os.path.join(folder, "all")
        os.makedirs(self.all)
        self.index = os.path.join(folder, "index")
        self.rows = language.table(m=m, rooted=rooted, lines=lines, shows=shows,
                                   parts=parts, reads=reads, note=note,
                                   quiet=quiet, error=error)
        count = 0
        for row in self.rows:
            for check in row[1:]:
                if isinstance(check, str):
                    continue
                count += 1
                check.folder = os.path.join(
                    folder if check.rooted else self.all, "e%03d" % count)
                self.write(check)
        self.build(self.all, self.index)

    def write(self, check):
        os.makedirs(check.folder)
        for name, (data, age) in check.files.items():
            path = os.path.join(check.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)
            stamp = time.mktime(time.strptime(age, "%Y-%m-%d %H:%M:%S")) \
                if isinstance(age, str) else self.examples.start_time - age
            os.utime(path, (stamp, stamp))
        if check.rooted:
            self.build(check.folder, check.folder + "-index")

    def build(self, root, index):
        subprocess.run([self.bin + "/scout-index", "build", "-q", "--index",
                        index, root], check=True)

    def scout(self, check, *arguments):
        root, index, only = check.folder, check.folder + "-index", ()
        if not check.rooted:
            root, index = self.all, self.index
            only = ("-g", "/%s/**" % os.path.basename(check.folder))
        done = subprocess.run(
            [self.bin + "/scout-query", "--no-config", "--index", index, *only,
             *arguments], cwd=root, stdin=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            capture_output=True, timeout=120)
        return done.returncode, done.stdout.decode("utf-8", "replace"), \
            done.stderr.decode("utf-8", "replace")

    def check(self, path, units):
        covered = set()
        for quote, *checks in self.rows:
            plain = " ".join(quote.split())
            found = [u for u in units if plain in u[1]]
            if not found:
                self.examples.fail(path, "does not say: " + plain)
            covered.update(u for u in found if checks)
            for check in checks:
                if isinstance(check, str):
                    self.examples.left_out += 1
                    continue
                problem = check.problem(self.scout)
                self.examples.ok(problem is None, path, "%s\n\t%s %s\n\t%s" % (
                    plain, " ".join(check.flags), check.query, problem))
        for unit in units:
            if unit not in covered:
                self.examples.fail("%s:%d" % (path, unit[0]),
                                   "no example in language.py: " + unit[1])
