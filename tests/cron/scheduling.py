"""schedule: crontab lines and units, their text and that they work."""

import os
import pwd
import re
import shlex
import shutil
import subprocess

from locking import Held

MARK = re.compile(r" # scout-index schedule [0-9a-f]{16}\n$")
STRANGE = ["plain", "two words", "per%cent", "back\\slash", "b\\%c",
           "quo'te", 'dou"ble', "dollar$HOME", "back`id`tick", "semi;colon",
           "tilde~ star* (x) #y", "\u00fcml\u00e4ut", "%", "trailing\\"]

FAKE_CRONTAB = """#!/bin/sh
[ ! -e "$HOME/refuse" ] || { echo "you may not" >&2; exit 1; }
case "$1" in
-l) [ -e "$HOME/tab" ] || { echo "no crontab for me" >&2; exit 1; }
    cat "$HOME/tab" ;;
-r) rm "$HOME/tab" ;;
-)  cat >"$HOME/tab"; echo . >>"$HOME/writes" ;;
esac
"""


def indexed(w, name):
    tree = w.tree(name)
    w.build(tree)
    return tree


def cron_hands_on(command):
    """What cron gives to sh, as its manual has it."""
    out, escaped = "", False
    for c in command:
        if escaped and c == "%":
            out = out[:-1] + c
            escaped = False
            continue
        if not escaped and c == "%":
            return out
        out += c
        escaped = c == "\\" and not escaped
    return out


def cron_lines(w):
    tree = indexed(w, "tree")
    w.equal("nothing to schedule", w.index(
        "schedule", "--print", "cron").code, 2)
    for every, times in (
            ("1m", "* * * * *"), ("60s", "* * * * *"), ("2m", "*/2 * * * *"),
            ("30m", "*/30 * * * *"), ("1h", "0 * * * *"),
            ("60m", "0 * * * *"), ("2h", "0 */2 * * *"),
            ("12h", "0 */12 * * *"), ("1d", "0 4 * * *"),
            ("7d", "0 4 * * 0"), (None, "*/15 * * * *")):
        r = w.index("schedule", "--print", "cron", tree,
                    *(["--every", every] if every else []))
        w.ended("every %s" % every, r, 0, "",
                "^%s %s/scout-index update --lock=skip --index %s/.scout --nice"
                % (re.escape(times), w.bin, re.escape(tree)))
        w.check("marked, one line", MARK.search(r.out) and
                r.out.count("\n") == 1, r)
    for every in ("7m", "45m", "90m", "5h", "2d", "30s", "0", "", "x", "15"):
        w.ended("every %s" % every, w.index(
            "schedule", "--print", "cron", "--every", every, tree), 2,
            ".*--every wants a part of an hour .*, not '%s'\n" % every)
    r = w.index("schedule", "--print", "cron", tree, "--max-load", "3",
                "--report", "r.json", "--report", "/var/x.prom")
    w.ended("more flags", r, 0, "", "--max-load 3 --report %s/r.json --report "
            "/var/x.prom --index" % re.escape(w.tmp))
    w.index("add", "here", tree)
    r = w.index("schedule", "--print", "cron", env={
        "XDG_CONFIG_HOME": w.home + "/.config"})
    w.ended("all of them", r, 0, "",
            " XDG_CONFIG_HOME=%s/.config .*update --lock=skip --nice #"
            % re.escape(w.home))
    w.equal("by name", w.index("schedule", "--print", "cron", "here").out,
            w.index("schedule", "--print", "cron", tree).out)
    for args in ((), ("--print",), ("cron",), ("--print", "at"),
                 ("--print", "cron", tree, tree),
                 ("--print", "systemd", "--user", "--system", tree)):
        w.one_line("schedule %s" % (args,), w.index("schedule", *args))


