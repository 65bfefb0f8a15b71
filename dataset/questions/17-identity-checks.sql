-- title: Which identity checks are stated?
-- note: Verbatim, with polarity: requires (asked of everybody), conditions (in some cases), describes.
-- in part: the threshold above which a check is asked for is in the words of the quote; it is no field of its own.
select c.provider, c.role, c.polarity, c.mode, c.exception, c.scope, c.quote, c.evidence_id
from clauses c
where c.label = 'identity_verification'
order by c.provider, c.role, c.start
