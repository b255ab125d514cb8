"""Lists of requests."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.pages.office import Office, text_of


def titles(office: Office, who: str, query: str = "") -> list[str]:
    response = office.client(who).get(f"/requests/{query}")
    return [line.row.title.split()[0] for line in response.context["lines"]]


def test_one_signs_in_first(office: Office) -> None:
    assert office.client("").get("/requests/").headers["Location"] == "/sign-in/?next=/requests/"
    assert office.client("ana").post("/requests/").status_code == 405


def test_everybody_sees_their_own_and_only_some_see_all(office: Office) -> None:
    office.submit(item="Mine")
    office.submit(by="bo", item="Bos")
    assert titles(office, "ana") == ["Mine"]
    assert titles(office, "bo") == ["Bos"]
    assert titles(office, "max") == titles(office, "aud") == []
    everything = {who: titles(office, who, "?whose=all") for who in ("ana", "bo", "out", "max", "aud")}
    assert everything == {
        "ana": ["Mine"], "bo": ["Bos"], "out": [], "max": ["Bos", "Mine"], "aud": ["Bos", "Mine"]
    }  # fmt: skip
    assert "whose=all" not in text_of(office.client("ana").get("/requests/"))


def test_filters_search_and_counts(office: Office) -> None:
    office.submit(item="Open")
    closed = office.submit(item="Closed")
    office.post(closed, "withdraw", "ana")
    back = office.submit(item="Back")
    office.post(back, "decide", "bo", task="lead.1.1", decision="request_changes", comment="Hm")
    assert titles(office, "ana") == ["Back", "Closed", "Open"]
    assert titles(office, "ana", "?show=open") == ["Open"]
    assert titles(office, "ana", "?show=returned") == ["Back"]
    assert titles(office, "ana", "?show=closed") == ["Closed"]
    assert titles(office, "ana", "?show=nonsense&policy=order") == ["Back", "Closed", "Open"]
    assert titles(office, "ana", "?policy=other") == []
    assert titles(office, "ana", "?q=CLOS") == ["Closed"]
    assert titles(office, "ana", f"?q=%23{back.number}") == ["Back"]
    tabs = {tab.title: tab.count for tab in office.client("ana").get("/requests/").context["tabs"]}
    assert tabs == {"All": 3, "In progress": 1, "Returned to me": 1, "Closed": 1}
    page = text_of(office.client("ana").get("/requests/"))
    for word in ("In progress", "Withdrawn", "Returned for changes", "Team lead", "12.50 EUR"):
        assert word in page


def test_it_says_so_when_there_is_nothing(office: Office) -> None:
    assert "You have not asked for anything yet" in text_of(office.client("ana").get("/requests/"))
    assert "Nothing matches" in text_of(office.client("ana").get("/requests/?q=zebra"))


@pytest.mark.parametrize("query", ["?page=x", "?page=99", "?q=%00", "?q=" + "9" * 40, "?policy=%00x"])
def test_a_strange_address_is_harmless(office: Office, query: str) -> None:
    office.submit()
    assert office.client("ana").get(f"/requests/{query}").status_code == 200


def test_the_number_of_queries_does_not_grow(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(26):
        office.submit(item=f"Thing {number}")
    browser = office.client("max")
    with django_assert_max_num_queries(8):
        page = browser.get("/requests/?whose=all")
    assert "1–25 of 26" in text_of(page)
    assert titles(office, "max", "?whose=all&page=2") == ["Thing"]
