"""The index folder: no room, no right, a strange place, another version."""

import ctypes
import os
import random
import shutil
import subprocess

from world import remove_tree, settle


def words_file(seed, count):
    """Lines of mostly distinct words."""
    r = random.Random(seed)
    lines = (" ".join("w%x" % r.getrandbits(40) for _ in range(8))
             for _ in range(count // 8))
    return ("needle first\n" + "\n".join(lines) + "\nneedle last\n").encode()


def mount(w, where, kind, *options):
    """True if it could be mounted; unmount() undoes it."""
    if not w.is_root:
        return False
    return subprocess.run(["mount", "-t", kind, "-o", ",".join(options),
                           "scout-test", where],
                          stderr=subprocess.DEVNULL).returncode == 0


def unmount(where):
    subprocess.run(["umount", where], check=True)


def listing(folder):
    out = []
    for top, folders, names in os.walk(folder):
        out += [os.path.join(top, n) for n in folders + names]
    return sorted(out)


def disk_full(w):
    """No room: the old index stays, nothing else does."""
    disk = w.folder("full")
    if not mount(w, disk, "tmpfs", "size=28m"):
        w.skip("a full disk", "no right to mount")
        return
    try:
        fill_and_build(w, disk)
    finally:
        unmount(disk)


def fill_and_build(w, disk):
    tree = w.folder("full.tree")
    w.write(tree, "a.txt", words_file(1, 20000))
    settle()
    index = disk + "/index"
    args = ["--memory", "16M", "-j1"]
    r = w.build(tree, index, *args)
    w.check("build with room", (r.code, r.err) == (0, b""), r)
    before = listing(disk)
    answer = w.query(index, "-n", "needle").out
    w.check("it answers", answer.count(b"\n") == 2, answer)
    # too little before it begins
    w.write(disk, "filler", bytes(10 << 20))
    no_room(w, "no room to begin", tree, index, args, before, answer)
    os.unlink(disk + "/filler")
    run_out(w, disk, tree)
    no_room(w, "no room on the way", tree, index, args, before, answer)
    no_room(w, "no room for a batch", tree, index, ["--memory", "512M",
            "-j1"], before, answer)
    # nothing at all: not even CURRENT fits
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    w.write(disk, "filler", bytes(free))
    no_room(w, "not a byte of room", tree, index, args, before, answer)
    r = w.query(index, "-n", "needle")
    w.check("a query needs no room", (r.code, r.out) == (0, answer), r)
    os.unlink(disk + "/filler")
    # room again
    for i in range(8):
        os.unlink(tree + "/b%d.txt" % i)
    w.write(tree, "c.txt", b"needle third\n")
    settle()
    r = w.build(tree, index, *args)
    w.check("build with room again", (r.code, r.err) == (0, b""), r)
    w.equal("room again", index, ["needle", "third"])
    w.sound("room again", index)


def run_out(w, disk, tree):
    """More and more to write: the disk is full at one point or another, in a
    run, in the store's first batch or in a later one."""
    refused = 0
    index = disk + "/second"
    for i in range(8):
        w.write(tree, "b%d.txt" % i, words_file(i + 2, 200000))
        for memory in ("16M", "64M") if w.long else (("16M", "64M")[i % 2],):
            r = w.build(tree, index, "--memory", memory, "-j1")
            refused += r.code != 0
            w.check("%d files, %s: done, or no room" % (i, memory),
                    r.code == 0 or (r.code == 2 and index.encode() in r.err
                                    and b"No space left on device" in r.err),
                    r)
            w.check("%d files, %s: no half index" % (i, memory), (
                r.code == 0) == os.path.exists(index + "/CURRENT") and (
                r.code == 0 or sorted(os.listdir(index)) ==
                    ["CACHEDIR.TAG", "lock"]), listing(index))
            remove_tree(index)
    w.check("there was no room in the end", refused > 2, refused)


def no_room(w, name, tree, index, args, before, answer):
    r = w.build(tree, index, *args)
    w.check("%s: refused, naming the folder" % name, r.code == 2 and
            b"No space left on device" in r.err and index.encode() in r.err,
            r)
    now = [p for p in listing(os.path.dirname(index))
           if not p.endswith("/filler")]
    w.check("%s: nothing is left behind" % name, now == before, (now, before))
    r = w.query(index, "-n", "needle")
    w.check("%s: the old index answers" % name, (r.code, r.out) ==
            (0, answer), r)
    w.sound(name, index)


def read_only(w):
    """A read-only medium: queries answer, builds say why not."""
    disk = w.folder("read-only")
    if not mount(w, disk, "tmpfs", "size=64m"):
        w.skip("a read-only medium", "no right to mount")
        return
    try:
        tree = w.folder("read-only.tree")
        w.write(tree, "a.txt", b"needle\n")
        settle()
        index = disk + "/index"
        w.check("build", w.build(tree, index).code == 0)
        shutil.copytree(tree, disk + "/tree")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        w.equal("read-only", index, ["needle"])
        r = w.query(index, "needle")
        w.check("a query has nothing to remark", r.err == b"", r)
        w.sound("read-only", index)
        w.check("stats", w.skip_list(index) == {})
        r = w.build(tree, index)
        w.check("no build", r.code == 2 and b"Read-only file system" in r.err
                and index.encode() in r.err, r)
        r = w.build(tree, disk + "/other")
        w.check("no new index", r.code == 2 and b"Read-only file system" in
                r.err and b"/other" in r.err, r)
        r = w.run([w.bin + "/scout-index", "build", disk + "/tree"])
        w.check("no .scout in a read-only tree", r.code == 2 and
                b"Read-only file system" in r.err and b"--index" in r.err, r)
    finally:
        unmount(disk)


def rights(w):
    """An index folder of somebody else."""
    tree = w.folder("rights")
    w.write(tree, "a.txt", b"needle\n")
    place = w.folder("rights.idx")
    index = place + "/i"
    settle()
    w.check("build", w.build(tree, index).code == 0)
    if not w.is_root:
        w.skip("another user's index", "there is only one user here")
    else:
        r = w.query(index, "needle", as_nobody=True)
        w.check("not readable", r.code == 2 and b"Permission denied" in r.err
                and index.encode() in r.err, r)
        for top, folders, names in os.walk(index):
            os.chmod(top, 0o755)
            for name in names:
                os.chmod(os.path.join(top, name), 0o644)
        r = w.query(index, "needle", as_nobody=True)
        w.check("a lock file that may not be written", r.code == 2 and
                b"lock.mdb" in r.err and b"Permission denied" in r.err, r)
        for top, folders, names in os.walk(index):
            if "lock.mdb" in names:
                os.chmod(top + "/lock.mdb", 0o666)
        r = w.query(index, "-l", "needle", as_nobody=True)
        w.check("with the right to it", r.code == 0, r)
        before = listing(place)
        r = w.build(tree, index, as_nobody=True)
        w.check("no right to build", r.code == 2 and b"Permission denied" in
                r.err and index.encode() in r.err, r)
        r = w.build(tree, place + "/j", as_nobody=True)
        w.check("no right to make the folder", r.code == 2 and
                b"Permission denied" in r.err and b"/j" in r.err, r)
        w.check("nothing was touched", listing(place) == before)
        r = w.query(index, "-l", "needle")
        w.check("and it answers", r.code == 0, r)


def not_an_index(w):
    """What stands where the index should be."""
    tree = w.folder("strange")
    w.write(tree, "a.txt", b"needle\n")
    place = w.folder("strange.idx")
    w.write(place, "file", b"hello\n")
    os.symlink("nowhere", place + "/dangling")
    os.mkfifo(place + "/fifo")
    for name, build_says, query_says in (
            ("file", b"File exists", b"no index in"),
            ("file/below", b"Not a directory", b"no index in"),
            ("dangling", b"No such file", b"no index in"),
            ("fifo", b"File exists", b"no index in"),
            ("no/such/folder", b"No such file", b"no index in")):
        r = w.build(tree, place + "/" + name)
        w.check("build in %s" % name, r.code == 2 and
                ("%s/%s" % (place, name)).encode() in r.err and
                (build_says in r.err or b"is not a folder" in r.err), r)
        r = w.query(place + "/" + name, "needle")
        w.check("query in %s" % name, r.code == 2 and query_says in r.err, r)
    w.check("nothing was touched", sorted(os.listdir(place)) ==
            ["dangling", "fifo", "file"], os.listdir(place))
    settle()
    # an index folder whose parts are something else
    for name, replace in (("CURRENT", os.mkdir), ("CURRENT", os.mkfifo),
                          ("CURRENT", None), ("gen", os.mkfifo),
                          ("gen", None), ("lock", os.mkdir)):
        index = place + "/i"
        remove_tree(index)
        w.build(tree, index)
        path = index + "/" + name if name != "gen" else [
            os.path.join(index, n) for n in os.listdir(index)
            if n.startswith("gen-")][0]
        remove_tree(path)
        if replace:
            replace(path)
        r = w.query(index, "needle")
        w.check("query with a bad %s" % name, index.encode() in r.err if
                r.code else name == "lock", r)
        if name == "lock":
            continue
        r = w.build(tree, index)
        w.check("build with a bad %s: done, or a reason" % name,
                (r.code == 0 and w.query(index, "needle").code == 0) or
                (r.code == 2 and index.encode() in r.err), r)


# statfs magic numbers and whether an index may lie there unasked
FILE_SYSTEMS = (("6969", "nfs", False), ("517b", "smb", False),
                ("ff534d42", "cifs", False), ("fe534d42", "smb2", False),
                ("5346414f", "afs", False), ("6b414653", "kafs", False),
                ("73757245", "coda", False), ("c36400", "ceph", False),
                ("1021997", "9p", False), ("564c", "ncp", False),
                ("bd00bd0", "lustre", False), ("ef53", "ext4", True),
                ("1021994", "tmpfs", True), ("65735546", "fuse", True),
                ("794c7630", "overlay", True))


def network(w):
    """An index on a network file system is refused unless one insists."""
    tree = w.folder("network")
    w.write(tree, "a.txt", b"needle\n")
    settle()
    index = w.tmp + "/network.idx"
    w.check("build", w.build(tree, index).code == 0)
    for magic, name, allowed in FILE_SYSTEMS:
        env = w.preload(SHIM_FS_TYPE=magic)
        fresh = w.tmp + "/network-%s.idx" % name
        r = w.build(tree, fresh, env=env)
        if allowed:
            w.check("build on %s" % name, (r.code, r.err) == (0, b""), r)
        else:
            w.check("build on %s is refused" % name, refuses(r, fresh), r)
            w.check("%s: nothing is left" % name,
                    not os.path.exists(fresh + "/CURRENT"))
        r = w.query(index, "-l", "needle", env=env)
        if allowed:
            w.check("query on %s" % name, (r.code, r.err) == (0, b""), r)
        else:
            w.check("query on %s is refused" % name, refuses(r, index), r)
    env = w.preload(SHIM_FS_TYPE="6969")
    for command in ("stats", "check", "dump"):
        what = ["--manifest"] if command == "dump" else []
        argv = [w.bin + "/scout-index", command, "--index", index] + what
        r = w.run(argv, env=env)
        w.check("%s is refused" % command, refuses(r, index), r)
        r = w.run(argv + ["--force-remote"], env=env)
        w.check("%s --force-remote" % command, r.code == 0 and r.out, r)
    r = w.build(tree, index, "--force-remote", env=env)
    w.check("build --force-remote", (r.code, r.err) == (0, b""), r)
    r = w.query(index, "-l", "--force-remote", "needle", env=env)
    w.check("query --force-remote", (r.code, r.err) == (0, b""), r)
    # a corpus may lie anywhere: brute force opens no index
    r = w.run([w.bin + "/scout-query", "--brute", "--root", tree, "-l",
               "needle"], env=env)
    w.check("brute force without an index", (r.code, r.err) == (0, b""), r)


def refuses(r, index):
    return (r.code == 2 and index.encode() in r.err and
            b"network file system" in r.err and b"--force-remote" in r.err)


def versions(w):
    """Made by a newer scout, or with other Unicode tables."""
    tree = w.folder("versions")
    w.write(tree, "a.txt", b"needle\n")
    settle()
    index = w.tmp + "/versions.idx"
    about = w.run([w.bin + "/scout-query", "--version"]).out.split(b"\n")
    unicode = [l for l in about if l.startswith(b"Unicode ")][0][8:]
    for other, name in ((b"9.9.9".ljust(len(unicode), b"9"), "newer"),
                        (b"1.1.5".ljust(len(unicode), b"0"), "older")):
        remove_tree(index)
        w.build(tree, index)
        edit_manifest(index, lambda m: m.replace(
            bytes([len(unicode)]) + unicode, bytes([len(other)]) + other, 1))
        r = w.query(index, "needle")
        w.check("%s Unicode" % name, r.code == 2 and not r.out and
                b"Unicode " + other in r.err and unicode in r.err and
                b"rebuild" in r.err, r)
        r = w.build(tree, index)
        w.check("%s Unicode: a build mends it" % name, r.code == 0 and
                w.query(index, "needle").code == 0, r)
    for version in (0, 77, 0xffffffff):
        remove_tree(index)
        w.build(tree, index)
        edit_manifest(index, lambda m: m[:8] +
                      version.to_bytes(4, "little") + m[12:])
        for argv in (["scout-query", "--index", index, "needle"],
                     ["scout-index", "stats", "--index", index]):
            r = w.run([w.bin + "/" + argv[0]] + argv[1:])
            w.check("format %d: %s" % (version, argv[0]), r.code == 2 and
                    b"format version %d," % version in r.err and
                    b"this scout reads version" in r.err and
                    b"rebuild" in r.err and not r.out, r)


def edit_manifest(index, change):
    """Changes the manifest in place and makes its checksum again."""
    hash64 = ctypes.CDLL("libxxhash.so.0").XXH3_64bits
    hash64.restype = ctypes.c_uint64
    hash64.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    gen = [n for n in os.listdir(index) if n.startswith("gen-")][0]
    path = "%s/%s/data.mdb" % (index, gen)
    with open(path, "r+b") as f:
        data = f.read()
        at = data.index(b"scoutidx")
        # it ends where its checksum fits
        end = next(e for e in range(at + 64, at + 4000)
                   if hash64(data[at:e], e - at) ==
                   int.from_bytes(data[e:e + 8], "little"))
        new = change(data[at:end])
        assert len(new) == end - at and new != data[at:end]
        f.seek(at)
        f.write(new + hash64(new, len(new)).to_bytes(8, "little"))


CASES = [disk_full, read_only, rights, not_an_index, network, versions]
