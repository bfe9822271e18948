"""Drives the exported pages as a learner with a keyboard would: Tests/Browser/pages.py PROGRAM FOLDER"""

import glob
import json
import os
import subprocess
import sys
import traceback

from selenium.webdriver.common.keys import Keys

from browser import Browser

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
SITE = FOLDER + "/site"
LESSON = SITE + "/en/components/watch-not-orders.html"
STORE = "orrery/kubernetes-inside@1.0/0/answers"
OPEN = "document.querySelector('.question:not(.settled):not([hidden])')"


def lessons():
    """What the site has a page for, as "chapter/lesson"."""
    pages = glob.glob(SITE + "/en/*/*.html")
    return sorted(page[len(SITE + "/en/") : -len(".html")] for page in pages if not page.endswith("/index.html"))


def reads_without_scripts():
    with Browser(scripts=False) as browser:
        browser.open(LESSON)
        shown = browser.texts(".beat .prose")
        assert len(shown) == 8 and all(len(text) > 60 for text in shown), shown
        assert len([text for text in browser.texts(".step.story .why") if text]) > 20
        assert not any(browser.texts(".step.wire .did")), "the wire is shown at the level of the story"
        assert all(text == "Show the answer" for text in browser.texts(".question .answer")), "answers stand open"
        assert len(browser.texts("svg")) >= 8
        assert "JavaScript" in browser.texts("noscript")[0]
        assert not browser.complaints(), browser.complaints()
        browser.driver.find_element("css selector", ".level.wire").click()
        assert all(browser.texts(".beat .step.wire .did")), "the level needs no script"
        browser.shoot(FOLDER + "/plain-desktop.png")


def answer_with_keys(browser, wrong=()):
    """Every question of a lesson from first to last; the first option, another where it shall be wrong."""
    asked = []
    for _ in range(40):
        question = browser.ask(OPEN + "?.dataset.question")
        if not question:
            return asked
        browser.press("g")
        browser.wait("document.activeElement.closest('.question')?.dataset.question === arguments[0]", question)
        kind = browser.ask(OPEN + ".querySelector('form').dataset.kind")
        if kind == "order":
            put_in_order(browser, question)
        else:
            pick(browser, question, is_wrong=question in wrong)
        browser.wait("document.querySelector(`[data-question='${arguments[0]}']`).classList.contains('settled')", question)
        asked.append(question)
    raise AssertionError("the lesson does not end")


def pick(browser, question, is_wrong):
    """The numbers of the options are keys; Enter checks. What has no options is typed."""
    if browser.ask(OPEN + ".querySelector('input[type=text]') !== null"):
        model = browser.ask(OPEN + ".querySelector('.verdicts > .right').dataset.value")
        to_button(browser, lambda: browser.ask("document.activeElement.matches('.question input[type=text]')"))
        browser.press("nonsense" if is_wrong else model, Keys.ENTER)
        return
    right = browser.ask(
        "(() => { const s = document.querySelector(`[data-question='${arguments[0]}']`);"
        " const good = [...s.querySelectorAll('.verdicts > .right')].map((it) => it.dataset.value);"
        " return [...s.querySelectorAll('.option input')].map((it) => [it.type, good.includes(it.value)]); })()",
        question,
    )
    numbers = [str(place + 1) for place, (_, is_good) in enumerate(right) if is_good != is_wrong]
    browser.press(*(numbers if right[0][0] == "checkbox" else numbers[:1]), Keys.ENTER)


def put_in_order(browser, question):
    """Steps are moved with buttons that the Tab key reaches."""
    model = browser.ask(
        "[...document.querySelectorAll(`[data-question='${arguments[0]}'] .sequence > li`)].map((it) => it.dataset.value)",
        question,
    )
    for place, step in enumerate(model):
        for _ in range(len(model)):
            now = browser.ask("[..." + OPEN + ".querySelectorAll('.order > li')].map((it) => it.dataset.value)")
            if now[place] == step:
                break
            to_button(browser, lambda: browser.ask(
                "document.activeElement.matches('.up')"
                " && document.activeElement.closest('li').dataset.value === arguments[0]", step))
            browser.press(Keys.SPACE)
    to_button(browser, lambda: browser.ask("document.activeElement.matches('.check')"))
    browser.press(Keys.ENTER)


