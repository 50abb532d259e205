#!/usr/bin/env python3
"""House rules that a compiler does not know; see CONTRIBUTING.md.

usage: run.py [FOLDER]     (default: the checkout this file is in)

One line per problem, `file:line: text`, then `N passed, N failed`, counted in
files and checks of the whole tree.  Exits 1 if there is any problem.
"""
import os
import re
import subprocess
import sys

LAYERS = {
    "base": ("base",),
    "index_format": ("index_format", "base"),
    "indexer": ("indexer", "index_format", "base"),
    "query": ("query", "index_format", "base"),
}
# What the programs may see of the libraries, beside all of base/.
PUBLIC = re.compile(
    r"^(base/.*|tools/.*|query/(query|sink)\.h|query/selftest/selftest\.h|query/language/[^/]+\.h"
    r"|indexer/(update|watch|index_rules|indexer|last_run|set_aside|staleness)\.h"
    r"|index_format/(index_state|index_stats|inspect|check|dump|fold|limits"
    r"|place)\.h)$")
# A library's header, and the only files that may include it.
ONLY = {
    "lmdb.h": r"index_format/(store\w*\.c|store_env\.h)",
    "zstd.h": r"index_format/doc_table\.c|base/tree/decompress_zstd\.c",
    "zlib.h": r"base/tree/decompress_gzip\.c",
    "utf8proc.h": r"index_format/fold\.c",
    "xxhash.h": r"base/hash\.c",
    "pcre2.h": r"query/(verify/)?regex\.c",
}
# Conditions that ask for the processor or the compiler, not for the system.
PLAIN_IF = re.compile(
    r"^(?:(?:defined\s*\(?|!|\|\||&&|==|\(|\)|\s"
    r"|__SSE2__|__x86_64__|__AVX2__|__AARCH64EL__|__BYTE_ORDER__|__ORDER_\w+__"
    r"|__SANITIZE_\w+__|__has_feature\s*\(\w+\)|__has_feature"
    r"|FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION))+$")
# ... and, in programs, for what the build says about itself.
TOOLS_IF = re.compile(r"%s|^SCOUT_[A-Z_]+$" % PLAIN_IF.pattern)
BANNED = re.compile(
    r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets)\s*\(")
ALLOCATION = re.compile(
    r"(?<![\w.>])(malloc|calloc|realloc|free|strdup|strndup)\s*\(")
SOURCES = ("base", "index_format", "indexer", "query", "tools")
MAX_COLUMNS = 100
MAX_LINES = 1200
TAB = 8


class Lint:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.checks = 0

    def report(self, path, line, text):
        self.problems.append((path, line, text))
        print("%s:%d: %s" % (path, line, text))

    def check(self, function, *args):
        self.checks += 1
        before = len(self.problems)
        function(*args)
        return len(self.problems) == before


def list_files(root):
    """What git knows or would add; else all files but those of builds."""
    try:
        out = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        names = sorted(set(os.fsdecode(out.stdout).split("\0")) - {""})
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders
                                if f != "build" and not f.startswith("."))
            names += [os.path.relpath(os.path.join(folder, f), root)
                      for f in files]
    return [n for n in names if os.path.isfile(os.path.join(root, n))]


