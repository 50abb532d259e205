"""update: which indexes, which exit code, and the configuration file."""

import json
import os

from locking import Held
from world import CODE_NOT_NOW


def add_word(w, tree, word):
    w.write(tree, word + ".txt", word + "\n")


def found(w, index, word):
    return w.query("--index", index, "-l", word).out == word + ".txt\n"


def one(w):
    tree = w.tree()
    w.build(tree)
    add_word(w, tree, "delta")
    w.ended("by folder", w.index("update", tree), 0, "", "")
    w.check("found", found(w, tree + "/.scout", "delta"))
    add_word(w, tree, "epsilon")
    sub = w.folder("tree/sub")
    w.ended("from below", w.index("update", cwd=sub), 0, "", "")
    w.check("found", found(w, tree + "/.scout", "epsilon"))
    text = open(tree + "/.scout/lock").read()
    w.check("the lock file knows", "(scout-index update)" in text and
            "result done\nfiles 5\n" in text, text)
    w.ended("no index anywhere", w.index("update"), 2,
            "scout-index: no index in '.' or a folder above it\n")
    with Held(tree + "/.scout", "process 1 (x) on y since z\n"):
        r = w.index("update", tree)
        w.ended("locked", r, CODE_NOT_NOW, ".*written by process 1 .*\n")
        w.ended("skip", w.index("update", "--lock=skip", tree), CODE_NOT_NOW,
                "", "")


def all_of_them(w):
    """Without an argument all that have names, and the worst code wins."""
    trees = [w.tree("t%d" % i) for i in range(3)]
    for i, tree in enumerate(trees):
        w.build(tree)
        w.index("add", "n%d" % i, tree)
        add_word(w, tree, "delta")
    r = w.index("update", "--report", w.tmp + "/r.json")
    w.ended("all", r, 0, "", "")
    for tree in trees:
        w.check("found in %s" % tree, found(w, tree + "/.scout", "delta"))
    runs = json.load(open(w.tmp + "/r.json"))["runs"]
    w.equal("the report has them all", [(x["index"], x["exit_code"],
            x["files_read"]) for x in runs],
            [(t + "/.scout", 0, 1) for t in trees])

    for tree in trees:
        add_word(w, tree, "epsilon")
    with Held(trees[0] + "/.scout"):
        r = w.index("update")
        w.ended("one is busy", r, CODE_NOT_NOW,
                "scout-index: n0: the index in .*\n")
        w.one_line("one is busy", r)
        w.ended("skip says nothing", w.index("update", "--lock=skip"),
                CODE_NOT_NOW, "", "")
        w.check("the others are done", found(w, trees[2] + "/.scout",
                                             "epsilon"))
        os.rename(trees[1], trees[1] + "-away")
        r = w.index("update", "--report", w.tmp + "/r.json")
        w.ended("one is gone: that is worse", r, 2,
                "scout-index: n0: .*\nscout-index: n1: no index in .*\n")
        report = json.load(open(w.tmp + "/r.json"))
        w.equal("each has its code", (report["exit_code"], [
            x["exit_code"] for x in report["runs"]]), (2, [75, 2, 0]))
        if not w.is_root:
            os.rename(trees[1] + "-away", trees[1])
            w.write(trees[1], "secret", "x\n", 0)
            r = w.index("update")
            w.ended("unreadable is worse than busy", r, 1)
    env = {"SCOUT_INDEX": "n2"}
    add_word(w, trees[2], "zeta")
    w.ended("SCOUT_INDEX means one", w.index("update", env=env), 0, "", "")
    w.check("that one", found(w, trees[2] + "/.scout", "zeta"))


def configuration(w):
    """Sections of the configuration file are for commands."""
    tree = w.tree()
    w.write(tree, ".hidden", "omega\n")
    config = w.write(w.home, ".config/scout/config",
                     "# for queries\n--line-number\n\n[build]\n  --hidden \n"
                     "[ update ]\n--lock=skip\n[scout-query]\n--with-filename\n")
    w.build(tree)
    index = tree + "/.scout"
    w.ended("build heeds its section", w.query("--index", index, "omega"), 0,
            "", "^.*hidden:1:omega\n$")
    w.ended("query its own", w.query("--index", index, "alpha", cwd=tree), 0,
            "", "^alpha.txt:1:alpha")
    with Held(index):
        w.ended("update its own", w.index("update", tree), CODE_NOT_NOW, "",
                "")
        w.ended("the command line has the last word",
                w.index("update", "--lock=fail", tree), CODE_NOT_NOW, ".+", "")
    w.ended("no configuration", w.index("build", "-q", tree, env={
        "SCOUT_CONFIG": ""}), 0, "", "")
    w.ended("hidden no more", w.query("--index", index, "omega"), 1, "", "")
    w.ended("a file that is not there", w.index("build", tree, env={
        "SCOUT_CONFIG": "/no/such/file"}), 2, ".*/no/such/file.*\n")
    w.write(w.home, ".config/scout/config", "[build]\n--hiden\n")
    w.ended("a mistake in it", w.index("build", tree), 2,
            "scout-index: note: what stands under \\[build\\] in %s comes "
            "first\nscout-index: unknown flag --hiden; did you mean "
            "--hidden\\?\n" % config)


CASES = [one, all_of_them, configuration]
