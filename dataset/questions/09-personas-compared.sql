-- title: How do the verdicts of an individual in China, a subsidiary abroad and the control differ from a company in China? Who treats the subsidiary otherwise?
-- note: One row a pair of verdicts of company and subsidiary. `differs` is 1 where both are assessed and the codes differ; pairs with V0 say nothing
-- note: either way.
select a.code as cn_company, b.code as cn_subsidiary_abroad, i.code as cn_individual, c.code as control,
       case when 'V0' in (a.code, b.code) then null else a.code <> b.code end as differs, count(*) as providers, group_concat(a.provider, ' ') as who
from verdicts a
join verdicts b on b.provider = a.provider and b.customer = 'cn_subsidiary_abroad'
join verdicts i on i.provider = a.provider and i.customer = 'cn_individual'
join verdicts c on c.provider = a.provider and c.customer = 'control'
join providers p on p.provider = a.provider
where a.customer = 'cn_company' and (p.kind = 'gpu_cloud' or p.has_offers = 1)
group by a.code, b.code, i.code, c.code
order by providers desc, a.code, b.code, i.code, c.code
