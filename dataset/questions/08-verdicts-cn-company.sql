-- title: What do the terms say to {customer}: the distribution V0-VX, with V0 shown?
-- parameter: customer = cn_company | a kind of customer: cn_company, cn_individual, cn_subsidiary_abroad, hk_company, … control
-- note: GPU clouds only, as in the headline figures of reports. V0 (not assessed) is never dropped: it says that a document was not read. Another
-- note: kind of customer by the parameter.
select v.code, v.verdict, count(*) as providers, round(100.0 * count(*) / (select count(*) from providers p where (p.kind = 'gpu_cloud' or p.has_offers = 1)), 1) as per_cent
from verdicts v join providers p on p.provider = v.provider
where v.customer = :customer and (p.kind = 'gpu_cloud' or p.has_offers = 1)
group by v.code, v.verdict
order by v.code
