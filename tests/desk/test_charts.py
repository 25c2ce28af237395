"""If this fails, a picture in a report shows other numbers than the table beside it."""

import xml.etree.ElementTree as ET

import pytest

from autograder.desk.charts import bar, bins, histogram


@pytest.mark.parametrize(
    ("values", "most", "width", "counts"),
    [
        ([0, 1.9, 2, 19.5, 20], 20, 2, (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)),
        ([40, 0], 40, 5, (1, 0, 0, 0, 0, 0, 0, 1)),
        ([1, 5, 2.4999], 7, 1, (0, 1, 1, 0, 0, 1, 0)),
        ([0.3], 0.3, 0.05, (0, 0, 0, 0, 0, 1)),
        ([-1, 12], 10, 1, (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
        ([], 20, 2, (0,) * 10),
    ],
)
def test_every_value_is_counted_once(values, most, width, counts):
    found = bins(values, most)
    assert found.counts == counts
    assert sum(found.counts) == len(values)
    assert found.edges == pytest.approx([width * each for each in range(len(counts) + 1)])


def test_a_maximum_of_0_has_a_bin():
    assert sum(bins([0, 0], 0).counts) == 2


def test_a_histogram_says_its_numbers():
    picture = ET.fromstring(histogram(bins([0, 3, 20], 20), "Points <of> all", "points"))
    assert picture.get("role") == "img"
    assert picture.find("title").text == "Points <of> all"
    assert picture.find("desc").text.startswith("0 to 2: 1; 2 to 4: 1; 4 to 6: 0;")
    heights = [float(each.get("height")) for each in picture.iter("rect")]
    assert len(heights) == 3 and len({*heights}) == 1
    assert [each.text for each in picture.iter("text") if each.get("class") == "count"] == ["1"] * 3


def test_columns_are_as_tall_as_their_numbers():
    picture = ET.fromstring(histogram(bins([1, 1, 1, 1, 9], 10), "", ""))
    tall, low = (float(each.get("height")) for each in picture.iter("rect"))
    assert tall == pytest.approx(4 * low)


@pytest.mark.parametrize(("share", "part"), [(0, 0), (0.5, 32), (1, 64), (1.5, 64)])
def test_a_bar_is_as_long_as_its_share(share, part):
    whole, shown = ET.fromstring(bar(share)).iter("rect")
    assert (float(whole.get("width")), float(shown.get("width"))) == (64, part)
