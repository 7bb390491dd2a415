"""What is known of a visitor as one JSON document."""

import json

from cli.answers import is_unicode
from core.person import Interest, Person


def as_person_document(person: Person) -> str:
    """Return what is known of a visitor.

    Returns:
        An object with the keys user_id, n_touches, interests, dislikes, tastes, prices and deeds;
        products by their ids, times in ISO 8601.
    """
    document = {
        "user_id": person.user_id,
        "n_touches": person.n_touches,
        "interests": [_interest(each) for each in person.interests],
        "dislikes": [_interest(each) for each in person.dislikes],
        "tastes": {name: dict(values) for name, values in person.tastes.items()},
        "prices": {
            currency: {"low": each.low, "typical": each.typical, "high": each.high}
            for currency, each in person.prices.items()
        },
        "deeds": [
            {"kind": each.kind, "product_id": each.product.id, "time": each.time.isoformat()}
            for each in person.deeds
        ],
    }
    return json.dumps(document, ensure_ascii=not is_unicode(), indent=2)


def _interest(interest: Interest) -> dict[str, object]:
    return {
        "share": interest.share,
        "products": [each.id for each in interest.products],
        "last": interest.last.isoformat(),
    }
