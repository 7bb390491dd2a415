"""The records that are recognized by their keys."""

from collections.abc import Mapping, Sequence

from index.catalog.json_feeds import (
    algolia,
    salla_records,
    schema_org,
    shopify_records,
    woocommerce_records,
    zid_records,
)
from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_formats import RecordFormat

_FORMATS = (
    RecordFormat(
        "schema-org", schema_org.is_schema_org, schema_org.build_schema_org, schema_org.CONSUMED
    ),
    RecordFormat("algolia", algolia.is_algolia, algolia.build_algolia, algolia.CONSUMED),
    RecordFormat(
        "shopify-json",
        shopify_records.is_shopify,
        shopify_records.build_shopify,
        shopify_records.CONSUMED,
    ),
    RecordFormat(
        "woocommerce-json",
        woocommerce_records.is_woocommerce,
        woocommerce_records.build_woocommerce,
        woocommerce_records.CONSUMED,
    ),
    RecordFormat(
        "salla-json", salla_records.is_salla, salla_records.build_salla, salla_records.CONSUMED
    ),
    RecordFormat("zid-json", zid_records.is_zid, zid_records.build_zid, zid_records.CONSUMED),
)
RECORD_FORMATS: Mapping[str, RecordFormat] = {known.name: known for known in _FORMATS}
"""Formats by name, in the order in which records are compared with them."""


def find_format(records: Sequence[Record]) -> RecordFormat:
    """Return the format that most of a feed's first records have; that of any feed without one."""
    for known in _FORMATS:
        if sum(map(known.is_record, records)) * 2 > len(records):
            return known
    return RecordFormat()
