-- title: What is the median listed price of each chip, and does it differ by what the terms say to a company in China?
-- note: US dollars for one accelerator and hour, on demand; offers whose price cannot be converted (no rate, unit or count) are left out. The median
-- note: counts offers, not providers. `verdict` is that of the provider for cn_company; the row with null is all offers of the chip.
with listed as (
  select o.gpu_name, v.code as verdict, o.price_usd_per_gpu_hour as usd
  from offers o left join verdicts v on v.provider = o.provider and v.customer = 'cn_company'
  where o.commitment = 'on_demand' and o.price_usd_per_gpu_hour is not null
), grouped as (
  select gpu_name, verdict, usd, count(*) as n from listed group by gpu_name, verdict, usd
), counted as (
  select gpu_name, null as verdict, usd, sum(n) as n from grouped group by gpu_name, usd
  union all
  select gpu_name, verdict, usd, n from grouped where verdict is not null
), ranked as (
  select gpu_name, verdict, usd, n, sum(n) over (partition by gpu_name, verdict order by usd) as upto, sum(n) over (partition by gpu_name, verdict) as total
  from counted
)
select gpu_name, verdict, max(total) as offers, round(avg(case when 2 * upto >= total and 2 * (upto - n) <= total then usd end), 4) as median_usd,
       round(min(usd), 4) as lowest_usd, round(max(usd), 4) as highest_usd
from ranked
group by gpu_name, verdict
order by gpu_name, verdict
