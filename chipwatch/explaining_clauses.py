"""Why clauses were found, as text for a terminal: `chipwatch extract --explain`. What there is to tell is in `nlp/explaining.py`; nothing is told by colour.

Each finding has the same four sections, so that a reader finds the rule, the scope, the weights and the cues at a glance, whatever the finding.
"""

from __future__ import annotations

from typing import Any

from chipwatch.answers import terminal_columns
from chipwatch.terminal import counted, hanging, printable
from dataset.wording import readable

MARGIN = 13                                                    # columns of the titles
WHERE = {"own": "", "intro": " in the introduction", "items": " in the list it opens", "head": " in a heading", "near": " in a neighbouring sentence"}
SOURCES = {"rule": "fixed by the rule", "usual": "usual for the rule; no cue says more", "cues": "by cues", "fallback": "fallback; no cue says more",
           "weighed": "by the decision layer, as labelled clauses of such words have it", "mode": "follows from the mode", "label": "what the provider does, by the label"}
LEGEND = (("rule", "which rule fired, and the group of cues and the words that met each of its terms"),
          ("scope", "for which places it counts; what it does, in which mode, to whom, and the cue that settled it"),
          ("weights", "features of the decision layer, each with what it adds to the log-odds that the sentence states a rule of the label; "
                      "word: of the sentence; i: introduction, h: heading; G:, I:, H: a group of cues in sentence, introduction, headings"),
          ("cues", "what else in the sentence is a cue, with its groups; neither rule nor scope rests on these"))


def explanations_text(told: dict[str, Any]) -> str:
    """The object of `chipwatch.extracting.explain_bytes` in words, wrapped to the terminal; a line stays whole where the output goes to a file."""
    from nlp.explaining import STATUSES

    document, clauses, found = told["document"], told["clauses"], told["explanations"]
    lines: list[tuple[str, str]] = [("", f"{document['url'] or document['title'] or 'document'}: {document['kind']}, language {document['language'] or 'unknown'}, "
                                         f"{counted(len(clauses), 'clause')}, {counted(sum(e['status'] == 'given up' for e in found), 'finding')} given up by the decision layer")]
    lines += [("", f"{issue['level']}: {issue['code']}: {issue['text']}") for issue in told["issues"]]
    if found:
        lines += [("", ""), ("", "How to read it:"), *((title.upper(), words) for title, words in LEGEND if title != "weights" or any(e["weighing"] for e in found))]
    for number, clause in enumerate(clauses):
        mine = [e for e in found if e["clause"] == number]
        values = " · ".join(str(v) for v in (clause["polarity"], clause["mode"], clause["actor"] or "actor unknown"))
        lines += [("", ""), ("", f"[{number}] {clause['label']} · {values} · confidence {clause['confidence']:.2f} · at {clause['start']}-{clause['end']}")]
        lines += [("quote", f"“{readable(clause['quote'])}”")]
        for n, explanation in enumerate(mine):
            if len(mine) > 1:
                lines += [("", f"    part {n + 1} of {len(mine)}, at {explanation['start']}-{explanation['end']}")]
            lines += _explanation_lines(explanation)
    for status in ("given up", "overlapped", "not of this kind"):
        rows = [e for e in found if e["status"] == status]
        if rows:
            lines += [("", ""), ("", f"{STATUSES[status][0].upper()}{STATUSES[status][1:]}: {len(rows)}")]
        for explanation in rows:
            lines += [("", ""), ("", f"[-] {explanation['label']} · {status} · at {explanation['start']}-{explanation['end']}"), ("quote", f"“{readable(explanation['quote'])}”")]
            lines += _explanation_lines(explanation)
    columns = terminal_columns()
    return "\n".join(line for title, text in lines for line in hanging(f"    {title:<{MARGIN}}" if title else text[:len(text) - len(text.lstrip())], printable(text), columns))


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}"                     # no "-0.00"


def _explanation_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    """(title, text) of each line of one explanation: where it stands, then RULE, SCOPE, WEIGHTS and CUES."""
    lines = [("under", " > ".join(map(readable, e["headings"])))] if e["headings"] else []
    lines += [("goes on", f"“{readable(text)}”") for text in e["introduction"]]
    return lines + _rule_lines(e) + _scope_lines(e) + _weighing_lines(e) + _cue_lines(e)


