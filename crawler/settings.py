"""Settings of the Scrapy project: the manners of a guest. `crawler.run.crawl` adds what belongs to one run."""

import os

from crawler.identity import contact_address, user_agent

BOT_NAME = "chipwatch"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
CHIPWATCH_SPIDER = "crawler.spiders.pages.PagesSpider"         # of a crawl that `crawler.run.crawl` starts

# --- who we are, and what we obey
CHIPWATCH_CONTACT = contact_address(os.environ)
USER_AGENT = user_agent(CHIPWATCH_CONTACT)
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = BOT_NAME
COOKIES_ENABLED = False                                        # no sessions, no logins
REFERRER_POLICY = "no-referrer"
HTTPPROXY_ENABLED = False                                      # behind a proxy the address check below would see the proxy's address
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,text/markdown;q=0.9,text/plain;q=0.8,application/pdf;q=0.8,*/*;q=0.5",
    "Accept-Language": "en,*;q=0.5",
    "Accept-Encoding": "gzip, deflate",                        # what every WARC reader can decode
}

# --- pace: one request at a time per host, with a pause; Crawl-delay and Retry-After on top (crawler.manners, crawler.gate)
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 3.0                                           # seconds from the end of an answer to the next request, plus or minus DOWNLOAD_DELAY_JITTER
DOWNLOAD_DELAY_JITTER = 0.3
CHIPWATCH_PACE = 1.0                                           # factor on every pause; below 1 for servers of our own alone (the sample market)
CHIPWATCH_MAX_CRAWL_DELAY = 120.0                              # seconds; a site that asks for more is not read
CHIPWATCH_MAX_RETRY_AFTER = 300.0                              # seconds; a longer wait ends the visit
CHIPWATCH_BACKOFF = 15.0                                       # seconds after a first 429 or 503 that states no wait, and before a page is asked for again; doubled each time
RETRY_TIMES = 2
RETRY_HTTP_CODES = [429, 500, 502, 503, 504, 522, 524]
RETRY_PRIORITY_ADJUST = 0
RETRY_GIVE_UP_LOG_LEVEL = "INFO"                               # the capture tells it

# --- budgets and limits
CHIPWATCH_MAX_PAGES = 120                                      # requests a provider and run, redirects and retries counted
CHIPWATCH_MAX_BYTES = 256 * 1024 * 1024                        # bytes a provider and run, as sent
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 8 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
DNS_TIMEOUT = 20
DOWNLOAD_FAIL_ON_DATALOSS = False                              # what came is kept, and marked as cut short
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 8
REDIRECT_PRIORITY_ADJUST = 0
METAREFRESH_ENABLED = False                                    # a page that was fetched is the page
URLLENGTH_LIMIT = 0                                            # a long address is tried and reported, never dropped

# --- drawn pages (`method: rendered`): what one page may take; what it fetches counts as requests of its provider
CHIPWATCH_RENDER_SECONDS = 300.0                               # pauses between its requests to one host included
CHIPWATCH_RENDER_REQUESTS = 60
CHIPWATCH_RENDER_BYTES = 32 * 1024 * 1024

# --- capture, decoding, address checks
COMPRESSION_ENABLED = False                                    # done by DecodeMiddleware, with the code that reads archives
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.manners.AddressMiddleware": 60,
    "crawler.manners.RobotsMiddleware": 100,
    "crawler.rendering.RenderMiddleware": 110,                 # after redirects, retries and decoding
    "crawler.manners.PoliteRetryMiddleware": 550,
    "crawler.manners.DecodeMiddleware": 590,
    "crawler.conditional.ConditionalMiddleware": 870,
    "crawler.manners.CaptureMiddleware": 880,                  # next to the network: bytes as they came
}
SPIDER_MIDDLEWARES = {                                         # nothing here depends on them, and each takes its time at every answer
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None, "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
DOWNLOAD_HANDLERS = {
    "http": "crawler.network.GuardedHandler", "https": "crawler.network.GuardedHandler",
    "file": None, "ftp": None, "s3": None, "data": None,       # only the web
}
DOWNLOADER = "crawler.network.PoliteDownloader"
TWISTED_DNS_RESOLVER = "crawler.network.PublicResolver"
CONCURRENT_ITEMS = 1                                           # a capture is written at once; Scrapy would start a hundred tasks for every answer
ITEM_PIPELINES = {"crawler.pipelines.CapturesPipeline": 300}
HTTPERROR_ALLOW_ALL = True                                     # a 404 is an answer to report, not an error

# --- a crawler that runs unattended opens no doors
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
