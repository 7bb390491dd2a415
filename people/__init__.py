"""What is known of visitors and products, learned from the event log as it grows."""

from people.catalogue import Catalogue, Known
from people.follower import Follower
from people.lookups import Touched
from people.online_store import OnlineStore
from people.people import People, Visitor, erased, opened_store
from people.tallies import Tally

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
