"""Every page in Chromium: what is on it, what its forms do, what a wrong entry gets. Takes screenshots."""

import argparse
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../target/tools/python"))

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

parser = argparse.ArgumentParser(description=__doc__)
for option in ("--origin", "--safe", "--folder", "--pictures"):
    parser.add_argument(option, required=True)
options = parser.parse_args()
passed = 0


def chromium():
    """A browser that asks nobody but us, and runs no script: the pages must not need any."""
    settings = webdriver.ChromeOptions()
    settings.binary_location = "/usr/bin/chromium"
    settings.accept_insecure_certs = True
    settings.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    for word in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "hide-scrollbars", "window-size=1000,760",
        "user-data-dir=" + os.path.join(options.folder, "chromium"),
    ):
        settings.add_argument("--" + word)
    return webdriver.Chrome(settings, webdriver.ChromeService("/usr/bin/chromedriver"))


browser = chromium()


def find(what):
    return WebDriverWait(browser, 20).until(lambda there: there.find_element(By.CSS_SELECTOR, what))


def text():
    return find("body").text


def open_page(path, origin=options.origin):
    browser.get(origin + path)
    fits()


def shows(*words):
    for word in words:
        assert word in text(), f"{word!r} is not on {browser.current_url}:\n{text()}"


def picture(name):
    browser.save_screenshot(os.path.join(options.pictures, name + ".png"))


def fits():
    """Nothing of the page is wider than the window, be it a telephone, an old screen or today's."""
    for width in (375, 800, 1000):
        metrics = dict(width=width, height=760, deviceScaleFactor=1, mobile=width < 600)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        page = find("html")
        wide, shown = int(page.get_property("scrollWidth")), int(page.get_property("clientWidth"))
        if wide > shown:
            picture(f"too-wide-{width}")
        assert wide <= shown <= width, f"{browser.current_url} at {width} px is {wide} px wide"
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def submit(action, **fields):
    """Fills in the form that goes to `action` and sends it off with its own button."""
    form = find(f'form[action="{action}"]')
    for name, value in fields.items():
        field = form.find_element(By.NAME, name)
        if field.get_attribute("type") != "file":
            field.clear()
        field.send_keys(value)
    form.find_element(By.CSS_SELECTOR, "input[type=submit]").click()
    WebDriverWait(browser, 20).until(lambda there: is_gone(form))


def is_gone(element):
    try:
        element.is_enabled()
        return False
    except Exception:
        return True


def step(words):
    global passed
    passed += 1
    print("browser:", words, flush=True)


def draw(path):
    """A picture in PNG: an orange disc on blue."""
    size = 240
    row = lambda y: b"\0" + b"".join(
        b"\xf0\x7f\x16" if (x - 120) ** 2 + (y - 120) ** 2 < 8000 else b"\x1f\x5b\xa8" for x in range(size)
    )
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(row(y) for y in range(size)))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))



def set_up_pages():
    open_page("/")
    shows("Papillon")
    picture("welcome")
    open_page("/setup")
    shows("6.0", "5.0", "4.7")
    picture("setup")
    links = {link.get_attribute("href") for link in browser.find_elements(By.CSS_SELECTOR, 'a[href*="/setup/"]')}
    for link in sorted(link for link in links if not link.endswith((".crt", ".reg", ".txt", ".pem"))):
        browser.get(link)
        shows("Papillon")
        fits()
    open_page("/setup/msn6")
    picture("setup-msn6")
    step(f"the set-up pages ({len(links)} links)")


def register():
    open_page("/register")
    shows("Make an account")
    entries = dict(address="ada@example.com", name="Ada Lovelace <&>")
    submit("/register", **entries, password="analytical", again="engine")
    assert find(".error").text, "two passwords that differ are accepted"
    assert find("input[name=name]").get_attribute("value") == "Ada Lovelace <&>", "what was typed is gone"
    assert find("input[name=password]").get_attribute("value") == "", "the password is in the page"
    fits()
    picture("register")
    submit("/register", password="analytical", again="analytical")
    shows("ada@example.com")
    step("registered, with an error on the way")


