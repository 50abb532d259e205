"""The query language, sections 2, 3 and 8 of docs/query-language.md, as far as
this evaluator goes: words, phrases, globs, fuzzy words, parts, settings, AND OR NOT, NEAR, BEFORE, NOT NEAR.

parse() gives a tree of the classes below.  QueryError means that the contract
calls the query an error; Unsupported means that the contract knows the form and
this evaluator does not yet.  To add an operand, give it a class beside Operand
with an occurrences() in evaluator.py, and a branch in _bare().
"""

import dataclasses
import re
from dataclasses import dataclass

import filters
import pcre
import words

FIELDS = ("path", "file", "ext", "lang", "size", "modified", "part", "lit",
          "case", "accents")
SETTINGS = {"case": {"no": "i", "yes": "s", "auto": "S"}, "accents": {"no": True}}
DEFAULT_DISTANCE = 10
# What stands after a backslash in a regex: its letters are no upper case.
_ESCAPE = re.compile(r"\\(?:[pPxogkN]\{[^}]*\}|[pP].|x[0-9A-Fa-f]{0,2}|c.|.)", re.DOTALL)


class QueryError(Exception):
    """The query is wrong; `at` counts characters, not bytes."""

    def __init__(self, message, at):
        super().__init__(f"{message} (at {at})")
        self.at = at


class Unsupported(Exception):
    """Legal, but not of this release."""


# --- The tree ----------------------------------------------------------------

@dataclass(frozen=True)
class Piece:
    """One word of an operand; a prefix if it was written with `*` after it; another
    glob if there are wildcards elsewhere: then GLOB has its literals and them."""
    raw: str
    prefix: bool = False
    glob: tuple = ()


@dataclass(frozen=True)
class Operand:
    """A word, a glob, or a phrase of those; a word with typing mistakes if EDITS;
    a part of a word if PART.  `raw` is as it was written.  NO_MARKS and CASE are
    what settings of the query say ('i', 's', 'S' or None)."""
    raw: str
    pieces: tuple
    edits: int = 0
    part: bool = False
    no_marks: bool = False
    case: str | None = None

    def has_upper(self):
        """Whether smart case makes it sensitive: upper case is Lu."""
        return any(words.category(ord(c)) == "Lu" for c in self.raw)


@dataclass(frozen=True)
class Pattern:
    """A regex with its flags, or lit:, which has None for them."""
    raw: str
    text: str
    flags: object = None
    no_marks: bool = False         # of no meaning
    case: object = None            # as an Operand's
    smart: object = None           # the text in which upper case counts, if another

    def has_upper(self):
        text = self.text if self.smart is None else self.smart
        if self.flags is not None:
            text = _ESCAPE.sub("", text)
        return any(words.category(ord(c)) == "Lu" for c in text)


@dataclass(frozen=True)
class Filter:
    """A condition on the file; `regex` has the flags of a value in slashes."""
    raw: str
    field: str
    value: str
    regex: object = None


@dataclass(frozen=True)
class Not:
    child: object


@dataclass(frozen=True)
class And:
    children: tuple


@dataclass(frozen=True)
class Or:
    children: tuple


@dataclass(frozen=True)
class Near:
    """NEAR, or BEFORE if `ordered`; `lines` makes the distance one of lines."""
    children: tuple
    distance: int
    ordered: bool = False
    lines: bool = False


@dataclass(frozen=True)
class NotNear:
    """The first child where the second is not near; two children."""
    children: tuple
    distance: int
    lines: bool = False


# --- Tokens ------------------------------------------------------------------

@dataclass(frozen=True)
class Token:
    kind: str      # ( ) - and or not near operand setting end
    at: int
    value: object = None


def _is_space(c):
    """Unicode's White_Space."""
    return c in "\t\n\v\f\r\x85" or words.category(ord(c))[0] == "Z"


