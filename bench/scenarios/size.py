"""Bytes of the indexes; the same in every run."""
PEERS = ("fts5", "lucene", "tantivy", "lucene10", "xapian", "codesearch")


def run(bench, corpus):
    """The index and its parts, beside those of the peers."""
    corpus.prepare()
    text = corpus.stats["text_bytes"]
    add = bench.report.add
    add("size", corpus.name, "text", "", text / 1e6, "MB")
    for part, size in corpus.stats["size_bytes"].items():
        add("size", corpus.name, "part: " + part, "scout", size / 1e6, "MB")
    sizes = {"scout": corpus.stats["index_bytes"]}
    for name in PEERS:
        if name in bench.peers:
            sizes[name] = bench.peers[name].index_bytes(corpus)
    for name, size in sizes.items():
        add("size", corpus.name, "index", name, size / 1e6, "MB")
        add("size", corpus.name, "index, of the text", name,
            100 * size / text, "%")
