-- title: Which providers state nothing in all documents read, and which documents were those?
-- note: Verdict V1 for a company in China, with every terms document that was read, its hash and capture. Silence is not permission.
select v.provider, d.role, d.url, d.characters, d.language, d.fetched_at, d.payload_sha256, d.evidence_id
from verdicts v join documents d on d.provider = v.provider and d.status = 'read' and d.role in ('terms_of_service', 'acceptable_use', 'service_terms', 'export_policy', 'supported_countries', 'identity_verification', 'payment')
where v.customer = 'cn_company' and v.code = 'V1'
order by v.provider, d.role, d.url
