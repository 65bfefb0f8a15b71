"""What can go wrong in this room, each with one line that says what to do. Nothing heavy is imported here."""

from __future__ import annotations

from chipwatch.records import ChipwatchError


class CrawlerError(ChipwatchError):
    """Base of every error that this room raises on purpose."""

    exit_code = 65


class DeclarationError(CrawlerError):
    """A provider declaration is wrong. `faults` has one line for each fault: file, line, what to write instead."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


class SourcesFileError(CrawlerError):
    """A sources file (JSON lines) cannot be read; the message names file and line."""


class ArchiveError(CrawlerError):
    """A WARC file cannot be used."""


class ArchiveMissing(ArchiveError):
    """There is no such archive, or it cannot be opened."""

    exit_code = 66


class NotAWarc(ArchiveError):
    """The file is not a WARC file, or one that has no record boundaries to seek to."""


class ArchiveTruncated(ArchiveError):
    """A record is cut short or damaged."""


class DigestMismatch(ArchiveError):
    """The bytes of a record are not those that were captured."""


class RecordNotFound(ArchiveError):
    """The archive has no such record, or the record has no payload."""


class PayloadTooLarge(CrawlerError):
    """A payload is larger than the limit, possibly only after decompression."""


class PayloadUndecodable(CrawlerError):
    """A payload is in a content encoding that is damaged or not known."""


class ContactMissing(CrawlerError):
    """A live crawl has no contact address to show to the owners of the sites."""

    exit_code = 2


class CrawlFailed(CrawlerError):
    """The crawl could not be done at all (the output folder is full or read-only, the crawler does not start)."""

    exit_code = 70


class OutputFailed(CrawlFailed):
    """The run folder cannot be written."""

    exit_code = 73
