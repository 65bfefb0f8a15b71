-- title: The same by country of the data centre; which of these countries are in Country Groups D:1, D:4 or D:5?
-- note: The country of an offer is where the page ties the chip to a place; null where it does not, and the provider's regions (view regions) are
-- note: not put in its stead. The groups are those of Supplement No. 1 to Part 740 of the EAR on the day of the data, from the view country_groups,
-- note: where sources and doubts stand. A group describes a country, not whether renting there needs a licence.
select o.country, count(distinct o.provider) as providers, count(*) as offers,
       (select group_concat(place_group, ' ') from (
          select g.place_group from country_groups g
          where g.code = o.country and g.place_group in ('D:1', 'D:4', 'D:5') and coalesce(g.since, '') <= (select substr(value, 1, 10) from meta where key = 'run_date')
            and coalesce(g.until, '9999') > (select substr(value, 1, 10) from meta where key = 'run_date')
          order by g.place_group)) as us_country_groups
from offers o
where o.chip_class = '3A090.a'
group by o.country
order by providers desc, o.country
