"""What is known of visitors and products, learned from the event log as it grows."""

from shopwindow.personalization.catalog_items import Catalogue, Known
from shopwindow.personalization.event_consumer import Follower
from shopwindow.personalization.online_store import OnlineStore
from shopwindow.personalization.personalizer import People, Visitor, erased, opened_store
from shopwindow.personalization.product_stats import Tally
from shopwindow.personalization.profile_reads import Touched

__all__ = [
    "Catalogue",
    "Follower",
    "Known",
    "OnlineStore",
    "People",
    "Tally",
    "Touched",
    "Visitor",
    "erased",
    "opened_store",
]
