/// What holds a page together: what is hidden until it was predicted, progress, keys, light and dark.
enum PageScript {
  static let text = #"""
    const herald = make("div", "quiet");
    herald.setAttribute("role", "status");
    document.body.append(herald);
    function announce(text) { herald.textContent = text; }

    class Lesson {
      constructor(article) {
        this.article = article;
        this.path = article.dataset.lesson;
        this.level = article.dataset.level;
        this.scenes = all(":scope > .scene", article);
        this.locked = make("p", "locked", say("page.predict-first"));
        all(".level", article).forEach((it) => {
          it.checked = it.value === this.level;
          it.addEventListener("change", () => this.zoom(it.value));
        });
        this.players = all(".player", article).map((it) => new Player(it, this));
        const data = JSON.parse(document.getElementById(article.dataset.json).textContent);
        this.questions = data.questions.map((it) => {
          const section = all(".question", article).find((node) => node.dataset.question === it.id);
          return new Question(section, it, this);
        });
        this.refresh();
      }
      zoom(level) {
        this.level = level;
        all(".level", this.article).forEach((it) => { it.checked = it.value === level; });
        this.players.forEach((it) => it.refresh());
      }
      /* Everything up to the first question that nobody has answered or skipped. */
      refresh() {
        let open = true;
        this.locked.remove();
        for (const scene of this.scenes) {
          scene.hidden = !open;
          const question = this.questions.find((it) => it.section === scene);
          if (!open || !question || question.isSettled || question.mine.length > 0) continue;
          open = false;
          if (question.since === null) question.since = performance.now();
          if (scene !== this.scenes[this.scenes.length - 1]) scene.after(this.locked);
        }
      }
      get open() { return this.questions.find((it) => !it.isSettled && !it.section.hidden); }
      goOn(question) {
        const next = this.scenes[this.scenes.indexOf(question.section) + 1];
        visit(next || this.article.querySelector(".ending .answers"));
      }
    }

    function visit(section) {
      if (!section) return;
      const target = section.querySelector("h2[tabindex]") || section;
      if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
      target.focus({ preventScroll: true });
      section.scrollIntoView({ block: "start" });
    }

    const lessons = all("article.lesson[data-json]").map((it) => new Lesson(it));

    /* The first answer to each question, as long as the question is still the same. */
    function tally(lesson, ids) {
      const here = lessons.find((it) => it.path === lesson);
      const kept = store.entries().filter((it) => it.lesson === lesson);
      let answered = 0;
      let points = 0;
      ids.forEach((id) => {
        const question = here && here.questions.find((it) => it.id === id);
        const first = kept.find((it) => it.question === id && (!question || it.line === question.line));
        if (!first) return;
        answered += 1;
        points += question ? judge(question, first.answer).credit : Math.max(0, Math.min(1, Number(first.credit) || 0));
      });
      const percent = ids.length > 0 ? Math.round(100 * points / ids.length) : 0;
      return { answered, total: ids.length, points, percent };
    }

    function showProgress() {
      let sum = { answered: 0, total: 0, points: 0 };
      const add = (it) => { ["answered", "total", "points"].forEach((key) => { sum[key] += it[key]; }); };
      const listed = all("[data-lesson][data-questions]");
      const seen = new Set();
      listed.forEach((item) => {
        const it = tally(item.dataset.lesson, item.dataset.questions.split(" ").filter(Boolean));
        const isDone = it.answered === it.total && it.total > 0;
        const isPassed = isDone && it.percent >= words.passMark;
        const key = it.answered === 0 ? "new" : !isDone ? "begun" : isPassed ? "passed" : "failed";
        const line = item.querySelector(".lesson-progress");
        line.textContent = (isPassed ? "✓ " : "") + say("progress." + key, it);
        line.classList.toggle("passed", isPassed);
        if (!seen.has(item.dataset.lesson)) add(it);
        seen.add(item.dataset.lesson);
      });
      all(".answers").forEach((panel) => {
        const article = panel.closest(".lesson");
        const lesson = lessons.find((it) => it.article === article);
        const it = lesson ? tally(lesson.path, lesson.questions.map((one) => one.id)) : sum;
        const percent = it.total > 0 ? Math.round(100 * it.points / it.total) : 0;
        const text = say("page.progress", { answered: it.answered, total: it.total, percent });
        const done = it.total > 0 && it.answered === it.total ? " · " + say("page.finished") : "";
        panel.querySelector(".progress").textContent = text + done;
        panel.querySelector(".storage").hidden = store.kept;
      });
    }

    all(".learner").forEach((input) => {
      input.value = store.learner;
      input.addEventListener("input", () => {
        store.learner = input.value.trim();
        all(".learner").forEach((it) => { if (it !== input) it.value = input.value; });
      });
    });
    all(".download").forEach((it) => it.addEventListener("click", download));
    all(".reset").forEach((it) => it.addEventListener("click", () => {
      if (!confirm(say("page.reset-sure"))) return;
      store.remove(store.key);
      location.reload();
    }));
    window.addEventListener("storage", showProgress);
    showProgress();

    function turnTheme() {
      const root = document.documentElement;
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      store.set("orrery/theme", root.dataset.theme);
    }
    const help = document.getElementById("help");
    all(".theme").forEach((it) => it.addEventListener("click", turnTheme));
    all(".keys").forEach((it) => it.addEventListener("click", () => help.showModal()));
    all("form", help).forEach((it) => it.addEventListener("submit", (event) => {
      event.preventDefault();
      help.close();
    }));

    /* Of several, the one with the focus; else the one nearest to the middle of the window. */
    function nearest(list, node) {
      const shown = list.filter((it) => node(it).offsetParent !== null);
      const focused = shown.find((it) => (node(it).closest(".scene, .fault") || node(it)).contains(document.activeElement));
      if (focused) return focused;
      const middle = innerHeight / 2;
      const far = (it) => {
        const box = node(it).getBoundingClientRect();
        return box.top > middle ? box.top - middle : box.bottom < middle ? middle - box.bottom : 0;
      };
      return shown.sort((one, other) => far(one) - far(other))[0];
    }
    const openQuestion = () => nearest(lessons.map((it) => it.open).filter(Boolean), (it) => it.section);
    const nearPlayer = () => nearest(players.slice(), (it) => it.root.querySelector(".steps"));
    function zoomOn() {
      const lesson = nearest(lessons.slice(), (it) => it.article);
      const order = ["story", "detail", "wire"];
      if (lesson) lesson.zoom(order[(order.indexOf(lesson.level) + 1) % 3]);
    }
    const keys = {
      n: () => nearPlayer()?.move(1), b: () => nearPlayer()?.move(-1), p: () => nearPlayer()?.toggle(), z: zoomOn,
      ArrowRight: () => nearPlayer()?.move(1), ArrowLeft: () => nearPlayer()?.move(-1),
      h: () => openQuestion()?.hint(),
      u: () => { const it = openQuestion(); it?.doubt(it.sure === false ? undefined : false); },
      g: () => visit(openQuestion()?.section || document.querySelector(".ending .answers")),
      t: turnTheme, "?": () => help.showModal()
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      const target = event.target;
      if (target.matches("input[type=text], textarea, select")) return;
      if (event.key.startsWith("Arrow") && target.matches("input, pre, .wide, summary")) return;
      if (/^[1-9]$/.test(event.key)) return openQuestion()?.choose(Number(event.key));
      if (event.key === "Enter") {
        if (target === document.body || target.matches("h2, main, li")) openQuestion()?.check();
        return;
      }
      if (!Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    });

    """#
}