def tokenize(query):
    tokens, i = [], 0
    while i < len(query):
        c = query[i]
        if _is_space(c):
            i += 1
        elif c in "()":
            tokens.append(Token(c, i))
            i += 1
        elif c == '"':
            operand, after = _quoted(query, i)
            tokens.append(Token("operand", i, operand))
            i = after
        elif c == "-":
            _check_minus(query, i)
            tokens.append(Token("-", i))
            i += 1
        elif _LITERAL.match(query, i) or _regex_at(query, i):
            operand, after = _pattern(query, i)
            tokens.append(Token("operand", i, operand))
            i = after
        elif _FILTER.match(query, i):
            operand, after = _filter(query, i)
            tokens.append(Token("operand", i, operand))
            i = after
        else:
            after = i
            while after < len(query) and not (_is_space(query[after])
                                              or query[after] in '()"'):
                after += 1
            if query[i:after] == "part:" and query[after:after + 1] == '"':
                text, after = _quoted(query, after)
                tokens.append(Token("operand", i, _part(query[i:after], text.pieces, text.raw[1:-1], i)))
                i = after
                continue
            tokens.append(_bare(query[i:after], i))
            i = after
    tokens.append(Token("end", len(query)))
    return tokens


def _quoted(query, at):
    """The phrase that begins at the quote AT, and where it ends."""
    text, end = _unquote(query, at)
    if query[end:end + 1] in ("~", "*", "?"):
        raise QueryError("a wildcard after a quoted operand", end)
    pieces = tuple(Piece(w.raw) for w in words.split_words(_encode(text)))
    if not pieces:
        raise QueryError("no word in quotes", at)
    return Operand(query[at:end], pieces), end


def _unquote(query, at):
    """The text in the quotes that begin AT, and where they end."""
    text, i = "", at + 1
    while i < len(query) and query[i] != '"':
        if query[i] == "\\" and query[i + 1:i + 2] in ('"', "\\"):
            i += 1
        text += query[i]
        i += 1
    if i >= len(query):
        raise QueryError("unbalanced quote", at)
    return text, i + 1


_FILTER = re.compile("(path|file|ext|lang|size|modified):")


def _filter(query, at):
    """The filter AT a field's name, and where it ends."""
    match = _FILTER.match(query, at)
    field, start = match[1], match.end()
    regex = None
    pattern = _regex_at(query, start)
    if field in ("path", "file") and pattern:
        value, regex, end = pattern[1].replace("\\/", "/"), pattern[2], pattern.end()
    elif query[start:start + 1] == '"':
        value, end = _unquote(query, start)
    else:
        end = start
        while end < len(query) and not (_is_space(query[end]) or query[end] in '()"'):
            end += 1
        value = query[start:end]
    try:
        filters.check(field, value, regex)
    except filters.BadValue as e:
        raise QueryError(f"a value that {field}: does not take: {e}", start)
    return Filter(query[at:end], field, value, regex), end


def _check_minus(query, at):
    after = query[at + 1:at + 2]
    if not after or not (after in '"(/*?' or words.is_word_char(ord(after))):
        raise QueryError("'-' is not before an operand", at)


_LITERAL = re.compile("lit:")


def _regex_at(query, at):
    """A slash opens a regex if the next unescaped one ends its operand."""
    match = re.compile(r"/((?:[^/\\]|\\.)*)/([im]*)", re.DOTALL).match(query, at)
    if match and match.end() < len(query):
        after = query[match.end()]
        if not (_is_space(after) or after in '()"'):
            return None
    return match


def _pattern(query, at):
    """The regex or lit: AT, and where it ends."""
    regex = _regex_at(query, at)
    if regex:
        if not regex[1] or not pcre.is_valid(regex[1], regex[2]):
            raise QueryError("a bad regex", at)
        return Pattern(regex[0], regex[1].replace("\\/", "/"), regex[2]), regex.end()
    start = at + len("lit:")
    if query[start:start + 1] == '"':
        text, end = _unquote(query, start)
    else:
        end = start
        while end < len(query) and not (_is_space(query[end]) or query[end] in '()"'):
            end += 1
        text = query[start:end]
    if not text:
        raise QueryError("an empty lit:", at)
    return Pattern(query[at:end], text), end


