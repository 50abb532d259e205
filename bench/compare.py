"""Two revisions of scout beside each other: build, batch and commands."""
import os
import subprocess

from corpora import Corpus
from measure import Failed, geometric_mean, in_turn, output_of, ratios
from questions import BATCH, COMMANDS
from scenarios import batch, commands

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)


class Revision:
    """One revision with its programs and its index; takes the place of bench
    where a scenario asks for a program."""

    def __init__(self, bench, label, tools, corpus):
        self.label = label
        self.stopwatch = bench.stopwatch
        self.scout_index = os.path.join(tools, "scout-index")
        self.scout_query = os.path.join(tools, "scout-query")
        self.scratch = os.path.join(bench.scratch, label)
        os.makedirs(self.scratch)
        self.corpus = Corpus(corpus.name, corpus.root, self.scratch, self)

    def build(self):
        return self.stopwatch.run(self.corpus.build_argv("-j2"))


def git(*args):
    return output_of(["git", "-C", TOP] + list(args)).decode().strip()


def check_out(bench, name, label):
    """Builds a revision in a temporary work tree; the folder of its
    programs."""
    tree = os.path.join(bench.scratch, "tree-" + label)
    commit = git("rev-parse", "--verify", name + "^{commit}")
    subprocess.check_call(["git", "-C", TOP, "worktree", "add", "--detach",
                           "--quiet", tree, commit])
    bench.work_trees.append(tree)
    build = os.path.join(bench.scratch, "build-" + label)
    for argv in (["cmake", "-S", tree, "-B", build, "-DSCOUT_TESTS=OFF",
                  "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O2"],
                 ["cmake", "--build", build, "-j", str(os.cpu_count())]):
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    bench.report.about(label, "%s = %s" % (name, git(
        "log", "-1", "--format=%h %s", commit)))
    return os.path.join(build, "tools")


def remove_work_trees(bench):
    for tree in bench.work_trees:
        subprocess.run(["git", "-C", TOP, "worktree", "remove", "--force",
                        tree], check=False)


def run(bench, corpora, revisions):
    """revisions: OLD (beside the work tree as it is) or OLD..NEW."""
    old, dots, new = revisions.partition("..")
    tools = {"old": check_out(bench, old, "old")}
    if dots:
        tools["new"] = check_out(bench, new or "HEAD", "new")
    else:
        tools["new"] = os.path.dirname(bench.scout_index)
        bench.report.about("new", "the work tree as it is")
    for corpus in corpora:
        compare(bench, corpus, [Revision(
            bench, "%s-%s" % (label, corpus.name), folder, corpus)
            for label, folder in tools.items()])


def compare(bench, corpus, both):
    add_pair(bench, corpus, "build", "s", 1, both,
             *in_turn([r.build for r in both], bench.runs))
    for r in both:
        r.corpus.read_stats()
        bench.report.add("compare", corpus.name, "index", name_of(r),
                         r.corpus.stats["index_bytes"] / 1e6, "MB")
    compare_batch(bench, corpus, both)
    for question in COMMANDS[corpus.name]:
        try:
            results = in_turn([lambda r=r: bench.stopwatch.run(
                commands.scout_argv(r, r.corpus, question), corpus.root,
                (0, 1)) for r in both], bench.runs)
        except Failed:
            bench.report.note("compare", corpus.name, question.label,
                              "not answered by both")
            continue
        old, new = results[0]
        if old[0].bytes != new[0].bytes:
            bench.failed("%s: the old prints %d bytes, the new %d" % (
                question.text, old[0].bytes, new[0].bytes))
        add_pair(bench, corpus, question.label, "ms", 1000, both, *results)


def compare_batch(bench, corpus, both):
    questions = BATCH[corpus.name]
    results, others = in_turn([lambda r=r: batch.scout_counts(
        r, r.corpus, questions) for r in both], bench.runs)
    old, new = results
    for i, question in enumerate(questions):
        if old[0][i][0] != new[0][i][0]:
            bench.failed("%s: %d files by the old, %d by the new" % (
                question.text, old[0][i][0], new[0][i][0]))
        times = [[run[i][1] / 1e6 for run in runs] for runs in results]
        add_times(bench, corpus, "batch: " + question.label, "ms", both, times,
                  others)
    means = [geometric_mean(n[1] / o[1] for o, n in zip(a, b))
             for a, b in zip(old, new)]
    bench.report.add("compare", corpus.name, "batch: geometric mean",
                     "new/old", means, "ratio", others)


def name_of(revision):
    return revision.label.partition("-")[0]


def add_pair(bench, corpus, what, unit, scale, both, results, others):
    add_times(bench, corpus, what, unit, both,
              [[r.wall * scale for r in runs] for runs in results], others)


def add_times(bench, corpus, what, unit, both, times, others):
    for revision, values in zip(both, times):
        bench.report.add("compare", corpus.name, what, name_of(revision),
                         values, unit, others)
    bench.report.add("compare", corpus.name, what, "new/old",
                     ratios(times[1], times[0]), "ratio", others)