def blank(match):
    """Spaces of the same shape, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


TOKENS = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def without(text, comments, strings):
    """Blanks out comments or the insides of strings, or both."""
    def repl(m):
        is_comment = m.group(0).startswith("/")
        if comments if is_comment else strings:
            return blank(m)
        return m.group(0)
    return TOKENS.sub(repl, text)


class Source:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8",
                  errors="replace") as f:
            self.text = f.read()
        self.lines = self.text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.code = without(self.text, True, True)
        self.layer = path.split("/")[0]
        self.is_ours = self.layer in SOURCES

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        code = without(self.text, True, False)
        for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]',
                             code, re.M):
            yield self.line_of(m.start()), m[1] == '"', m[2]


# --- includes

def check_includes(lint, src):
    for line, is_quoted, name in src.includes():
        if is_quoted:
            check_direction(lint, src, line, name)
        check_library(lint, src, line, name)


def check_direction(lint, src, line, name):
    if not src.is_ours:
        return
    if src.layer == "tools":
        if not PUBLIC.match(name):
            lint.report(src.path, line,
                        'a program includes "%s", which is not public' % name)
        return
    if not os.path.exists(os.path.join(lint.root, name)):
        lint.report(src.path, line, 'there is no "%s" from the root of the '
                    'tree' % name)
    elif name.split("/")[0] not in LAYERS[src.layer]:
        lint.report(src.path, line, '%s/ must not include "%s"'
                    % (src.layer, name))


def check_library(lint, src, line, name):
    wanted = ONLY.get(name)
    if wanted and src.is_ours and not re.fullmatch(wanted, src.path):
        lint.report(src.path, line, "<%s> belongs to %s only"
                    % (name, wanted.replace("\\", "")))


def check_own_header(lint, src):
    header = src.path[:-2] + ".h"
    if not src.path.endswith(".c") or not src.is_ours \
            or not os.path.exists(os.path.join(lint.root, header)):
        return
    for line, _, name in src.includes():
        if name not in (header, os.path.basename(header)):
            lint.report(src.path, line, 'the first include is not "%s"'
                        % header)
        return
    lint.report(src.path, 1, 'does not include "%s"' % header)


# --- the text of a file

def check_conditions(lint, src):
    if not src.is_ours or re.fullmatch(r"base/os\w*\.c", src.path):
        return
    allowed = PLAIN_IF if src.layer != "tools" else TOOLS_IF
    guard = "SCOUT_" + re.sub(r"\W", "_", src.path).upper()
    for m in re.finditer(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b(.*)$",
                         src.code, re.M):
        condition = m[2].strip()
        line = src.line_of(m.start())
        if m[1] == "ifndef" and src.path.endswith(".h") \
                and condition.startswith("SCOUT_") \
                and condition.endswith("_H"):
            if condition != guard:
                lint.report(src.path, line, "include guard is not " + guard)
        elif not allowed.match(condition):
            lint.report(src.path, line, "#%s %s: only base/os*.c asks for "
                        "the system" % (m[1], condition))


def check_banned(lint, src):
    for m in BANNED.finditer(src.code):
        lint.report(src.path, src.line_of(m.start()),
                    "%s() is banned" % m[1])
    if not src.is_ours or src.path == "base/mem.c":
        return
    for m in ALLOCATION.finditer(src.code):
        lint.report(src.path, src.line_of(m.start()),
                    "%s() outside base/mem.c: use scout_%s" % (m[1], m[1]))


def check_comments(lint, src):
    for m in TOKENS.finditer(src.text):
        if m.group(0).startswith("//"):
            lint.report(src.path, src.line_of(m.start()),
                        "// comment: use /* */")


def width(line):
    n = 0
    for c in line:
        n = n // TAB * TAB + TAB if c == "\t" else n + 1
    return n


def check_size(lint, src):
    for i, line in enumerate(src.lines, 1):
        if width(line) > MAX_COLUMNS:
            lint.report(src.path, i, "%d columns, at most %d"
                        % (width(line), MAX_COLUMNS))
        if line.endswith((" ", "\t")):
            lint.report(src.path, i, "white space at the end of the line")
    if len(src.lines) > MAX_LINES \
            and not re.search(r"/\* Made by ", src.lines[0]):
        lint.report(src.path, len(src.lines), "%d lines, at most %d"
                    % (len(src.lines), MAX_LINES))


# --- comments of prototypes

PROTOTYPE = re.compile(
    r"^(?!(?:static|typedef|extern \"C\"|return|else|#)\b)"
    r"[A-Za-z_][\w \t*]*?[ \t*]([A-Za-z_]\w*)[ \t]*\([^;{}]*?\)"
    r"(?:\s*__attribute__\s*\(\(.*?\)\))?\s*;", re.M | re.S)


# Verbs that mean the same wherever they stand.
ONE_MEANING = re.compile(r"_(init|release|new|free|close|clear)$")


def depth_at(code):
    """For each line: is it at the outermost level?"""
    depth, outer = 0, []
    for line in code.split("\n"):
        outer.append(depth == 0)
        depth += line.count("{") - line.count("}")
    return outer


def check_prototypes(lint, src):
    if not src.path.endswith(".h") or not src.is_ours:
        return
    outer = depth_at(src.code)
    for m in PROTOTYPE.finditer(src.code):
        line = src.line_of(m.start())
        if outer[line - 1] and not ONE_MEANING.search(m[1]) \
                and not has_comment(src, line):
            lint.report(src.path, line, "%s() has no comment before it"
                        % m[1])


def has_comment(src, line):
    """True if a comment stands in or right before the group of lines that this
    one is in, or before the type that is defined right before the group."""
    code = src.code.split("\n")

    def is_comment(i):
        return src.lines[i].rstrip().endswith("*/") and not code[i].strip()

    i = line - 2
    while i >= 0 and src.lines[i].strip():
        if is_comment(i):
            return True
        i -= 1
    while i >= 0 and (not src.lines[i].strip()
                      or src.lines[i].startswith("#define")):
        i -= 1
    if i < 0 or not code[i].startswith("};"):
        return False
    while i >= 0 and not re.match(r"(struct|enum|union)\b", code[i]):
        i -= 1
    return i > 0 and is_comment(i - 1)


# --- the whole tree

def check_names(lint, sources):
    """x.c and x.h are a pair; nobody else is called x."""
    seen = {}
    for src in sources:
        if not src.is_ours:
            continue
        name = os.path.basename(src.path)
        stem = os.path.splitext(src.path)[0]
        if name in seen:
            lint.report(src.path, 1, "another file is called %s: %s"
                        % (name, seen[name]))
        for other in (".c", ".h"):
            pair = seen.get(os.path.splitext(name)[0] + other)
            if pair and pair != src.path \
                    and os.path.splitext(pair)[0] != stem \
                    and name not in seen:
                lint.report(src.path, 1, "%s has the same base name" % pair)
        seen[name] = src.path


def check_listed(lint, src):
    """Every .c is named in the CMakeLists.txt of its layer."""
    if not src.path.endswith(".c") or not src.is_ours:
        return
    folder = os.path.dirname(src.path)
    while folder:
        listing = os.path.join(lint.root, folder, "CMakeLists.txt")
        if os.path.exists(listing):
            with open(listing, encoding="utf-8") as f:
                text = re.sub(r"#.*", "", f.read())
            name = os.path.relpath(src.path, folder)
            names = [name, name[:-2]] if "}.c" in text else [name]
            if any(re.search(r"(?<![\w./-])%s(?![\w.-])" % re.escape(n), text)
                   for n in names):
                return
        folder = os.path.dirname(folder)
    lint.report(src.path, 1, "is in no CMakeLists.txt")


def check_decisions(lint):
    """Decisions are numbered from 1, each number once, in name and title."""
    folder = os.path.join(lint.root, "docs/decisions")
    for i, name in enumerate(sorted(os.listdir(folder)), 1):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            title = f.readline()
        if not name.startswith("%03d-" % i) or \
                not title.startswith("# %03d. " % i):
            lint.report("docs/decisions/" + name, 1,
                        "is not decision %d by name and title" % i)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../..")
    root = os.path.normpath(root)
    lint = Lint(root)
    sources = [Source(root, p) for p in list_files(root)
               if p.endswith((".c", ".h"))]
    failed = 0
    for src in sources:
        good = True
        for function in (check_includes, check_own_header, check_conditions,
                         check_banned, check_comments, check_size,
                         check_prototypes, check_listed):
            good &= lint.check(function, lint, src)
        failed += not good
    tree_failed = (not lint.check(check_names, lint, sources)) + \
        (not lint.check(check_decisions, lint))
    print("%d passed, %d failed" % (len(sources) + 2 - failed - tree_failed,
                                    failed + tree_failed))
    sys.exit(1 if lint.problems or not sources else 0)


main()
