"""Are answers over real catalogues those that were frozen? For changes that must not change any.

`python -m benchmarks.frozen --data FOLDER --write FILE` asks 210 judged queries (Amazon's and
Icecat's, 5,000 products each) and, of 1,795 pieces of furniture with photos, 90 real queries, 60
recommendations and 60 complements. FILE gets ids, scores and parts of the first ten hits; since the
data may not be published, `results/frozen.json` gets hashes of them alone. `--compare FILE` asks
again and prints how many answers are equal to six digits, and the first that are not; without
either it compares the hashes.

Vectors are made anew, in float32: answers are equal on one machine. On another one last digits may
move; `tests/frozen`, whose vectors are stored, is equal everywhere. Chance is taken out: nothing is
explored, and the clock stands. The store is the exact one and all matrices are multiplied on one
thread: what the embedded engine gives moves by 1e-9 from run to run, which is enough for other
hashes, and for another order of what is equally near.
"""

import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
import pyarrow.parquet as pq
import typer
from threadpoolctl import threadpool_limits

from benchmarks.datasets import DATA, DataFolder, read_rows
from benchmarks.judged import SETS, JudgedSet
from benchmarks.results_file import SEED, read_result, write_result
from embed import load_encoder
from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Encoder, Event, Product, Query, SearchResponse
from shopwindow.values.setting_groups import EncoderSettings, SearchSettings

N_PRODUCTS = 5000
N_HITS = 10
N_FURNITURE_QUERIES = 90
N_VISITORS = N_ANCHORS = 60
DIGITS = 6
STEP = 1.5 * 10**-DIGITS
"""Rounded numbers may differ by one in the last digit, so that none sits on an edge."""

EXACT = EncoderSettings(precision="float32", threads=1)
NO_TRIES = "[exploration]\nrate = 0.0\n"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
NOW_S = (BEGUN + timedelta(days=300)).timestamp()
FURNITURE = "ikea"
SHOWN = 5

Hits: TypeAlias = list[list[Any]]
"""Of each hit: id, score, and parts by name."""

Answers: TypeAlias = dict[str, Hits]
Asking: TypeAlias = Callable[[], SearchResponse]


def judged_answers(each: JudgedSet, data: Path, encoder: Encoder) -> Answers:
    """Return the answers to the judged queries of one catalogue.

    The judged products are in it, and others at random up to `N_PRODUCTS`.
    """
    judgments = each.judgments(data)
    judged = {product_id for grades in judgments.grades.values() for product_id in grades}
    products = list(each.products(data))
    order = np.random.default_rng(SEED).permutation(len(products)).tolist()
    order.sort(key=lambda n: products[n].id not in judged)
    chosen = [products[n] for n in sorted(order[:N_PRODUCTS])]
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(chosen)
        with SearchService(index, clock=_now) as service:
            return {f"{each.name}: {q}": _hits(_asked(service, q)) for q in judgments.queries}


def furniture_answers(data: Path, encoder: Encoder) -> Answers:
    """Return answers of a shop that has photos, visitors and baskets."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        ProductIndex.open(":memory:", encoder) as index,
        EventLog.open(Path(temporary) / "events") as log,
    ):
        products = _furniture(data, Path(temporary) / "photos")
        index.add(products)
        rooms = _rooms(data, {each.id for each in products})
        log.append(_events(rooms))
        weights = Path(temporary) / "weights.toml"
        weights.write_text(NO_TRIES, encoding="utf-8")
        settings = SearchSettings(weights_file=str(weights))
        with SearchService(index, settings, event_log=log, clock=_now) as service:
            service.recorder.impressions_enabled = False
            service.flush()
            asked = dict(_furniture_asked(service, products, rooms, data))
            for ask in asked.values():  # what neighbours of products say is found out beside
                ask()
            service.personalization.engagement_estimator.process_pending()
            return {name: _hits(ask()) for name, ask in asked.items()}


def _furniture_asked(
    service: SearchService, products: Sequence[Product], rooms: Sequence[Sequence[str]], data: Path
) -> Iterator[tuple[str, Asking]]:
    for text in _furniture_queries(data):
        yield f"furniture: {text}", partial(_asked, service, text)
    for n in range(N_VISITORS):
        yield f"recommended to {n}", partial(service.recommend, _visitor(n), N_HITS)
    for n in range(N_ANCHORS):
        room = rooms[n * 3 % len(rooms)]
        anchor = room[0] if n % 4 else products[n * 31].id  # some are in no room
        yield f"complements {n}", partial(service.complements, anchor, N_HITS)


def _asked(service: SearchService, text: str) -> SearchResponse:
    return service.search(Query(text, limit=N_HITS, facets=()))


def _now() -> float:
    return NOW_S


def _furniture(data: Path, photos: Path) -> list[Product]:
    """Return the furniture, each photo once: of two equal ones nothing says which is nearer."""
    photos.mkdir(parents=True)
    found = []
    for row in {row.image: row for row in read_rows(data, FURNITURE)}.values():
        path = photos / f"{row.id}.jpg"
        path.write_bytes(row.image)
        color = row.attributes.get("color")
        found.append(
            Product(
                id=row.id,
                title=row.title,
                description=row.description,
                category=(row.category,),
                attributes={"color": str(color)} if color else {},
                image=str(path),
            )
        )
    return found


def _rooms(data: Path, ids: Collection[str]) -> list[list[str]]:
    """Return the ids of the things, of these, that were shown in each room."""
    table = pq.read_table(data / FURNITURE / "products.parquet", columns=["id", "extra"])
    members: dict[str, list[str]] = {}
    for row in table.to_pylist():
        for name in json.loads(row["extra"]).get("rooms", []) if str(row["id"]) in ids else ():
            members.setdefault(name, []).append(str(row["id"]))
    return [room for _, room in sorted(members.items()) if len(room) > 1]


def _furniture_queries(data: Path) -> list[str]:
    lines = (data / "relevance" / "wands_queries" / "query.tsv").read_text("utf-8").splitlines()
    texts = list(dict.fromkeys(line.split("\t")[1] for line in lines[1:]))
    return [texts[n * len(texts) // N_FURNITURE_QUERIES] for n in range(N_FURNITURE_QUERIES)]


def _visitor(number: int) -> str:
    return f"visitor-{number}"


def _events(rooms: Sequence[Sequence[str]]) -> list[Event]:
    """Return each room as somebody's basket, and visitors who click on things of two rooms."""
    found = []
    for n, room in enumerate(rooms):
        for place, each in enumerate(room):
            when = BEGUN + timedelta(days=n, minutes=place)
            found.append(
                Event("purchase", each, f"room-{n}", time=when, event_id=f"room-{n}-{place}")
            )
    for n in range(N_VISITORS):
        seen = [*rooms[n * 2 % len(rooms)][:4], *rooms[n * 5 % len(rooms)][: n % 6]]
        for place, each in enumerate(seen):
            when = BEGUN + timedelta(days=240 + place, hours=n % 24, minutes=n)
            found.append(
                Event("click", each, _visitor(n), time=when, event_id=f"{_visitor(n)}-{place}")
            )
    return sorted(found, key=lambda each: (each.time, each.event_id))


