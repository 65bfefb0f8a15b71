-- title: Do larger providers differ from small ones?
-- note: Size is the number of data-centre regions that the provider lists; those without a readable page of regions are a group of their own.
-- in part: tiers of a rating such as ClusterMAX are not in the data set.
with sized as (select p.provider, (select count(distinct r.label) from regions r where r.provider = p.provider and r.status = 'listed') as regions from providers p where (p.kind = 'gpu_cloud' or p.has_offers = 1))
select case when s.regions = 0 then '0 none read' when s.regions <= 3 then '1-3' when s.regions <= 9 then '4-9' else 'more than 9' end as regions,
       count(*) as providers, sum(v.code = 'V0') as not_assessed, sum(v.code in ('V1', 'V2')) as nothing_or_generic, sum(v.code in ('V3', 'V4')) as conditional_or_partial,
       sum(v.code = 'V5') as excluded, sum(v.code in ('V6', 'VX')) as other
from sized s join verdicts v on v.provider = s.provider and v.customer = 'cn_company'
group by 1
order by 1
