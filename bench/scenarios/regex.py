"""Regexes on linux: twelve whose lines are printed, where the index narrows and
where all is read; and some that match in nearly every line, counted."""
from measure import in_turn, output_of, ratios
from questions import COMMON_REGEXES, REGEXES


def scout_argv(bench, corpus, flag, pattern):
    return [bench.scout_query, "--no-config", "--index", corpus.index, flag,
            "-P", "-e", pattern]


def ripgrep_argv(bench, flag, pattern):
    return [bench.peers["ripgrep"].program, "--no-config", flag, "-a", "-e",
            pattern]


def check(bench, corpus, label, flag, pattern):
    """What is printed must be what --brute prints; where only ripgrep has a
    line, or has it not, is told: it knows more characters of \\w, for instance."""
    argv = scout_argv(bench, corpus, flag, pattern)
    ours = output_of(argv, cwd=corpus.root)
    if ours != output_of(argv + ["--brute"], cwd=corpus.root):
        bench.failed("%s %s: not what --brute prints" % (flag, pattern))
    if "ripgrep" in bench.peers:
        theirs = output_of(ripgrep_argv(bench, flag, pattern), cwd=corpus.root)
        a, b = set(ours.splitlines()), set(theirs.splitlines())
        if a != b:
            bench.report.note("answers", corpus.name, label,
                              "%d lines only by scout, %d only by ripgrep, of %d"
                              % (len(a - b), len(b - a), len(a)))
    return ours.count(b"\n")


def measure(bench, corpus, what, flag, pattern):
    argvs = {"scout": scout_argv(bench, corpus, flag, pattern)}
    if "ripgrep" in bench.peers:
        argvs["ripgrep"] = ripgrep_argv(bench, flag, pattern)
    results, others = in_turn(
        [lambda argv=argv: bench.stopwatch.run(argv, corpus.root, (0, 1))
         for argv in argvs.values()], bench.runs)
    for who, runs in zip(argvs, results):
        bench.report.add("regex", corpus.name, what, who,
                         [r.wall * 1000 for r in runs], "ms", others)
        bench.report.add("regex", corpus.name, what + ", user+sys", who,
                         [r.cpu * 1000 for r in runs], "ms", others)
        if who != "scout":
            for name, of in (("", "wall"), (", user+sys", "cpu")):
                bench.report.add("regex", corpus.name, what + name,
                                 "scout/" + who,
                                 ratios([getattr(r, of) for r in results[0]],
                                        [getattr(r, of) for r in runs]),
                                 "ratio", others)


def run(bench, corpus):
    """scout and ripgrep in turn."""
    corpus.prepare()
    for label, pattern in REGEXES.get(corpus.name, []):
        count = check(bench, corpus, label, "-n", pattern)
        measure(bench, corpus, "%s (%d lines)" % (label, count), "-n", pattern)
    for label, flag, pattern in COMMON_REGEXES.get(corpus.name, []):
        check(bench, corpus, "%s %s" % (label, flag), flag, pattern)
        measure(bench, corpus, "%s %s" % (label, flag), flag, pattern)
