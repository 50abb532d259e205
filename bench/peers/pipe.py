"""What anybody can put together: FTS5 names files, ripgrep prints lines."""
import shlex

from peers.fts5 import Fts5, match_expression
from peers.peer import Peer, package_version
from peers.ripgrep import print_flags


class Pipe(Peer):
    name = "pipe"
    packages = ("sqlite3", "ripgrep")

    def prepare(self):
        self.fts5 = Fts5(self.bench)
        return self.install() or self.fts5.prepare()

    def version(self):
        return "sqlite3 %s | xargs rg -n" % package_version("sqlite3")

    def argv(self, question, corpus):
        flags = print_flags(question.form)
        if not flags or question.form[0] == "regex":
            return None
        sql = ("SELECT path FROM t JOIN docs ON docs.id = t.rowid "
               "WHERE t MATCH '%s'" % match_expression(question.form))
        return ["sh", "-c", "sqlite3 -readonly %s %s | xargs -r -d '\\n' "
                "/usr/bin/rg --no-config -n -a -i -H %s" % (
                    shlex.quote(self.fts5.need_index(corpus)),
                    shlex.quote(sql), " ".join(map(shlex.quote, flags)))]