def _hits(page: SearchResponse) -> Hits:
    return [
        [
            hit.product.id,
            round(hit.score, DIGITS),
            {name: round(part, DIGITS) for name, part in hit.contributions.items()},
        ]
        for hit in page.hits
    ]


def digest(hits: Hits) -> str:
    """Return hashes of an answer: of ids and scores, and of the first three ids."""
    whole = [[each[0], f"{each[1]:.{DIGITS}f}"] for each in hits]
    return f"{_hash(whole)} {_hash([each[0] for each in hits[:3]])}"


def _hash(values: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:12]


def differences(frozen: Mapping[str, Hits], found: Mapping[str, Hits]) -> dict[str, str]:
    """Return for each question whose answer is another one the first difference."""
    told = {
        name: _first_difference(frozen.get(name, []), found.get(name, []))
        for name in dict.fromkeys([*frozen, *found])
    }
    return {name: each for name, each in told.items() if each}


def _first_difference(frozen: Hits, found: Hits) -> str:
    if len(frozen) != len(found):
        return f"{len(frozen)} hits were found, now {len(found)}"
    for place, (one, other) in enumerate(zip(frozen, found, strict=True), 1):
        if one[0] != other[0]:
            return f"place {place}: was {one[0]} ({one[1]}), is {other[0]} ({other[1]})"
        for name in dict.fromkeys(["score", *one[2], *other[2]]):
            was, now = ({"score": each[1], **each[2]}.get(name, 0.0) for each in (one, other))
            if not math.isclose(was, now, rel_tol=STEP, abs_tol=STEP):
                return f"place {place}, {one[0]}: {name} was {was}, is {now}"
    return ""


def _hashes_differing(frozen: Mapping[str, str], found: Mapping[str, Hits]) -> dict[str, str]:
    differing = {}
    for number, name in enumerate(found):
        was, now = frozen.get(str(number), " ").split(" "), digest(found[name]).split(" ")
        if was != now:
            differing[name] = "other scores or order" if was[1] == now[1] else "other first three"
    return differing


def _tell(found: Answers, differing: Mapping[str, str]) -> None:
    print(f"{len(found) - len(differing)} of {len(found)} answers are equal to {DIGITS} digits")
    for name, each in list(differing.items())[:SHOWN]:
        print(f"  {name}: {each}")


def _all_answers(data: Path) -> Answers:
    encoder = load_encoder("compact", settings=EXACT)
    found: Answers = {}
    with threadpool_limits(limits=1):
        for each in SETS:
            found |= judged_answers(each, data, encoder)
        return found | furniture_answers(data, encoder)


def _counts(names: Iterable[str]) -> dict[str, int]:
    kinds = [name.partition(":")[0].split(" ")[0] for name in names]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def main(
    data: DataFolder = DATA,
    write: Annotated[Path | None, typer.Option(help="File that the answers go into.")] = None,
    compare: Annotated[Path | None, typer.Option(help="File of answers to compare with.")] = None,
) -> None:
    """Freeze answers, or compare them with frozen ones.

    Raises:
        Exit: Some differ.
    """
    found = _all_answers(data)
    if write is not None:
        lines = (f"{json.dumps(name)}: {json.dumps(hits)}" for name, hits in found.items())
        write.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        hashes = {str(number): digest(hits) for number, hits in enumerate(found.values())}
        numbers = {"n_answers": _counts(found), "hashes of answers": hashes}
        write_result("frozen", numbers, command="python -m benchmarks.frozen --data FOLDER")
        return
    if compare is not None:
        differing = differences(json.loads(compare.read_text("utf-8")), found)
    else:
        differing = _hashes_differing(read_result("frozen")["hashes of answers"], found)
    _tell(found, differing)
    if differing:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
