/// Words, small helpers, and what was answered: kept in the browser, under the course's name and version.
enum StoreScript {
  static let text = #"""
    const words = JSON.parse(document.getElementById("words").textContent);
    function say(key, values) {
      return (words[key] || key).replace(/\{(\w+)(?:\|[^}]*)?\}/g, (all, name) =>
        values && name in values ? String(values[name]) : all);
    }
    function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }
    function make(tag, type, text) {
      const node = document.createElement(tag);
      if (type) node.className = type;
      if (text !== undefined) node.textContent = text;
      return node;
    }
    function button(type, text, action) {
      const node = make("button", type, text);
      node.type = "button";
      node.addEventListener("click", action);
      return node;
    }

    const store = {
      key: words.store + "/answers",
      kept: true,
      memory: {},
      get(key) {
        try { return localStorage.getItem(key); } catch (e) { this.kept = false; return this.memory[key] || null; }
      },
      set(key, text) {
        this.memory[key] = text;
        try { localStorage.setItem(key, text); } catch (e) { this.kept = false; }
      },
      remove(key) {
        delete this.memory[key];
        try { localStorage.removeItem(key); } catch (e) { this.kept = false; }
      },
      /* What cannot be read is put aside, never thrown away, and the page begins anew. */
      entries() {
        const text = this.get(this.key);
        if (!text) return [];
        try {
          const list = JSON.parse(text);
          if (!Array.isArray(list)) throw new Error("no list");
          const good = list.filter((it) => it && typeof it.lesson === "string" && typeof it.question === "string"
            && typeof it.line === "string" && it.line.startsWith("{\"v\":1") && Array.isArray(it.answer)
            && it.answer.every((one) => typeof one === "string"));
          if (good.length < list.length) this.set(this.key + "/unreadable", text);
          return good;
        } catch (e) {
          this.set(this.key + "/unreadable", text);
          this.remove(this.key);
          return [];
        }
      },
      add(entry) {
        const list = this.entries();
        list.push(entry);
        this.set(this.key, JSON.stringify(list));
      },
      of(lesson, question) {
        return this.entries().filter((it) => it.lesson === lesson && it.question === question);
      },
      get learner() { return this.get("orrery/learner") || ""; },
      set learner(name) { this.set("orrery/learner", name); }
    };

    /* A line of the answers file, as the program writes it. */
    function answerLine(entry, learner) {
      let line = entry.line + ",\"learner\":" + JSON.stringify(learner) + ",\"answer\":" + JSON.stringify(entry.answer);
      if (typeof entry.sure === "boolean") line += ",\"sure\":" + entry.sure;
      line += ",\"attempt\":" + whole(entry.attempt, 1) + ",\"hints\":" + whole(entry.hints, 0);
      if (entry.ms !== undefined) line += ",\"ms\":" + whole(entry.ms, 0);
      if (typeof entry.at === "string") line += ",\"at\":" + JSON.stringify(entry.at);
      return line + "}";
    }
    function whole(value, other) { return Number.isSafeInteger(value) && value >= 0 ? value : other; }

    function download() {
      const name = store.learner;
      const lines = store.entries().map((it) => answerLine(it, it.learner || name) + "\n");
      const link = make("a");
      link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
      link.download = "answers.jsonl";
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }

    """#
}
