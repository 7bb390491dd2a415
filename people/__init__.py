"""What is known of visitors and products, learned from the event log as it grows."""

from people.catalogue import Catalogue, Known
from people.follower import Follower
from people.online_store import OnlineStore, Touched
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
