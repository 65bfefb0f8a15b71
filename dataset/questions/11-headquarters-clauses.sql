-- title: Which providers use a headquarters, ultimate-parent or ownership clause, and since when?
-- note: `stated_date` is the date that the document states, `first_seen` the first capture that showed the clause: the clause may be older than
-- note: both.
select c.provider, c.polarity, c.places, c.place_groups, d.stated_date, c.first_seen, c.quote, c.evidence_id
from clauses c left join documents d on d.id = c.document_id
where c.label = 'headquarters_restriction'
order by c.provider, c.start