def _bare(text, at):
    """The token of a bare run of characters: an operator or an operand."""
    if text in ("AND", "OR", "NOT"):
        return Token(text.lower(), at)
    operator = re.fullmatch(r"(NEAR|BEFORE|ADJ|PRE)(?:(/)(.*))?", text, re.DOTALL)
    if operator:
        return Token("near", at, _distance(operator, at))
    field = re.match(r"([a-z]+):", text)
    if field and field[1] in SETTINGS:
        if text[field.end():] not in SETTINGS[field[1]]:
            raise QueryError("a bad setting", at)
        return Token("setting", at, (field[1], SETTINGS[field[1]][text[field.end():]]))
    if field and field[1] == "part":
        return Token("operand", at, _part(text, _pieces(text[5:]), text[5:], at))
    if field and field[1] in FIELDS:
        raise Unsupported(f"field {field[1]}")
    fuzzy = re.fullmatch(r"(.+)~([0-9]*)", text, re.DOTALL)
    if fuzzy:
        return Token("operand", at, _fuzzy(text, fuzzy[1], fuzzy[2], at))
    pieces = _pieces(text)
    if not pieces:
        raise QueryError("no word in operand; use lit:", at)
    return Token("operand", at, Operand(text, pieces))


def _check_plain(pieces, text, at):
    """One word, and but ignorable characters around it."""
    if len(pieces) != 1 or pieces[0].prefix or pieces[0].glob or not all(
            words.is_word_char(ord(c)) or words.is_ignorable(ord(c)) for c in text):
        raise QueryError("not one plain word", at)


def _part(raw, pieces, text, at):
    _check_plain(pieces, text, at)
    return Operand(raw, pieces, part=True)


def _fuzzy(raw, text, edits, at):
    edits = int(edits or "1")
    if edits > 3:
        raise QueryError("too many edits", at)
    pieces = _pieces(text)
    _check_plain(pieces, text, at)
    return Operand(raw, pieces, edits=edits)


def _distance(operator, at):
    """(ordered, n, lines) of NEAR and its kin."""
    ordered = operator[1] != "NEAR"
    if not operator[2]:
        return ordered, DEFAULT_DISTANCE, False
    number = re.fullmatch(r"([0-9]+)(l?)", operator[3])
    if not number:
        raise QueryError("a bad distance", at)
    distance, lines = int(number[1]), number[2] == "l"
    if distance == 0 and not lines:
        raise QueryError("a distance of 0", at)
    return ordered, distance, lines


def _pieces(text):
    """The words and prefixes of a bare operand, as a phrase."""
    pieces = []
    run = ""
    for c in text + " ":
        if c in "*?" or words.is_word_char(ord(c)) or words.is_ignorable(ord(c)):
            run += c
            continue
        pieces += _pieces_of_run(run)
        run = ""
    return tuple(pieces)


def _pieces_of_run(run):
    """RUN holds word characters and wildcards and nothing else."""
    found = words.split_words(_encode(re.sub(r"[*?]", "", run)))
    if not found:
        return []                            # wildcards alone are punctuation
    if found[0].unspaced:
        run = run.lstrip("*")                # adds nothing at either end
    starred = run.endswith("*")
    if "*" in run.rstrip("*") or "?" in run:
        if len(found) > 1 or found[0].unspaced:
            raise Unsupported("glob beside a script without spaces")
        return [Piece(run, glob=tuple(re.findall(r"[*?]|[^*?]+", run)))]
    pieces = [Piece(w.raw) for w in found]
    if starred and not found[-1].unspaced:
        pieces[-1] = Piece(found[-1].raw, prefix=True)
    return pieces


def _encode(text):
    return text.encode("utf-8", "surrogateescape")


# --- The parser, one method per level of binding -------------------------------

def parse(query):
    return _Parser(query).parse()