def _rule_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    also = f"; {', '.join(e['also_held'])} held too" if e["also_held"] else ""
    added = "; no rule fired: the decision layer made this finding" if e["by"] == "model" else ""
    return [("RULE", f"{e['rule']}{also}{added}"), *((f"  term {n}", "; ".join(map(_met, term)) or "met by nothing here") for n, term in enumerate(e["terms"], 1))]


def _cue_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    """The cues that the lines of the rule and the scope do not name, by their words."""
    used = [*(met for term in e["terms"] for met in term), *(met for name in ("polarity", "mode", "actor") for met in e[name]["by"]), *(e["exception_by"] or ())]
    named = {(words, met["group"]) for met in used for words in met["words"]}
    groups: dict[str, list[str]] = {}
    for cue in e["cues"]:
        rest = [group for group in cue["groups"] if (cue["words"], group) not in named]
        if rest:
            groups[cue["words"]] = list(dict.fromkeys([*groups.get(cue["words"], []), *rest]))
    told = "; ".join(f"“{words}” {', '.join(names)}" for words, names in groups.items())
    return [("CUES", f"{len(groups):,} more: {told}" if groups else "none beside those above" if e["cues"] else "none in the sentence")]


def _scope_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    counts = list(dict.fromkeys([*(p["code"] for p in e["places"] if p["counted"]), *e["place_groups"]]))
    lines = [("SCOPE", f"counts for {', '.join(counts)}" if counts else "no place counted")]
    lines += [(f"  {name}", _decided(e[name])) for name in ("polarity", "mode", "actor")]
    lines += [("  exception", "none; no cue of one" if e["exception"] is None else f"“{readable(e['exception'])}”, by cue: {'; '.join(map(_met, e['exception_by']))}")]
    for inside, title in ((True, "  places"), (False, "  left out")):
        rows = [p for p in e["places"] if p["counted"] == inside]
        lines += [(title, "; ".join(f"{p['code']}{' “' + p['words'] + '”' if p['words'] else ''} ({p['why']})" for p in rows))] if rows else []
    lines += [("  groups", f"{', '.join(e['place_groups'])} (cited)")] if e["place_groups"] else []
    lines += [("  limited to", readable(e["scope"]))] if e["scope"] else []
    return lines


def _met(met: dict[str, Any]) -> str:
    words = f" “{'”, “'.join(met['words'])}”" if met["words"] else ""
    return f"{met['group']}{WHERE[met['context']]}{words}"


def _decided(decided: dict[str, Any]) -> str:
    by = f": {'; '.join(map(_met, decided['by']))}" if decided["by"] else ""
    return f"{decided['value'] or 'unknown'} ({SOURCES[decided['source']]}{by})"


def _weighing_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    """The features, weightiest first, one a line; then how their sum became the confidence."""
    bounds = [f"{name} {value:g}" for name, value in e["bounds"].items()]
    weighing = e["weighing"]
    if weighing is None:
        return [("WEIGHTS", "none for this label: the rule decides alone"), ("  confidence", f"{e['confidence']:.2f} = {' x '.join(bounds)}" if bounds else f"{e['confidence']:.2f}")]
    rows = [*weighing["features"], *([(counted(weighing["others"], "other"), weighing["others_sum"])] if weighing["others"] else [])]
    lines = [("WEIGHTS", f"sum {_signed(weighing['log_odds'])}, probability {weighing['probability']:.2f}"), *((f"  {_signed(value):>8}", name) for name, value in rows)]
    trust = "" if e["by"] == "model" else f", with trust in {e['rule']} {_signed(weighing['trust'])}"
    beside = f" and {weighing['others_beside']} more of the label under the same heading {_signed(weighing['company'])}" if e["by"] != "model" and weighing["company"] else ""
    lines += [("  calibrated", f"{weighing['confidence']:.2f}{trust}{beside}")]
    if e["by"] == "model":
        lines += [("  made", f"from probability {weighing['threshold']:.2f} on")]
    else:
        lines += [("  given up", f"below {weighing['threshold']:.2f}" if weighing["threshold"] or e["status"] == "given up" else "never")]
    lines += [("  at least", f"{weighing['floor']:.2f}: words of a firm rule mean nothing else")] if weighing["floor"] else []
    lines += [("  at most", ", ".join(bounds))] if bounds else []
    return lines if e["status"] == "given up" else [*lines, ("  confidence", f"{e['confidence']:.2f}")]
