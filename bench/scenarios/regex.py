"""Twelve regexes on linux: where the index narrows, and where all is read."""
from measure import in_turn, output_of, ratios
from questions import REGEXES


def scout_argv(bench, corpus, pattern):
    return [bench.scout_query, "--no-config", "--index", corpus.index, "-n",
            "-P", "-e", pattern]


def check(bench, corpus, label, pattern):
    """Every line must be one of --brute; what only ripgrep has, or has not, is
    told: it knows more characters of \\w, for instance."""
    argv = scout_argv(bench, corpus, pattern)
    ours = output_of(argv, cwd=corpus.root)
    if ours != output_of(argv + ["--brute"], cwd=corpus.root):
        bench.failed("%s: not what --brute prints" % pattern)
    if "ripgrep" in bench.peers:
        theirs = output_of(ripgrep_argv(bench, pattern), cwd=corpus.root)
        a, b = set(ours.splitlines()), set(theirs.splitlines())
        if a != b:
            bench.report.note("answers", corpus.name, label,
                              "%d lines only by scout, %d only by ripgrep, of %d"
                              % (len(a - b), len(b - a), len(a)))
    return ours.count(b"\n")


def ripgrep_argv(bench, pattern):
    return [bench.peers["ripgrep"].program, "--no-config", "-n", "-a", "-e",
            pattern]


def run(bench, corpus):
    """scout and ripgrep in turn, printing every line."""
    corpus.prepare()
    for label, pattern in REGEXES.get(corpus.name, []):
        count = check(bench, corpus, label, pattern)
        argvs = {"scout": scout_argv(bench, corpus, pattern)}
        if "ripgrep" in bench.peers:
            argvs["ripgrep"] = ripgrep_argv(bench, pattern)
        results, others = in_turn(
            [lambda argv=argv: bench.stopwatch.run(argv, corpus.root, (0, 1))
             for argv in argvs.values()], bench.runs)
        what = "%s (%d lines)" % (label, count)
        for who, runs in zip(argvs, results):
            bench.report.add("regex", corpus.name, what, who,
                             [r.wall * 1000 for r in runs], "ms", others)
            bench.report.add("regex", corpus.name, what + ", user+sys", who,
                             [r.cpu * 1000 for r in runs], "ms", others)
            if who != "scout":
                bench.report.add("regex", corpus.name, what, "scout/" + who,
                                 ratios([r.wall for r in results[0]],
                                        [r.wall for r in runs]), "ratio",
                                 others)