class _Parser:
    def __init__(self, query):
        self.tokens = tokenize(query)
        self.next = 0
        self.settings = {}

    def peek(self, ahead=0):
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def take(self):
        token = self.peek()
        self.next += 1
        return token

    def parse(self):
        tree = self.or_()
        if self.peek().kind != "end":
            raise QueryError(f"unexpected '{self.peek().kind}'", self.peek().at)
        return _with_settings(tree, self.settings)

    def or_(self):
        children = [self.and_()]
        while self.peek().kind == "or":
            self.take()
            children.append(self.and_())
        return Or(tuple(children)) if len(children) > 1 else children[0]

    def and_(self):
        self.take_settings()
        children = [self.not_()]
        while True:
            self.take_settings()
            token = self.peek()
            if token.kind == "and":
                self.take()
            elif token.kind not in ("operand", "(", "-", "not"):
                break
            children.append(self.not_())
        return And(tuple(children)) if len(children) > 1 else children[0]

    def take_settings(self):
        """Those that stand where an operand of AND may, side by side with it."""
        while self.peek().kind == "setting":
            token = self.take()
            name, value = token.value
            if self.settings.setdefault(name, value) != value:
                raise QueryError("two values of a setting", token.at)

    def not_(self):
        if self.peek().kind == "not":
            self.take()
            return Not(self.not_())
        return self.near()

    def near(self):
        at = self.peek().at
        children = [self.unary()]
        operator = None
        while self.peek().kind == "near" or self.at_not_near():
            negated = self.peek().kind == "not"
            if negated:
                self.take()
            token = self.take()
            if operator not in (None, (negated, token.value)):
                raise QueryError("mixed NEAR operators", token.at)
            operator = negated, token.value
            children.append(self.unary())
        if operator is None:
            return children[0]
        for child in children:
            _check_near_operand(child, at)
        negated, (ordered, distance, lines) = operator
        if not negated:
            return Near(tuple(children), distance, ordered, lines)
        tree = children[0]
        for child in children[1:]:               # groups from the left
            tree = NotNear((tree, child), distance, lines)
        return tree

    def at_not_near(self):
        ahead = self.peek(1)
        return self.peek().kind == "not" and ahead.kind == "near" and not ahead.value[0]

    def unary(self):
        if self.peek().kind == "-":
            self.take()
            return Not(self.primary())
        return self.primary()

    def primary(self):
        token = self.take()
        if token.kind == "operand":
            return token.value
        if token.kind == "(":
            tree = self.or_()
            if self.take().kind != ")":
                raise QueryError("unbalanced parenthesis", token.at)
            return tree
        raise QueryError(f"an operand is missing before '{token.kind}'", token.at)


def _check_near_operand(node, at):
    if isinstance(node, (And, Not, Filter)):
        raise QueryError("AND, NOT or a filter inside NEAR", at)
    if isinstance(node, Or):
        for child in node.children:
            _check_near_operand(child, at)


def _with_settings(node, settings):
    if isinstance(node, (Operand, Pattern)):
        return dataclasses.replace(node, no_marks=settings.get("accents", False), case=settings.get("case"))
    if isinstance(node, Filter):
        return node
    if isinstance(node, Not):
        return Not(_with_settings(node.child, settings))
    return dataclasses.replace(node, children=tuple(_with_settings(c, settings) for c in node.children))


# --- Printing, for the shrinker ------------------------------------------------

def _operands(node):
    if isinstance(node, (Operand, Pattern)):
        return [node]
    if isinstance(node, Filter):
        return []
    children = [node.child] if isinstance(node, Not) else node.children
    return [operand for child in children for operand in _operands(child)]


def unparse(node):
    """A query with the same meaning, every inner expression in parentheses."""
    first = ([*_operands(node), None])[0]
    settings = ""
    if first:
        settings = "accents:no " * first.no_marks
    if first and first.case:
        settings += f"case:{ {value: name for name, value in SETTINGS['case'].items()}[first.case]} "
    text = _unparse(node)
    return settings + (f"({text})" if settings and not isinstance(node, (Operand, Pattern)) else text)


def _unparse(node):
    if isinstance(node, (Operand, Pattern, Filter)):
        return node.raw
    if isinstance(node, Not):
        return "NOT " + _inner(node.child)
    if isinstance(node, (Near, NotNear)):
        name = "NOT NEAR" if isinstance(node, NotNear) else "BEFORE" if node.ordered else "NEAR"
        word = f" {name}/{node.distance}{'l' if node.lines else ''} "
        return word.join(map(_inner, node.children))
    word = " AND " if isinstance(node, And) else " OR "
    return word.join(map(_inner, node.children))


def _inner(node):
    return node.raw if isinstance(node, (Operand, Pattern, Filter)) else f"({_unparse(node)})"