def to_button(browser, is_there):
    """Tab until there; back with Shift where it lies behind."""
    for key in [Keys.TAB] * 25 + [Keys.SHIFT + Keys.TAB] * 50:
        if is_there():
            return
        browser.press(key)
    raise AssertionError("no key leads there")


def answers_with_the_keyboard():
    with Browser() as browser:
        browser.open(LESSON)
        hidden = browser.ask("document.querySelectorAll('.scene[hidden]').length")
        assert hidden > 10, "what follows the first question is shown"
        browser.press("h", "u")
        assert len(browser.texts(".hintbox p")) >= 1
        asked = answer_with_keys(browser, wrong=["who-moves-first"])
        assert len(asked) == 10, asked
        assert browser.ask("document.querySelectorAll('.scene[hidden], .locked').length") == 0
        says = dict(zip(asked, browser.texts(".feedback .say")))
        assert says["who-moves-first"].endswith("That cannot happen now."), says
        assert says["who-answers"].endswith("Right."), says
        reasons = browser.texts("#who-moves-first .feedback li p:not(details p)")
        assert len(reasons) >= 2 and all(reasons), reasons
        worlds = "#who-moves-first .feedback details.suppose"
        assert not browser.ask(f"document.querySelector('{worlds}').open"), "the worlds stand open"
        browser.ask(f"document.querySelectorAll('{worlds}').forEach((it) => {{ it.open = true; }})")
        assert len(browser.texts(f"{worlds} li")) >= 2, "the two worlds are not told"
        browser.ask(f"document.querySelectorAll('{worlds}').forEach((it) => {{ it.open = false; }})")
        assert browser.texts(".answers .progress") == ["10 of 10 answered, 90 % · You have answered every question."]
        assert not browser.complaints(), browser.complaints()
        keeps_and_downloads(browser)
        is_graded(browser)
        survives_what_is_broken(browser)


def keeps_and_downloads(browser):
    before = browser.texts(".feedback")
    browser.driver.refresh()
    assert browser.texts(".feedback") == before, "a reload loses what was answered"
    name = browser.driver.find_element("css selector", ".learner")
    name.send_keys("learner-042 \"O'Hara\" \\ \uac00")
    to_button(browser, lambda: browser.ask("document.activeElement.matches('.download')"))
    browser.press(Keys.ENTER)
    path = browser.downloads + "/answers.jsonl"
    browser.wait("true")
    for _ in range(200):
        if os.path.exists(path) and os.path.getsize(path) > 0:
            break
        browser.wait("new Promise((done) => setTimeout(() => done(true), 20))")
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) == 10
    fields = ["v", "course", "lesson", "question", "hash", "version", "seed", "choices", "learner", "answer"]
    assert list(lines[0])[:10] == fields, list(lines[0])
    assert lines[0]["sure"] is False and lines[0]["hints"] == 1, lines[0]
    assert {line["learner"] for line in lines} == {"learner-042 \"O'Hara\" \\ \uac00"}
    assert {line["attempt"] for line in lines} == {1}


def is_graded(browser):
    path = browser.downloads + "/answers.jsonl"
    graded = subprocess.run(
        [PROGRAM, "grade", "--format", "json", path], capture_output=True, text=True, env={**os.environ, "LANG": "C"}
    )
    assert graded.returncode == 0, graded.stderr
    assert not graded.stderr.strip(), graded.stderr
    report = json.loads(graded.stdout)
    found = json.dumps(report)
    assert "learner-042" in found, found[:400]
    with open(FOLDER + "/grade.json", "w") as file:
        file.write(graded.stdout)
    verdicts = verdicts_of(report)
    stored = {it["question"]: it["verdict"] for it in browser.stored(STORE)}
    assert verdicts == stored, (verdicts, stored)


def verdicts_of(value):
    """Question and verdict, wherever the report has them together."""
    found = {}
    if isinstance(value, dict):
        if isinstance(value.get("question"), str) and isinstance(value.get("verdict"), str):
            found[value["question"]] = value["verdict"]
        for inner in value.values():
            found.update(verdicts_of(inner))
    if isinstance(value, list):
        for inner in value:
            found.update(verdicts_of(inner))
    return found


