"""A notebook's page becomes one of the site."""

from lxml import html

from scripts import notebook


def page(body: str) -> str:
    head = "<html><head><title>t</title></head>"
    return f"{head}<body><article>{body}</article></body></html>"


def test_notebook_loses_its_styles_and_scripts_and_only_there():
    body = "<style>a</style>"
    body += f"{notebook.WRAPPER}<style>a</style><p>kept</p><script>\nb\n</script></div>"
    before = page(body).replace("</head>", "<style>mine</style></head>")
    after = notebook.mend(before, "../", "en")
    assert "<p>kept</p>" in after
    assert "<style>mine</style>" in after
    assert "<style>a" not in after
    assert "<script>" not in after
    assert 'href="../assets/notebook.css"' in after
    assert notebook.mend(page("<style>a</style>"), "", "en") == page("<style>a</style>")


def test_headings_and_links_of_a_notebook_fit_the_site():
    link = '<a href="#_{}" class="{}">x</a>'
    nav = link.format(2, "md-nav__link") + link.format(3, "md-nav__link")
    contents = link.format(1, "md-skip") + nav + nav
    body = (
        f"{notebook.WRAPPER}"
        '<h1 id="">a<a class="anchor-link" href="#">¶</a></h1>'
        '<h2 id="">b</h2><p><a href="one.md#why">w</a> <a href="two.ipynb">t</a>'
        '<img alt="No description has been provided for this image">'
        '<div class="zeroclipboard-container"><clipboard-copy ,=""><div></div>'
        "</clipboard-copy>\n</div>"
        '<div class="highlight-ipynb hl-python"><pre>x = 1</pre></div>'
        '<div class="clipboard-copy-txt" id="cell-1">x = 1</div>'
        '<a href="https://example.org/x.md#y">out</a></p><h2 id="">c</h2></div>'
    )
    whole = page(body).replace("<article>", f"{contents}<article>")
    tree = html.fromstring(notebook.mend(whole, "", "zh"))
    assert tree.xpath("//h1/@id | //h2/@id") == ["part-0", "part-1", "part-2"]
    nav = tree.xpath("//a[@class='md-nav__link']/@href")
    assert nav == ["#part-1", "#part-2", "#part-1", "#part-2"]
    assert tree.xpath("//a[@class='md-skip']/@href") == ["#part-0"]
    assert tree.xpath("//div[@class='highlight']/pre/code/text()") == ["x = 1"]
    assert tree.text_content().count("x = 1") == 1
    assert not tree.xpath("//clipboard-copy")
    assert tree.xpath("//a[not(@class)]/@href") == [
        "one.html#why",
        "two.html",
        "https://example.org/x.md#y",
    ]
    assert "¶" not in tree.text_content()
    assert tree.xpath("//img/@alt") == [notebook.PLOT["zh"]]


def test_what_a_cell_prints_is_one_block_however_it_arrived():
    def output(text, kind=""):
        return (
            f'<div class="jp-OutputArea-child{kind}">\n<div class="jp-RenderedText '
            'jp-OutputArea-output" data-mime-type="text/plain" tabindex="0">\n'
            f"<pre>{text}\n</pre>\n</div>\n</div>\n"
        )

    result = output("a result", " jp-OutputArea-executeResult")
    body = output("one") + output("two") + output("three") + result
    whole = page(f"{notebook.WRAPPER}{body}</div>")
    tree = html.fromstring(notebook.mend(whole, "", "en"))
    found = [pre.text.split("\n")[:-1] for pre in tree.iter("pre")]
    assert found == [["one", "two", "three"], ["a result"]]
    assert len(tree.xpath("//div[starts-with(@class,'jp-OutputArea-child')]")) == 2
