-- title: Which clauses take up the wording of a rule, and which name more than it?
-- note: `cites` names the rule or list that the words refer to. `names_cn_without_citing`: the clause names China, Hong Kong or Macau and refers to
-- note: no rule.
-- in part: whether a clause goes beyond a rule is for a reader to judge; English names of rules are looked for, and lists as the reader resolves them
-- in part: in every language.
select c.provider, c.label, c.polarity,
       trim(case when c.quote like '%Export Administration Regulations%' or c.quote like '%3A090%' or c.quote like '%4A090%' or c.quote like '%Country Group%' then 'EAR ' else '' end
         || case when c.quote like '%OFAC%' or c.quote like '%Specially Designated%' then 'OFAC ' else '' end
         || case when c.quote like '%Entity List%' or c.quote like '%Denied Persons%' then 'BIS-lists ' else '' end
         || case when json_array_length(c.place_groups) > 0 then 'lists' else '' end) as cites,
       exists (select 1 from json_each(c.places) j where j.value in ('CN', 'HK', 'MO'))
         and json_array_length(c.place_groups) = 0 and c.quote not like '%Export Administration%' and c.quote not like '%OFAC%' and c.quote not like '%Country Group%' as names_cn_without_citing,
       c.quote, c.evidence_id
from clauses c
where c.label in ('country_exclusion', 'residence_restriction', 'nationality_restriction', 'headquarters_restriction', 'remote_access_controlled_chips', 'end_use_model_training',
                  'end_use_supercomputer', 'denied_party', 'chip_or_region_limit', 'sanctions_compliance')
order by c.provider, c.start
