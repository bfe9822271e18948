import Foundation

/// The contract of the recordings: what has to be the same, and what may differ.
///
/// Same: API writes with their multiplicity, containers' events, the order along every chain of cause and effect,
/// reasons and messages. May differ: milliseconds, which node among equals, 409 conflicts and their retries, the order
/// of rows that share no chain, how often a status that says the same is written again, log lines, and names that are
/// generated (they are renamed by order of appearance).
struct Contract {
  /// Two lists of rows compared; an empty list means that they agree.
  static func differences(_ recorded: [Recording.Row], _ model: [Recording.Row]) -> [String] {
    let left = signatures(recorded)
    let right = signatures(model)
    var differences = counts(left, right)
    let chains = Set(left.flatMap(\.chains)).union(right.flatMap(\.chains)).sorted()
    for chain in chains {
      let one = left.filter { $0.chains.contains(chain) }.map(\.text)
      let other = right.filter { $0.chains.contains(chain) }.map(\.text)
      if one != other, Set(one) == Set(other) || differences.isEmpty {
        let place = one.indices.first { $0 >= other.count || one[$0] != other[$0] }
        let recorded = place.map { one[$0] } ?? "nothing"
        let modelled = place.flatMap { $0 < other.count ? other[$0] : nil } ?? "nothing"
        differences.append("order along \(chain): recorded \(recorded) | model \(modelled)")
      }
    }
    return differences
  }

  private static func counts(_ left: [Signature], _ right: [Signature]) -> [String] {
    var balance: [String: Int] = [:]
    for row in left { balance[row.text, default: 0] += 1 }
    for row in right { balance[row.text, default: 0] -= 1 }
    return balance.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { text, count in
      count > 0 ? "recorded \(count) more: \(text)" : "model \(-count) more: \(text)"
    }
  }

  /// A row without what may differ, and the chains that order it.
  struct Signature: Equatable {
    var text: String
    var chains: [String]
    var isStatus: Bool
  }

  static func signatures(_ rows: [Recording.Row]) -> [Signature] {
    var names = Renaming()
    var out: [Signature] = []
    for row in rows where counts(row) {
      let signature = signature(row, &names)
      // The same status written once more says nothing new.
      if signature.isStatus, let last = out.last(where: { $0.isStatus && $0.chains == signature.chains }),
        last.text == signature.text
      {
        continue
      }
      out.append(signature)
    }
    return out
  }

  /// API writes that were accepted, and containers' events; log lines are nobody's promise.
  static func counts(_ row: Recording.Row) -> Bool {
    if row.resource == "container" { return true }
    // The recordings leave heartbeats out.
    guard let code = row.code, row.resource != "leases" else { return false }
    return code != 409
  }

  private static func signature(_ row: Recording.Row, _ names: inout Renaming) -> Signature {
    let about = pod(row)
    names.home = about
    let actor = names.actor(row.actor)
    let note = names.note(row.note)
    let name = names.name(row.name, row.resource)
    let namespace = row.namespace.hasPrefix("f-") ? "default" : row.namespace
    var parts = [actor, row.verb, row.resource, row.subresource, namespace, name]
    parts.append(row.code.map { "\($0)" } ?? "")
    parts.append(note)
    let isStatus = row.resource == "pods" && row.subresource == "status"
    return Signature(text: parts.joined(separator: " | "), chains: chains(row, about, actor), isStatus: isStatus)
  }

  /// The Pod a row is about.
  private static func pod(_ row: Recording.Row) -> String {
    if row.resource == "container" { return row.name.split(separator: "/").first.map(String.init) ?? row.name }
    if row.resource == "events" { return row.name.split(separator: ".").first.map(String.init) ?? row.name }
    return row.name
  }

  private static func chains(_ row: Recording.Row, _ about: String, _ actor: String) -> [String] {
    let home = about
    if row.resource == "events" {
      // What a kubelet says it did, and what the runtime did, come in one order.
      return actor.hasPrefix("kubelet")
        ? ["work of \(home)"] : ["events of \(actor) about \(home)", "birth of \(home)"]
    }
    if row.resource == "container" {
      let isSandbox = row.name.hasSuffix("/POD")
      let marks = !isSandbox && (row.verb == "start" || row.verb == "die")
      return marks ? ["work of \(home)", "life of \(home)"] : ["work of \(home)"]
    }
    if row.resource == "pods" {
      var chains = ["writes of \(home)"]
      if row.verb == "create" { chains += ["birth of \(home)", "work of \(home)"] }
      if row.subresource == "status", !row.note.contains("ContainerCreating") { chains.append("life of \(home)") }
      if row.verb == "delete" { chains.append("work of \(home)") }
      return chains
    }
    return ["\(row.resource) of \(home)"]
  }
}

/// Generated names, by order of appearance among the rows about one object: rows about different ones come in any
/// order.
private struct Renaming {
  /// The object that the row is about.
  var home = ""
  private var known: [String: String] = [:]
  private var counts: [String: Int] = [:]

  mutating func rename(_ word: String, _ family: String) -> String {
    // Which Pods share a node is free; an address or an id is the same wherever it is mentioned.
    let key = family == "node" ? "\(family) of \(home) \(word)" : "\(family) \(word)"
    if let name = known[key] { return name }
    counts["\(family) of \(home)", default: 0] += 1
    let name = "<\(family)\(counts["\(family) of \(home)"] ?? 0) of \(home)>"
    known[key] = name
    return name
  }

  mutating func actor(_ actor: String) -> String {
    if let place = actor.firstIndex(of: "@") {
      return actor[...place] + rename(String(actor[actor.index(after: place)...]), "node")
    }
    return actor.hasPrefix("kube-controller-manager/") ? String(actor.dropFirst(24)) : actor
  }

  /// An Event's name is its object's and a number.
  mutating func name(_ name: String, _ resource: String) -> String {
    guard resource == "events", let dot = name.lastIndex(of: ".") else { return name }
    return name[..<dot] + "." + rename(name, "event")
  }

  private static let patterns: [(expression: NSRegularExpression?, family: String)] = [
    (#"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"#, "uid"),
    (#"\b[0-9a-f]{12}\b"#, "id"), (#"\b10\.\d+\.\d+\.\d+\b"#, "ip"),
    (#"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"#, "time"), (#"(?<= to |on node )node-\d+\b"#, "node"),
  ].map { (try? NSRegularExpression(pattern: $0.0), $0.1) }

  mutating func note(_ note: String) -> String {
    var out = note
    for (expression, family) in Renaming.patterns { out = replace(expression, family, in: out) }
    // "default" is what the script calls the namespace of a recording.
    return out.replacingOccurrences(of: #"\bf-[a-z0-9-]+/"#, with: "default/", options: .regularExpression)
  }

  private mutating func replace(_ expression: NSRegularExpression?, _ family: String, in text: String) -> String {
    guard let expression else { return text }
    var out = text
    let matches = expression.matches(in: text, range: NSRange(text.startIndex..., in: text))
    var found: [(Range<String.Index>, String)] = []
    for match in matches {
      guard let range = Range(match.range, in: text) else { continue }
      // A moment is only said to be one: it may differ.
      let name = family == "time" ? "<time>" : rename(String(text[range]), family)
      found.append((range, name))
    }
    for (range, name) in found.reversed() { out.replaceSubrange(range, with: name) }
    return out
  }
}
