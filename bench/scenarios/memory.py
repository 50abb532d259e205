"""What a budget does to a build."""
from measure import Others

BUDGETS = ("64M", "256M", "1G")


def run(bench, corpus):
    """Wall time and peak memory at several budgets, twice each in turn."""
    runs = {b: [] for b in BUDGETS}
    anon = {b: [] for b in BUDGETS}
    others = Others()
    for _ in range(2):
        for budget in BUDGETS:
            runs[budget].append(bench.stopwatch.run(
                corpus.build_argv("-j2", "--memory", budget)))
            corpus.read_stats()
            anon[budget].append(
                corpus.stats["memory"]["rss_anon_bytes"] / (1 << 20))
    share = others.percent()
    for budget in BUDGETS:
        add = bench.report.add
        what = "--memory %s, " % budget
        add("memory", corpus.name, what + "wall", "scout",
            [r.wall for r in runs[budget]], "s", share)
        add("memory", corpus.name, what + "peak resident", "scout",
            [r.peak_kib / 1024 for r in runs[budget]], "MiB", share)
        add("memory", corpus.name, what + "anonymous at the end", "scout",
            anon[budget], "MiB", share)
