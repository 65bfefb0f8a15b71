"""What the documentation of an interface says of a price field holds for the sample answers on its page."""

from __future__ import annotations

import json

import pytest

from nlp.extract import extract

ANSWER = json.dumps({"machines": [{"gpu": "H100-80G-SXM", "gpu_count": 8, "rate": 21.6, "place": "OSLO"}, {"gpu": "A100-40G-PCIe", "gpu_count": 2, "rate": 3.4, "place": "OSLO"}]}, indent=2)


def offers(fields: str) -> list[tuple]:
    page = f"# Machines\n\nAnswer of the interface of Fjordrack, a company that does not exist.\n\n{fields}\n\n```json\n{ANSWER}\n```\n"
    return [(o.gpu_name, o.gpu_count, o.price, o.price_scope, o.currency, o.price_unit) for o in extract(page.encode(), path="machines.md", kind="offers").offers]


@pytest.mark.parametrize("note, scope", [
    ("The price of one GPU for an hour, in EUR.", "gpu"),
    ("Hourly price for the GPU in EUR.", "gpu"),
    ("Hourly price per GPU, EUR.", "gpu"),
    ("Hourly price for the GPU instance, EUR.", "instance"),
    ("Hourly price of the machine in EUR.", "instance"),
    ("Hourly price in EUR.", "instance"),                      # nothing said: a machine with counted GPUs is what is priced
])
@pytest.mark.parametrize("shape", ["- **rate** `decimal`: {}", "- `rate` (number): {}", "| Field | Type | Meaning |\n|---|---|---|\n| gpu | string | Model |\n| rate | number | {} |"])
def test_notes_tell_what_a_price_is_for(note: str, scope: str, shape: str) -> None:
    assert offers(shape.format(note)) == [("H100", 8, 21.6, scope, "EUR", "hour"), ("A100", 2, 3.4, scope, "EUR", "hour")]


def test_a_field_that_is_noted_in_two_ways_says_nothing() -> None:
    twice = "- **rate** `decimal`: price of one GPU per hour in EUR\n\n## Orders\n\n- **rate** `decimal`: price of the machine per hour in EUR\n"
    assert {o[3] for o in offers(twice)} <= {"instance"}


def test_notes_on_other_fields_say_nothing_of_prices() -> None:
    assert {o[3] for o in offers("- **memory** `number`: gigabytes for the GPU\n- **rate** `decimal`: price per hour in EUR")} == {"instance"}
