"""A page of every format becomes a document with title, date, address and sections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retrieval.documents import BlockKind, Document, LeftOutPage, PageFormat, Permalinks
from retrieval.errors import PageError
from retrieval.parsing import parse
from tests.builders import a_page

TODAY = date(2026, 3, 1)


def parsed(
    text: str, *, post: str = "post.md", format: PageFormat = PageFormat.MARKDOWN
) -> Document:
    document = parse(a_page(text, post=post, format=format), today=TODAY)
    assert isinstance(document, Document)
    return document


def words(document: Document) -> list[str]:
    return [block.text for section in document.sections for block in section.blocks]


def test_yaml_front_matter_gives_title_date_and_tags() -> None:
    document = parsed(
        "---\ntitle: 'On bread: a start'\ndate: 2024-05-17T08:00:00+02:00\n"
        "lastmod: 2024-06-01\ntags: [bread, oven]\n---\nFlour.\n"
    )
    assert document.title == "On bread: a start"
    assert (document.published, document.updated) == (date(2024, 5, 17), date(2024, 6, 1))
    assert document.tags == ("bread", "oven")
    assert words(document) == ["Flour."]


def test_toml_front_matter_gives_the_same() -> None:
    document = parsed(
        '+++\ntitle = "On bread"\ndate = 2024-05-17T08:00:00Z\n'
        '[taxonomies]\ntags = ["bread"]\n+++\nFlour.'
    )
    assert document.title == "On bread"
    assert document.published == date(2024, 5, 17)
    assert document.tags == ("bread",)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2023-10-5", date(2023, 10, 5)),
        ("October 5, 2023", date(2023, 10, 5)),
        ('"2023-10-05 22:30:00 -0700"', date(2023, 10, 5)),
        ("2023-10", date(2023, 10, 1)),
        ("2023-13-45", None),
        ("soon", None),
    ],
)
def test_dates_are_read_as_blogs_write_them(stated: str, expected: date | None) -> None:
    assert parsed(f"---\ntitle: T\ndate: {stated}\n---\nFlour.").published == expected


def test_without_front_matter_the_first_heading_is_the_title_and_the_file_name_has_the_date() -> (
    None
):
    document = parsed("# On bread\n\nFlour.\n\n## Ovens\n\nHot.", post="2024-05-17-on-bread.md")
    assert document.title == "On bread"
    assert document.published == date(2024, 5, 17)
    assert [section.headings for section in document.sections] == [(), ("Ovens",)]


def test_front_matter_wins_over_a_file_name_that_gives_another_date() -> None:
    document = parsed("---\ndate: 2024-05-17\n---\n# T\n\nFlour.", post="2020-01-01-t.md")
    assert document.published == date(2024, 5, 17)


def test_a_date_in_the_first_lines_is_taken_and_not_part_of_the_text() -> None:
    document = parsed("# On bread\n\n*Posted on 17 May 2024*\n\nFlour.")
    assert document.published == date(2024, 5, 17)
    assert words(document) == ["Flour."]


def test_a_date_further_down_is_part_of_the_text() -> None:
    document = parsed("# T\n\nOne.\n\nTwo.\n\nThree.\n\nMay 17, 2024\n")
    assert document.published is None
    assert "May 17, 2024" in words(document)


def test_a_title_is_made_of_the_file_name_where_nothing_else_gives_one() -> None:
    assert parsed("Flour.", post="2024-05-17-on_good-bread.md").title == "On good bread"


def test_plain_text_has_title_date_and_bullets() -> None:
    document = parsed(
        "On bread\n\nOctober 15, 2024\n\nFlour and\nwater.\n\n• Knead it\n• Wait\nThen bake.\n",
        format=PageFormat.PLAIN_TEXT,
    )
    assert document.title == "On bread"
    assert document.published == date(2024, 10, 15)
    assert words(document) == ["Flour and water.", "• Knead it\n• Wait", "Then bake."]


def test_an_html_page_gives_its_article_and_what_its_head_says() -> None:
    document = parsed(
        """<!doctype html><html><head><title>On bread | Ben</title>
        <meta property="article:published_time" content="2024-05-17T08:00:00+01:00"></head>
        <body><nav>Home</nav><article><header><h1>On bread</h1></header><p>Flour.</p>
        <h2 id="ovens">Ovens</h2><p>Hot<sup>2</sup>.</p><pre><code>bake()
  hot()</code></pre><script>x()</script></article><footer>© Ben</footer></body></html>""",
        format=PageFormat.HTML,
    )
    assert document.title == "On bread"
    assert document.published == date(2024, 5, 17)
    assert [(section.headings, section.anchor) for section in document.sections] == [
        ((), None),
        (("Ovens",), "ovens"),
    ]
    assert words(document) == ["Flour.", "Hot2.", "bake()\n  hot()"]


def test_mdx_loses_its_components_and_keeps_what_they_enclose() -> None:
    document = parsed(
        "---\ntitle: T\n---\nimport Aside from './Aside'\nimport {\n  Chart,\n} from 'charts'\n\n"
        'Before.\n\n<Aside kind="note" size={{w: 1}}>\n      Knead **well**.\n</Aside>\n\n'
        "<Chart data={[1, 2]} />\n\n{/* a comment */}\n\n```jsx\n<Aside>stays</Aside>\n```\n",
        format=PageFormat.MDX,
    )
    assert words(document) == ["Before.", "Knead well.", "<Aside>stays</Aside>"]


def test_template_tags_go_but_not_those_in_code() -> None:
    document = parsed(
        'A {{< figure src="x.png" >}} loaf.\n\n{% include note.html %}\n\n'
        "Write `{{ .Title }}` so.\n\n~~~\n{% raw %}\n~~~\n<!--more-->\nEnd.\n"
    )
    assert words(document) == ["A loaf.", "Write {{ .Title }} so.", "{% raw %}", "End."]


def test_blocks_know_what_they_are() -> None:
    document = parsed(
        "Text[^1].\n\n> Quoted.\n\n1. one\n2. two\n   - inner\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```\ncode\n```\n\n[^1]: A note.\n"
    )
    (section,) = document.sections
    assert [(block.kind, block.text) for block in section.blocks] == [
        (BlockKind.PARAGRAPH, "Text."),
        (BlockKind.QUOTE, "Quoted."),
        (BlockKind.LIST, "1. one\n2. two\n  • inner"),
        (BlockKind.TABLE, "a | b\n1 | 2"),
        (BlockKind.CODE, "code"),
        (BlockKind.LIST, "1. A note."),
    ]


def test_headings_nest_and_state_their_ids() -> None:
    document = parsed(
        "---\ntitle: T\n---\nIntro.\n\n## Flour {#flour}\n\nA.\n\n### Rye\n\nB.\n\n## Water\n\nC.\n"
    )
    assert [(section.headings, section.anchor) for section in document.sections] == [
        ((), None),
        (("Flour",), "flour"),
        (("Flour", "Rye"), None),
        (("Water",), None),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntitle: T\ndraft: true\n---\nText.", "draft"),
        ("+++\ntitle = 'T'\ndraft = true\n+++\nText.", "draft"),
        ("---\ntitle: T\npublished: false\n---\nText.", "not published"),
        ("---\ntitle: T\nhidden: true\n---\nText.", "hidden"),
        ("---\ntitle: T\ndate: 2026-03-02\n---\nText.", "in the future (2026-03-02)"),
        ("", "empty"),
        ("![only a picture](x.png)", "empty"),
    ],
)
def test_some_pages_are_left_out_for_a_reason(text: str, why: str) -> None:
    page = parse(a_page(text), today=TODAY)
    assert isinstance(page, LeftOutPage)
    assert why in page.why


def test_a_post_of_today_is_not_in_the_future() -> None:
    assert parsed(f"---\ntitle: T\ndate: {TODAY}\n---\nText.").published == TODAY


def test_a_post_with_a_title_and_no_text_can_still_be_found() -> None:
    document = parsed("---\ntitle: Elsewhere\ndescription: It moved.\n---\n")
    assert words(document) == ["It moved."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntitle: a: b\n---\nText.", "not valid YAML at line 2"),
        ("---\ntitle: 'a\n---\nText.", "not valid YAML"),
        ("---\ntitle: T\ndraft: true\nText.", "never ends"),
        ("+++\ntitle = a\n+++\nText.", "not valid TOML"),
    ],
)
def test_broken_front_matter_says_what_and_where(text: str, why: str) -> None:
    with pytest.raises(PageError, match=why):
        parse(a_page(text), today=TODAY)


def test_a_line_of_dashes_is_no_front_matter() -> None:
    assert words(parsed("---\n\nFlour.\n\n---\n\nWater.\n")) == ["Flour.", "Water."]


@pytest.mark.parametrize(
    ("post", "text", "url"),
    [
        ("on-bread.md", "Text.", "https://ben.example/on-bread/"),
        ("posts/2024-05-17-on-bread.md", "Text.", "https://ben.example/posts/on-bread/"),
        ("_posts/2024-05-17-on-bread.md", "Text.", "https://ben.example/on-bread/"),
        ("posts/on-bread/index.md", "Text.", "https://ben.example/posts/on-bread/"),
        ("a b (c).md", "Text.", "https://ben.example/a%20b%20%28c%29/"),
        ("x.md", "---\nslug: on-bread\n---\nText.", "https://ben.example/on-bread/"),
        ("x.md", "---\nurl: /2024/bread.html\n---\nText.", "https://ben.example/2024/bread.html"),
        (
            "x.md",
            "---\npermalink: https://other.example/b/\n---\nText.",
            "https://other.example/b/",
        ),
    ],
)
def test_a_folder_post_has_the_address_that_its_site_gives_it(
    post: str, text: str, url: str
) -> None:
    site = Permalinks("https://ben.example", "{folder}/{slug}/")
    document = parse(replace(a_page(text, post=post), permalinks=site), today=TODAY)
    assert isinstance(document, Document)
    assert document.url == url


def test_a_permalink_pattern_may_use_the_date() -> None:
    page = a_page("---\ndate: 2024-05-17\n---\nText.", post="_posts/2024-05-17-bread.md")
    site = Permalinks("https://ben.example/blog/", "{year}/{month}/{day}/{slug}.html")
    document = parse(replace(page, permalinks=site), today=TODAY)
    assert isinstance(document, Document)
    assert document.url == "https://ben.example/blog/2024/05/17/bread.html"


def test_without_a_site_the_address_is_the_file() -> None:
    assert parsed("Text.").url == "file:///blog/post.md"


def test_bear_blog_has_a_header_without_a_fence() -> None:
    document = parsed(
        "title: On bread: a start\nlink: bread\npublished_date: 2024-05-17 08:00\n"
        "tags: bread, oven\n\n___\n\nFlour.\n\nlater: this is text\n"
    )
    assert (document.title, document.published) == ("On bread: a start", date(2024, 5, 17))
    assert document.tags == ("bread", "oven")
    assert words(document) == ["Flour.", "later: this is text"]


def test_several_dates_may_stand_under_one_name() -> None:
    document = parsed("---\ndate:\n  created: 2024-05-17\n  updated: 2024-06-01\n---\nFlour.")
    assert (document.published, document.updated) == (date(2024, 5, 17), date(2024, 6, 1))


def test_the_marks_of_site_generators_are_no_text() -> None:
    document = parsed(
        'Flour.\n{: .lead }\n\n> [!WARNING]\n> Hot oven.\n\n=== "Oven"\n\nBake.\n\n'
        '!!! note "Mind the crust"\n\n    It burns.\n'
    )
    assert words(document) == ["Flour.", "Hot oven.", "Bake.", "Mind the crust", "It burns."]


@pytest.mark.parametrize(
    ("front", "cover"),
    [
        ("cover: /images/bread.png", "https://ben.example/images/bread.png"),
        ("image: bread.jpg", "https://ben.example/posts/bread/bread.jpg"),
        ("cover:\n  image: https://cdn.example/b.webp\n  alt: Bread", "https://cdn.example/b.webp"),
        ("header:\n  teaser: /b.png", "https://ben.example/b.png"),
        ("images: [/b.png]\nfeatured_image: /f.png", "https://ben.example/f.png"),
        ("image: ../../assets/b.png", None),  # a generator puts it elsewhere
        ("image: /b.svg", None),  # Discord shows none
        ("image: true", None),
    ],
)
def test_a_post_names_its_cover(front: str, cover: str | None) -> None:
    site = Permalinks("https://ben.example", "{folder}/{slug}/")
    page = replace(a_page(f"---\n{front}\n---\nText.", post="posts/bread.md"), permalinks=site)
    document = parse(page, today=TODAY)
    assert isinstance(document, Document)
    assert document.cover == cover


def test_a_cover_in_a_folder_without_a_site_opens_nowhere() -> None:
    assert parsed("---\ncover: /b.png\n---\nText.").cover is None


@pytest.mark.parametrize(
    ("front", "text", "language"),
    [
        ("title: Brot", "Das Brot war im Ofen, und es ist dort für eine Stunde.", "german"),
        ("lang: en", "Das Brot war im Ofen, und es ist dort für eine Stunde.", "german"),
        ("lang: ru-RU", "Хлеб стоял в печи целый час.", "russian"),
        ("title: Хлеб", "Хлеб стоял в печи целый час.", None),
    ],
)
def test_the_language_of_a_post_is_as_it_reads_or_else_as_it_is_stated(
    front: str, text: str, language: str | None
) -> None:
    assert parsed(f"---\n{front}\n---\n{text}").language == language
