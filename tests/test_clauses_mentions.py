"""English sentences that only mention a matter, each beside one that states it: what a breach of trade law costs, who answers for strangers who get in, what is rented from whom."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.read import read_document


def labels(text: str) -> set[str]:
    """With the decision layer, as documents are read: what is only mentioned is not added by it either."""
    return {clause.label for clause in read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"))[0]}


@pytest.mark.parametrize(("label", "states", "mentions"), [
    ("export_compliance", "You shall comply with export control laws and indemnify us for any breach of them.",
     "You shall indemnify Harrow Compute against fines that arise from your breach of export control laws."),
    ("export_compliance", "The user must not breach export regulations, and bears all penalties.",
     "The user shall bear all penalties resulting from any infringement of export regulations."),
    ("export_compliance", "You are responsible for compliance with export laws in your country.",
     "We cannot assure you that use of the site is compatible with the export laws of your country."),
    ("export_compliance", "The client warrants that its use complies with foreign export and import laws.",
     "It is not warranted that the boards comply with foreign export or import laws."),
    ("sanctions_compliance", "Customer shall comply with all sanctions laws.",
     "Customer shall hold Veldt Cloud harmless from losses caused by its violation of sanctions laws."),
    ("resale_restriction", "You must not allow use of the login by third parties.",
     "The user must protect the login against unauthorised use by third parties."),
    ("resale_restriction", "The client shall prohibit use by third parties.",
     "Whoever learns of unauthorised use by third parties calls our hotline."),
    ("resale_restriction", "Tenants may not lease the nodes to anybody, subject to our consent.",
     "Subject to these rules, tenants can lease nodes from independent hosts on the marketplace."),
    ("residence_restriction", "Hiding your location behind a proxy is prohibited.",
     "Using the nodes to hide the nature or location of stolen goods is prohibited."),
    ("payment_restriction", "Only bank transfers are accepted.", "Bank transfers are never refundable once credits have been used."),
    ("payment_restriction", "Fees are payable in US dollars and are non-refundable.", "Cryptocurrency payments are non-refundable only."),
    ("chip_or_region_limit", "H100 instances are only available to customers in Norway.",
     "You shall not permit access to GPU instances by anyone who has not signed these rules."),
    ("business_only", "The service is provided only to businesses.", "The report may be shown only to professional advisers on a need-to-know basis."),
    ("identity_verification", "You may be required to submit certain documents before your account is opened.",
     "You may be required to submit certain documents about the fault to our support."),
    ("identity_verification", "The operator may ask new customers for copies of company papers.", "The operator may ask customers for documents that support a claim for credits."),
    ("identity_verification", "Your account is closed where the fraud screening comes back negative.", "Your build is stopped where the virus screening comes back negative."),
    ("identity_verification", "Access may be withheld until the requested papers have been received.", "Access may be withheld until the tax documents have been received."),
    ("export_compliance", "The boards offered here are classified as controlled items under ECCN 3A090.", "The boards offered here are classified as used."),
    ("export_compliance", "Some boards offered here are classified under ECCN 4A090.", "\"Guarded Board\" means a board with chips that are classified under ECCN 4A090."),
    ("export_compliance", "Access to the boards from another country, whoever pays for it and wherever the invoice goes, constitutes an export.",
     "Access to the console from another country, whoever pays for it, constitutes a login."),
    ("resale_restriction", "The console must not be used by anyone other than the registered user.", "The console must not be used by anyone while it is updated."),
    ("resale_restriction", "Access for outsiders requires our written consent.", "Access for maintenance requires our written notice."),
    ("residence_restriction", "Client shall not use or let others use the nodes in or from any embargoed country.",
     "The nodes must not run in or for any rival firm."),
])
def test_a_matter_that_is_only_mentioned_is_not_stated(label: str, states: str, mentions: str) -> None:
    assert label in labels(states)
    assert label not in labels(mentions)


def test_the_head_of_a_table_states_nothing():
    table = "# Terms\n\n| Tier | Monthly fee | {} |\n|---|---|---|\n| Small | $5 | {} |\n"
    told = "You must show your passport before we start."
    assert not labels(table.format("Identity verification required", "none"))
    assert labels(table.format("Check", told)) == labels(told) == {"identity_verification"}
