"""A file is read as a list, or it is said why it is none."""

from pathlib import Path

import pytest

from provisioning.blocklists import reading
from provisioning.blocklists.formats import named
from provisioning.blocklists.reading import EXAMPLES, UnreadableError, read

HOSTSVN = Path(__file__).resolve().parents[4] / "shared" / "data" / "hostsVN"
# What the lists' own headers say, and how many names stand there in both Vietnamese letters and punycode.
COUNTS = {"adult": (1895, 1883, 0), "gambling": (3747, 3313, 0), "threat": (4447, 4376, 3)}


@pytest.mark.material
@pytest.mark.parametrize("category", COUNTS)
def test_the_real_vietnamese_lists_have_the_counts_of_their_headers(category):
    domains, rules, twice = COUNTS[category]
    hosts = read(HOSTSVN / f"{category}-hosts-VN")
    plain = read(HOSTSVN / f"{category}-domain-VN.txt")
    adblock = read(HOSTSVN / f"{category}-filter-VN.txt")
    assert [r.format for r in (hosts, plain, adblock)] == ["hosts", "domains", "adblock"]
    assert hosts.entries == plain.entries == hosts.claimed == domains
    assert adblock.entries == adblock.claimed == rules
    assert hosts.names == plain.names
    assert len(hosts.names) == domains - twice
    assert hosts.refused.total == plain.refused.total == adblock.refused.total == 0
    assert hosts.version == adblock.version == "2607231411"


@pytest.mark.material
@pytest.mark.parametrize("category", COUNTS)
def test_the_real_filter_blocks_what_the_real_hosts_file_blocks(category):
    """The filter leaves out what lies below another of its names."""
    rules = read(HOSTSVN / f"{category}-filter-VN.txt").names
    for name in read(HOSTSVN / f"{category}-hosts-VN").names:
        labels = name.split(".")
        assert any(".".join(labels[i:]) in rules for i in range(len(labels)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (b"\n <!DOCTYPE html>\n<title>502</title>", "html"),
        (b"<html>danh-bac.example\n", "html"),
        (b"\x1f\x8b\x08\x00", "binary"),
        (b"a.example\0\n", "binary"),
        ("a.example\n".encode("utf-16"), "encoding"),
        (b"404: Not Found", "format"),
        (b'{"message": "Not Found"}', "format"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(content, reason, tmp_path):
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(UnreadableError) as fault:
        read(tmp_path / "list")
    assert fault.value.reason == reason
    assert fault.value.remedy


def test_more_than_can_be_held_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_NAMES", 2)
    (tmp_path / "list").write_text("a.example\nb.example\nc.example\n")
    with pytest.raises(UnreadableError, match="more than 2"):
        read(tmp_path / "list")
    monkeypatch.setattr(reading, "MAX_FILE", 20)
    with pytest.raises(UnreadableError, match="larger than 20"):
        read(tmp_path / "list")


def test_refused_entries_are_counted_and_a_few_are_kept(tmp_path):
    (tmp_path / "list").write_bytes(b"a.example\n" + b"10.0.0.1\n" * 100 + b"\xff.example\n")
    found = read(tmp_path / "list")
    assert found.refused.counts == {"address": 100, "encoding": 1}
    assert [example.line for example in found.refused.examples["address"]] == [*range(2, 2 + EXAMPLES)]
    assert found.refused.examples["encoding"][0].text == "\ufffd.example"
    assert found.entries == 102


@pytest.mark.parametrize(
    ("line", "claimed"),
    [
        ("# Blocked: 3.747 domains", 3747),
        ("! Blocked: 3.313 rules", 3313),
        ("# Entries: 301505", 301505),
        ("# Number of entries: 2,194,726", 2_194_726),
        ("; Number of entries: 12", 12),
        ("# Number of unique domains: 100 123", 100_123),
        ("# Total number of domains: 5", 5),
        ("# Entries: 1.5", None),
        ("# Expires: 1 days", None),
    ],
)
def test_the_lists_own_count_is_understood(line, claimed, tmp_path):
    (tmp_path / "list").write_text(f"{line}\na.example\n")
    assert read(tmp_path / "list", named("domains")).claimed == claimed


def test_the_version_is_the_lists_own_or_that_of_its_content(tmp_path):
    path = tmp_path / "list"
    path.write_text("# Last modified: 23 Jul 2026\n# Version: 7\na.example\n")
    assert read(path).version == "7"
    path.write_text("# Last modified: 23 Jul 2026\na.example\n")
    assert read(path).version == "23 Jul 2026"
    path.write_text("a.example\n")
    one = read(path).version
    path.write_text("b.example\n")
    assert len(one) == 12
    assert read(path).version != one
