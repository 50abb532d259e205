"""One case of the oracle test: a corpus, three indexes of it, many queries.

A case is fully determined by the seed and its number.  plant() writes its
corpus; Case.check(), at least two seconds later, indexes it and compares every
answer with the evaluator's.
"""

import itertools
import os
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import corpus
import coverage
import evaluator
import filters
import pcre
import queries
import shrink
from harness import Failure, difference, first_path

SEGMENTS = (1, 2, 5)
GIVE_UP_SECONDS = 20            # of processor time on one query: a test of its own
SHAPES = ("json", "files", "counts")


@dataclass
class Source:
    """A way of asking scout: through one index, or by brute force."""
    name: str
    index: bytes
    brute: bool = False
    segments: int = 1
    options: tuple = ()             # of the build, but for the two below
    deleted: frozenset = frozenset()


@dataclass
class Asked:
    """A query, its case mode, and the flags that say so."""
    query: str
    case: str
    flags: list

    def by_line(self):
        return "--scope=line" in self.flags

    def grep(self):
        """What of -F, -P, -w and -x is there."""
        return tuple(flag for flag in self.flags if flag in ("-F", "-P", "-w", "-x"))

    def patterns(self):
        """The query, or all patterns after -F or -P."""
        if not self.grep():
            return self.query
        return [b for a, b in zip(self.flags, self.flags[1:]) if a == "-e"] + [self.query]

    def answer(self, texts, broken=None):
        which = {path: text for path, text in texts.items() if filters.searched(path, self.flags)}
        return evaluator.answer(which, self.patterns(), self.case, broken, self.by_line(), self.grep())


@dataclass
class Tree:
    """A folder, its texts, and what an index of it may not know about them."""
    root: bytes
    texts: dict
    known: frozenset                # paths whose present content was indexed

    @classmethod
    def read(cls, root):
        texts = evaluator.load_tree(root)
        return cls(root, texts, frozenset(texts))


@dataclass
class Result:
    """Counts of one case, and the report of its first difference, if any."""
    number: int
    queries: int = 0
    answers: int = 0
    non_empty: int = 0
    given_up: int = 0               # queries that took the evaluator too long
    steps: int = 0                  # queries with a regex of too many steps
    asked: Counter = field(default_factory=Counter)         # names of coverage.py
    answered: Counter = field(default_factory=Counter)      # ... of queries with a match
    report: str = ""
    caught: bool = False            # the operator broken on purpose was noticed


def folder_of(work, number):
    return os.path.join(os.fsencode(work), b"case-%d" % number)


def plant(work, seed, number):
    """Write the corpus of a case under WORK."""
    rng = random.Random(f"{seed}/{number}/corpus")
    folder = folder_of(work, number)
    os.makedirs(folder)
    corpus.write(corpus.make(rng), os.path.join(folder, b"tree"))


class TooLong(Exception):
    """The evaluator did not finish in time."""


