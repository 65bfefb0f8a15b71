-- title: Which terms restrict the training of models, or supercomputing, as an end use?
-- note: Labels end_use_model_training and end_use_supercomputer.
select c.provider, c.label, c.polarity, c.places, c.exception, c.quote, c.evidence_id
from clauses c
where c.label in ('end_use_model_training', 'end_use_supercomputer')
order by c.provider, c.label, c.start