def words(w):
    """Each path is one word again, for cron and sh, and for systemd."""
    for name in STRANGE:
        tree = indexed(w, name)
        r = w.index("schedule", "--print", "cron", tree)
        command = r.out.split(" ", 5)[5]
        line = cron_hands_on(MARK.sub("", command))
        wanted = [w.bin + "/scout-index", "update", "--lock=skip", "--index",
                  tree + "/.scout", "--nice"]
        echo = subprocess.run(["sh", "-c", "for w in %s; do printf '%%s\\n' "
                               '"$w"; done' % line], text=True,
                              stdout=subprocess.PIPE)
        w.equal("%r, cron and sh" % name, echo.stdout.splitlines(), wanted)
        r = w.index("schedule", "--print", "systemd", tree)
        start = re.search(r"^ExecStart=(.*)$", r.out, re.M)[1]
        w.equal("%r, systemd" % name, systemd_words(start), [
            x for x in wanted if x != "--nice"])
    tree = indexed(w, "line\nbreak")
    w.ended("a line break", w.index("schedule", "--print", "cron", tree), 2,
            ".*line break cannot stand in a crontab; use systemd\n")
    r = w.index("schedule", "--print", "systemd", tree)
    w.equal("but in a unit", systemd_words(
        re.search(r"^ExecStart=(.*)$", r.out, re.M)[1])[-1], tree + "/.scout")
    deep = "/".join(["d" * 200] * 5)
    w.ended("too long", w.index("schedule", "--print", "cron",
                                indexed(w, deep)), 2,
            ".*more than 998 bytes, which cron cuts off; use systemd\n")


def systemd_words(text):
    """As systemd.service(5) has it: quotes, C escapes, %% and $$."""
    out = []
    for word in re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', text):
        word = word[0] or word[1]
        word = re.sub(r"\\x([0-9a-f]{2})|\\(.)",
                      lambda m: chr(int(m[1], 16)) if m[1] else m[2], word)
        if re.search(r"(?<!%)(?:%%)*%(?!%)", word.replace("%%", "")):
            raise ValueError("a bare %% in %r" % word)
        out.append(word.replace("%%", "%").replace("$$", "$"))
    return out


def crontab_edits(w):
    """Other lines stay; twice is once; taking away gives back what was."""
    tools = w.folder("fake")
    w.write(tools, "crontab", FAKE_CRONTAB, 0o755)
    env = {"PATH": tools + ":" + os.environ["PATH"]}
    tab = w.home + "/tab"
    trees = [indexed(w, n) for n in ("one", "two")]

    def schedule(action, tree, *more):
        return w.index("schedule", action, "cron", tree, *more, env=env)

    def writes():
        path = w.home + "/writes"
        return len(open(path).read().split()) if os.path.exists(path) else 0

    w.ended("into an empty one", schedule("--install", trees[0]), 0, "", "")
    first = w.index("schedule", "--print", "cron", trees[0]).out
    w.equal("the line alone", open(tab).read(), first)
    w.ended("again", schedule("--install", trees[0]), 0, "", "")
    w.equal("not written again", writes(), 1)
    w.ended("away", schedule("--remove", trees[0]), 0, "", "")
    w.check("no crontab is left", not os.path.exists(tab))
    w.ended("away again", schedule("--remove", trees[0]), 0, "", "")

    before = ("# mine\nSHELL=/bin/bash\n\n5 * * * * echo 100\\% # scout-index "
              "schedule soon\n  \n#*/15 * * * * x # scout-index schedule "
              "0123456789abcdef\n")
    with open(tab, "w") as f:
        f.write(before)
    for tree in trees:
        w.ended("among others", schedule("--install", tree), 0, "", "")
    second = w.index("schedule", "--print", "cron", trees[1]).out
    w.equal("appended", open(tab).read(), before + first + second)
    w.ended("another time", schedule("--install", trees[0], "--every=2h"), 0)
    changed = w.index("schedule", "--print", "cron", trees[0], "--every=2h").out
    w.equal("in its place", open(tab).read(), before + changed + second)
    w.ended("away", schedule("--remove", trees[0]), 0, "", "")
    w.equal("the other one stays", open(tab).read(), before + second)
    with open(tab, "w") as f:
        f.write("#" + second)
    w.ended("beside a comment", schedule("--install", trees[1]), 0, "", "")
    w.equal("that stays", open(tab).read(), "#" + second + second)
    w.ended("away", schedule("--remove", trees[1]), 0, "", "")
    w.equal("that still stays", open(tab).read(), "#" + second)
    with open(tab, "w") as f:
        f.write(before + second)
    shutil.rmtree(trees[1])
    w.ended("of an index that is gone", w.index(
        "schedule", "--remove", "cron", "--index", trees[1] + "/.scout",
        env=env), 0, "", "")
    w.equal("as it was", open(tab).read(), before)
    with open(tab, "w") as f:
        f.write("1 2 3 4 5 no newline")
    w.ended("no newline at the end", schedule("--install", trees[0]), 0, "", "")
    w.equal("a line of its own", open(tab).read(),
            "1 2 3 4 5 no newline\n" + first)

    w.write(w.home, "refuse", "")
    w.ended("not allowed", schedule("--install", trees[0], "--every=1m"), 2,
            "scout-index: crontab -l: exit code 1: you may not\n")
    empty = w.folder("empty")
    w.ended("no crontab here", w.index(
        "schedule", "--install", "cron", trees[0], env={"PATH": empty}), 2,
        "scout-index: there is no program 'crontab' here\n")


