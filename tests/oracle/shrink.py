"""Making a failing case small: fewer files, a shorter query, less text.

An index whose files are younger than two seconds answers from the files and not
from itself, so candidates are written in batches, with one pause per batch.
"""

import re
import time

import grammar
import pcre
from grammar import And, Near, Not, NotNear, Operand, Or, Pattern

SETTLE_SECONDS = 2.5
ROUNDS = 8


def shrink_list(items, fails_batch, rounds=ROUNDS):
    """A short sublist of ITEMS that still fails.  FAILS_BATCH takes several
    candidate lists and returns the indexes of those that fail."""
    pieces = 4
    for _ in range(rounds):
        if len(items) < 2:
            break
        size = max(1, len(items) // pieces)
        chunks = [(at, min(at + size, len(items))) for at in range(0, len(items), size)][:16]
        candidates = [items[a:b] for a, b in chunks] + [items[:a] + items[b:] for a, b in chunks]
        candidates = [c for c in candidates if len(c) < len(items)]
        failing = fails_batch(candidates)
        if failing:
            items = min((candidates[i] for i in failing), key=len)
            pieces = 4
        elif size == 1:
            break
        else:
            pieces *= 4
    return items


def shrink_query(query, fails, grep=(), deadline_seconds=60):
    """A smaller query that still fails; FAILS takes a query string."""
    deadline = time.monotonic() + deadline_seconds
    best = query
    again = True
    while again and time.monotonic() < deadline:
        again = False
        smaller_ones = shorter_regexes(best, "") if grep else \
            map(grammar.unparse, smaller_trees(grammar.parse(best)))
        for smaller in sorted(smaller_ones, key=len):
            if len(smaller) < len(best) + 2 and smaller != best and fails(smaller):
                best, again = smaller, True
                break
    return best


def shorter_regexes(text, flags):
    """Every regex that is TEXT without one to eight of its characters in a row."""
    for size in (8, 4, 3, 2, 1):
        for at in range(len(text) - size + 1):
            shorter = text[:at] + text[at + size:]
            if shorter and pcre.is_valid(shorter, flags):
                yield shorter


def smaller_trees(node):
    """Every tree that is NODE with one part left out or one level removed."""
    if isinstance(node, Not):
        yield node.child
        for child in smaller_trees(node.child):
            yield Not(child)
    elif isinstance(node, (And, Or, Near, NotNear)):
        yield from node.children
        for i, child in enumerate(node.children):
            if len(node.children) > 2:
                yield _with(node, node.children[:i] + node.children[i + 1:])
            for smaller in smaller_trees(child):
                if not isinstance(node, (Near, NotNear)) or not isinstance(smaller, (And, Not)):
                    yield _with(node, node.children[:i] + (smaller,) + node.children[i + 1:])
    elif isinstance(node, Pattern) and node.flags is not None:
        for text in shorter_regexes(node.text, node.flags):
            if not text.startswith("/") and not text.endswith("\\"):
                escaped = re.sub(r"(\\.)|/", lambda m: m[1] or "\\/", text, flags=re.DOTALL)
                yield Pattern(f"/{escaped}/{node.flags}", text, node.flags)
    elif isinstance(node, Operand) and len(node.pieces) > 1:
        for piece in node.pieces:
            yield _single(piece)
        for pieces in (node.pieces[1:], node.pieces[:-1]):
            if len(pieces) > 1 and not any(p.prefix for p in pieces):
                text = " ".join(p.raw for p in pieces)
                yield Operand(f'"{text}"', pieces)


def _single(piece):
    if piece.prefix:
        return Operand(piece.raw + "*", (piece,))
    return Operand(f'"{piece.raw}"', (piece,))


def _with(node, children):
    if isinstance(node, Near):
        return Near(children, node.distance, node.ordered, node.lines)
    if isinstance(node, NotNear):
        return NotNear(children, node.distance, node.lines)
    return type(node)(children)
