"""What happens when the text grows, and when the number of files does."""
import json
import os
import re
import shutil

import answers
from measure import Others, in_turn, output_of
from questions import COMMANDS, Question

SIZES = (1, 4, 16)
FILES = (100000, 1000000)
PERCENT = 5             # of the words are other words in each copy
PIECE_BYTES = 600


class Tree:
    """A tree that was made for this scenario."""

    def __init__(self, bench, name, root):
        self.bench, self.name, self.root = bench, name, root
        self.index = root + ".index"

    def build(self):
        return self.bench.stopwatch.run(
            [self.bench.scout_index, "build", "-q", "-j2",
             "--index", self.index, self.root])

    def stats(self):
        return json.loads(output_of([self.bench.scout_index, "stats", "--json",
                                     "--index", self.index]))

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.index, ignore_errors=True)


def run(bench, corpus):
    """Varied copies of the corpus, then its text in small files.  Wants some
    20 times its size on disk, and removes what it made."""
    corpus.prepare()
    folder = os.path.join(bench.big, "scout-growth-%d" % os.getpid())
    os.makedirs(folder)
    try:
        grow_text(bench, corpus, folder)
        grow_files(bench, corpus, folder)
    finally:
        shutil.rmtree(folder)


def grow_text(bench, corpus, folder):
    tree = Tree(bench, corpus.name, os.path.join(folder, "copies"))
    made = 0
    for size in SIZES:
        bench.stopwatch.run([bench.program("varied_copies"), corpus.list,
                             corpus.root, tree.root, str(made), str(size - 1),
                             str(PERCENT)])
        made = size
        measure(bench, corpus, tree, "%dx" % size)
    tree.remove()


def grow_files(bench, corpus, folder):
    for files in FILES:
        tree = Tree(bench, corpus.name, os.path.join(folder, str(files)))
        bench.stopwatch.run([bench.program("small_files"), corpus.list,
                             corpus.root, tree.root, str(files),
                             str(PIECE_BYTES)])
        measure(bench, corpus, tree, "%d files" % files)
        tree.remove()


def measure(bench, corpus, tree, what):
    # written a moment ago, files are read again by every query: wait for them
    bench.stopwatch.run(["sh", "-c", "sync; sleep 3"])
    bench.stopwatch.run(["sh", "-c", "find . -type f -print0 | "
                         "xargs -0 cat | wc -c"], tree.root)
    others = Others()
    # small ones three times, large ones once: they take minutes
    runs = [tree.build()]
    while len(runs) < 3 and runs[0].wall < 30:
        runs.append(tree.build())
    share = others.percent()
    stats = tree.stats()
    gigabytes = stats["text_bytes"] / 1e9

    def add(name, value, unit):
        bench.report.add("growth", corpus.name, "%s: %s" % (what, name),
                         "scout", value, unit, share)

    add("text", gigabytes, "GB")
    add("files", stats["files"], "")
    add("terms", stats["terms"], "")
    add("build", [r.wall for r in runs], "s")
    add("build per GB", [r.wall / gigabytes for r in runs], "s/GB")
    add("build, user+sys per GB", [r.cpu / gigabytes for r in runs], "s/GB")
    add("build per 1000 files", [r.wall * 1e6 / stats["files"] for r in runs],
        "ms")
    add("build, peak resident", [r.peak_kib / 1024 for r in runs], "MiB")
    memory = stats["memory"]
    add("build, accounted peak", memory["accounted_peak_bytes"] / (1 << 20),
        "MiB")
    add("index, of the text", stats["index_percent_of_text"], "%")
    ask(bench, corpus, tree, what)


def ask(bench, corpus, tree, what):
    """A rare word and a word that is nowhere, from fork to exit."""
    rare = COMMANDS[corpus.name][0]
    nowhere = [q for q in COMMANDS[corpus.name] if q.label == "no hit"][0]
    few = Question("phrase", '"%s"' % first_words(bench, tree, rare),
                   ("phrase",))
    for question in (rare, few, nowhere):
        printed = answers.scout(bench, tree, question, "-n")
        if question is not few and \
                printed != answers.scout(bench, tree, question, "-n",
                                         "--brute"):
            bench.failed("%s: not what --brute prints" % question.text)
        argv = [bench.scout_query, "--no-config", "--index", tree.index, "-n",
                "-e", question.text]
        (runs,), others = in_turn([lambda argv=argv: bench.stopwatch.run(
            argv, tree.root, (0, 1))], 2 * bench.runs)
        bench.report.add("growth", corpus.name, "%s: %s (%d lines)" % (
            what, question.label, printed.count(b"\n")), "scout",
            [r.wall * 1000 for r in runs], "ms", others)


def first_words(bench, tree, question):
    """Two words that stand together in the tree: the rare word and the one
    after it, or the rare word alone."""
    text = answers.scout(bench, tree, question, "-N", "-I").decode(
        errors="replace")
    m = re.search(r"\b%s\W+\w+" % question.text, text, re.I)
    return m[0] if m else question.text
