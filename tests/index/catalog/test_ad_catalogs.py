"""Catalogue templates of Meta and TikTok, and their override feeds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import ProductFeed, read_products
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

TIKTOK = (
    "sku_id,title,description,availability,condition,price,link,image_link,additional_image_link,"
    "video_link,brand,item_group_id,product_type,sale_price,sale_price_effective_date\n"
    "# Required,# Required,# Required,# Required,# Required,# Required,,,,,,,,,\n"
)
ROW = (
    'T-1,Tray,Oak,in stock,new,50 AED,https://x.org/t,https://x.org/1.jpg,"https://x.org/2.jpg",'
    "https://x.org/v.mp4,Noor,G,Home > Trays,40 AED,2999-01-01T00:00Z/2999-02-01T00:00Z\n"
)
META = (
    "# Required | An id,# Required | A title,,,,,,,,\n"
    "id,title,availability,condition,price,link,image[0].url,image[0].tag[0],image[1].url,"
    "fb_product_category,quantity_to_sell_on_facebook,status,product_tags[0],style[0],style[1]\n"
    "M-1,Tray,in stock,new,50.00 AED,https://x.org/t,https://x.org/1.jpg,front,https://x.org/2.jpg,"
    "Home > Trays,3,active,sale,plain,rustic\n"
    "M-2,Old,in stock,new,50.00 AED,https://x.org/o,,,https://x.org/2.jpg,,,archived,,,\n"
)


def read(folder: Path, text: str) -> ProductFeed:
    (folder / "feed.csv").write_text(text, encoding="utf-8")
    return read_products(folder / "feed.csv")


def test_tiktok_s_template(tmp_path: Path) -> None:
    head, remarks = TIKTOK.splitlines(keepends=True)
    for text in (remarks + head + ROW, head + ROW, TIKTOK + ROW):
        feed = read(tmp_path, text)
        assert feed.format == "tiktok"
        assert list(feed) == [
            Product(
                id="T-1",
                title="Tray",
                description="Oak",
                price=50.0,
                currency="AED",
                brand="Noor",
                category=("Home", "Trays"),
                image="https://x.org/1.jpg",
                images=("https://x.org/2.jpg",),
                group_id="G",
                attributes={"condition": "new"},
                url="https://x.org/t",
                list_price=50.0,
                sale_price=40.0,
                sale_start=datetime(2999, 1, 1, tzinfo=UTC),
                sale_end=datetime(2999, 2, 1, tzinfo=UTC),
                availability="in_stock",
            )
        ]


def test_meta_s_numbered_columns(tmp_path: Path) -> None:
    feed = read(tmp_path, META)
    assert feed.format == "meta"
    (tray,) = feed
    assert tray.photos == ("https://x.org/1.jpg", "https://x.org/2.jpg")
    assert (tray.category, tray.url) == (("Home", "Trays"), "https://x.org/t")
    assert (tray.in_stock, tray.availability, tray.quantity) == (True, "in_stock", 3)
    assert tray.attributes == {"condition": "new", "style": "plain, rustic"}
    assert [row.rejection.product_id for row in feed.iter_rows() if row.rejection] == ["M-2"]


@pytest.mark.parametrize(
    "text",
    [
        "id,override,title,description\n1,ar_AR,صينية,خشب\n",
        "id,override,price,availability,link\n1,SA,20 SAR,in stock,https://x.org\n",
        "sku_id,override,title\n1,ar_XX,صينية\n",
    ],
)
def test_override_feeds_are_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError, match=r"override feed.*Index the main feed.*title_ar"):
        read(tmp_path, text)
