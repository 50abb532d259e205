"""SQLite's FTS5, through a small program in C."""
import os
import sqlite3

from peers.peer import IndexPeer, package_version


class Fts5(IndexPeer):
    name = "fts5"
    packages = ("libsqlite3-dev", "gcc", "libc6-dev")

    def compile(self):
        self.program = os.path.join(self.programs, "fts5")
        return self.run_compiler("fts5.c", self.program, [
            "cc", "-O2", "-o", self.program,
            os.path.join(os.path.dirname(__file__), "fts5.c"), "-lsqlite3"])

    def version(self):
        return "SQLite " + package_version("libsqlite3-0")

    def program_argv(self):
        return [self.program]

    def index_bytes(self, corpus):
        """Without the pages that `optimize` left empty."""
        db = sqlite3.connect(self.need_index(corpus))
        pages, empty, size = (db.execute("PRAGMA " + name).fetchone()[0]
                              for name in ("page_count", "freelist_count",
                                           "page_size"))
        db.close()
        return (pages - empty) * size

    def query_line(self, question):
        return match_expression(question.form)


def match_expression(form):
    what, words = form[0], form[1:]
    if what == "near":
        # scout: at most n apart; FTS5: at most so many words in between
        return "NEAR(%s, %d)" % (" ".join(words[1:]), int(words[0]) - 1)
    if what == "phrase":
        return '"%s"' % " ".join(words)
    if what == "prefix":
        return words[0] + "*"
    return (" OR " if what == "or" else " AND ").join(words)