def in_time(function):
    """What FUNCTION returns, or TooLong.  In a process's main thread only."""
    def stop(_number, _frame):
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP_SECONDS)
    try:
        return function()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class Case:
    def __init__(self, scout, work, seed, number, broken=None):
        self.scout = scout
        self.folder = folder_of(work, number)
        self.root = os.path.join(self.folder, b"tree")
        self.rng = random.Random(f"{seed}/{number}/check")
        self.broken = broken
        self.result = Result(number)

    def check(self, count):
        """Ask COUNT queries, and some more after changing files."""
        tree = Tree.read(self.root)
        try:
            sources = self.build_all(tree)
            self.check_invalid(sources)
        except Failure as e:
            self.result.report = f"{e}\ncorpus: {os.fsdecode(self.root)}"
            return self.result
        if self.ask_all(tree, sources, count, stale=False) and self.rng.random() < 0.35:
            tree = self.change(tree)
            self.ask_all(tree, sources, max(1, count // 3), stale=True)
        return self.result

    # Building

    def build_all(self, tree):
        """An index for each of SEGMENTS, some with deletions, and brute force."""
        sources = []
        for segments in SEGMENTS:
            options = ["--threads", str(self.rng.choice([1, 1, 2, 4]))]
            if self.rng.random() < 0.3:
                options += ["--memory", "16M"]
            paths = sorted(tree.texts)
            deleted = frozenset()
            if self.rng.random() < 0.4:
                deleted = frozenset(self.rng.sample(paths, self.rng.randint(0, (len(paths) + 1) // 2)))
            source = Source(f"index of {segments} segment(s)", os.path.join(self.folder, b"index-%d" % segments),
                            segments=segments, options=tuple(options), deleted=deleted)
            self.build(tree, source)
            sources.append(source)
        sources.append(Source("brute", sources[0].index, brute=True))
        return sources

    def build(self, tree, source):
        options = list(source.options)
        if source.segments > 1:
            options += ["--segment-docs", str(max(1, -(-len(tree.texts) // source.segments)))]
        deleted = source.deleted & set(tree.texts)
        if deleted:
            listfile = source.index + b".deleted"
            with open(listfile, "wb") as f:
                f.write(b"".join(path + b"\0" for path in sorted(deleted)))
            options += ["--delete-docs", listfile]
        self.scout.build(tree.root, source.index, options)

    def check_invalid(self, sources):
        """Every case tries a few of the queries that are errors."""
        wanted = range(len(queries.INVALID))
        if self.result.number > 0:
            wanted = self.rng.sample(wanted, 3)
        for i in wanted:
            query, source = queries.INVALID[i], sources[(i % 2) * 3]
            done = self.scout.query(self.root, source.index, query, ["--brute"] * source.brute)
            if done.returncode != 2 or done.stdout or not done.stderr:
                raise Failure(f"invalid query {query!r} ({source.name}): exit code {done.returncode}, "
                              f"stdout {done.stdout[:200]!r}, stderr {done.stderr[:200]!r}")

    def change(self, tree):
        """Change files after indexing; what the index knew of them is void."""
        changed, _gone = corpus.mutate(self.rng, tree.root, evaluator.list_files(tree.root))
        return Tree(tree.root, evaluator.load_tree(tree.root), tree.known - changed)

    # Asking

    def ask_all(self, tree, sources, count, stale):
        """Whether all answers were right; if not, the report is written."""
        for triple in queries.make(self.rng, tree.texts, count, not stale):
            asked = Asked(*triple)
            self.result.queries += 1
            try:
                expected = in_time(lambda: self.expected(tree, asked))
            except (TooLong, pcre.TooManySteps) as e:
                self.result.given_up += isinstance(e, TooLong)
                self.result.steps += isinstance(e, pcre.TooManySteps)
                continue
            names = coverage.features(asked)
            self.result.asked.update(names)
            self.result.answered.update(names if expected else ())
            listed = self.rng.sample(sources, 2)         # -l here, -c elsewhere
            for source in sources:
                for shape in ("json", "files" if source in listed else "counts"):
                    self.result.answers += 1
                    self.result.non_empty += bool(expected)
                    if not self.compare(tree, source, shape, expected, asked)[0]:
                        continue
                    if self.broken and self.agrees_unbroken(tree, source, shape, asked):
                        self.result.caught = True
                    else:
                        self.broken = None           # the difference is scout's own
                        self.report(tree, sources, source, shape, asked, stale)
                    return False
        return True

    def expected(self, tree, asked):
        return asked.answer(tree.texts, self.broken)

    def agrees_unbroken(self, tree, source, shape, asked):
        """Whether the difference is that of the operator broken on purpose."""
        expected = asked.answer(tree.texts)
        return not self.compare(tree, source, shape, expected, asked)[0]

    def compare(self, tree, source, shape, expected, asked):
        """(what differs or None, the first file that does or None)."""
        flags = asked.flags + ["--brute"] * source.brute
        try:
            got = getattr(self.scout, shape)(tree.root, source.index, asked.query, flags)
        except Failure as e:
            return str(e), None
        if shape == "files":
            got = dict.fromkeys(got, 1)
        # What was never indexed, or has changed since, may be missing; all
        # that is reported has to be true of the file as it is.
        due = {path: hits for path, hits in expected.items()
               if source.brute or (path not in source.deleted and (path in tree.known or path in got))}
        if shape == "files":
            due = dict.fromkeys(due, 1)
        elif shape == "counts":
            due = {path: len(hits) for path, hits in due.items()}
        text = difference(due, got)
        return text, first_path(due, got) if text else None

    # Reporting

    def report(self, tree, sources, source, shape, asked, stale):
        rows = [f"case {self.result.number}{', after changing files' if stale else ''}",
                f"query: {asked.query!r}", f"flags: {' '.join(asked.flags) or '(none)'}",
                f"differs from the evaluator ({shape}, {source.name}):"]
        text, path = self.compare(tree, source, shape, self.expected(tree, asked), asked)
        rows.append(text or "nothing any more: the answer changes from run to run")
        for other in sources:
            text, _ = self.compare(tree, other, "json", self.expected(tree, asked), asked)
            rows.append(f"  {other.name}: {'differs' if text else 'agrees'} (json)")
        rows.append(f"kept: {os.fsdecode(self.folder)}")
        rows += self.shrunk(tree, source, shape, asked, path, stale)
        self.result.report = "\n".join(rows)

    def shrunk(self, tree, source, shape, asked, path, stale):
        """The smallest failing case found, as lines of the report."""
        asked = self.shrink_query(tree, source, shape, asked)
        trial = (tree, source)
        if not stale:
            trial = _Trials(self, source, shape, asked).shrink(tree, path) or trial
            asked = self.shrink_query(*trial, shape, asked)
        tree, source = trial
        text, _ = self.compare(tree, source, shape, self.expected(tree, asked), asked)
        rows = ["smallest found:", f"  query: {asked.query!r}",
                f"  tree: {os.fsdecode(tree.root)} ({len(tree.texts)} text files)"]
        for name in sorted(tree.texts)[:3]:
            rows.append(f"    {name!r}: {tree.texts[name].bytes!r:.400}")
        return rows + [f"  {line}" for line in (text or "(gone)").split("\n")]

    def shrink_query(self, tree, source, shape, asked):
        def fails(query):
            smaller = Asked(query, asked.case, asked.flags)
            return bool(self.compare(tree, source, shape, self.expected(tree, smaller), smaller)[0])

        return Asked(shrink.shrink_query(asked.query, fails, asked.grep()), asked.case, asked.flags)


class _Trials:
    """Smaller and smaller corpora, each written, left to settle and indexed."""

    def __init__(self, case, source, shape, asked):
        self.case, self.source, self.shape, self.asked = case, source, shape, asked
        self.numbers = itertools.count()
        self.best = None

    def shrink(self, tree, path):
        """(tree, source) of a smaller failing corpus, or None."""
        files = {}
        for name in evaluator.list_files(tree.root):
            with open(os.path.join(tree.root, name), "rb") as f:
                files[name] = f.read()
        if path in files and self.try_all([{path: files[path]}]):
            files = {path: files[path]}
        else:
            names = shrink.shrink_list(sorted(files), lambda batch: self.try_all(
                [{name: files[name] for name in names} for names in batch]))
            files = {name: files[name] for name in names}
        if len(files) == 1:
            (name, content), = files.items()
            for separator in (b"\n", b" "):
                parts = content.split(separator)
                parts = shrink.shrink_list(parts, lambda batch: self.try_all(
                    [{name: separator.join(kept)} for kept in batch]))
                content = separator.join(parts)
        return self.best

    def try_all(self, candidates):
        """Indexes of the candidate corpora that fail; the smallest is kept."""
        planted = []
        for files in candidates:
            folder = os.path.join(self.case.folder, b"shrink-%d" % next(self.numbers))
            os.makedirs(folder)
            corpus.write(files, os.path.join(folder, b"tree"))
            planted.append(folder)
        time.sleep(shrink.SETTLE_SECONDS)
        failing = []
        for i, folder in enumerate(planted):
            trial = self.fails(folder)
            if trial:
                failing.append(i)
                size = sum(len(text.bytes) for text in trial[0].texts.values())
                if self.best is None or size <= self.best_size:
                    self.best, self.best_size = trial, size
                    continue
            shutil.rmtree(folder)
        return failing

    def fails(self, folder):
        """(tree, source) if the corpus in FOLDER fails, else None."""
        tree = Tree.read(os.path.join(folder, b"tree"))
        source = Source(self.source.name, os.path.join(folder, b"index"), self.source.brute,
                        self.source.segments, self.source.options, self.source.deleted)
        try:
            self.case.build(tree, source)
        except Failure:
            return None
        expected = self.case.expected(tree, self.asked)
        text, _ = self.case.compare(tree, source, self.shape, expected, self.asked)
        return (tree, source) if text else None
