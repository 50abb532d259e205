"""A tree in two states, its index in each, and the judge of what a crash left.

The answers of an index are the exit codes and whole outputs of a handful of
queries.  The old index is asked about the tree as it is afterwards, too: what
it answers then is what it has to answer after a crash.
"""

import os
import random
import re
import shutil
import subprocess
import time

FRESH_SECONDS = 2.1  # younger files count as changed since the index was made
HANG_SECONDS = 120
FILES = 40

QUERIES = [
    ["-n", "common"],
    ["-l", "--verify", "never", "common"],
    ["-l", "--verify", "never", "onlyold"],
    ["-l", "--verify", "never", "onlynew"],
    ["-c", '"two words"'],
    ["-l", "w1* AND NOT w17"],
    ["--count-matches", "--verify", "never", "common NEAR/3 w3"],
]
FILES_OF_INDEX = {"CURRENT", "CACHEDIR.TAG", "lock"}
FILES_OF_GENERATION = {"data.mdb", "lock.mdb"}


class Broken(Exception):
    """What was left is neither the old index nor the new one."""


def text_of(rng, n, scale):
    n *= scale
    words = ["w%d" % rng.randrange(300 * scale) for _ in range(n)]
    for _ in range(n // 10):
        words[rng.randrange(n)] = rng.choice(["common", "two words"])
    lines, at = [], 0
    while at < n:
        step = rng.randrange(1, 12)
        lines.append(" ".join(words[at:at + step]))
        at += step
    return "\n".join(lines) + "\n"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def make_old_tree(tree, rng, scale):
    for i in range(FILES):
        write("%s/d%d/f%02d" % (tree, i % 4, i),
              text_of(rng, 30 + 20 * (i % 9), scale) +
              "onlyold common w3\n" * (i % 3))


def change_tree(tree, rng, scale):
    """Every kind of change: other text, a file more, a file less."""
    for i in range(0, FILES, 3):
        write("%s/d%d/f%02d" % (tree, i % 4, i),
              text_of(rng, 200, scale) + "onlynew common\n")
    for i in range(1, FILES, 7):
        os.remove("%s/d%d/f%02d" % (tree, i % 4, i))
    for i in range(5):
        write("%s/new/f%02d" % (tree, i),
              text_of(rng, 100, scale) + "onlynew w3\n")


class Scene:
    """The programs, the tree, the old index and the answers of both.

    scale: how many times larger the texts are than they need to be."""

    def __init__(self, bin_dir, work, scale=1):
        self.index_program = os.path.join(bin_dir, "scout-index")
        self.query_program = os.path.join(bin_dir, "scout-query")
        self.work = work
        self.tree = os.path.join(work, "tree")
        home = os.path.join(work, "home")
        os.makedirs(home)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("SCOUT_")}
        self.env.update(HOME=home, XDG_CONFIG_HOME=home, LC_ALL="C.UTF-8")
        self.nothing = os.path.join(work, "nothing")  # no index there
        self.old_index = os.path.join(work, "old", "index")
        os.makedirs(os.path.dirname(self.old_index))
        rng = random.Random(1)
        make_old_tree(self.tree, rng, scale)
        time.sleep(FRESH_SECONDS)
        self.build(self.old_index)
        change_tree(self.tree, rng, scale)
        time.sleep(FRESH_SECONDS)
        new_index = os.path.join(work, "new")
        self.build(new_index)
        self.old = self.answers(self.old_index)
        self.new = self.answers(new_index)
        self.none = self.answers(self.nothing)
        self.check_scene()
        shutil.rmtree(new_index)

    def check_scene(self):
        """Old, new and none must be told apart, by more than one query."""
        for name, answers in (("old", self.old), ("new", self.new)):
            if any(code not in (0, 1) for code, _, _ in answers):
                raise Broken("the %s index answers %r" % (name, answers))
        differ = sum(a != b for a, b in zip(self.old, self.new))
        if differ < 4:
            raise Broken("only %d queries tell old from new" % differ)
        for code, out, err in self.none:
            if code != 2 or out or not err.startswith(
                    b"scout-query: no index in "):
                raise Broken("no index: %r" % ((code, out, err),))

    def run(self, argv):
        p = subprocess.run(argv, stdin=subprocess.DEVNULL, env=self.env,
                           cwd=self.work, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=HANG_SECONDS)
        return p.returncode, p.stdout, p.stderr

    def command(self, kind, index, threads=1):
        """Of a build, an update or a compact."""
        more = ["--segment-docs", "16", "--index", index, self.tree] \
            if kind == "build" else ["--index", index]
        return [self.index_program, kind, "--quiet", "--threads",
                str(threads), "--memory", "16M", *more]

    def build(self, index):
        self.run_to_end("build", index)

    def run_to_end(self, kind, index):
        code, _, err = self.run(self.command(kind, index))
        if code != 0:
            raise Broken("%s: exit code %d, %r" % (kind, code, err))

    def answers(self, index):
        """Messages are kept without the index's folder and age."""
        result = []
        for query in QUERIES:
            code, out, err = self.run(
                [self.query_program, "--no-config", "--index", index, *query])
            err = re.sub(rb"made \d+ \w+ ago", b"made AGE ago", err)
            result.append((code, out, err.replace(index.encode(), b"INDEX")))
        return result

    def judge(self, index):
        """Returns "old", "new" or "none", or raises Broken."""
        answers = self.answers(index)
        code, out, err = self.run(
            [self.index_program, "check", "--index", index])
        if answers == self.none:
            if code != 2 or b"no index in " not in err:
                raise Broken("check of no index: %d, %r" % (code, err))
            return "none"
        for name, wanted in (("old", self.old), ("new", self.new)):
            if answers == wanted:
                if code != 0:
                    raise Broken("%s answers, but check: exit code %d, %r, %r"
                                 % (name, code, out, err))
                return name
        raise Broken("answers of neither index: %s" % ", ".join(
            "%d %r %r" % (c, o[:20], e[:120]) for c, o, e in answers))

    def judge_after(self, kind, index):
        """The same after a run.  What a compact leaves answers as the old one
        does; if it was done it is another generation, and counts as new."""
        found = self.judge(index)
        if kind != "compact" or found != "old":
            return found
        same = live_generation(index) == live_generation(self.old_index)
        return "old" if same else "new"

    def run_again(self, kind, index):
        """The next run finds its way, answers as it must (as new, but for a
        compact, which reads no file), leaves nothing over."""
        self.run_to_end(kind, index)
        code, out, err = self.run(
            [self.index_program, "check", "--index", index])
        if code != 0 or b"value" in out:
            raise Broken("after the next %s: %r, %r" % (kind, out, err))
        found = self.judge(index)
        if found != ("old" if kind == "compact" else "new"):
            raise Broken("after the next %s: %s" % (kind, found))
        generation = live_generation(index)
        expect_names(index, FILES_OF_INDEX | {generation})
        expect_names(os.path.join(index, generation), FILES_OF_GENERATION)


def live_generation(index):
    with open(os.path.join(index, "CURRENT"), encoding="ascii") as f:
        return f.read().strip()


def expect_names(folder, wanted):
    names = set(os.listdir(folder))
    if names != wanted:
        raise Broken("after the next build %s holds %s, not %s" % (
            os.path.basename(folder), sorted(names), sorted(wanted)))
