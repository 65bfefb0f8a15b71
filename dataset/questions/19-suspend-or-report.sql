-- title: Which providers reserve the right to suspend for export reasons, or to monitor or report?
-- note: Label suspension_right is only for suspension on grounds of export, sanctions or an order of a government; workload_monitoring holds rights
-- note: to look into use, and to report it.
select c.provider, c.label, c.mode, c.quote, c.evidence_id
from clauses c
where c.label in ('suspension_right', 'workload_monitoring')
order by c.provider, c.label, c.start
