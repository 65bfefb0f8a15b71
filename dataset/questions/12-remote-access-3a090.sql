-- title: Which terms mention remote access to controlled chips, or 3A090 or 4A090?
-- note: Clauses labelled so, and any clause whose words name one of the two numbers.
select c.provider, c.label, c.polarity, c.mode, c.quote, c.evidence_id
from clauses c
where c.label = 'remote_access_controlled_chips' or c.quote like '%3A090%' or c.quote like '%4A090%'
order by c.provider, c.start
