"""Links, special files, permissions, and names nobody would type."""

import json
import os
import socket
import stat

from world import NOBODY, settle


def links(w):
    """Loops, dangling links, links to outside, hard links."""
    outside = w.folder("outside")
    w.write(outside, "far/away.txt", b"outer needle\n")
    tree = w.folder("links")
    w.write(tree, "a/one.txt", b"needle one\n")
    os.link(tree + "/a/one.txt", tree + "/a/two.txt")
    os.symlink("..", tree + "/a/up")
    os.symlink("self", tree + "/self")
    os.symlink("b2", tree + "/b1")
    os.symlink("b1", tree + "/b2")
    os.symlink("nowhere", tree + "/dangling")
    os.symlink(outside, tree + "/out")
    os.symlink(outside + "/far/away.txt", tree + "/out.txt")
    settle()
    index = w.tmp + "/links.idx"
    r = w.build(tree, index)
    w.check("build", (r.code, r.err) == (0, b""), r)
    skipped = w.skip_list(index)
    for name in (b"a/up", b"self", b"b1", b"dangling", b"out", b"out.txt"):
        w.check("%r is left out as a link" % name,
                skipped.get(name) == b"symlink", skipped)
    hits = w.equal("links", index, ["needle"], (("-l",),))
    w.check("hard links are two files", hits == 2, hits)

    r = w.build(tree, index, "--follow")
    w.check("build --follow names what it cannot follow",
            r.code == 1 and b"dangling: " in r.err and b"self: " in r.err, r)
    skipped = w.skip_list(index)
    w.check("a loop is a loop", skipped.get(b"a/up/") == b"loop", skipped)
    for name in (b"self", b"b1", b"b2"):
        w.check("%r leads nowhere" % name, b"Too many levels of symbolic" in
                skipped.get(name, b""), skipped)
    w.check("a dangling link is named", b"No such file" in
            skipped.get(b"dangling", b""), skipped)
    got = w.query(index, "-l", "needle")
    brute = w.query(index, "-l", "--brute", "needle")
    w.check("--follow finds what links lead to", got.out == brute.out and
            got.out.count(b"\n") == 4 and got.code == 0, (got, brute))
    w.check("brute force says what it could not follow", brute.code == 2 and
            b"dangling: No such file" in brute.err, brute)


