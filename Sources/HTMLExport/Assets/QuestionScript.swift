/// Questions: asked before what follows is shown; the first attempt counts.
enum QuestionScript {
  static let text = #"""
    class Question {
      constructor(section, data, lesson) {
        Object.assign(this, data);
        this.section = section;
        this.lesson = lesson;
        this.form = section.querySelector("form.ask");
        this.options = all(".verdicts > li", section).map((item) => ({
          item, value: item.dataset.value, verdict: item.dataset.verdict, isRight: item.classList.contains("right")
        }));
        this.hints = all(".hints li", section);
        this.begin();
        this.build();
        const kept = this.mine;
        if (kept.length > 0) this.settle(kept[kept.length - 1], false);
      }
      begin() {
        this.shown = 0;
        this.sure = undefined;
        this.since = null;
      }
      /* Answers to this very question; those to an older wording of it are kept, but do not settle it. */
      get mine() { return store.of(this.lesson.path, this.id).filter((it) => it.line === this.line); }
      get isSettled() { return this.section.classList.contains("settled"); }
      get inputs() { return all("input", this.form); }

      build() {
        if (this.kind === "order") this.buildOrder();
        this.complaint = make("p", "complaint");
        this.complaint.setAttribute("role", "alert");
        this.hintbox = make("div", "hintbox");
        this.hintbox.setAttribute("role", "status");
        this.actions = make("p", "actions");
        const check = make("button", "primary check", say("page.check"));
        check.type = "submit";
        this.certain = [["sure", true], ["unsure", false]].map(([name, value]) => {
          const node = button("certain", say("page." + name), () => this.doubt(this.sure === value ? undefined : value));
          node.setAttribute("aria-pressed", "false");
          return node;
        });
        this.actions.append(check, ...this.certain);
        if (this.hints.length > 0) {
          this.hinter = button("hint", say("word.hint"), () => this.hint());
          this.actions.append(this.hinter);
        }
        this.actions.append(button("skip-question", say("page.skip-question"), () => this.give([], undefined)));
        this.feedback = make("div", "feedback");
        this.feedback.setAttribute("role", "status");
        this.form.append(this.complaint, this.hintbox, this.actions);
        this.form.after(this.feedback);
        this.form.addEventListener("submit", (event) => {
          event.preventDefault();
          this.check();
        });
        this.form.addEventListener("change", () => { this.complaint.textContent = ""; });
      }
      buildOrder() {
        const list = this.form.querySelector(".order");
        all("li", list).forEach((item) => {
          const step = item.querySelector(".words").textContent;
          [["up", "↑", -1], ["down", "↓", 1]].forEach(([name, sign, by]) => {
            const node = button(name, sign, () => {
              const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
              if (!other || this.isSettled) return;
              if (by < 0) other.before(item); else other.after(item);
              node.focus();
              const place = Array.from(list.children).indexOf(item) + 1;
              this.complaint.textContent = "";
              this.hintbox.dataset.moved = place;
              announce(say("page.moved", { step, number: place }));
            });
            node.setAttribute("aria-label", say("page.move-" + name, { step }));
            item.querySelector(".moves").append(node);
          });
        });
      }
      doubt(value) {
        this.sure = value;
        this.certain[0].setAttribute("aria-pressed", String(value === true));
        this.certain[1].setAttribute("aria-pressed", String(value === false));
      }
      hint() {
        if (this.isSettled || this.shown >= this.hints.length) return;
        const line = make("p");
        const label = say("page.hint-number", { number: this.shown + 1, count: this.hints.length });
        line.append(make("b", "", label + ": "), ...Array.from(this.hints[this.shown].childNodes, (it) => it.cloneNode(true)));
        this.hintbox.append(line);
        this.shown += 1;
        if (this.hinter) this.hinter.disabled = this.shown >= this.hints.length;
      }
      get answer() {
        if (this.kind === "order") return all(".order > li", this.form).map((it) => it.dataset.value);
        const text = this.inputs.find((it) => it.type === "text");
        if (text) return text.value.trim() === "" ? [] : [text.value.trim()];
        return this.inputs.filter((it) => it.checked).map((it) => it.value);
      }
      choose(number) {
        const input = this.inputs.filter((it) => it.type !== "text")[number - 1];
        if (!input || this.isSettled) return;
        input.checked = input.type === "radio" ? true : !input.checked;
        input.focus();
        this.complaint.textContent = "";
      }
      check() {
        if (this.isSettled) return;
        const answer = this.answer;
        const isEmpty = answer.length === 0 && !(this.many && !this.options.some((it) => it.isRight));
        if (isEmpty) this.complaint.textContent = say("page.one-first");
        else this.give(answer, this.sure);
      }
      give(answer, sure) {
        const result = judge(this, answer);
        const before = store.of(this.lesson.path, this.id);
        const entry = {
          lesson: this.lesson.path, question: this.id, line: this.line, learner: store.learner, answer,
          attempt: before.reduce((most, it) => Math.max(most, whole(it.attempt, 1)), 0) + 1, hints: this.shown,
          ms: this.since === null ? 0 : Math.round(performance.now() - this.since),
          at: new Date().toISOString().replace(/\.\d+Z$/, "Z"), credit: result.credit, verdict: result.verdict
        };
        if (sure !== undefined) entry.sure = sure;
        store.add(entry);
        this.settle(entry, true);
        this.lesson.refresh();
        showProgress();
      }