def account():
    open_page("/account")
    shows("ada@example.com")
    submit("/account/name", name="Countess Ada ✿")
    open_page("/account")
    assert find("input[name=name]").get_attribute("value") == "Countess Ada ✿"
    path = os.path.join(options.folder, "disc.png")
    draw(path)
    submit("/account/picture", picture=path)
    open_page("/account")
    image = find('img[src*="/account/picture"]')
    assert (image.size["width"], image.size["height"]) == (96, 96), image.size
    picture("account")
    with open(path, "wb") as file:
        file.write(b"no picture at all")
    submit("/account/picture", picture=path)
    assert find(".error").text
    open_page("/account")
    submit("/account/password", old="wrong password", password="difference engine", again="difference engine")
    assert find(".error").text
    open_page("/account")
    submit("/account/password", old="analytical", password="difference engine", again="difference engine")
    open_page("/account")
    shows("ada@example.com")
    step("changed name, picture and password")


def sign_in(address, password):
    open_page("/login")
    submit("/login", address=address, password=password)


def sign_out():
    open_page("/account")
    submit("/logout")
    open_page("/account")
    assert "/login" in browser.current_url or browser.find_elements(By.CSS_SELECTOR, 'form[action="/login"]')


def in_and_out():
    sign_out()
    sign_in("ada@example.com", "analytical")
    assert find(".error").text, "the old password still works"
    picture("login")
    sign_in("ada@example.com", "difference engine")
    shows("ada@example.com")
    open_page("/admin")
    assert "grace@example.com" not in text(), "everybody is an administrator"
    open_page("/account")
    submit("/account/sign-out")
    open_page("/account")
    assert browser.find_elements(By.CSS_SELECTOR, 'form[action="/login"]'), "signing out everywhere spares this browser"
    step("signed out and in, and out everywhere")


def administration():
    sign_in("boss@example.com", "correct horse")
    open_page("/admin")
    shows("ada@example.com", "grace@example.com", "boss@example.com")
    picture("admin-people")
    open_page("/admin/online")
    shows("grace@example.com", "127.0.0.1")
    picture("admin-online")
    open_page("/admin/invitations")
    submit("/admin/invitations", uses="3", days="7")
    picture("admin-invitations")
    open_page("/admin/announcement")
    shows("minutes")
    picture("admin-announcement")
    submit("/admin/announcement", text="The butterfly is back.")
    assert not browser.find_elements(By.CSS_SELECTOR, ".error"), text()
    open_page("/admin/person?of=ada%40example.com")
    shows("ada@example.com")
    picture("admin-person")
    sign_out()
    step("administered")


def delete():
    sign_in("ada@example.com", "difference engine")
    open_page("/account/delete")
    submit("/account/delete", password="difference engine")
    sign_in("ada@example.com", "difference engine")
    assert find(".error").text, "a deleted account can sign in"
    step("deleted the account")


def safely():
    open_page("/login", options.safe)
    submit("/login", address="grace@example.com", password="correct horse")
    open_page("/account", options.safe)
    shows("grace@example.com")
    cookies = [cookie for cookie in browser.get_cookies() if cookie["name"].startswith("__Host-")]
    # The session, the token of the forms and the mark of the browser.
    assert len(cookies) == 3 and all(cookie["httpOnly"] and cookie["secure"] for cookie in cookies), cookies
    step("the same by HTTPS")


try:
    for try_page in (set_up_pages, register, account, in_and_out, administration, delete, safely):
        try_page()
except BaseException:
    picture("failed")
    print(browser.current_url, text(), sep="\n", file=sys.stderr)
    raise
finally:
    browser.quit()
print(f"browser: {passed} passed, 0 failed")
