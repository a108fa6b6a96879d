"""A program is a game only where all that its row asks for is seen."""

import pytest

from collector.agent import catalogue, config
from collector.agent.game import Catalogue, Game
from collector.agent.platform import Executable, Version

SHIPPED = catalogue.load(config.CATALOGUE)[0]
assert SHIPPED is not None


def says_nothing(_: str) -> Version | None:
    return None


@pytest.mark.parametrize(
    ("name", "path", "game"),
    [
        ("LEAGUE OF LEGENDS.EXE", r"D:\Games\LoL\Game\League of Legends.exe", "league-of-legends"),
        ("LeagueClientUx.exe", r"D:\Games\LoL\LeagueClientUx.exe", None),
        ("RiotClientServices.exe", "", None),
        ("Steam.exe", r"C:\Steam\Steam.exe", None),
        ("fczf.exe", "", "fc-online"),
        ("fclauncher.exe", "", None),
        ("cs2.exe", r"E:\Steam\game\bin\win64\cs2.exe", "counter-strike-2"),
        ("cs2.exe", "", None),
        ("javaw.exe", r"C:\Users\k\AppData\Roaming\.minecraft\runtime\bin\javaw.exe", "minecraft-java"),
        ("javaw.exe", r"C:\Program Files\Eclipse\jre\bin\javaw.exe", None),
        ("java", "/usr/lib/jvm/java-17/bin/java", None),
        ("java", "", None),
        ("Audition.exe", r"C:\Program Files\Adobe\Adobe Audition 2024\Adobe Audition.exe", None),
        ("Audition.exe", r"D:\VTC\Audition\Audition.exe", "audition"),
        ("game.exe", r"D:\work\game.exe", None),
        ("game.exe", r"D:\VLTK\game.exe", "vo-lam-1"),
        ("wine64-preloader", "/usr/lib/wine/wine64-preloader", None),
        ("moon-buggy", "/usr/games/moon-buggy", "moon-buggy"),
        ("nInvaders", "/usr/games/ninvaders", "ninvaders"),
        ("", "", None),
    ],
)
def test_shipped_catalogue_knows_games_and_accuses_nobody_else(
    name: str, path: str, game: str | None
) -> None:
    assert SHIPPED.match(Executable(name, path), says_nothing) == game


@pytest.mark.parametrize(
    ("said", "path", "game"),
    [
        (Version("VTC Intecom", "Audition Online"), r"D:\a\audition.exe", "audition"),
        (Version("Adobe Inc.", "Adobe Audition"), r"D:\a\audition.exe", None),
        (Version(), r"D:\a\audition.exe", None),
        (None, r"D:\a\audition.exe", None),
        (Version("VTC Intecom", "Audition Online"), "", None),
    ],
)
def test_a_shared_name_needs_what_the_program_says_of_itself(
    said: Version | None, path: str, game: str | None
) -> None:
    row = Game("audition", "Audition", "game", ("audition.exe",), company="vtc", also_is="Adobe Audition")
    assert Catalogue((row,)).match(Executable("Audition.exe", path), lambda _: said) == game


def test_a_name_of_its_own_suffices_where_the_program_cannot_be_read() -> None:
    games = Catalogue((Game("pubg", "PUBG", "game", ("tslgame.exe",), company="krafton"),))
    assert games.match(Executable("TslGame.exe", r"D:\p\TslGame.exe"), says_nothing) == "pubg"
    assert games.match(Executable("TslGame.exe", r"D:\p\TslGame.exe"), lambda _: Version("Other")) is None


def test_a_program_is_read_only_where_a_row_wants_it() -> None:
    asked: list[str] = []

    def version(path: str) -> Version | None:
        asked.append(path)
        return None

    SHIPPED.match(Executable("dota2.exe", r"D:\dota2.exe"), version)
    SHIPPED.match(Executable("explorer.exe", r"C:\Windows\explorer.exe"), version)
    assert asked == []


def test_two_games_of_one_name_are_told_apart() -> None:
    games = Catalogue(
        (
            Game("a", "A", "game", ("client.exe",), ("/a/",)),
            Game("b", "B", "game", ("client.exe",), ("/b/",)),
        )
    )
    assert games.match(Executable("client.exe", "/x/b/client.exe"), says_nothing) == "b"
