-- title: Which chips does each provider list, with memory and form factor, and can a customer start by himself?
-- note: One row a provider, chip and form. `self_serve` counts offers listed with or without a price that a customer can order; `on_request` those
-- note: that are sold on request or through a waiting list; `sold_out` those shown as sold out.
select o.provider, o.gpu_name, o.chip, o.gpu_memory, o.form_factor, o.chip_class, count(*) as offers,
       sum(case when o.availability = 'listed' and coalesce(o.commitment, '') <> 'contact_sales' then 1 else 0 end) as self_serve,
       sum(case when o.availability in ('on_request', 'waitlist') or o.commitment = 'contact_sales' then 1 else 0 end) as on_request,
       sum(case when o.availability = 'sold_out' then 1 else 0 end) as sold_out
from offers o
group by o.provider, o.gpu_name, o.chip, o.gpu_memory, o.form_factor, o.chip_class
order by o.provider, o.gpu_name, o.chip, o.gpu_memory, o.form_factor
