"""Where the links lead that the program is started with."""

from urllib.parse import parse_qs, urlsplit

import pytest

from novapi_site.desktop.start import LONGEST_LINK, is_link, page_of

HOSTILE = 'novapi://add?name=a&b=#c?d=%26%00&token=x\n\r"<\\ 渠道'


@pytest.mark.parametrize("link", ["novapi:", "novapi://add?provider=deepseek", "NOVAPI://add", HOSTILE])
def test_link_leads_to_the_dialog_with_every_letter_of_it(link: str) -> None:
    assert is_link(link)
    page = urlsplit(page_of(link))

    assert (page.scheme, page.netloc, page.path, page.fragment) == ("", "", "/channels", "")
    assert parse_qs(page.query) == {"add": ["true"], "paste": [link]}


def test_link_that_is_no_text_leads_there_too() -> None:
    word = b"novapi://add?name=\xff".decode(errors="surrogateescape")  # as Python reads arguments

    assert page_of(word) == "/channels?add=true&paste=novapi%3A%2F%2Fadd%3Fname%3D%3F"


@pytest.mark.parametrize(("letter", "most"), [("x", LONGEST_LINK - 9), ("渠", (LONGEST_LINK - 9) // 9)])
def test_link_that_is_too_long_just_opens_the_dashboard(letter: str, most: int) -> None:
    assert page_of("novapi:" + most * letter)
    assert page_of("novapi:" + (most + 1) * letter) == ""


@pytest.mark.parametrize("word", ["", "serve", "javascript:alert(1)", "https://novapi:1/", " novapi:add", "/log"])
def test_other_words_are_no_links(word: str) -> None:
    assert not is_link(word)
    assert page_of(word) == ""
