-- title: How old is the oldest evidence behind each verdict?
-- note: Days between the capture and the latest capture of the data set, for a company in China.
select v.provider, v.code, min(d.fetched_at) as oldest, cast(julianday((select max(fetched_at) from captures)) - julianday(min(d.fetched_at)) as integer) as days, count(distinct d.id) as documents
from verdicts v, json_each(v.evidence) j join documents d on d.evidence_id = j.value and d.provider = v.provider
where v.customer = 'cn_company'
group by v.provider, v.code
order by oldest, v.provider
