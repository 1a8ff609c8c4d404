# SPDX-License-Identifier: GPL-3.0-or-later
"""What two people do with the reference application, each in a browser window of their own."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from uuid import uuid4

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from support.browser import Browser

PATIENCE_SECONDS = 20
PICTURE_SIDE = 64
_LEAVE = """
const done = arguments[0];
const { call } = await import(new URL("api.js", location.href).href);
call("DELETE", "/v1/account").then(() => done(""), (error) => done(error.message));
"""


@dataclass(frozen=True)
class Meeting:
    """What was seen on the pages."""

    page_version: str
    api_version: str
    picture_width: int
    """As the recipient's browser has decoded it; 0 when it did not arrive."""
    read_receipt: bool
    complaints: tuple[str, ...]
    """What the browsers' consoles hold of errors."""


class Person:
    """One window of the application, with somebody in front of it."""

    def __init__(self, window: WebDriver, name: str) -> None:
        self.window = window
        self.email = f"{name}-{uuid4().hex[:10]}@example.org"
        self.name = self.email.partition("@")[0]

    def visit(self, address: str) -> None:
        """Open the page and register there."""
        self.window.get(address)
        self.see("#email").send_keys(self.email)
        self.window.find_element(By.ID, "password").send_keys(uuid4().hex)
        self.window.find_element(By.CSS_SELECTOR, "button[value=register]").click()
        self.see("#status.connected")

    def see(self, selector: str, text: str = ""):
        """Wait until something is visible, with this text in it; return it."""

        def found(window: WebDriver):
            for element in window.find_elements(By.CSS_SELECTOR, selector):
                if element.is_displayed() and text in element.text:
                    return element
            return None

        complaint = f"{self.name} does not see {selector} {text!r}"
        return WebDriverWait(self.window, PATIENCE_SECONDS).until(found, complaint)

    def turn_to(self, other: Person) -> None:
        """Choose whom to write to."""
        self.see("#people button", other.name).click()
        self.see("#partner", other.name)

    def write(self, text: str) -> None:
        self.see("#text").send_keys(text)
        self.window.find_element(By.CSS_SELECTOR, "#write > button").click()

    def show(self, path: str) -> None:
        """Send a picture, which lies where the browser can read it."""
        self.window.find_element(By.ID, "picture").send_keys(path)

    def picture_width(self) -> int:
        """Wait for a picture in the conversation; return the width that the browser has decoded."""
        script = "return document.querySelector('.message img')?.naturalWidth || 0"
        return WebDriverWait(self.window, PATIENCE_SECONDS).until(
            lambda window: window.execute_script(script), f"{self.name} sees no picture"
        )

    def complaints(self) -> list[str]:
        """Return the errors in the browser's console so far."""
        log = self.window.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def leave(self) -> None:
        """Delete the account and everything with it."""
        assert self.window.execute_async_script(_LEAVE) == ""


def meet(browser: Browser, address: str) -> Meeting:
    """Let two people register, write to each other and send a picture; what they leave behind is removed."""
    ada, ben = Person(browser.window(), "ada"), Person(browser.window(), "ben")
    ada.visit(address)
    ben.visit(address)
    ada.turn_to(ben)
    ben.turn_to(ada)
    ada.write("Good morning, Ben!")
    ben.see(".message:not(.mine) p", "Good morning, Ben!")
    ben.write("Good morning, Ada!")
    ada.see(".message:not(.mine) p", "Good morning, Ada!")
    ada.show(browser.put("picture.png", picture()))
    width = ben.picture_width()
    meeting = Meeting(
        page_version=ada.see("#page-version").text,
        api_version=ada.see("#api-version").text,
        picture_width=width,
        read_receipt=bool(ada.window.find_elements(By.CSS_SELECTOR, ".message.mine .read")),
        complaints=tuple(ada.complaints() + ben.complaints()),
    )
    for person in (ada, ben):
        person.leave()
        person.window.quit()
    return meeting


def picture() -> bytes:
    """Return a PNG of one colour, a new one each time so that nothing comes out of a cache."""
    colour = uuid4().bytes[:3]
    rows = (b"\0" + colour * PICTURE_SIDE) * PICTURE_SIDE

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", PICTURE_SIDE, PICTURE_SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
