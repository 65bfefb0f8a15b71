-- title: How many providers list A100/H100-class chips for rent, by country of the provider's seat?
-- note: Counts providers with at least one current offer of a chip of class 3A090.a by its published figures (view chips). A seat that no
-- note: declaration states is null. `stale` counts those whose page could not be read at the last visit: their last good offers count.
select p.seat_country, count(distinct o.provider) as providers, count(*) as offers,
       count(distinct case when o.stale_since is not null then o.provider end) as stale
from offers o join providers p on p.provider = o.provider
where o.chip_class = '3A090.a'
group by p.seat_country
order by providers desc, p.seat_country