def units(w):
    """systemd's own opinion of the units, and that they come and go."""
    have = shutil.which("systemd-analyze")
    if not have:
        w.skip("systemd-analyze verify", "not installed (package systemd)")
    for name in ("plain", "two words %d $x \"q\" b\\s"):
        tree = indexed(w, name)
        report = w.folder("out") + "/r.prom"
        for kind in ("--system", "--user"):
            place = w.folder("units" + kind + name[:3])
            flags = ("systemd", tree, kind, "--unit-dir", place, "--report",
                     report)
            w.ended("install %s" % kind, w.index(
                "schedule", "--install", *flags), 0, "", "")
            files = sorted(os.listdir(place))
            w.check("two files", len(files) == 2 and re.fullmatch(
                r"scout-[\w.-]+-[0-9a-f]{8}\.service", files[0]) and
                files[1] == files[0].replace(".service", ".timer"), files)
            before = [os.stat(place + "/" + f).st_mtime_ns for f in files]
            w.ended("again", w.index("schedule", "--install", *flags), 0, "",
                    "")
            w.equal("nothing is written again", before, [
                os.stat(place + "/" + f).st_mtime_ns for f in files])
            if have:
                verify(w, place, files, kind)
            w.ended("every day", w.index("schedule", "--install", "--every=1d",
                                         *flags), 0, "", "")
            text = open(place + "/" + files[1]).read()
            w.check("every day", "OnCalendar=04:00\n" in text, text)
            other = w.write(place, "scout-other.timer", "[Timer]\n")
            w.ended("away", w.index("schedule", "--remove", *flags), 0, "", "")
            w.ended("twice", w.index("schedule", "--remove", *flags), 0, "", "")
            w.equal("other units stay", os.listdir(place),
                    [os.path.basename(other)])
            w.write(place, files[0], "[Unit]\nDescription=mine\n")
            for action in ("--install", "--remove"):
                r = w.index("schedule", action, *flags)
                w.ended("%s: somebody else's" % action, r, 2,
                        ".*was not made for this index by scout-index "
                        "schedule; move it away first\n")
            w.equal("it stays", open(place + "/" + files[0]).read(),
                    "[Unit]\nDescription=mine\n")
    for every in ("1m", "15m", "30m", "1h", "3h", "12h", "1d", "7d"):
        r = w.index("schedule", "--print", "systemd", "--every", every, tree)
        when = re.search(r"^OnCalendar=(.*)$", r.out, re.M)[1]
        if have:
            c = w.run(["systemd-analyze", "calendar", "--iterations=2", when])
            w.ended("%s is a time" % when, c, 0)


def verify(w, place, files, kind):
    for f in files:
        r = w.run(["systemd-analyze", "verify", "--man=no", kind,
                   place + "/" + f], env={"XDG_RUNTIME_DIR": w.tmp})
        # the tests run as nobody, which a service should not
        said = [l for l in r.err.splitlines() if "Special user nobody" not in l]
        w.check("%s: systemd-analyze verify" % f, r.code == 0 and not said, r)
    if kind == "--system":
        r = w.run(["systemd-analyze", "security", "--offline=true",
                   "--threshold=25", "--no-pager", place + "/" + files[0]])
        w.check("exposure at most 2.5 of 10", r.code == 0, r.out[-300:])


def user_units(w):
    """Where a user's units belong; systemd itself does not run here."""
    if os.path.isdir("/run/systemd/system"):
        return w.skip("units of a user", "systemd is running, and would act")
    tree = indexed(w, "tree")
    r = w.index("schedule", "--install", "systemd", "--user", tree)
    w.ended("says how to start them", r, 0, "scout-index: note: the units are "
            "in '%s/.config/systemd/user', but systemd does not run here; .*"
            "systemctl --user enable --now scout-tree-[0-9a-f]+.timer\n"
            % re.escape(w.home))
    w.equal("two", len(os.listdir(w.home + "/.config/systemd/user")), 2)
    w.ended("away", w.index("schedule", "--remove", "systemd", "--user", tree),
            0, "", "")
    w.equal("none", os.listdir(w.home + "/.config/systemd/user"), [])


# --- a real cron

