-- title: What changed since {since}: providers, regions and chips added or withdrawn, prices, clauses, verdicts?
-- parameter: since =  | first day, as 2026-11-01; empty: the latest day with changes
-- note: Without a day, the changes of the latest day that showed any. Added and removed rows are counted; the rows themselves stand in the view
-- note: changes. A document that a run could not read removes nothing. `cause` extractor: our reader changed, not the document.
select x.provider, x.cause, x.item, x.kind, x.field, count(*) as changes, min(x.old) as an_old_value, min(x.new) as a_new_value, max(x.changed_at) as latest
from changes x
where substr(x.changed_at, 1, 10) >= coalesce(nullif(:since, ''), (select substr(max(changed_at), 1, 10) from changes))
group by x.provider, x.cause, x.item, x.kind, x.field
order by x.provider, x.cause, x.item, x.kind, x.field
