-- title: Which verdicts rest on one document?
-- note: Of a company in China. Where a verdict rests on silence, the documents are those that were read. No verdict rests on a machine translation:
-- note: every document is read in its own language, or its language is not covered and the verdict says so.
select v.provider, v.code, count(distinct d.id) as documents, min(d.role) as role, min(d.language) as language, min(d.url) as url
from verdicts v, json_each(v.evidence) j join documents d on d.evidence_id = j.value and d.provider = v.provider
where v.customer = 'cn_company' and v.code <> 'V0'
group by v.provider, v.code
having count(distinct d.id) = 1
order by v.provider
