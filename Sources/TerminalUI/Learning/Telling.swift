import Clockwork
import Curriculum
import Tutor

/// Steps in words: who did what, and what changed.
extension Guide {
  /// More steps than these are told by their headlines alone.
  private static let fewSteps = 2
  private static let fewChanges = 6
  /// Of a long stretch of the story only the end is told; who was busy before it is counted.
  private static let manySteps = 12
  private static let lastSteps = 8

  func tell(_ steps: [Explanation]) -> [Passage] {
    let isBrief = steps.count > Self.fewSteps
    // Whoever looks closer than the lesson does wants to see everything.
    let isUsual = session.level == .story || session.level == session.lesson.level
    let skipped = isUsual && steps.count > Self.manySteps ? steps.count - Self.lastSteps : 0
    var out: [Passage] = []
    if skipped > 0 { out.append(counted(steps.prefix(skipped))) }
    for step in steps.dropFirst(skipped) {
      out.append(.say(say(step.what) ?? step.text, step.position == steps.last?.position ? .strong : .plain, indent: 2))
      out += changes(of: step, limit: isBrief ? 2 : Self.fewChanges)
      if !isBrief || !isUsual { out += said(by: step) }
      out += silence(after: step, isBrief: isBrief)
      out += isBrief ? packets(of: step) : facts(of: step)
    }
    return out
  }

  /// What a packet is worth telling for, also where many steps are told: its headers, and what became of it.
  private static let packetFacts = ["came", "left", "translated", "asked", "answered", "delivered"]

  private static func isPacketNews(_ fact: Fact) -> Bool {
    fact.key.hasPrefix("fact.hop.lost.") || packetFacts.contains { fact.key == "fact.hop.\($0)" }
  }

  private func packets(of step: Explanation) -> [Passage] {
    step.facts.filter(Self.isPacketNews).compactMap { say($0) }.map { .say("    \($0)", .dim) }
      .map { indented($0, by: 4) }
  }

  /// How many steps each component took, the busiest first.
  private func counted(_ steps: ArraySlice<Explanation>) -> Passage {
    var counts: [(name: String, count: Int)] = []
    for step in steps {
      if let index = counts.firstIndex(where: { $0.name == step.actor }) {
        counts[index].count += 1
      } else {
        counts.append((step.actor, 1))
      }
    }
    let busiest = counts.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .prefix(4).map { "\($0.element.name) \($0.element.count)" }
    let who = busiest.joined(separator: ", ") + (counts.count > 4 ? ", …" : "")
    return .say(say("learn.steps-before", ["count": "\(steps.count)", "who": who]), .dim, indent: 2)
  }

  private func facts(of step: Explanation) -> [Passage] {
    var words = Self.foremost(step.facts).compactMap { say($0) }
    if session.level != .story, let why = say(step.why) { words.append(why) }
    return words.map { .say("    \($0)", .dim) }.map { indented($0, by: 4) }
  }

  private static let fewFacts = 5

  /// Of many facts the first, in their order; a packet meets more rules than matter, and what became of it comes last.
  private static func foremost(_ facts: [Fact]) -> [Fact] {
    guard facts.count > fewFacts else { return facts }
    let kept = facts.enumerated().sorted { (weight($0.element), $0.offset) < (weight($1.element), $1.offset) }
    return kept.prefix(fewFacts).sorted { $0.offset < $1.offset }.map(\.element)
  }

  private static func weight(_ fact: Fact) -> Int {
    if ["fact.hop.routed", "fact.hop.aged"].contains(fact.key) || isPacketNews(fact) { return 0 }
    // A rule that only asks another chain decides nothing.
    let verdicts = ["MASQUERADE", "DNAT", "SNAT", "REJECT", "DROP"]
    if fact.key == "fact.hop.rule", verdicts.contains(where: { fact["line"]?.text?.contains("-j \($0)") ?? false }) {
      return 0
    }
    return ["fact.hop.rule", "fact.hop.policy", "fact.hop.tracked"].contains(fact.key) ? 2 : 1
  }

  private func indented(_ passage: Passage, by columns: Int) -> Passage {
    guard case .text(let spans, _) = passage else { return passage }
    return .text(
      [Span(String(repeating: "\u{a0}", count: columns))] + spans.map { Span($0.text.trimmed, $0.emphasis) },
      indent: columns
    )
  }

