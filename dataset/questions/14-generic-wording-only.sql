-- title: Which providers have generic compliance wording only?
-- note: Verdict V2 for a company in China: every expected document was read, and nothing but general duties stands in them. V2 is not a permission.
select v.provider, p.seat_country, v.rule_words, v.completeness,
       (select count(*) from json_each(v.clauses)) as clauses, (select group_concat(label, ' ') from (select distinct c.label as label from json_each(v.clauses) j join clauses c on c.id = j.value order by 1) labels) as labels
from verdicts v join providers p on p.provider = v.provider
where v.customer = 'cn_company' and v.code = 'V2'
order by v.provider
