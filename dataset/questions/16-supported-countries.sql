-- title: Which providers publish a list of supported countries, and are China, Hong Kong, Macau, Taiwan and Russia on it?
-- note: 1: the list names it; 0: the list does not. All clauses labelled supported_countries of a document that name places are taken as one list, whether it is said to be served (permits) or to be asked for (conditions: "only in …").
select c.provider, c.url, count(distinct j.value) as places_named,
       max(j.value = 'CN') as cn, max(j.value = 'HK') as hk, max(j.value = 'MO') as mo, max(j.value = 'TW') as tw, max(j.value = 'RU') as ru, min(c.evidence_id) as evidence_id
from clauses c, json_each(c.places) j
where c.label = 'supported_countries' and c.polarity in ('permits', 'conditions')
group by c.provider, c.url
order by c.provider, c.url