NAMESPACE = """set -e
mount --make-rprivate /
mount --bind {tmp}/spool /var/spool/cron/crontabs
mount --bind {tmp}/cron.d /etc/cron.d
mount --bind {tmp}/crontab /etc/crontab
mount --bind {tmp}/run /run
mount --bind {tmp}/sbin /usr/sbin
mount --bind {tmp}/pam /etc/pam.d/cron
export PATH={tmp}/bin:$PATH
{commands}
timeout 62 {tmp}/bin/cron -f || [ $? = 124 ]
{after}
"""


def real_cron(w):
    """Lines that `schedule --install` made, run by Debian's cron."""
    cron = shutil.which("cron", path="/usr/sbin:/sbin")
    if not cron or not shutil.which("crontab"):
        return w.skip("a real cron", "not installed (package cron)")
    if not w.is_root or w.run(["unshare", "-m", "true"]).code:
        return w.skip("a real cron", "needs root and mount namespaces")
    for name in ("spool", "cron.d", "run", "sbin", "bin", "mail"):
        w.folder(name)
    shutil.chown(w.tmp + "/spool", "root", "crontab")
    os.chmod(w.tmp + "/spool", 0o1730)
    os.chmod(w.tmp + "/mail", 0o1777)
    w.write(w.tmp, "crontab", "")
    # sessions, which a container may not allow, are not what is tested
    w.write(w.tmp, "pam", "".join("%s required pam_permit.so\n" % kind for kind
                                  in ("auth", "account", "session")))
    shutil.copy(cron, w.tmp + "/bin/cron")
    w.write(w.tmp, "sbin/sendmail", "#!/bin/sh\ncat >%s/mail/$$\n" % w.tmp,
            0o755)
    commands = []

    def install(tree, *more, prefix=""):
        commands.append("%s%s schedule --install cron --every 1m %s" % (
            prefix, shlex.quote(w.bin + "/scout-index"),
            shlex.join((tree, "--report", tree + ".prom") + more)))

    trees = [indexed(w, name) for name in STRANGE]
    for tree in trees:
        w.write(tree, "new.txt", "newword\n")
        install(tree)
    busy, gone = indexed(w, "busy"), indexed(w, "gone")
    install(busy)
    install(gone)
    commands.append("mv %s %s" % (gone + "/.scout/CURRENT", gone))
    nobody = pwd.getpwnam("nobody")
    own = indexed(w, "nobodys")
    subprocess.run(["chown", "-R", "nobody:nogroup", own], check=True)
    w.write(own, "new.txt", "newword\n")
    home = w.folder("nobodys-home")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    as_nobody = "HOME=%s setpriv --reuid=%d --regid=%d --clear-groups " % (
        home, nobody.pw_uid, nobody.pw_gid)
    commands.append("printf 'HOME=%s\\n' | %scrontab -" % (home, as_nobody))
    commands.append("%s%s schedule --install cron --every 1m %s" % (
        as_nobody, w.bin + "/scout-index", own))
    after = ["cp /var/spool/cron/crontabs/* %s" % w.folder("tabs"),
             "rm -f %s/spool/*" % w.tmp]
    script = w.write(w.tmp, "script", NAMESPACE.format(
        tmp=w.tmp, commands="\n".join(commands), after="\n".join(after)))
    with Held(busy + "/.scout"):
        r = w.run(["unshare", "-m", "sh", script])
    w.ended("cron ran", r, 0)
    for tree, name in zip(trees, STRANGE):
        w.check("%r was updated" % name, w.query(
            "--index", tree + "/.scout", "-l", "newword").out == "new.txt\n",
            r)
        w.check("%r has its report" % name, os.path.exists(tree + ".prom"))
    w.ended("nobody's was updated", w.query(
        "--index", own + "/.scout", "-l", "newword"), 0, "", "new.txt")
    tab = open(w.tmp + "/tabs/nobody").read()
    w.check("nobody's own line stayed", "HOME=%s\n" % home in tab, tab)
    mails = [open(w.tmp + "/mail/" + m).read()
             for m in os.listdir(w.tmp + "/mail")]
    w.equal("one mail, about the broken one", len(mails), 1)
    body = [m.split("\n\n", 1)[1] for m in mails]
    w.check("of one line", len(body) == 1 and re.fullmatch(
        "scout-index: no index in '%s/.scout'\n" % re.escape(gone), body[0]),
        body)
    prom = open(busy + ".prom").read()
    w.check("the busy one says so to its report alone",
            'outcome="skipped"' in prom, prom[-300:])


CASES = [cron_lines, words, crontab_edits, units, user_units]
SLOW_CASES = [real_cron]    # waits for the minute; beside the others
