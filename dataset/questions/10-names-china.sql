-- title: How many providers name China, Hong Kong or Macau in a restriction, and how many only other countries or lists?
-- note: Clauses that prohibit or condition by place: exclusion, residence, nationality, headquarters, sanctions, limits of chips or regions, remote
-- note: access. A list that is cited (D:5, US-embargoed …) counts as a list, even where China is on it: column `through_a_list`.
with stated as (
  select c.provider,
         max(exists (select 1 from json_each(c.places) j where j.value in ('CN', 'HK', 'MO'))) as names_china,
         max(exists (select 1 from json_each(c.places_resolved) j where j.value in ('CN', 'HK', 'MO'))) as china_through_a_list,
         max(json_array_length(c.places) > 0) as names_places, max(json_array_length(c.place_groups) > 0) as cites_lists
  from clauses c
  where c.label in ('country_exclusion', 'residence_restriction', 'nationality_restriction', 'headquarters_restriction', 'sanctions_compliance', 'chip_or_region_limit', 'remote_access_controlled_chips') and c.polarity in ('prohibits', 'conditions', 'requires')
  group by c.provider
)
select case when names_china = 1 then 'names China, Hong Kong or Macau' when names_places = 1 then 'names other countries only'
            when cites_lists = 1 then 'cites lists only' else 'names no place' end as wording,
       count(*) as providers, sum(china_through_a_list) as through_a_list, group_concat(provider, ' ') as who
from stated
group by wording
order by wording
