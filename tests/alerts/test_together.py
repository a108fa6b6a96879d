"""What is asked ahead is asked in few requests, and answered as if it were asked one by one."""

import pytest

from alerts.together import AT_ONCE, Together
from collector.influx import Refused


class Counting(Together):
    """Counts its requests."""

    requests = 0

    def call(self, *args, **options):
        self.requests += 1
        return super().call(*args, **options)


@pytest.fixture
def together(influx):
    influx.write([f"m v={i}i {i}" for i in range(1, 4)])
    found = Counting(influx._access)
    yield found
    found.close()


def ask(number):
    return f'SELECT sum("v") FROM "m" WHERE time <= {number}s'


def test_answers_are_those_of_single_questions(together, influx):
    texts = [ask(n) for n in range(1, AT_ONCE + 50)]
    with together.ahead():
        assert [together.raw(text) for text in texts] == [{}] * len(texts)
    assert together.requests == 2
    for text in texts[::40]:
        single = influx.raw(text)
        assert together.raw(text)["series"] == single["series"]
    assert together.requests == 2


def test_what_was_not_asked_ahead_is_asked(together):
    assert together.raw(ask(3))["series"][0]["values"] == [[0, 6]]
    assert together.requests == 1


def test_a_question_that_is_refused_is_refused_when_it_is_asked(together):
    with together.ahead():
        together.raw('SELECT nothing("v") FROM "m"')
    with pytest.raises(Refused, match="nothing"):
        together.raw('SELECT nothing("v") FROM "m"')


def test_an_error_inside_asks_nothing_and_leaves_nothing_behind(together):
    def fail():
        with together.ahead():
            together.raw(ask(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert together.requests == 0
    assert together.raw(ask(1))["series"][0]["values"] == [[0, 1]]
