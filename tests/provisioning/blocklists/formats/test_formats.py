"""Each format gives the same set from the same names, is told by its content, and refuses with a reason."""

from pathlib import Path

import pytest

from provisioning.blocklists import formats
from provisioning.blocklists.formats import FORMATS, detect, named
from provisioning.blocklists.names import RefusedError
from provisioning.blocklists.reading import read

ADDRESSES = ("0.0.0.0", "127.0.0.1", "::", "0.0.0.0", "::1")
NAMES = ("Danh-Bac.Example", "bóng-đá.vn", "_x.cuoc.example.", "a.b.c.d.example", "danh-bac.example")
EXPECTED = {"danh-bac.example", "xn--bng--8na8hpj.vn", "_x.cuoc.example", "a.b.c.d.example"}
FREE = {"tin-tuc.danh-bac.example"}
TEXTS = {
    "hosts": [f"{address}\t{name} # why" for address, name in zip(ADDRESSES, NAMES, strict=True)],
    "domains": [*NAMES[:3], f"{NAMES[3]} # why", NAMES[4]],
    "wildcard": [f"*.{name}" for name in NAMES],
    "adblock": ["[Adblock Plus 2.0]", *(f"||{name}^" for name in NAMES), "@@||tin-tuc.Danh-Bac.example^"],
    "dnsmasq": [
        f"address=/{NAMES[0]}/0.0.0.0",
        f"address=/{NAMES[1]}/#",
        f"local=/{NAMES[2]}/{NAMES[3]}/",
        f"server=/{NAMES[4]}/ # why",
        "server=/tin-tuc.danh-bac.example/#",
    ],
    "unbound": [
        "server:",
        f'  local-zone: "{NAMES[0]}" always_nxdomain',
        f"  local-zone: {NAMES[1]} redirect # why",
        f'  local-data: "{NAMES[1]} A 0.0.0.0"',
        f'  local-zone: "{NAMES[2]}" refuse',
        f"  local-zone: '{NAMES[3]}' static",
        f'  local-zone: "{NAMES[4]}" always_null',
        '  local-zone: "tin-tuc.danh-bac.example." always_transparent',
    ],
    "rpz": [
        "$TTL 300",
        "$ORIGIN rpz.site.example.",
        "@ IN SOA localhost. root.localhost. (",
        "   2026072300 ; serial",
        "   3600 600 86400 300 )",
        "  IN NS localhost.",
        f"{NAMES[0]} CNAME .",
        f"*.{NAMES[0]} CNAME .",
        f"{NAMES[1]} 300 IN CNAME *.",
        f"{NAMES[2]}rpz.site.example. IN CNAME . ; why",
        f"{NAMES[3]} A 0.0.0.0",
        f"*.{NAMES[4]} CNAME rpz-drop.",
        "tin-tuc.danh-bac.example CNAME rpz-passthru.",
    ],
}
WITH_EXCEPTIONS = {"adblock", "dnsmasq", "unbound", "rpz"}


def write(folder: Path, lines: list[str], comment: str, end: str = "\n", start: str = "") -> Path:
    path = folder / "list"
    text = [f"{comment} a comment", "", *lines, f"  {comment} another"]
    path.write_bytes((start + "".join(line + end for line in text)).encode())
    return path


@pytest.mark.parametrize("format_", FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize(("end", "start"), [("\n", ""), ("\r\n", "\ufeff"), ("\r\n", ""), ("  \n", "\ufeff")])
def test_every_format_gives_the_same_names(format_, end, start, tmp_path):
    reading = read(write(tmp_path, TEXTS[format_.name], format_.comments[0], end, start))
    assert reading.format == format_.name
    assert reading.names == EXPECTED
    assert reading.exceptions == (FREE if format_.name in WITH_EXCEPTIONS else set())
    assert reading.refused.counts == {}


def test_each_format_has_a_file_and_each_file_a_format():
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")} - {"__init__", "kind"}
    assert files == set(formats.NAMES) == set(TEXTS)


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("hosts", "1.2.3.4 danh-bac.example", "redirect"),
        ("hosts", "danh-bac.example", "syntax"),
        ("hosts", "0.0.0.0", "syntax"),
        ("domains", "danh-bac.example,1,Hà Nội x", "syntax"),
        ("adblock", "danh-bac.example##.ad", "cosmetic"),
        ("adblock", "#@#.ad", "cosmetic"),
        ("adblock", "||danh-bac.example^$third-party", "options"),
        ("adblock", "@@||danh-bac.example^$generichide", "options"),
        ("adblock", "||danh-bac.example^$badfilter", "options"),
        ("adblock", "||danh-bac.example", "pattern"),
        ("adblock", "||danh-bac.*^", "pattern"),
        ("adblock", "|https://danh-bac.example|", "pattern"),
        ("adblock", "/danh-?bac/", "pattern"),
        ("adblock", "||danh-bac.example/choi", "path"),
        ("adblock", "||danh-bac.example^choi", "pattern"),
        ("dnsmasq", "address=/danh-bac.example/203.0.113.9", "redirect"),
        ("dnsmasq", "server=/danh-bac.example/9.9.9.9", "redirect"),
        ("dnsmasq", "cache-size=1000", "syntax"),
        ("unbound", 'local-zone: "danh-bac.example" maybe', "syntax"),
        ("unbound", 'local-data: "danh-bac.example A 203.0.113.9"', "redirect"),
        ("unbound", 'local-data: "danh-bac.example"', "syntax"),
        ("unbound", "verbosity: 1", "syntax"),
        ("rpz", "danh-bac.example CNAME walled.example.", "redirect"),
        ("rpz", "danh-bac.example A 203.0.113.9", "redirect"),
        ("rpz", "24.0.2.0.192.rpz-ip CNAME .", "trigger"),
        ("rpz", "ns.danh-bac.example.rpz-nsdname CNAME .", "trigger"),
        ("rpz", "$INCLUDE other", "syntax"),
        ("rpz", "danh-bac.example", "syntax"),
    ],
)
def test_a_line_that_does_not_block_a_site_is_refused(name, line, reason):
    with pytest.raises(RefusedError) as fault:
        named(name).reader()(line)
    assert fault.value.reason == reason


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("hosts", "  # only a comment"),
        ("domains", "// a comment"),
        ("adblock", "[Adblock Plus 2.0]"),
        ("adblock", "# a comment"),
        ("dnsmasq", "   # a comment"),
        ("unbound", "server:"),
        ("unbound", 'local-data: "danh-bac.example TXT why"'),
        ("rpz", "; a comment"),
        ("rpz", "danh-bac.example TXT why"),
        ("rpz", "@ NS localhost."),
    ],
)
def test_a_line_without_a_name_gives_none(name, line):
    assert named(name).reader()(line) == ((), False)


def test_all_names_of_a_line_are_taken():
    assert named("hosts").reader()("0.0.0.0 a.example b.example") == (("a.example", "b.example"), False)


def test_an_option_that_leaves_a_rule_whole_is_taken():
    assert named("adblock").reader()("||a.example^$important,document") == (("a.example",), False)


@pytest.mark.parametrize("text", ["404: Not Found", '{"message": "Not Found"}', "", "Service Unavailable"])
def test_a_text_that_is_no_list_has_no_format(text):
    assert detect(text.splitlines()) is None
