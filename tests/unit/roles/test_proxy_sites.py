# SPDX-License-Identifier: GPL-3.0-or-later
"""Which path of which host leads where, and which routes are refused."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.slipway.deploy.plugins.filter.proxy_sites import FilterModule

HOST = "www.example.org"


def sites(*routes: dict[str, Any]) -> list[dict[str, Any]]:
    return FilterModule().filters()["proxy_sites"](list(routes), max_body="10MB")


def route(*paths: str, **entry: Any) -> dict[str, Any]:
    return {
        "host": HOST,
        "service": "web",
        "port": 3000,
        **({"paths": list(paths)} if paths else {}),
        **entry,
    }


def order(*routes: dict[str, Any]) -> list[str]:
    (site,) = sites(*routes)
    return [location["path"] + "*" * location["below"] for location in site["locations"]]


def test_route_without_paths_is_for_everything() -> None:
    everything = {"path": "/", "below": True, "upstream": "web:3000", "max_body": 10485760}
    assert sites(route()) == [{"host": HOST, "locations": [everything]}]


def test_limit_of_the_route_counts_more_than_the_default() -> None:
    (site,) = sites(route(max_body="25MB"))
    assert site["locations"][0]["max_body"] == 26214400


def test_the_most_specific_path_comes_first_whatever_the_order() -> None:
    routes = [route("/api/*"), route("/api/v1/*", "/api/"), route(), route("/about"), route("/api/v1/me")]
    for shuffled in permutations(routes):
        assert order(*shuffled) == ["/api/v1/me", "/api/v1/*", "/about", "/api/", "/api/*", "/*"]


def test_each_host_once_in_the_order_of_the_routes() -> None:
    names = [site["host"] for site in sites(route(host="b.example.org"), route(), route("/x", host=HOST))]
    assert names == ["b.example.org", HOST]


def test_letters_of_a_host_count_the_same() -> None:
    assert [site["host"] for site in sites(route(), route("/x", host="WWW.Example.org"))] == [HOST]


HOSTILE_HOSTS = ["a b.example.org", "x.example.org {", "x.example.org\nrespond", "localhost", "a..b", "-a.b"]
HOSTILE_PATHS = [
    "",
    "api",
    "/a b",
    '/a" {',
    "/a\nb",
    "/{env.HOME}",
    "/$uri",
    "/a;",
    "/a}",
    "/a`",
    "/*/b",
    "/a\\",
]


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_host_that_is_none(host: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^app_routes\[0\]\.host: .* is no name of a host; write"):
        sites(route(host=host))


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_path_that_is_none(path: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^app_routes\[0\]\.paths\[1\]: .* is no path that a route"):
        sites(route("/fine", path))


REFUSED = {
    "wildcard": (
        [route(host="*.example.org")],
        "app_routes[0].host: '*.example.org' needs a wildcard certificate, and those are not supported; "
        "write a route for each host.",
    ),
    "service": (
        [route(service="web {}")],
        "app_routes[0].service: 'web {}' is no name of a service; use letters, digits, dots, _ and -.",
    ),
    "port": ([route(port=0)], "app_routes[0].port: port 0 is out of range; ports go from 1 to 65535."),
    "everything twice": (
        [route(), route("/*")],
        "app_routes[1].paths[0]: app_routes[0] leads www.example.org/* somewhere already; keep one of them.",
    ),
    "path twice": (
        [route("/api/*"), route("/x", "/API/*")],
        "app_routes[1].paths[1]: app_routes[0] leads www.example.org/API/* somewhere already; "
        "keep one of them.",
    ),
    "path twice in one route": (
        [route("/x", "/x")],
        "app_routes[0].paths[1]: app_routes[0] leads www.example.org/x somewhere already; keep one of them.",
    ),
    "no port": (
        [route(), {"host": HOST, "service": "web"}],
        "app_routes[1] has no port; write {host: …, service: …, port: …}.",
    ),
    "size": ([route(max_body="much")], "'much' is no size; write it like 25MB."),
}


@pytest.mark.parametrize(("routes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused(routes: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        sites(*routes)
    assert str(caught.value) == sentence
