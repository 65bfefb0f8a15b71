-- title: Which providers show signs of openness (Chinese site, Alipay or WeChat, crypto, no identity check) beside restrictive terms?
-- note: A sign is never permission by itself, and a conflict of a page with the terms says nothing of what the provider does. Restrictive here: V3,
-- note: V4, V5 or VX for a company in China.
select v.provider, v.code, v.rule_words, group_concat(s.label, ' ') as signs, min(s.evidence_id) as evidence_id
from verdicts v join (select distinct provider, label, min(evidence_id) as evidence_id from signals group by provider, label) s on s.provider = v.provider
where v.customer = 'cn_company' and v.code in ('V3', 'V4', 'V5', 'VX')
group by v.provider, v.code, v.rule_words
order by v.provider
