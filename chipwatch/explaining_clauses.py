"""Why clauses were found, as text for a terminal: `chipwatch extract --explain`. What there is to tell is in `nlp/explaining.py`; nothing is told by colour."""

from __future__ import annotations

from typing import Any

from chipwatch.answers import terminal_columns
from chipwatch.terminal import hanging, printable

MARGIN = 12                                                    # columns of the titles
WHERE = {"own": "", "intro": " in the introduction", "items": " in the list it opens", "head": " in a heading", "near": " in a neighbouring sentence"}
SOURCES = {"rule": "fixed by the rule", "usual": "usual for the rule; no cue says more", "cues": "by cues", "fallback": "fallback; no cue says more",
           "weighed": "by the decision layer, as labelled clauses of such words have it", "mode": "follows from the mode", "label": "what the provider does, by the label"}
FEATURES = "word: of the sentence; i: introduction, h: heading; G:, I:, H: a group of cues in sentence, introduction, headings"


def explanations_text(told: dict[str, Any]) -> str:
    """The object of `chipwatch.extracting.explain_bytes` in words, wrapped to the terminal; a line stays whole where the output goes to a file."""
    from nlp.explaining import STATUSES

    document, clauses, found = told["document"], told["clauses"], told["explanations"]
    lines: list[tuple[str, str]] = [("", f"{document['url'] or document['title'] or 'document'}: {document['kind']}, language {document['language'] or 'unknown'}, "
                                         f"{_count(len(clauses), 'clause')}, {_count(sum(e['status'] == 'given up' for e in found), 'finding')} given up by the decision layer")]
    lines += [("", f"{issue['level']}: {issue['code']}: {issue['text']}") for issue in told["issues"]]
    if any(e["weighing"] for e in found):
        lines += [("", f"Features: {FEATURES}. Each adds to the log-odds that the sentence states a rule of the label.")]
    for number, clause in enumerate(clauses):
        mine = [e for e in found if e["clause"] == number]
        values = " · ".join(str(v) for v in (clause["polarity"], clause["mode"], clause["actor"] or "actor unknown"))
        lines += [("", ""), ("", f"[{number}] {clause['label']} · {values} · confidence {clause['confidence']:.2f} · at {clause['start']}-{clause['end']}")]
        lines += [("quote", f"“{clause['quote']}”")]
        for n, explanation in enumerate(mine):
            if len(mine) > 1:
                lines += [("", f"    part {n + 1} of {len(mine)}, at {explanation['start']}-{explanation['end']}")]
            lines += _explanation_lines(explanation)
    for status in ("given up", "overlapped", "not of this kind"):
        rows = [e for e in found if e["status"] == status]
        if rows:
            lines += [("", ""), ("", f"{STATUSES[status][0].upper()}{STATUSES[status][1:]}: {len(rows)}")]
        for explanation in rows:
            lines += [("", ""), ("", f"[-] {explanation['label']} · {status} · at {explanation['start']}-{explanation['end']}"), ("quote", f"“{explanation['quote']}”")]
            lines += _explanation_lines(explanation)
    columns = terminal_columns()
    return "\n".join(line for title, text in lines for line in hanging(f"    {title:<{MARGIN}}" if title else text[:len(text) - len(text.lstrip())], printable(text), columns))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}"                     # no "-0.00"


def _explanation_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    """(title, text) of each line of one explanation."""
    lines = [("under", " > ".join(e["headings"]))] if e["headings"] else []
    lines += [("goes on", f"“{text}”") for text in e["introduction"]]
    also = f"; {', '.join(e['also_held'])} held too" if e["also_held"] else ""
    added = "; no rule fired: the decision layer made this finding" if e["by"] == "model" else ""
    lines += [("rule", f"{e['rule']}{also}{added}")]
    lines += [(f"  term {n}", "; ".join(map(_met, term)) or "met by nothing here") for n, term in enumerate(e["terms"], 1)]
    lines += [("cues", "; ".join(f"“{cue['words']}” {', '.join(cue['groups'])}" for cue in e["cues"]) or "none in the sentence")]
    lines += [(name, _decided(e[name])) for name in ("polarity", "mode", "actor")]
    if e["exception"] is not None:
        lines += [("exception", f"“{e['exception']}”, by cue: {'; '.join(map(_met, e['exception_by']))}")]
    lines += [("exception", "none; no cue of one")] if e["exception"] is None else []
    for counted, title in ((True, "places"), (False, "left out")):
        rows = [p for p in e["places"] if p["counted"] == counted]
        lines += [(title, "; ".join(f"{p['code']}{' “' + p['words'] + '”' if p['words'] else ''} ({p['why']})" for p in rows))] if rows else []
    lines += [("groups", f"{', '.join(e['place_groups'])} (cited)")] if e["place_groups"] else []
    lines += [("limited to", e["scope"])] if e["scope"] else []
    return lines + _weighing_lines(e)


def _met(met: dict[str, Any]) -> str:
    words = f" “{'”, “'.join(met['words'])}”" if met["words"] else ""
    return f"{met['group']}{WHERE[met['context']]}{words}"


def _decided(decided: dict[str, Any]) -> str:
    by = f": {'; '.join(map(_met, decided['by']))}" if decided["by"] else ""
    return f"{decided['value'] or 'unknown'} ({SOURCES[decided['source']]}{by})"


def _weighing_lines(e: dict[str, Any]) -> list[tuple[str, str]]:
    bounds = [f"{name} {value:g}" for name, value in e["bounds"].items()]
    weighing = e["weighing"]
    if weighing is None:
        return [("model", "no weights for this label: the rule decides alone"), ("confidence", f"{e['confidence']:.2f} = {' x '.join(bounds)}" if bounds else f"{e['confidence']:.2f}")]
    features = "; ".join(f"{_signed(value)} {name}" for name, value in weighing["features"])
    others = f"; {_signed(weighing['others_sum'])} {weighing['others']} others" if weighing["others"] else ""
    sure = f"probability {weighing['probability']:.2f} -> confidence {weighing['confidence']:.2f} (calibrated"
    if e["by"] == "model":
        ending = f"); made from probability {weighing['threshold']:.2f} on"
    else:
        beside = f", {weighing['others_beside']} more of the label under the same heading {_signed(weighing['company'])}" if weighing["company"] else ""
        ending = f", trust in {e['rule']} {_signed(weighing['trust'])}{beside})" + (f"; given up below {weighing['threshold']:.2f}" if weighing["threshold"] or e["status"] == "given up" else "; never given up")
    bounded = f"; at most {', '.join(bounds)}" if bounds else ""
    told = "" if e["status"] == "given up" else f" -> {e['confidence']:.2f}"
    return [("model", f"{features}{others}; sum {_signed(weighing['log_odds'])}"), ("confidence", f"{sure}{ending}{bounded}{told}")]
