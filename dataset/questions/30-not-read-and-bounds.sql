-- title: What share of the known providers was not read, why, and would it change the headline?
-- note: Rows of reasons, then the bounds of the share of GPU clouds that exclude a company in China: as assessed, if every V0 were V1, if every V0
-- note: were V5, and the same if every V1 were V5, too.
with said as (select v.provider, v.code, v.missing from verdicts v join providers p on p.provider = v.provider where v.customer = 'cn_company' and (p.kind = 'gpu_cloud' or p.has_offers = 1)),
total as (select count(*) as n from said)
select 'not read: ' || trim(substr(m.value, instr(m.value, ': ') + 2)) as what, count(distinct s.provider) as providers, round(100.0 * count(distinct s.provider) / (select n from total), 1) as per_cent
from said s, json_each(s.missing) m where s.code = 'V0'
group by 1
union all select 'not assessed (V0)', sum(code = 'V0'), round(100.0 * avg(code = 'V0'), 1) from said
union all select 'excludes: as assessed', sum(code = 'V5'), round(100.0 * avg(code = 'V5'), 1) from said
union all select 'excludes: if every V0 were V1', sum(code = 'V5'), round(100.0 * avg(code = 'V5'), 1) from said
union all select 'excludes: if every V0 were V5', sum(code in ('V0', 'V5')), round(100.0 * avg(code in ('V0', 'V5')), 1) from said
union all select 'excludes: if every V0 and V1 were V5', sum(code in ('V0', 'V1', 'V5')), round(100.0 * avg(code in ('V0', 'V1', 'V5')), 1) from said
order by 1
