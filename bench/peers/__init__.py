"""The programs that scout is compared with.

A peer that cannot be had is reported as missing.  Its program and its indexes
are kept in the cache folder.
"""
from peers.codesearch import Codesearch
from peers.fts5 import Fts5
from peers.lucene import Lucene
from peers.lucene10 import Lucene10
from peers.pipe import Pipe
from peers.ripgrep import NewestRipgrep, Ripgrep
from peers.tantivy import Tantivy
from peers.wc import Wc
from peers.xapian import Xapian

FROM_DEBIAN = (Wc, Ripgrep, Codesearch, Fts5, Pipe, Xapian, Lucene)
FROM_ELSEWHERE = (NewestRipgrep, Tantivy, Lucene10)       # with --more-peers


def choose(bench, names, more):
    """The peers that are there, ready to be used, by name."""
    known = list(FROM_DEBIAN) + (list(FROM_ELSEWHERE) if more else [])
    unknown = set(names or ()) - {c.name for c in known}
    if unknown:
        raise SystemExit("bench: no such peers: %s; there are %s" % (
            ", ".join(sorted(unknown)), ", ".join(c.name for c in known)))
    chosen = {}
    for kind in known:
        if names is not None and kind.name not in names:
            continue
        peer = kind(bench)
        problem = peer.prepare()
        if problem:
            bench.report.about("peer " + kind.name, "MISSING: " + problem)
        else:
            bench.report.about("peer " + kind.name, peer.version())
            chosen[kind.name] = peer
    return chosen
