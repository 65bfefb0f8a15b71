-- title: Which providers list Chinese accelerators in data centres outside China?
-- note: Makers seated in China, by the view chips. `place` is the country of the offer, or, where the page ties the chip to none, null with the
-- note: countries of the provider's regions beside it: read those as possible places, not as stated ones.
select o.provider, p.seat_country, o.gpu_name, c.vendor, o.country as place, count(*) as offers,
       (select group_concat(country, ' ') from (select distinct r.country as country from regions r where r.provider = o.provider and r.country is not null order by 1) places) as region_countries,
       min(o.evidence_id) as evidence_id
from offers o join providers p on p.provider = o.provider
join (select distinct gpu_name, vendor from chips) c on c.gpu_name = o.gpu_name
where (c.vendor in ('Huawei', 'Cambricon', 'Hygon', 'Biren', 'Enflame', 'Iluvatar CoreX', 'MetaX', 'Moore Threads') or c.vendor like 'Kunlunxin%' or c.vendor like 'T-Head%')
  and (o.country is null or o.country <> 'CN')
group by o.provider, p.seat_country, o.gpu_name, c.vendor, o.country
order by o.provider, o.gpu_name, o.country
