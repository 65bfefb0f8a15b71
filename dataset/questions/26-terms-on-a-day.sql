-- title: What did the terms of {provider} say {day}: quote, hash, archived copy?
-- parameter: provider =  | slug; empty: all providers
-- parameter: day =  | as 2026-11-02; empty: now
-- note: All clauses in force by our captures on that day; without a day, those last seen; without a provider, of all. The archived copy is the
-- note: record in the WARC file.
select c.provider, c.role, c.label, c.quote, c.start, c."end", c.payload_sha256, c.captured_at, c.record_id, k.warc_file, c.evidence_id
from clauses_history c left join captures k on k.record_id = c.record_id and k.provider = c.provider and k.url = c.url
where (:provider = '' or c.provider = :provider)
  and ((:day = '' and c.current = 1) or (:day <> '' and substr(c.last_changed, 1, 10) <= :day and (c.gone_since is null or substr(c.gone_since, 1, 10) > :day)))
order by c.provider, c.role, c.url, c.start, c.id
