-- title: How sure is the reading, by kind of clause and language?
-- note: Number of clauses and the mean confidence that the reader states, which is no measurement.
-- in part: precision and recall are measured against labelled documents by `chipwatch evaluate`, and are not in the data set.
select c.label, c.language, count(*) as clauses, count(distinct c.provider) as providers, round(avg(c.confidence), 3) as mean_stated_confidence, round(min(c.confidence), 3) as lowest
from clauses c
group by c.label, c.language
order by c.label, c.language
