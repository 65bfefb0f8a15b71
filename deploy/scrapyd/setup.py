"""The egg that Scrapyd keeps as a project. It holds nothing but the name of the settings: the code is the installed package chipwatch,
so that the spider finds its data files on disk, and every way of starting it runs the same code."""

from setuptools import setup

setup(name="chipwatch-scrapyd", version="1.0", packages=["chipwatch_scrapyd"], entry_points={"scrapy": ["settings = crawler.settings"]})
