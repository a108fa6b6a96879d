"""A name has one spelling, whatever way it was written; what is none is refused with a reason."""

import pytest

from provisioning.blocklists.names import RefusedError, normalise


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Danh-Bac.Example", "danh-bac.example"),
        ("danh-bac.example.", "danh-bac.example"),
        ("*.danh-bac.example", "danh-bac.example"),
        (".danh-bac.example", "danh-bac.example"),
        ("https://danh-bac.example/", "danh-bac.example"),
        ("http://user@danh-bac.example", "danh-bac.example"),
        ("bóng-đá.vn", "xn--bng--8na8hpj.vn"),
        ("BO\u0301NG-ĐA\u0301.VN", "xn--bng--8na8hpj.vn"),  # accents apart, as some keyboards write them
        ("xn--bng--8na8hpj.vn", "xn--bng--8na8hpj.vn"),
        ("https://bóng-đá.vn/", "xn--bng--8na8hpj.vn"),
        ("bóng-đá。vn", "xn--bng--8na8hpj.vn"),
        ("faß.de", "xn--fa-hia.de"),  # IDNA of 2003 said fass.de: another site
        ("i❤.ws", "xn--i-7iq.ws"),
        ("_dmarc.danh-bac.example", "_dmarc.danh-bac.example"),
        ("-x-.danh-bac.example", "-x-.danh-bac.example"),
        ("1.2.3.4.example", "1.2.3.4.example"),
        ("a." * 120 + "example", "a." * 120 + "example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_name_has_one_spelling(text, name):
    assert normalise(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no-domain"),
        ("*", "no-domain"),
        ("vn", "no-domain"),  # would list a whole country
        ("a..example", "no-domain"),
        ("com.vn", "registry"),
        ("*.gov.vn", "registry"),
        ("localhost", "localhost"),
        ("ip6-allnodes", "localhost"),
        ("203.0.113.9", "address"),
        ("203.0.113.0/24", "address"),
        ("2001:db8::1", "address"),
        ("[2001:db8::1]", "address"),
        ("http://203.0.113.9/", "address"),
        ("danh-bac.example/choi", "path"),
        ("https://danh-bac.example/choi?a=1", "path"),
        ("https://bóng-đá.vn/choi", "path"),
        ("danh-bac.example:8443", "port"),
        ("danh bac.example", "characters"),
        ("danh\0bac.example", "characters"),
        ("\ufffd.example", "characters"),
        ("a" * 64 + ".example", "label-too-long"),
        ("á" * 63 + ".example", "label-too-long"),
        ("a." * 124 + "example", "name-too-long"),
        ("danh-bac.123", "no-domain"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(text, reason):
    with pytest.raises(RefusedError) as fault:
        normalise(text)
    assert fault.value.reason == reason
