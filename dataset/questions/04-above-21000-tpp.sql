-- title: Which providers list chips above the 21,000 TPP line of the rule of 15 January 2026 (Blackwell, MI350 and later)?
-- note: The line is that of 91 FR 1684 (case-by-case review below it). TPP is arithmetic on published figures; doubts of each chip stand in
-- note: chips.doubts. Where an offer does not say which chip of a family it is, every chip of the family must lie above the line to count.
with family as (select gpu_name, min(tpp) as tpp from chips group by gpu_name)
select o.provider, o.gpu_name, o.chip, coalesce(c.tpp, f.tpp) as tpp, count(*) as offers, count(distinct o.country) as countries, min(o.evidence_id) as evidence_id
from offers o left join chips c on c.chip = o.chip left join family f on f.gpu_name = o.gpu_name and o.chip is null
where coalesce(c.tpp, f.tpp) > 21000
group by o.provider, o.gpu_name, o.chip, coalesce(c.tpp, f.tpp)
order by o.provider, o.gpu_name, o.chip
