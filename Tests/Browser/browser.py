"""A headless Chromium, and what the tests of the pages need of it."""

import base64
import json
import os
import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Browser:
    """One window, desktop or phone, light or dark, with or without scripts."""

    def __init__(self, width=1280, height=900, dark=False, scripts=True):
        self.width, self.height = width, height
        self.downloads = tempfile.mkdtemp(prefix="orrery-browser-")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.cdp("Emulation.setEmulatedMedia", features=[scheme, still])
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=self.downloads)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.driver.quit()
        shutil.rmtree(self.downloads, ignore_errors=True)

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, path):
        self.driver.get("file://" + os.path.abspath(path))

    def press(self, *keys):
        """Keys go where the focus is, as from a keyboard; nothing is clicked."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def ask(self, script, *arguments):
        return self.driver.execute_script("return " + script, *arguments)

    def wait(self, script, *arguments):
        """Until it is so, or the test fails."""
        return WebDriverWait(self.driver, 10, 0.02).until(lambda _: self.ask(script, *arguments), script)

    def texts(self, selector):
        return [node.text for node in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def overflow(self):
        """The widest thing that stands out of the window to the right, or nothing."""
        return self.ask(
            "(() => { const w = document.documentElement.clientWidth;"
            " if (document.documentElement.scrollWidth <= w) return null;"
            " const bad = [...document.querySelectorAll('main *')].filter((it) => it.getBoundingClientRect().right > w + 1);"
            " return bad.length ? bad[0].outerHTML.slice(0, 200) : 'the page'; })()"
        )

    def shoot(self, path, most=4000):
        tall = min(most, self.ask("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": self.width, "height": tall, "scale": 1}
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))


    def stored(self, key):
        return json.loads(self.ask("localStorage.getItem(arguments[0])", key) or "[]")