def survives_what_is_broken(browser):
    for text in ["{", "null", "[1,{\"lesson\":2}]", "[{\"lesson\":\"a\",\"question\":\"b\",\"line\":\"<\",\"answer\":[]}]"]:
        browser.ask("localStorage.setItem(arguments[0], arguments[1])", STORE, text)
        browser.driver.refresh()
        assert browser.ask(OPEN + "?.dataset.question") == "who-answers", text
        assert not browser.complaints(), browser.complaints()
        if text != "null":
            assert browser.ask("localStorage.getItem(arguments[0] + '/unreadable')", STORE) == text
    browser.press("1", Keys.ENTER)
    assert len(browser.stored(STORE)) == 1


def steps_and_levels():
    with Browser() as browser:
        browser.open(LESSON)
        answer_with_keys(browser)
        browser.ask("document.querySelector('#beat-chosen h2').focus()")
        current = "document.querySelector('#beat-chosen .step[aria-current]')"
        first = browser.ask(current + ".value")
        browser.press("n")
        second = browser.ask(current + ".value")
        assert second > first
        acting = browser.ask("[...document.querySelectorAll('#beat-chosen .acts')].map((it) => it.dataset.part)")
        assert acting == [browser.ask(current + ".dataset.actor")], acting
        browser.press("b")
        assert browser.ask(current + ".value") == first
        few = browser.ask("document.querySelectorAll('#beat-chosen .step').length")
        seen = len([text for text in browser.texts("#beat-chosen .step .did") if text])
        browser.press("z", "z")
        assert len([text for text in browser.texts("#beat-chosen .step .did") if text]) == few > seen
        assert browser.ask("document.querySelector('.level.wire').checked")
        browser.press("?")
        assert browser.ask("document.getElementById('help').open")
        browser.press(Keys.ESCAPE)
        browser.press("t")
        assert browser.ask("document.documentElement.dataset.theme") == "dark"
        browser.driver.refresh()
        assert browser.ask("document.documentElement.dataset.theme") == "dark"
        browser.open(SITE + "/en/index.html")
        assert any(text.startswith("✓ passed") for text in browser.texts(".lesson-progress")), browser.texts(".lesson-progress")
        browser.open(FOLDER + "/single/course.en.html")
        assert browser.ask("document.querySelectorAll('article.lesson').length") == len(lessons())
        assert not browser.complaints(), browser.complaints()


def fits_and_looks():
    followed = ["components/watch-not-orders", "components/create-pod"]
    pages = ["index", "components/index", "glossary"] + lessons()
    assert set(followed) < set(pages), pages
    for name, width, height in [("phone", 360, 740), ("desktop", 1280, 900)]:
        for dark in [False, True]:
            with Browser(width, height, dark) as browser:
                for language in ["en", "ko"]:
                    for page in pages:
                        browser.open(f"{SITE}/{language}/{page}.html")
                        if page in followed:
                            answer_with_keys(browser, wrong=["the-hub", "who-moves-first"])
                            browser.press("z", "z")
                            browser.ask("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
                            assert not browser.overflow(), f"{name} {language} {page}: {browser.overflow()}"
                            browser.ask("document.querySelectorAll('details').forEach((it) => { it.open = false; })")
                            browser.press("z")
                            browser.ask("document.querySelectorAll('.player .last').forEach((it) => it.click())")
                        assert not browser.overflow(), f"{name} {language} {page}: {browser.overflow()}"
                        shot = f"{name}-{'dark' if dark else 'light'}-{language}-{page.replace('/', '-')}.png"
                        browser.shoot(f"{FOLDER}/{shot}", most=6000)
                assert not browser.complaints(), browser.complaints()


def main():
    failed = 0
    for test in [reads_without_scripts, answers_with_the_keyboard, steps_and_levels, fits_and_looks]:
        try:
            test()
            print("ok  ", test.__name__.replace("_", " "))
        except Exception:
            failed += 1
            print("FAIL", test.__name__.replace("_", " "))
            traceback.print_exc()
    sys.exit(1 if failed else 0)


main()
