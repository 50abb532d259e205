"""wc: reads every file once and looks at every byte; a floor for a build."""
from peers.peer import Peer


class Wc(Peer):
    name = "wc"
    packages = ("coreutils",)

    def run(self, corpus):
        return self.bench.stopwatch.run(
            ["wc", "--files0-from=" + corpus.list], cwd=corpus.root)
