"""codesearch: an index of trigrams, without positions."""
import os

from peers.peer import Peer, remove, size_of


class Codesearch(Peer):
    name = "codesearch"
    packages = ("codesearch",)

    def index_path(self, corpus):
        return os.path.join(self.bench.cache, "indexes",
                            "codesearch-" + corpus.name)

    def build(self, corpus, path=None):
        """cindex walks by itself; its list differs a little from ours."""
        path = path or self.index_path(corpus)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        remove(path)
        return self.bench.stopwatch.run(
            ["env", "CSEARCHINDEX=" + path, "/usr/bin/cindex", corpus.root])

    def index_bytes(self, corpus):
        return size_of(self.need_index(corpus))

    def need_index(self, corpus):
        path = self.index_path(corpus)
        if self.bench.rebuild_peers and path not in self.bench.rebuilt:
            remove(path)
        self.bench.rebuilt.add(path)
        if not os.path.exists(path):
            self.build(corpus)
        return path

    def argv(self, question, corpus):
        what, words = question.form[0], question.form[1:]
        if what == "word":
            pattern = r"\b%s\b" % words[0]
        elif what == "phrase":
            # within a line: it knows no other
            pattern = r"\b%s\b" % r"\W+".join(words)
        elif what == "regex":
            return self.search(corpus, [words[0]])
        else:
            return None
        return self.search(corpus, ["-i", pattern])

    def search(self, corpus, args):
        return ["env", "CSEARCHINDEX=" + self.need_index(corpus),
                "/usr/bin/csearch", "-n"] + args
