-- title: The same by country of the data centre; which of these countries are in Country Groups D:1, D:4 or D:5?
-- note: The country of an offer is where the page ties the chip to a place; null where it does not, and the provider's regions (view regions) are
-- note: not put in its stead. The groups are those of Supplement No. 1 to Part 740 of the EAR as of 2026-11-23, from chipwatch/country_groups.yml,
-- note: where sources and doubts stand. A group describes a country, not whether renting there needs a licence.
with country_groups (name, country) as (
values ('D:1', 'AM'), ('D:1', 'AZ'), ('D:1', 'BY'), ('D:1', 'CN'), ('D:1', 'GE'), ('D:1', 'HK'), ('D:1', 'IQ'), ('D:1', 'KG'), ('D:1', 'KH'), ('D:1', 'KP'), ('D:1', 'KZ'), ('D:1', 'LA'), ('D:1', 'LY'), ('D:1', 'MD'), ('D:1', 'MM'), ('D:1', 'MN'), ('D:1', 'MO'), ('D:1', 'NI'), ('D:1', 'RU'), ('D:1', 'TJ'), ('D:1', 'TM'), ('D:1', 'UZ'), ('D:1', 'VE'), ('D:1', 'VN'), ('D:1', 'YE'),
       ('D:4', 'BH'), ('D:4', 'BY'), ('D:4', 'CN'), ('D:4', 'EG'), ('D:4', 'HK'), ('D:4', 'IL'), ('D:4', 'IQ'), ('D:4', 'IR'), ('D:4', 'JO'), ('D:4', 'KP'), ('D:4', 'KW'), ('D:4', 'LB'), ('D:4', 'LY'), ('D:4', 'MO'), ('D:4', 'OM'), ('D:4', 'PK'), ('D:4', 'QA'), ('D:4', 'RU'), ('D:4', 'SA'), ('D:4', 'SY'), ('D:4', 'VE'), ('D:4', 'YE'),
       ('D:5', 'AF'), ('D:5', 'BY'), ('D:5', 'CD'), ('D:5', 'CF'), ('D:5', 'CN'), ('D:5', 'CU'), ('D:5', 'ER'), ('D:5', 'HK'), ('D:5', 'HT'), ('D:5', 'IQ'), ('D:5', 'IR'), ('D:5', 'KP'), ('D:5', 'LB'), ('D:5', 'LY'), ('D:5', 'MM'), ('D:5', 'NI'), ('D:5', 'RU'), ('D:5', 'SD'), ('D:5', 'SO'), ('D:5', 'SS'), ('D:5', 'SY'), ('D:5', 'VE'), ('D:5', 'ZW')
)
select o.country, count(distinct o.provider) as providers, count(*) as offers,
       (select group_concat(name, ' ') from (select g.name as name from country_groups g where g.country = o.country order by g.name) named) as us_country_groups
from offers o
where o.chip_class = '3A090.a'
group by o.country
order by providers desc, o.country
