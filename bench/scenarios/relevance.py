"""How good the order of the answers is, on collections with judgements.

Every word of a query is an alternative: no stop words, no stemming, anywhere.
A query's words are asked as often as it has them.
"""
import os
import statistics

import judged
from measure import Failed

PEERS = ("xapian", "lucene", "lucene10")
DEPTH = 1000


class Tree:
    """What a peer needs to know of a corpus."""

    def __init__(self, collection, scratch):
        self.name = collection.name
        self.root = os.path.join(scratch, "judged-" + collection.name)
        self.list = self.root + ".list"
        collection.write(self.root)
        with open(self.list, "wb") as f:
            f.writelines(b"%d\0" % n for n in collection.documents)


def run(bench, corpus):
    """The same for every corpus: so only once."""
    if not bench.judged or corpus.name != bench.first_corpus:
        return
    collections = judged.read_all(bench.judged)
    if not collections:
        raise Failed("no cranfield or cisi in " + bench.judged)
    for collection in collections:
        tree = Tree(collection, bench.scratch)
        asked = sorted(q for q in collection.queries if collection.grades[q])
        measure(bench, collection, asked, "scout",
                ask_scout(bench, tree, collection, asked))
        for name in PEERS:
            if name in bench.peers:
                measure(bench, collection, asked, name, bench.peers[name].best(
                    tree, [collection.queries[q] for q in asked], DEPTH))


def measure(bench, collection, asked, who, answers):
    precisions, gains = [], []
    for query, names in zip(asked, answers):
        ranked = [int(n) for n in names]
        precisions.append(collection.average_precision(query, ranked))
        gains.append(collection.ndcg(query, ranked))
    bench.report.add("relevance", collection.name, "MAP", who,
                     statistics.mean(precisions), "")
    bench.report.add("relevance", collection.name, "nDCG@10", who,
                     statistics.mean(gains), "")


def ask_scout(bench, tree, collection, asked):
    """The names of the best files for each query."""
    index = tree.root + ".index"
    bench.stopwatch.run([bench.scout_index, "build", "-q", "--index", index,
                         tree.root])
    for query in asked:
        text = " OR ".join('"%s"' % w for w in collection.queries[query])
        bench.stopwatch.run([
            bench.scout_query, "--no-config", "--index", index, "-l", "-0",
            "--top", str(DEPTH), "-e", text], tree.root, (0, 1))
        yield bench.stopwatch.printed().decode().split("\0")[:-1]
