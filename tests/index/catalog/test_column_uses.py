"""What a dry run says about columns, and the mapping that it writes."""

from pathlib import Path

import pytest

from index.catalog import ProductFeed, read_products

MESSY = (
    "رمز المنتج,إسم المنتج,Name (en),السعر (ر.س),صورة المنتج,صور المنتج,لون,Heel_Height,"
    "slug,guide,ref\n"
    "1,كوب,Mug,25,,https://x.org/1.jpg,أحمر,5 cm,https://x.org,<b>a</b>,\n"
    "2,طبق,Plate,30,https://x.org/2.jpg,,أزرق,no,https://x.org/2,<b>b</b>,\n"
)


def read(folder: Path, text: str, mapping: Path | None = None) -> ProductFeed:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return read_products(folder / "a.csv", mapping=mapping)


def test_every_column_has_a_use_and_guesses_are_marked(tmp_path: Path) -> None:
    uses = [(use.use, use.is_sure, use.note) for use in read(tmp_path, MESSY).describe_columns()]
    assert uses == [
        ("field id and sku", True, ""),
        ("field title", True, ""),
        ("title in en", True, ""),
        ("field price", False, "currency SAR"),
        ("field image", True, ""),
        ("field image", True, "where the column before it is empty (2)"),
        ("attribute color", True, ""),
        ("attribute heel_height", False, "left out: yes or no alone (1)"),
        ("ignored", True, "an address, a file or a photo"),
        ("ignored", False, "values are no attributes: HTML (2)"),
        ("attribute ref", False, "empty in the first rows"),
    ]


def test_three_different_values_are_shown(tmp_path: Path) -> None:
    text = "id,title\n1,a\n2,a\n3,b\n4,\n5,c\n6,d\n"
    assert read(tmp_path, text).describe_columns()[1].samples == ("a", "b", "c")


@pytest.mark.parametrize(
    "text",
    [
        MESSY,
        "id,sku,title_ar,title_en,description_ar,attr_neck,tags,price,price_usd\n1,2,x,y,z,V,t,5,6\n",
        "id,title_ar,title_en,description_en,description_ar\n1,x,y,z,w\n",
        'id,"title ""x"" (en)",title,color,color,image,image\n1,x,y,red,blue,,\n',
    ],
)
def test_a_written_mapping_reads_the_feed_alike(tmp_path: Path, text: str) -> None:
    feed = read(tmp_path, text)
    path = tmp_path / "m.toml"
    path.write_text(feed.format_mapping(), encoding="utf-8")
    again = read(tmp_path, text, path)
    assert again.plan_columns() == feed.plan_columns()
    assert list(again) == list(feed)
    assert again.format_mapping() == feed.format_mapping()