def special_files(w):
    """FIFOs, sockets and devices are neither opened nor waited for."""
    tree = w.folder("special")
    w.write(tree, "text.txt", b"needle\n")
    w.write(tree, "was-file.txt", b"needle\n")
    w.write(tree, "was-file2.txt", b"needle\n")
    w.write(tree, "was-folder.txt", b"needle\n")
    os.mkfifo(tree + "/fifo")
    s = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(tree)      # the path of a socket is short
    s.bind("sock")
    os.chdir(here)
    names = [b"fifo", b"sock"]
    try:
        os.mknod(tree + "/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.mknod(tree + "/disk", stat.S_IFBLK | 0o666, os.makedev(7, 200))
        names += [b"null", b"disk"]
    except PermissionError:
        w.skip("device nodes", "no right to make one")
    settle()
    index = w.tmp + "/special.idx"
    r = w.build(tree, index)
    w.check("build", (r.code, r.err) == (0, b""), r)
    skipped = w.skip_list(index)
    for name in names:
        w.check("%r is special" % name, skipped.get(name) == b"special",
                skipped)
    w.equal("special", index, ["needle"])
    # what the index believes to be a file
    os.unlink(tree + "/was-file.txt")
    os.mkfifo(tree + "/was-file.txt")
    os.unlink(tree + "/was-file2.txt")
    os.rename(tree + "/sock", tree + "/was-file2.txt")
    os.unlink(tree + "/was-folder.txt")
    os.mkdir(tree + "/was-folder.txt")
    hits = w.equal("files that became special", index, ["needle"])
    w.check("one file is left", hits == 3, hits)
    r = w.query(index, "-l", "needle")
    w.check("nothing to say about them", (r.code, r.err) == (0, b""), r)
    s.close()


def permissions(w):
    """What may not be read is named, never silently missing."""
    tree = w.folder("locked")
    w.write(tree, "open.txt", b"needle\n")
    w.write(tree, "locked.txt", b"needle\n")
    w.write(tree, "folder/in.txt", b"needle\n")
    w.write(tree, "blind/in.txt", b"needle\n")
    if w.is_root:
        for folder, _, names in os.walk(tree):
            for path in [folder] + [folder + "/" + n for n in names]:
                os.chown(path, NOBODY, NOBODY)
    place = w.folder("locked.idx")
    os.chmod(place, 0o777)
    index = place + "/i"
    try:
        w.run([w.bin + "/scout-index", "version"], as_nobody=True)
    except OSError:
        w.skip("unreadable files", "another user cannot run the programs")
        return
    os.chmod(tree + "/locked.txt", 0)
    os.chmod(tree + "/folder", 0)
    os.chmod(tree + "/blind", 0o400)    # names, but no file
    settle()
    r = w.build(tree, index, as_nobody=True)
    w.check("build goes on and says so", r.code == 1 and
            b"locked.txt: Permission denied" in r.err and
            b"folder: Permission denied" in r.err and
            b"blind/in.txt: Permission denied" in r.err, r)
    skipped = w.skip_list(index)
    for name in (b"locked.txt", b"folder/", b"blind/in.txt"):
        w.check("%r is listed" % name,
                skipped.get(name, b"").startswith(b"unreadable") and
                b"Permission denied" in skipped[name], skipped)
    r = w.query(index, "-l", "needle", as_nobody=True)
    w.check("what can be read is found", (r.code, r.out) ==
            (0, b"open.txt\n"), r)
    os.chmod(tree + "/open.txt", 0)
    r = w.query(index, "needle", as_nobody=True)
    w.check("a candidate that cannot be read is an error", r.code == 2 and
            b"open.txt: Permission denied" in r.err and not r.out, r)
    r = w.query(index, "--brute", "needle", as_nobody=True)
    w.check("so it is for brute force", r.code == 2 and not r.out and
            b"open.txt: Permission denied" in r.err, r)
    os.chmod(tree, 0)
    r = w.build(tree, index, as_nobody=True)
    w.check("a root that cannot be read", r.code == 2 and tree.encode() in
            r.err and b"Permission denied" in r.err, r)
    r = w.query(index, "needle", as_nobody=True)
    w.check("the same for a query", r.code == 2 and tree.encode() in r.err, r)
    os.chmod(tree, 0o755)


NAMES = (b"not-utf8-\xff\xfe.txt", b"new\nline.txt", b"tab\tbed.txt",
         b"esc\x1b[31mred.txt", b"quo\"te.txt", b"apo'strophe.txt",
         b"-dash.txt", b"--brute", b"back\\slash.txt", b" space ",
         b"star*[glob]?{a}.txt", b"!bang.txt", b"#hash.txt", b"cr\r.txt",
         b"del\x7f.txt", b"n" * 255, b"\xc3\xa9" * 127, b"a:12:b.txt",
         b"\xf4\x90\x80\x80beyond.txt", b"\xed\xa0\x80surrogate.txt")


def names(w):
    """Names are bytes; output follows ripgrep's."""
    tree = w.folder("names")
    for name in NAMES:
        w.write(tree, name, b"needle in\nhay\n")
        w.write(tree, b"dir-" + name[:200] + b"/in", b"needle in\n")
    settle()
    index = w.tmp + "/names.idx"
    r = w.build(tree, index)
    w.check("build", (r.code, r.err) == (0, b""), r)
    hits = w.equal("names", index, ["needle"], (("-l", "-0"), ("-c",)))
    w.check("all are found", hits >= 2 * len(NAMES), hits)
    for form in (["-l", "-0"], ["-0", "-n"], ["-n"], ["-l"], ["-c"],
                 ["--vimgrep"], ["--heading", "-n"],
                 ["--heading", "-n", "--color=always"], ["-l", "-p"]):
        r = w.query(index, *form, "needle", cwd=tree)
        rg = w.run(["rg", "--no-config", "--sort", "path", *form, "needle"],
                   cwd=tree)
        w.check("%s is ripgrep's output" % " ".join(form), in_any_order(
            r.out, form) == in_any_order(rg.out, form) and r.code == rg.code,
            "scout %r\n      ripgrep %r" % (r, rg))
    r = w.query(index, "--json", "needle", cwd=tree)
    rg = w.run(["rg", "--no-config", "--json", "needle"], cwd=tree)
    w.check("--json paths are ripgrep's", json_paths(r) == json_paths(rg),
            "%r %r" % (json_paths(r), json_paths(rg)))


def in_any_order(out, form):
    """ripgrep sorts names by whole paths; blocks are compared as a set."""
    between = (b"\n\n" if "--heading" in form else
               b"\0" if form == ["-l", "-0"] else b"\n")
    return sorted(out.strip(b"\n").split(between))


def json_paths(result):
    lines = [json.loads(l) for l in result.out.split(b"\n") if l]
    return sorted(json.dumps(l["data"]["path"], sort_keys=True)
                  for l in lines if l["type"] == "begin")


def deep_folders(w):
    """Two thousand folders deep, and deeper than a path can say."""
    for name, depth in (("deep", 1980), ("too-deep", 2500)):
        tree = w.folder(name)
        w.write(tree, "top.txt", b"needle\n")
        make_deep(tree, depth)
    settle()
    for name in ("deep", "too-deep"):
        tree = w.tmp + "/" + name
        index = w.tmp + "/%s.idx" % name
        r = w.build(tree, index)
        skipped = w.skip_list(index)
        if name == "deep":
            w.check("build", (r.code, r.err) == (0, b""), r)
        else:
            w.check("the first folder out of reach is named", r.code == 1 and
                    b"File name too long" in r.err and len(skipped) == 1 and
                    list(skipped.values())[0].startswith(b"unreadable"), r)
        w.sound(name, index)
        for q in ("needle", "bottom", "half"):
            got = w.query(index, "-l", q)
            brute = w.query(index, "-l", "--brute", q)
            w.check("%s %s: answers as --brute" % (name, q),
                    got.out == brute.out and bool(got.out) ==
                    (q != "bottom" or name == "deep"), (got, brute))
            w.check("%s %s: brute force names what it cannot reach" % (
                name, q), (b"File name too long" in brute.err) ==
                (name != "deep"), brute)


def make_deep(tree, depth):
    here = os.open(".", os.O_RDONLY)
    os.chdir(tree)
    for i in range(depth):
        os.mkdir("d")
        os.chdir("d")
        if i == depth // 2:
            with open("half.txt", "wb") as f:
                f.write(b"needle half\n")
    with open("bottom.txt", "wb") as f:
        f.write(b"needle bottom\n")
    os.fchdir(here)
    os.close(here)


def roots(w):
    """Every way to say which folder."""
    tree = w.folder("roots")
    w.write(tree, "sub/a.txt", b"needle\n")
    w.write(tree, "b.txt", b"needle\n")
    settle()
    r = w.run([w.bin + "/scout-index", "build", tree + "/b.txt"])
    w.check("a file is no folder", r.code == 2 and b"b.txt' is not a folder"
            in r.err and os.listdir(tree) in (["sub", "b.txt"],
                                              ["b.txt", "sub"]), r)
    r = w.run([w.bin + "/scout-query", "--brute", "--root", tree + "/b.txt",
               "needle"])
    w.check("nor for a query", r.code == 2 and b"b.txt" in r.err, r)
    for name, cwd in ((".", tree), (tree + "/", None), (tree + "//", None),
                      ("../roots/.", tree), ("sub/..", tree)):
        r = w.run([w.bin + "/scout-index", "build", name], cwd=cwd)
        w.check("build %r" % name, (r.code, r.err) == (0, b""), r)
        r = w.run([w.bin + "/scout-query", "-l", "needle"], cwd=tree)
        w.check("%r: found from inside" % name,
                r.out == b"b.txt\nsub/a.txt\n", r)
    r = w.run([w.bin + "/scout-index", "build", ""])
    w.check("an empty name", r.code == 2 and r.err, r)
    # the index among what it is about, hidden or not
    inside = tree + "/sub/index"
    r = w.build(tree, inside, "--hidden", "--no-ignore", "--binary")
    w.check("an index inside the tree", (r.code, r.err) == (0, b""), r)
    w.equal("index inside", inside, ["needle", "signature"], (("-l",),))
    r = w.query(inside, "-l", "signature")
    w.check("the index is not in the index", r.out ==
            b".scout/CACHEDIR.TAG\n", r)
    # '/': everything but one small folder left out
    index = w.tmp + "/slash.idx"
    r = w.build("/", index, *root_globs(tree))
    w.check("'/' can be indexed", r.code in (0, 1), r)
    got = w.query(index, "-l", "needle", cwd="/")
    w.check("'/': answers", got.code == 0 and tree.encode()[1:] + b"/b.txt" in
            got.out, got)
    # gone before the query
    gone = w.folder("gone")
    w.write(gone, "x.txt", b"needle\n")
    settle()
    index = w.tmp + "/gone.idx"
    w.build(gone, index)
    os.rename(gone, gone + ".away")
    for extra in ((), ("--brute",)):
        r = w.query(index, "needle", *extra)
        w.check("a root that is gone", r.code == 2 and gone.encode() in r.err
                and b"No such file" in r.err, r)
    os.rename(gone + ".away", gone)
    w.check("and back again", w.query(index, "-l", "needle").code == 0)


def root_globs(tree):
    """Globs that leave out everything at the root but the way to tree."""
    top = "/" + tree.split("/")[1]
    out = []
    for name in os.listdir("/"):
        if "/" + name != top:
            out += ["-g", "!/" + name]
    parts = tree.strip("/").split("/")
    for i in range(1, len(parts)):
        folder = "/" + "/".join(parts[:i])
        for name in os.listdir(folder):
            if name != parts[i]:
                out += ["-g", "!%s/%s" % (folder, glob_escape(name))]
    return out


def glob_escape(name):
    return "".join("\\" + c if c in "*?[]{}!\\" else c for c in name)


def few_descriptors(w):
    """With hardly any descriptors: an answer or an error, nothing silent."""
    tree = w.folder("few")
    for i in range(200):
        w.write(tree, "d%d/e%d/f.txt" % (i % 10, i % 7), b"needle %d\n" % i)
        w.write(tree, "f%d.txt" % i, b"needle\n")
    settle()
    index = w.tmp + "/few.idx"
    w.check("build", w.build(tree, index).code == 0)
    all_files = w.query(index, "-l", "needle").out
    worked = refused = 0
    for limit in (4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 24, 64):
        small = w.tmp + "/few%d.idx" % limit
        r = w.build(tree, small, "-j4", limit_files=limit)
        if r.code == 0:
            worked += 1
            w.check("%d descriptors: nothing is missing" % limit,
                    w.query(small, "-l", "needle").out == all_files)
        elif r.code == 1:
            skipped = w.skip_list(small)
            missing = (set(all_files.split(b"\n")) -
                       set(w.query(small, "-l", "needle").out.split(b"\n")))
            w.check("%d descriptors: what is missing is listed" % limit,
                    len(missing) == len(skipped) and all(
                        b"Too many open files" in v
                        for v in skipped.values()), skipped)
        else:
            refused += 1
            w.check("%d descriptors: a clear refusal" % limit, r.code == 2 and
                    b"Too many open files" in r.err, r)
        for extra in ((), ("--brute",)):
            r = w.query(index, "-l", "-j4", "needle", *extra,
                        limit_files=limit)
            if r.code == 0:
                worked += 1
                w.check("%d descriptors: query%s" % (limit, extra),
                        r.out == all_files, r)
            else:
                refused += 1
                w.check("%d descriptors: query%s: a clear refusal" % (
                    limit, extra), r.code == 2 and
                    b"Too many open files" in r.err, r)
    w.check("some worked, some did not", worked > 3 and refused > 3,
            (worked, refused))


CASES = [deep_folders, links, special_files, permissions, names, roots,
         few_descriptors]
