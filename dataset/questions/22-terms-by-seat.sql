-- title: Do the terms of providers seated in the United States differ from those of European, Japanese and South-East Asian ones, among those that list A100/H100-class chips?
-- note: Counts of verdicts for a company in China by group of the provider's seat. Small numbers: read counts, not shares.
select case when p.seat_country = 'US' then 'United States'
            when p.seat_country in ('AT','BE','BG','HR','CY','CZ','DK','EE','FI','FR','DE','GR','HU','IE','IT','LV','LT','LU','MT','NL','PL','PT','RO','SK','SI','ES','SE') then 'European Union'
            when p.seat_country = 'JP' then 'Japan'
            when p.seat_country in ('BN','KH','ID','LA','MY','MM','PH','SG','TH','TL','VN') then 'South-East Asia'
            when p.seat_country in ('CN','HK','MO') then 'China, Hong Kong, Macau'
            when p.seat_country is null then 'not stated' else 'elsewhere' end as seat,
       count(*) as providers,
       sum(v.code = 'V0') as v0, sum(v.code = 'V1') as v1, sum(v.code = 'V2') as v2, sum(v.code = 'V3') as v3, sum(v.code = 'V4') as v4, sum(v.code = 'V5') as v5,
       sum(v.code = 'V6') as v6, sum(v.code = 'VX') as vx
from providers p join verdicts v on v.provider = p.provider and v.customer = 'cn_company'
where p.strong_chip_count > 0
group by seat
order by seat
