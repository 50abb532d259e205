"""A whole build, beside wc and FTS5 in turn, and the slow peers once each."""
import json

from measure import Others, in_turn, ratios

ONCE = ("codesearch", "lucene", "xapian", "tantivy", "lucene10")


def run(bench, corpus):
    """Wall time, processor time and peak memory of a build."""
    corpus.prepare()
    check(bench, corpus)
    functions = {
        "scout -j2": lambda: build(bench, corpus, 2),
        "scout -j1": lambda: build(bench, corpus, 1)}
    if "wc" in bench.peers:
        functions["wc"] = lambda: bench.peers["wc"].run(corpus)
    if "fts5" in bench.peers:
        functions["fts5"] = lambda: bench.peers["fts5"].build(corpus)
    results, others = in_turn([
        lambda f=f: after_sync(bench, f) for f in functions.values()],
        bench.runs, warm=False)
    results = dict(zip(functions, results))
    for who, runs in results.items():
        report(bench, corpus, who, runs, others)
    for who, runs in results.items():
        if who != "scout -j2":
            add_ratios(bench, corpus, who, results["scout -j2"], runs, others)
    bench.report.add("build", corpus.name, "of which the final sync",
                     "scout -j2", [r.sync for r in results["scout -j2"]], "s",
                     others)
    run_once(bench, corpus)


def after_sync(bench, build_something):
    """Peers do not sync: what the last one left to be written would be written
    by the sync at the end of our build."""
    bench.stopwatch.run(["sync"])
    return build_something()


def add_ratios(bench, corpus, who, ours, theirs, others):
    """Of wall time; and of processor time, which others disturb less."""
    for what, field in (("wall", "wall"), ("user+sys", "cpu")):
        bench.report.add("build", corpus.name, "build, %s, ratio" % what,
                         "scout -j2/" + who,
                         ratios([getattr(r, field) for r in ours],
                                [getattr(r, field) for r in theirs]), "ratio",
                         others)


def report(bench, corpus, who, runs, others):
    add = bench.report.add
    add("build", corpus.name, "build, wall", who, [r.wall for r in runs], "s",
        others)
    add("build", corpus.name, "build, user+sys", who, [r.cpu for r in runs],
        "s", others)
    add("build", corpus.name, "build, peak resident", who,
        [r.peak_kib / 1024 for r in runs], "MiB", others)


def build(bench, corpus, threads):
    """The final sync is part of the wall time, and depends on what others have
    to write; so it is also shown apart."""
    run_of_scout = bench.stopwatch.run(
        corpus.build_argv("-j%d" % threads, "--json"))
    stats = json.loads(bench.stopwatch.printed())
    run_of_scout.sync = stats["stage_ns"]["sync"] / 1e9
    return run_of_scout


def run_once(bench, corpus):
    for name in ONCE:
        if name not in bench.peers:
            continue
        peer = bench.peers[name]
        others = Others()
        run_of_peer = after_sync(bench, lambda: peer.build(corpus))
        bench.rebuilt.add(peer.index_path(corpus))
        report(bench, corpus, name, [run_of_peer], others.percent())


def check(bench, corpus):
    """The index must be sound, and have what ripgrep would search."""
    bench.stopwatch.run([bench.scout_index, "check", "--index", corpus.index])
    listed = bench.count_listed(corpus)
    files = corpus.stats["files"]
    skipped = corpus.stats["skipped"]
    bench.report.note("build", corpus.name, "files", "%d indexed, %d binary, "
                      "%d too large; rg --files lists %d" % (
                          files, skipped["binary"], skipped["too_large"],
                          listed))
    if files + skipped["binary"] + skipped["too_large"] != listed:
        bench.failed("the index has other files than ripgrep lists")
