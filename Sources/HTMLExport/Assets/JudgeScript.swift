/// Compares an answer with the key that the model gave and the page carries; the rules are those of `Grader`.
enum JudgeScript {
  static let text = #"""
    function judge(question, answer) {
      const given = answer.map((it) => it.trim());
      const right = question.options.filter((it) => it.isRight);
      if (!question.model) return { verdict: "ungraded", credit: 0 };
      if (given.every((it) => it === "") && !(question.many && right.length === 0)) return { verdict: "skipped", credit: 0 };
      if (question.kind === "order") return judgeOrder(question, given);
      if (question.many) return judgeMany(question, given, right);
      const option = question.options.find((it) => it.value === given[0]);
      if (option) return { verdict: option.verdict, credit: option.isRight ? 1 : 0 };
      const same = question.model.some((it) => sameText(given[0], it, question));
      return same ? { verdict: "right", credit: 1 }
        : { verdict: "wrong", credit: 0, note: say("reason.value", { answer: given[0], key: question.model[0] }) };
    }

    /* Right ticks earn their share, wrong ticks take one away. */
    function judgeMany(question, given, right) {
      const ticked = given.filter((it, place) => it !== "" && given.indexOf(it) === place);
      const hits = right.filter((it) => ticked.includes(it.value)).length;
      const wrong = question.options.filter((it) => !it.isRight && ticked.includes(it.value)).length;
      if (wrong === 0 && hits === right.length) return { verdict: "right", credit: 1 };
      const credit = right.length > 0 ? Math.max(0, hits - wrong) / right.length : 0;
      return { verdict: credit > 0 ? "partly" : "wrong", credit };
    }

    function judgeOrder(question, given) {
      for (const [earlier, later, sentence] of question.before) {
        if (given.indexOf(earlier) > given.indexOf(later)) return { verdict: "wrong", credit: 0, note: sentence };
      }
      return { verdict: "right", credit: 1, note: say("reason.order-right") };
    }

    const units = { n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
      Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
    const spans = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
    function canonical(text, rule) {
      const plain = text.trim();
      if (rule === "exact") return plain;
      if (rule === "name") return plain.replace(/^(['"`])(.+)\1$/, "$2").toLowerCase().split(/\s+/).join(" ");
      if (rule === "number") {
        const number = plain.replace(/^(-?\d{1,4}(?:,\d{3})+)(?=\.|$)/, (it) => it.replace(/,/g, ""));
        return /^[-+\d.eE]+$/.test(number) && Number.isFinite(Number(number)) ? Number(number) : null;
      }
      if (rule === "quantity") {
        const found = /^([-+]?[\d.]+)([a-zA-Z]{0,2})$/.exec(plain);
        return found && found[2] in units ? Number(found[1]) * units[found[2]] : null;
      }
      if (rule === "duration") {
        const parts = plain.match(/[\d.]+(?:ns|us|ms|s|m|h)/g);
        return parts && parts.join("") === plain
          ? parts.reduce((sum, it) => sum + parseFloat(it) * spans[/[a-z]+$/.exec(it)[0]], 0) : null;
      }
      return plain.toLowerCase();
    }
    function sameText(given, model, question) {
      const one = canonical(given, question.normal);
      const other = canonical(model, question.normal);
      if (one === null || other === null || one === "") return false;
      if (typeof one !== "number") return one === other;
      const text = (question.tolerance || "0").trim();
      const share = text.endsWith("%") ? Math.abs(other) * parseFloat(text) / 100 : parseFloat(text);
      const allowed = question.normal === "number" ? share * (1 + 1e-12) : Math.abs(other) * 1e-12;
      return Math.abs(one - other) <= allowed;
    }

    """#
}
