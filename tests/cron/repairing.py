"""--repair and --shared."""

import os
import pwd
import re
import stat

from locking import Held
from world import CODE_NOT_NOW


def damage(path, words=(b"alpha",)):
    """Turns a letter of a word in the dictionary."""
    data = bytearray(open(path, "rb").read())
    for word in words:
        at = data.index(word)
        data[at] ^= 1
    with open(path, "wb") as f:
        f.write(data)


def set_aside(index):
    return sorted(n for n in os.listdir(index) if n.startswith("broken-"))


def repair(w):
    tree = w.tree()
    index = tree + "/.scout"
    w.write(tree, ".hidden", "omega\n")
    w.write(tree, "no.log", "omega\n")
    w.build("--hidden", "-g", "!*.log", tree)
    w.ended("a sound one is updated", w.index("update", "--repair", tree), 0,
            "", "")
    w.equal("nothing is set aside", set_aside(index), [])
    data = index + "/gen-1/data.mdb"
    damage(data)
    broken = open(data, "rb").read()
    w.equal("damaged", w.index("check", tree).code, 1)
    with Held(index, "process 1 (x) on y since z\n"):
        w.ended("not while another writes", w.index("update", "--repair", tree),
                CODE_NOT_NOW, ".*written by process 1 .*\n")
        w.equal("nothing is set aside", set_aside(index), [])
    w.write(tree, "new.txt", "newword\n")
    r = w.index("update", "--repair", tree)
    w.ended("repaired", r, 0, "scout-index: the index in '%s' was broken; it is "
            "now in '%s/broken-\\d{8}-\\d{6}', and a new one is made\n"
            % (re.escape(index), re.escape(index)))
    w.one_line("repaired", r)
    aside = set_aside(index)
    w.equal("set aside", len(aside), 1)
    old = os.path.join(index, aside[0])
    w.equal("with all it had", sorted(os.listdir(old)), ["CURRENT", "gen-1"])
    w.equal("byte for byte", open(old + "/gen-1/data.mdb", "rb").read(), broken)
    w.equal("sound", w.index("check", tree).code, 0)
    for word, name in (("newword", "new.txt"), ("alpha", "alpha.txt")):
        w.ended("finds %s" % word, w.query("--index", index, "-l", word), 0, "",
                name)
    w.ended("by its own rules", w.query("--index", index, "-l", "omega"), 0,
            "", r"^\S*\.hidden\n$")
    for _ in range(2):
        w.equal("later runs", (w.index("build", tree).code,
                               w.index("update", tree).code), (0, 0))
    w.equal("leave it alone", set_aside(index), aside)


def without_rules(w):
    """Whatever is left of it: the folder that it lies in, or none at all."""
    for kind in ("cut", "zeros", "current", "no generation"):
        tree = w.tree(kind)
        index = tree + "/.scout"
        w.build(tree)
        data = index + "/gen-1/data.mdb"
        size = os.path.getsize(data)
        if kind == "cut":
            os.truncate(data, 5000)
        elif kind == "zeros":
            with open(data, "r+b") as f:
                f.write(b"\0" * size)
        elif kind == "current":
            w.write(index, "CURRENT", "nothing\n")
        else:
            os.rename(index + "/gen-1", index + "/kept")
        r = w.index("update", "--repair", tree)
        w.ended("%s: repaired" % kind, r, 0, ".*was broken; .*, by the rules "
                "that a build has without flags\n")
        w.equal("%s: sound" % kind, w.index("check", tree).code, 0)
        w.equal("%s: set aside" % kind, len(set_aside(index)), 1)
    elsewhere = w.tmp + "/elsewhere"
    w.build(tree, "--index", elsewhere)
    os.truncate(elsewhere + "/gen-1/data.mdb", 5000)
    r = w.index("update", "--repair", "--index", elsewhere)
    w.ended("of which folder?", r, 2, ".*was broken; .*\nscout-index: it cannot "
            "be read of which folder the index in '.*' was; .*\n")
    w.equal("set aside all the same", len(set_aside(elsewhere)), 1)
    r = w.index("update", "--repair", w.tmp)
    w.ended("no index is not broken", r, 2, "scout-index: no index in '.*'\n")


