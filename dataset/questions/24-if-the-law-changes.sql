-- title: Which bills or proposed rules would touch which verdicts, if they became law?
-- note: Remote Access Security Act (H.R. 2683, S. 3519): would let remote access to controlled chips be licensed; touches providers that list such
-- note: chips and do not exclude a company in China. Proposed IaaS rule (89 FR 5698): identity programmes of US providers; touches those whose
-- note: documents state no identity check. Cloud Security Act (introduced 26 June 2026): reports by US providers; touches those that state no
-- note: monitoring or reporting. A sketch from what the documents say, not legal advice; none of the three is in force.
with touched as (
  select 'Remote Access Security Act (bill)' as proposal, p.provider, v.code
  from providers p join verdicts v on v.provider = p.provider and v.customer = 'cn_company'
  where p.strong_chip_count > 0 and v.code <> 'V5'
  union all
  select 'IaaS identity rule (proposed 2024)', p.provider, v.code
  from providers p join verdicts v on v.provider = p.provider and v.customer = 'cn_company'
  where p.seat_country = 'US' and (p.kind = 'gpu_cloud' or p.has_offers = 1) and not exists (select 1 from clauses c where c.provider = p.provider and c.label = 'identity_verification')
  union all
  select 'Cloud Security Act (bill)', p.provider, v.code
  from providers p join verdicts v on v.provider = p.provider and v.customer = 'cn_company'
  where p.seat_country = 'US' and (p.kind = 'gpu_cloud' or p.has_offers = 1) and not exists (select 1 from clauses c where c.provider = p.provider and c.label = 'workload_monitoring')
)
select proposal, code as verdict_now, count(*) as providers, group_concat(provider, ' ') as who
from touched
group by proposal, code
order by proposal, code
