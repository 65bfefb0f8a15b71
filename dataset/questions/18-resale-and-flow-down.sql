-- title: Which terms forbid resale, and which allow it with conditions?
-- note: Label resale_restriction: prohibits (with an exception such as prior consent in `exception`), conditions or requires (duties to pass on).
select c.provider, c.polarity, c.mode, c.exception, c.quote, c.evidence_id
from clauses c
where c.label = 'resale_restriction'
order by c.provider, c.start