    """#

  static let feedback = #"""
      settle(entry, isNew) {
        this.section.classList.add("settled");
        this.inputs.forEach((it) => {
          if (it.type === "text") it.value = entry.answer[0] || "";
          else it.checked = entry.answer.includes(it.value);
          it.disabled = true;
        });
        if (this.kind === "order") this.restore(entry.answer);
        this.mark();
        this.actions.hidden = true;
        const result = judge(this, entry.answer);
        const parts = [this.verdictLine(result)];
        if (result.note) parts.push(make("p", "", result.note));
        const told = this.told(entry.answer, result);
        if (told.length > 0) {
          const list = make("ul");
          list.append(...told.map((it) => it.item.cloneNode(true)));
          parts.push(list);
        }
        all(".answer > .truth, .answer > .after", this.section).forEach((it) => parts.push(it.cloneNode(true)));
        parts.push(this.afterwards(entry));
        this.feedback.className = "feedback " + (result.credit === 1 ? "right" : "wrong");
        this.feedback.replaceChildren(...parts);
        if (isNew) this.goOn.focus({ preventScroll: true });
        if (isNew) this.feedback.scrollIntoView({ block: "nearest" });
      }
      verdictLine(result) {
        const sign = result.credit === 1 ? "✓ " : result.credit > 0 ? "◐ " : "✕ ";
        const line = make("p", "say");
        const mark = make("span", "", sign);
        mark.setAttribute("aria-hidden", "true");
        const long = words["verdict." + result.verdict + ".long"] || say("verdict." + result.verdict);
        line.append(mark, long);
        return line;
      }
      /* The wrong choices with their reasons, then one that is right. */
      told(answer, result) {
        const chosen = this.options.filter((it) => answer.includes(it.value));
        const wrong = chosen.filter((it) => !it.isRight);
        const missed = this.options.filter((it) => it.isRight && !answer.includes(it.value));
        if (result.credit === 1) return this.many ? [] : chosen;
        const best = missed.filter((it) => it.verdict === "expected");
        return wrong.concat(this.many ? missed : (best.length > 0 ? best : missed).slice(0, 1));
      }
      afterwards(entry) {
        const line = make("p", "buttons");
        this.goOn = button("go-on primary", say("page.go-on"), () => this.lesson.goOn(this));
        line.append(this.goOn, button("again", say("page.again"), () => this.again()));
        const later = whole(entry.attempt, 1) > this.attempts;
        if (later) line.append(make("small", "", say("page.first-counts")));
        return line;
      }
      again() {
        this.section.classList.remove("settled");
        this.begin();
        this.since = performance.now();
        this.doubt(undefined);
        this.inputs.forEach((it) => {
          it.disabled = false;
          if (it.type === "text") it.value = ""; else it.checked = false;
        });
        all(".option .sign", this.form).forEach((it) => it.remove());
        this.hintbox.replaceChildren();
        if (this.hinter) this.hinter.disabled = false;
        this.actions.hidden = false;
        this.feedback.className = "feedback";
        this.feedback.replaceChildren();
        (this.inputs[0] || this.form.querySelector("button")).focus();
      }
      mark() {
        all(".option", this.form).forEach((label) => {
          const input = label.querySelector("input");
          const option = this.options.find((it) => it.value === input.value);
          if (!option || !(input.checked || option.isRight)) return;
          const sign = make("span", "sign", option.isRight ? "✓" : "✕");
          sign.setAttribute("aria-label", say("verdict." + option.verdict));
          sign.setAttribute("role", "img");
          label.append(sign);
        });
      }
      restore(answer) {
        const list = this.form.querySelector(".order");
        answer.forEach((value) => {
          const item = Array.from(list.children).find((it) => it.dataset.value === value);
          if (item) list.append(item);
        });
      }
    }

    """#
}
