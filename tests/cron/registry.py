"""Indexes by name: list, add, remove, and --index NAME."""

import json
import os
import stat


def register(w):
    return os.path.join(w.home, ".config/scout/indexes")


def names(w, **more):
    return w.index("list", "--names", **more).out.split()


def by_name(w):
    one, two = w.tree("one"), w.tree("two trees")
    w.write(two, "only.txt", "zeta\n")
    w.build(one)
    elsewhere = w.folder("elsewhere") + "/idx"
    w.build(two, "--index", elsewhere)
    w.ended("nothing yet", w.index("list"), 0, "", "")
    w.check("asking makes no file", not os.path.exists(register(w)))
    w.ended("add by folder", w.index("add", "one", one), 0, "", "")
    w.ended("add by index", w.index("add", "two.x-2_", "--index", elsewhere), 0,
            "", "")
    w.ended("once more changes nothing", w.index("add", "one", "one/.scout"), 0,
            "", "")
    w.equal("listed", names(w), ["one", "two.x-2_"])
    r = w.index("list")
    w.check("name, files, age, folder, index", r.out.splitlines()[1].split(
        "\t") == ["two.x-2_", "4 files", r.out.splitlines()[1].split("\t")[2],
                  two, elsewhere], r)
    listed = json.loads(w.index("list", "--json").out)
    w.equal("as JSON", [(e["name"], e["index"]["text"], e["root"]["text"],
                         e["files"]) for e in listed],
            [("one", one + "/.scout", one, 3), ("two.x-2_", elsewhere, two, 4)])
    w.check("nobody else reads it",
            stat.S_IMODE(os.stat(register(w)).st_mode) == 0o600)

    w.ended("query by name", w.query("--index", "two.x-2_", "zeta"), 0, "",
            "only.txt:zeta")
    w.ended("by variable", w.query("zeta", env={"SCOUT_INDEX": "two.x-2_"}), 0,
            "", "only.txt:zeta")
    w.ended("stats by name", w.index("stats", "--json", "--index", "one"), 0,
            "", one + "/.scout")
    w.ended("check by its name alone", w.index("check", "two.x-2_"), 0, "",
            "is sound")
    w.ended("dump by variable", w.index("dump", "--manifest", env={
        "SCOUT_INDEX": "two.x-2_"}), 0, "", "two trees")
    w.ended("build by name", w.index("build", "--index", "two.x-2_", two), 0,
            "", "")
    w.ended("a folder of that name is a path with a slash",
            w.query("--index", "./one", "alpha"), 2,
            ".*no index in './one', but there is one in './one/.scout'\n")

    w.ended("remove", w.index("remove", "one"), 0, "", "")
    w.equal("the other one stays", names(w), ["two.x-2_"])
    w.check("its index too", os.path.exists(one + "/.scout/CURRENT"))
    w.ended("a name that is none", w.index("remove", "one"), 2,
            "scout-index: no index has the name 'one'; .*\n")
    w.ended("and its index is found no more", w.query("--index", "one", "x"),
            2, ".*no index in 'one', but there is one in 'one/.scout'\n")


def gone(w):
    """What is not there any more is listed, with the reason."""
    tree = w.tree()
    w.build(tree)
    w.index("add", "t", tree)
    os.rename(tree, tree + "-moved")
    r = w.index("list")
    w.ended("listed with the reason", r, 0, "",
            r"t\t-\t-\tno index in '.*'\t/")
    entry = json.loads(w.index("list", "--json").out)[0]
    w.check("as JSON too", "no index in" in entry["error"], entry)


def conflicts(w):
    one, two = w.tree("one"), w.tree("two")
    w.build(one)
    w.build(two)
    w.index("add", "x", one)
    before = open(register(w)).read()
    for args, message in (
            (("x", two), "'x' is the name of '.*' already; .*"),
            (("y", one), "'.*' has the name 'x' already"),
            (("a/b", two), "'a/b' cannot be a name: .*"),
            (("-a", two), ".*"), ((".", two), "'.' cannot be a name: .*"),
            (("", two), "'' cannot be a name: .*"),
            (("a" * 65, two), "'a+' cannot be a name: .*"),
            (("z", w.tmp), "no index in '.*'"),
            (("z", one, two), "add takes one name .*"),
            ((), "add wants a name and the folder")):
        r = w.index("add", *args)
        w.ended("add %s" % (args,), r, 2, "scout-index: %s\n" % message)
        w.one_line("add %s" % (args,), r)
    w.equal("nothing changed", open(register(w)).read(), before)
    r = w.index("list", env={"HOME": "", "XDG_CONFIG_HOME": ""})
    w.ended("no home", r, 0, "", "")
    r = w.index("add", "z", two, env={"HOME": "", "XDG_CONFIG_HOME": ""})
    w.ended("no home to add to", r, 2, ".* neither that variable nor HOME .*")


def strange_paths(w):
    """Whatever a folder may be called comes back as it was."""
    for i, name in enumerate(("tab\there", "line\nbreak", "back\\slash\\n",
                              "per%cent 'quoted'", "\udcff\udcfe")):
        tree = w.tree(name)
        w.build(tree)
        w.ended("add %r" % name, w.index("add", "n%d" % i, tree), 0, "", "")
    for i in range(5):
        w.ended("query %d" % i, w.query("--index", "n%d" % i, "-l", "beta"), 0,
                "", "beta.txt")
    r = w.index("list", "--json")
    w.equal("as JSON", len(json.loads(r.out)), 5)


def xdg(w):
    tree = w.tree()
    w.build(tree)
    env = {"XDG_CONFIG_HOME": w.tmp + "/cfg/deep"}
    w.ended("add", w.index("add", "here", tree, env=env), 0, "", "")
    w.check("in XDG_CONFIG_HOME",
            os.path.exists(w.tmp + "/cfg/deep/scout/indexes"))
    w.equal("there", names(w, env=env), ["here"])
    w.equal("not here", names(w), [])


def many_at_once(w):
    """Forty processes add and remove: no line is lost."""
    tree = w.tree()
    w.build(tree)
    w.ended("one to begin with", w.index("add", "first", tree), 0)
    runs = []
    for i in range(20):
        idx = w.tmp + "/i%d" % i
        w.build(tree, "--index", idx)
        runs.append(w.start("add", "n%d" % i, "--index", idx))
    for run in runs:
        _, err = run.communicate(timeout=60)
        w.equal("added", (run.returncode, err), (0, ""))
    w.equal("all there", sorted(names(w)),
            sorted(["first"] + ["n%d" % i for i in range(20)]))
    runs = [w.start("remove", "n%d" % i) for i in range(20)]
    for run in runs:
        run.communicate(timeout=60)
    w.equal("all gone", names(w), ["first"])


def damaged_register(w):
    w.write(w.home, ".config/scout/indexes", "# fine\n\nno tab here\n")
    r = w.index("list")
    w.ended("says where", r, 2, ".*/indexes, line 3: not a name, a tab and a "
            "path\n")
    r = w.query("--index", w.tmp, "x")
    w.ended("a path does not ask it", r, 2, ".*no index in .*")


CASES = [by_name, gone, conflicts, strange_paths, xdg, many_at_once,
         damaged_register]
