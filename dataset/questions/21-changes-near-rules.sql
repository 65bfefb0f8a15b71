-- title: Which terms changed within 60 days of 13 May 2025, 15 January 2026 or 31 May 2026?
-- note: Two clocks: `states its date` is a terms document whose own date lies in the window; `changed between captures` is a difference that two
-- note: captures show. That a change lies near a rule does not say that the rule caused it. The redline: chipwatch diff PROVIDER.
with rules (day, rule) as (
values ('2025-05-13', 'BIS guidance on chips and red flags'), ('2026-01-15', '91 FR 1684: case-by-case review'), ('2026-05-31', 'BIS guidance on headquarters in D:5 or Macau')
)
select r.day as rule_day, r.rule, 'states its date' as how, d.provider, d.role, d.stated_date as day, cast(julianday(d.stated_date) - julianday(r.day) as integer) as days_after, null as old, null as new, d.evidence_id
from documents d join rules r on abs(julianday(substr(d.stated_date, 1, 10)) - julianday(r.day)) <= 60
where d.role in ('terms_of_service', 'acceptable_use', 'service_terms', 'export_policy', 'supported_countries', 'identity_verification', 'payment')
union all
select r.day, r.rule, 'changed between captures', x.provider, x.item, substr(x.changed_at, 1, 10), cast(julianday(substr(x.changed_at, 1, 10)) - julianday(r.day) as integer), x.old, x.new, x.evidence_id
from changes x join rules r on abs(julianday(substr(x.changed_at, 1, 10)) - julianday(r.day)) <= 60
where x.item = 'clause' and x.cause is not 'extractor'
order by 1, 4, 6, 5
