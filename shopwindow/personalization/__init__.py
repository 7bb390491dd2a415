"""Profiles and engagement statistics, learned from the event log as it grows."""

from shopwindow.personalization.catalog_items import CatalogItem, CatalogItems
from shopwindow.personalization.cooccurrence_rules import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    CO_VIEWED,
    PARENT_CATEGORY_SUFFIX,
)
from shopwindow.personalization.event_consumer import EventConsumer
from shopwindow.personalization.online_store import OnlineStore
from shopwindow.personalization.personalizer import (
    STORE_FILE_NAME,
    Personalizer,
    UserContext,
    erase_user,
    open_online_store,
)
from shopwindow.personalization.product_stats import EngagementStats
from shopwindow.personalization.profile_store import ProfileStore
from shopwindow.personalization.stored_interactions import InteractionRecord

__all__ = [
    "CATEGORY_SUFFIX",
    "CO_PURCHASED",
    "CO_VIEWED",
    "PARENT_CATEGORY_SUFFIX",
    "STORE_FILE_NAME",
    "CatalogItem",
    "CatalogItems",
    "EngagementStats",
    "EventConsumer",
    "InteractionRecord",
    "OnlineStore",
    "Personalizer",
    "ProfileStore",
    "UserContext",
    "erase_user",
    "open_online_store",
]
