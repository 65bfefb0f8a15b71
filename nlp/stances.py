"""What the opening of a list says of its items: that they are forbidden, that they are allowed, or neither.

A policy mostly forbids once, in the sentence that opens a list ("Customer shall refrain from:") or in the heading above it ("Prohibited uses"), and its items name the act alone ("resell the Services"). So the groups
of an opening go down to its items (`Rule`, contexts `intro` and `list`), and here is settled what they then say: `forbids_list` in an opening counts as `prohibit`; `allows_list` ("the following is not prohibited:"), a
permission ("Customer may:") or an exception that opens a list inside a list ("except where:") takes a ban away, that of the list around too.
"""

from __future__ import annotations

import functools
from operator import itemgetter

from nlp.cue_search import Matches
from nlp.cuebook import Cuebook

BANS = ("prohibit", "forbids_list", "limits", "denies")        # what an allowing word takes away
TELLS = ("permit", "right", "represent", "duty", "licence_grant")            # a sentence that opens with one says itself what it does, whatever the heading is
SPEAKS = ("permit", "right", "represent", "duty", "comply", "suspend", "supported_place", "served_to")   # a sentence or heading that holds one says more than the name of a list
AT_END = 120                                                   # characters up to the end of a sentence in which it says what the list below is
_TRAILING = " \n_*.…"                                            # what may stand around the words of a heading
AT_FRONT = 25                                                  # characters from its beginning, or from its end, within which a word opens an item, or what stands below it


class Stances:
    """Reads openings with one cuebook; sets of groups are integers, a bit each."""

    def __init__(self, book: Cuebook) -> None:
        self.book = book
        self.forbids, self.allows = book.bit("forbids_list"), book.bit("allows_list")
        self.prohibit, self.permit, self.exception, self.negation = book.bit("prohibit"), book.bit("permit"), book.bit("exception"), book.bit("negation")
        self.measures, self.breach = book.bit("measures"), book.bit("breach") | book.bit("policy_breach")
        self.customer, self.duty, self.negations = book.bit("customer"), book.bit("duty"), book.bit("negation") | book.bit("item_not")
        self.bans, self.speaks, self.tells = (functools.reduce(int.__or__, map(book.bit, names)) for names in (BANS, SPEAKS, TELLS))
        self.states = self.speaks | self.bans | self.allows

    def opening(self, own: int, rows: Matches, end: int, outer: int, *, item: bool) -> int:
        """The groups that a list inherits from the sentence that opens it: `own`, with the matches `rows`, up to `end`; it stands below `outer` itself, `item`: as an item of a list.

        What a long sentence says of the list below stands at its end; of a ban and a permission the later one holds.
        """
        if own & self.measures and own & self.breach and not own & self.prohibit and any(end - b <= AT_END for _, b in self.book.spans(rows, self.measures)):
            return (own | outer) & ~self.bans                  # "Where this policy is breached, we may take the following measures:"
        if not own & (self.forbids | self.allows):
            words = own & (self.permit | (self.exception if item else 0))
            if not words or own & self.prohibit:
                return own | outer
            allows = own & self.permit and not outer & self.bans or any(end - b <= AT_FRONT for _, b in self.book.spans(rows, words))
            return (own | outer) & ~self.bans | self.permit if allows else own | outer
        reach = AT_FRONT if outer & self.bans else AT_END      # what is forbidden may well speak of what "users are allowed to" do
        allowing = [(a, b) for a, b in self.book.spans(rows, self.allows) if end - b <= reach]
        forbidding = [(a, b) for a, b in self.book.spans(rows, self.forbids) if end - b <= AT_END] + self.book.spans(rows, self.prohibit)
        last = max((b for a, b in forbidding if not any(a < d and c < b for c, d in allowing)), default=-1)
        if allowing and max(allowing, key=itemgetter(1))[1] > last:
            return (own | outer) & ~self.bans | self.permit
        if last < 0:
            return (own & ~self.allows) | outer
        return own | outer | self.prohibit

    def said_by(self, group: str, context: str) -> int:
        """The further groups whose words in the opening of a list count as those of `group`."""
        return {"prohibit": self.forbids, "permit": self.allows}.get(group, 0) if context == "intro" else 0

    def names_a_ban(self, heading: int) -> bool:
        """Whether a heading with these groups is the name of what is forbidden: "Prohibited uses"; not "Exceptions to prohibited uses"."""
        return bool(heading & self.forbids and not heading & self.allows)

    def breaks_off(self, heading: int, rows: Matches, text: str) -> bool:
        """Whether a heading is the beginning of a ban, with its subject or without: "Do not", "You must not"; not "Resale is not permitted", which says a whole thing."""
        end = len(text.rstrip(_TRAILING))
        if not heading & self.prohibit or end > 2 * AT_FRONT:
            return False
        start = min((a for a, b in self.book.spans(rows, self.prohibit) if b == end), default=-1)
        return start >= 0 and (not text[:start].strip(_TRAILING) or any(a < start for a, _ in self.book.spans(rows, self.customer)))

    def passes(self, heading: int) -> bool:
        """Whether a heading leaves open what the one above it says: "Security" below "Prohibited uses" does, "What we may do" does not."""
        return not heading & self.states

    def for_item(self, own: int, rows: Matches, start: int, intro: int, *, heading: bool) -> int:
        """What remains of the groups `intro` of an opening, a heading or not, for an item with these groups and matches that begins at `start`."""
        if not intro & self.bans:
            if intro & self.duty and intro & self.customer and not intro & (self.permit | self.allows) and any(begin - start <= 2 for begin, _ in self.book.spans(rows, own & self.negations)):
                return intro | self.prohibit                   # "The customer must: … not be …": opening and item forbid together
            return intro
        turns = self.allows
        if not own & (self.prohibit | self.negation):
            turns |= self.tells if heading else self.permit    # "except that a partner may resell": an exception among what is forbidden
        return intro & ~self.bans if own & turns and any(begin - start <= AT_FRONT for begin, _ in self.book.spans(rows, turns)) else intro

    def allowed(self, own: int, intro: int) -> bool:
        """Whether an item is what its opening allows, with no word of its own that says otherwise."""
        return bool(intro & self.permit and not (intro | own) & self.bans and not own & (self.speaks & ~self.permit | self.exception | self.negation))
