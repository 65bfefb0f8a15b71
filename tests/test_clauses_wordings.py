"""English wordings that several providers use and the cues once lacked, each with a look-alike that is worded much the same; read by the rules alone."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.read import read_document


def labels(text: str) -> set[str]:
    return {clause.label for clause in read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"), None)[0]}


@pytest.mark.parametrize(("label", "text", "look_alike"), [
    ("resale_restriction", "We may refuse any purchases which look to us as if wholesalers or dealers had made them.", "Dealers and wholesalers may ask us for a quotation."),
    ("resale_restriction", "No part of the Nimbus platform or its marks can be duplicated, mirrored or sold.", "No part of the platform can be moved while a job is running."),
    ("resale_restriction", "You may let a friend compute on your node; in that case you remain our sole contracting party.",
     "We remain an independent company under this contract."),
    ("resale_restriction", "Where the client passes usage rights in its nodes to third parties, it answers for them.", "Third parties have rights in the fonts that the console uses."),
    ("resale_restriction", "Use of your account by other people is not permitted.", "Use of your account by mistake is not a breach and is not billed."),
    ("resale_restriction", "Subscription sharing between several firms is forbidden.", "Screen sharing between several pupils is forbidden in exams."),
    ("resale_restriction", "Sharing of a login among several people is prohibited.", "Sharing an idea with several people is prohibited before publication."),
    ("resale_restriction", "You must not grant the use of this user account to others.", "You must not grant anybody the use of our trade name."),
    ("resale_restriction", "Only one person may use the cluster on each login.", "Only one person may use the lift at a time."),
    ("resale_restriction", "A customer account can only be issued to one named individual.", "A customer account can only be closed in writing."),
    ("resale_restriction", "This access is reserved for a single person and can never be split.", "This parking space is reserved for a single vehicle."),
    ("resale_restriction", "You may not allow access to the cluster by users other than those whom you named to us.", "You may not allow access to the cluster without a firewall."),
    ("resale_restriction", "You must not train models here for any person other than yourself.", "You must not speak for any school other than yours."),
    ("resale_restriction", "You can't sell our compute service to your neighbours.", "You can't tell our services apart by name."),
    ("resale_restriction", "You must not charge anyone for access to your node.", "You must not charge the battery in the rack."),
    ("resale_restriction", "The client shall ensure that all third parties it lets in observe these rules.", "The printer shall ensure that all pages are numbered."),
    ("workload_monitoring", "We may keep, preserve and disclose job records where a court demands it.", "You may preserve the original packaging."),
    ("workload_monitoring", "We run automated software that helps to flag misuse of our nodes.", "We sell automated software for accountants."),
    ("workload_monitoring", "Nimbus may review your files when abuse is reported.", "Nimbus doesn't actively review your files."),
    ("sanctions_compliance", "You shall comply with applicable trade controls.", "You shall comply with applicable traffic controls."),
    ("sanctions_compliance", "Customer must not infringe international trade laws when it uses a node.", "Customer must not infringe the rules of international trade fairs."),
    ("suspension_right", "Any permission to use our cluster is revoked in countries whose law forbids it.", "Your badge is revoked in March."),
    ("local_law_duties", "You must not keep data here that violates the laws of Estonia or Latvia.", "You must not keep data here that violates the habits of Estonia or Latvia."),
    ("local_law_duties", "Users shall see to it that their jobs comply with legislation applicable in Iceland.", "Our company exists under legislation in Iceland."),
    ("local_law_duties", "You shall not run a node for acts which are illegal under Danish law.", "This agreement is governed by Danish law."),
])
def test_a_wording_is_read_and_its_look_alike_is_not(label, text, look_alike):
    assert label in labels(text)
    assert label not in labels(look_alike)
