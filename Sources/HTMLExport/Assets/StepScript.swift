/// The step player: one recorded stretch, its list and its picture.
enum StepScript {
  static let text = #"""
    const ranks = { story: 0, detail: 1, wire: 2 };
    const players = [];

    class Player {
      constructor(root, lesson) {
        this.root = root;
        this.lesson = lesson;
        this.steps = all(".step", root);
        this.picture = root.querySelector("svg");
        this.pods = root.querySelector(".pods");
        this.timer = null;
        this.current = null;
        this.build();
        this.steps.forEach((step) => step.addEventListener("click", (event) => {
          if (!event.target.closest("a,summary,pre,button")) this.show(step);
        }));
        this.refresh();
        players.push(this);
      }
      build() {
        const tools = make("div", "tools");
        tools.setAttribute("role", "group");
        tools.setAttribute("aria-label", say("page.player"));
        const tool = (type, sign, key, action) => {
          const node = button(type, sign, action);
          node.setAttribute("aria-label", say(key));
          node.title = say(key);
          tools.append(node);
          return node;
        };
        this.first = tool("first", "⇤", "page.first", () => this.move(-Infinity));
        this.back = tool("back", "←", "page.back", () => this.move(-1));
        this.playing = button("play", say("page.play"), () => this.toggle());
        tools.append(this.playing);
        this.forward = tool("forward", "→", "page.forward", () => this.move(1));
        this.last = tool("last", "⇥", "page.last", () => this.move(Infinity));
        this.where = make("span", "where");
        this.where.setAttribute("role", "status");
        tools.append(this.where);
        this.root.insertBefore(tools, this.root.querySelector(".steps"));
      }
      get seen() { return this.steps.filter((it) => ranks[it.dataset.level] <= ranks[this.lesson.level]); }
      refresh() {
        const seen = this.seen;
        if (seen.includes(this.current)) return this.show(this.current);
        const place = this.steps.indexOf(this.current);
        const before = seen.filter((it) => this.steps.indexOf(it) <= place);
        this.show(before[before.length - 1] || seen[0] || null);
      }
      /* True when there was a step to go to. */
      move(by) {
        const seen = this.seen;
        const place = seen.indexOf(this.current);
        const next = Math.max(0, Math.min(seen.length - 1, place + by));
        if (next === place || seen.length === 0) return false;
        this.show(seen[next]);
        return true;
      }
      show(step) {
        if (this.current) this.current.removeAttribute("aria-current");
        this.current = step;
        const seen = this.seen;
        const place = seen.indexOf(step);
        this.where.textContent = step ? say("page.step-of", { number: place + 1, count: seen.length }) : "";
        this.first.disabled = this.back.disabled = place <= 0;
        this.forward.disabled = this.last.disabled = place >= seen.length - 1;
        if (!step) return;
        step.setAttribute("aria-current", "step");
        this.light(step);
      }
      light(step) {
        const ways = step.dataset.ways.split(" ").filter(Boolean);
        const heard = ways.map((it) => it.split(">")[1]);
        all(".wire", this.picture).forEach((it) => it.classList.toggle("lit", ways.includes(it.dataset.way)));
        all(".part", this.picture).forEach((it) => {
          it.classList.toggle("acts", it.dataset.part === step.dataset.actor);
          it.classList.toggle("hears", heard.includes(it.dataset.part));
        });
        const what = step.querySelector(".what").textContent;
        this.picture.setAttribute("aria-label", what);
        this.picture.querySelector("title").textContent = what;
        /* On a narrow screen the list scrolls by itself, so that the picture stays. */
        const list = step.parentElement;
        if (list.scrollHeight > list.clientHeight + 1) {
          list.scrollTop += step.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 4;
        }
        /* Told by the last step that changed any of them. */
        const told = this.steps.slice(0, this.steps.indexOf(step) + 1).reverse().find((it) => "pods" in it.dataset);
        this.pods.replaceChildren(...told.dataset.pods.split("\n").filter(Boolean).map((it) => {
          const [name, ...rest] = it.split(" · ");
          const line = make("span", "pod");
          line.append(make("b", "", name));
          rest.forEach((part) => line.append(" · ", make("span", "", part)));
          return line;
        }));
      }
      toggle() { if (this.timer) this.pause(); else this.play(); }
      play() {
        const seen = this.seen;
        if (this.current === seen[seen.length - 1]) this.move(-Infinity);
        this.playing.textContent = say("page.pause");
        this.timer = setInterval(() => { if (!this.move(1)) this.pause(); }, 1800);
      }
      pause() {
        clearInterval(this.timer);
        this.timer = null;
        this.playing.textContent = say("page.play");
      }
    }

    """#
}