  /// `+` for what is new, `·` for what is otherwise, `−` for what is gone.
  private func changes(of step: Explanation, limit: Int) -> [Passage] {
    var out: [Passage] = []
    for object in step.objects {
      switch object.kind {
      case .added:
        let after = object.changes.first?.after
        out.append(line("+", object.object, summary(of: after)))
      case .deleted: out.append(line("−", object.object, ""))
      case .modified:
        let changes = object.changes.enumerated()
          .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
          .map(\.element).filter { rank($0) < 9 }
        for change in changes.prefix(limit) {
          let path = Self.path(change.path)
          let before = Self.short(change.before)
          let after = Self.short(change.after, of: change.path.last)
          let sign = change.before == nil ? "+" : change.after == nil ? "−" : "·"
          let values = change.before == nil ? after : change.after == nil ? before : "\(before) → \(after)"
          out.append(line(sign, "\(object.object) \(path)", values))
        }
        if changes.count > limit { out.append(line("·", "…", "+\(changes.count - limit)")) }
      }
    }
    return out
  }

  private static let bookKeeping = [
    "lastTransitionTime", "lastProbeTime", "lastUpdateTime", "startTime", "observedGeneration",
  ]

  /// Book-keeping comes last and is shown only where one looks closely.
  private func rank(_ change: Change) -> Int {
    let path = change.path.joined(separator: ".")
    if path.contains("managedFields") { return 9 }
    let isBookKeeping =
      path == "metadata.resourceVersion" || path == "metadata.generation" || path.hasPrefix("metadata.managed")
      || Self.bookKeeping.contains(change.path.last ?? "")
    if isBookKeeping { return session.level == .story ? 9 : 3 }
    if ["status.phase", "spec.nodeName", "status.podIP"].contains(path) { return 0 }
    return path.contains("conditions") ? 1 : 2
  }

  private func line(_ sign: String, _ name: String, _ values: String) -> Passage {
    var spans = [Span("\u{a0}\u{a0}\(sign)\u{a0}", .dim), Span(name, .lit)]
    if !values.isEmpty { spans.append(Span("  \(values)")) }
    return .text(spans, indent: 6)
  }

  private func summary(of value: Value?) -> String {
    guard let value else { return "" }
    var parts: [String] = []
    let told = [
      ["status", "phase"], ["spec", "nodeName"], ["reason"], ["spec", "clusterIP"], ["spec", "ports", "0", "nodePort"],
    ]
    for path in told {
      if let text = value.at(path)?.plain, !text.isEmpty { parts.append(".\(path.joined(separator: ".")) \(text)") }
    }
    if let revision = value.at(["metadata", "resourceVersion"])?.plain { parts.append("resourceVersion \(revision)") }
    return parts.joined(separator: "  ")
  }

  /// Who did not hear of it, which is what a watch is about.
  private func silence(after step: Explanation, isBrief: Bool) -> [Passage] {
    guard !isBrief, step.what.key == "did.apiserver.notify", step.text.contains(" pod/") else { return [] }
    let world = session.simulation.world
    let deaf = world.cells.indices.map { world.name(of: $0) }
      .filter { name in name.hasPrefix("kubelet@") && !step.said.contains { $0.to == name } }
    return deaf.prefix(3).map { name in
      let arguments = ["actor": name, "selector": "spec.nodeName=\(ClusterMap.node(of: name))"]
      return .text(
        [Span("\u{a0}\u{a0}·\u{a0}", .dim), Span(say("learn.heard-nothing", arguments), .dim)],
        indent: 6
      )
    }
  }

  private func said(by step: Explanation) -> [Passage] {
    let few = session.level == .story ? 0 : 6
    return step.said.prefix(few).map { message in
      .text(
        [Span("\u{a0}\u{a0}→\u{a0}", .dim), Span("\(message.to): \(message.summary)", .dim)],
        indent: 6
      )
    }
  }

  private static func path(_ path: [String]) -> String {
    "." + path.joined(separator: ".")
  }

  private static func short(_ value: Value?, of name: String? = nil) -> String {
    guard let value else { return "" }
    if value.isNull { return "<none>" }
    var text = phrase(value, depth: 0)
    // The path has named it already.
    if let name, text.hasPrefix("\(name) ") { text = String(text.dropFirst(name.count + 1)) }
    return text.isEmpty ? "\"\"" : Width.cut(text, to: 60)
  }

  /// A value in a few words: of a condition its type and status, of other records their first fields.
  private static func phrase(_ value: Value, depth: Int) -> String {
    if let elements = value.elements {
      return elements.prefix(6).map { phrase($0, depth: depth + 1) }.joined(separator: ", ")
    }
    guard let entries = value.entries else { return value.plain }
    if let status = value["status"]?.text {
      let reason = value["reason"]?.text.map { " (\($0))" } ?? ""
      return (value["type"]?.text.map { "\($0) " } ?? "") + status + reason
    }
    if depth > 2 { return "{…}" }
    return entries.prefix(3).map { "\($0.key) \(phrase($0.value, depth: depth + 1))" }.joined(separator: ", ")
  }
}