def modes(index):
    out = {}
    for folder, _, files in os.walk(index):
        for name in [""] + files:
            path = os.path.join(folder, name)
            out[os.path.relpath(path, index)] = stat.S_IMODE(
                os.stat(path).st_mode)
    return out


PRIVATE = {".": 0o700, "CURRENT": 0o600, "CACHEDIR.TAG": 0o600, "lock": 0o600,
           "gen-1": 0o700, "gen-1/data.mdb": 0o600, "gen-1/lock.mdb": 0o600}
SHARED = {".": 0o755, "CURRENT": 0o644, "CACHEDIR.TAG": 0o644, "lock": 0o644,
          "gen-1": 0o755, "gen-1/data.mdb": 0o644, "gen-1/lock.mdb": 0o666}


def shared_modes(w):
    def generation(d, n):
        return {k.replace("gen-1", n): v for k, v in d.items()}

    tree = w.tree()
    index = tree + "/.scout"
    old = os.umask(0o077)
    w.build(tree)
    w.equal("private", modes(index), PRIVATE)
    w.ended("share what there is", w.index("update", "--shared", tree), 0, "",
            "")
    w.equal("shared", modes(index), SHARED)
    w.write(tree, "new.txt", "x\n")
    w.ended("an update", w.index("update", tree), 0, "", "")
    w.equal("stays shared", modes(index), SHARED)
    w.build(tree, "--rebuild")
    w.equal("and a build", modes(index), generation(SHARED, "gen-2"))
    w.ended("and a compaction", w.index("compact", "-q", tree), 0, "", "")
    w.equal("stays shared", {k: v for k, v in modes(index).items()
                             if "gen" not in k and k != "."},
            {k: v for k, v in SHARED.items() if "gen" not in k and k != "."})
    os.chmod(index, 0o700)
    other = w.tree("other")
    w.build("--shared", other)
    w.equal("from the start", modes(other + "/.scout"), SHARED)
    os.umask(0)
    third = w.tree("third")
    w.build(third)
    w.equal("private whatever the umask", modes(third + "/.scout"), PRIVATE)
    os.umask(old)


def others_read(w):
    """An index of root's, asked by nobody."""
    if not w.is_root:
        return w.skip("another user", "needs root")
    nobody = pwd.getpwnam("nobody")
    tree = w.tree()
    index = tree + "/.scout"
    os.chmod(w.tmp, 0o755)
    as_nobody = dict(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    try:
        w.query("--version", **as_nobody)
    except PermissionError:
        return w.skip("another user", "may not look where the programs lie")
    w.build(tree)
    w.ended("private", w.query("--index", index, "-l", "alpha", **as_nobody), 2,
            ".*Permission denied\n")
    w.index("update", "--shared", tree)
    for word in ("alpha", "delta", "epsilon"):
        w.ended("shared: %s" % word, w.query("--index", index, "-l", word,
                                             **as_nobody), 0, "",
                "%s.txt\n" % word)
        w.ended("status", w.index("status", tree, **as_nobody), 0, "",
                "last run      done, by process")
        w.ended("check", w.index("check", tree, **as_nobody), 0)
        w.ended("not to be written", w.index("update", tree, **as_nobody), 2,
                ".*Permission denied\n")
        w.write(tree, "delta.txt", "delta\n")
        if word == "delta":
            w.write(tree, "epsilon.txt", "epsilon\n")
            w.index("build", tree)
        w.index("update", tree)
    # a group's, by hand
    os.chmod(index, 0o2750)
    os.chown(index, 0, nobody.pw_gid)
    w.build(tree)
    group = {os.stat(os.path.join(d, f)).st_gid for d, _, fs in os.walk(index)
             for f in fs}
    w.equal("everything has the group", group, {nobody.pw_gid})
    w.ended("the group reads", w.query("--index", index, "-l", "alpha",
                                       **as_nobody), 0, "", "alpha.txt\n")
    daemon = pwd.getpwnam("daemon")
    w.ended("others do not", w.query(
        "--index", index, "-l", "alpha", user=daemon.pw_uid,
        group=daemon.pw_gid, extra_groups=[]), 2, ".*Permission denied\n")


CASES = [repair, without_rules, shared_modes, others_read]
