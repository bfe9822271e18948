import Clockwork
import Curriculum
import Kubernetes

/// What an author asks for in a question: an object, how many objects there are, what kubectl said, or a packet.
///
/// `pod/web`, `pod/kube-system/x`, `node/node1` and `pod/{{pod app=web 1}}` are objects. `pods` and `pods app=web` are
/// the objects that `kubectl get` would list, whose one field is `count`. `kubectl` is the command that came last, with
/// the fields `exit` and `output`, of which `output[1]` is the second line and `output[1][2]` a word of it.
///
/// Packets and the tables that move them are read by `PacketsAsked`.
enum Asked: Equatable {
  case object(ObjectKey)
  case all(Kind, LabelSelector)
  case kubectl
  case packets(PacketsAsked)

  init?(_ text: String, in simulation: Simulation) {
    guard let text = simulation.expanded(text) else { return nil }
    if text == "kubectl" {
      self = .kubectl
    } else if PacketsAsked.isMeant(text) {
      guard let packets = PacketsAsked(text, in: simulation) else { return nil }
      self = .packets(packets)
    } else if let key = Asked.key(text) {
      self = .object(key)
    } else {
      let words = text.split(separator: " ").map(String.init)
      guard let kind = words.first.flatMap({ Kind.named($0) }), words.count <= 2 else { return nil }
      guard words.count == 2 else {
        self = .all(kind, LabelSelector(matchLabels: [:]))
        return
      }
      guard case .success(let labels) = LabelSelector.parse(words[1]) else { return nil }
      self = .all(kind, labels)
    }
  }

  /// What stands there; nothing where the field is none that could be read.
  func text(_ field: String?, in simulation: Simulation) -> String? {
    switch self {
    case .object(let key):
      // What is not there can be asked for too: "gone" is what kubectl would make of it.
      guard let found = simulation.object(key) else { return "NotFound" }
      return field.map { found.value.at(Asked.path($0))?.plain ?? "" }
    case .all(let kind, let labels):
      guard field == "count" else { return nil }
      let found = simulation.etcd.objects.filter { $0.kind == kind && labels.matches($0.metadata.labels) }
      return "\(found.count { !kind.isNamespaced || $0.metadata.namespace == "default" })"
    case .kubectl:
      let path = field.map(Asked.path) ?? []
      switch path.first {
      case "exit": return simulation.kubectl.map { "\($0.exitCode)" }
      case "output":
        let last = simulation.rows.last { $0.record.actor == "kubectl" && $0.record.verb == "print" }
        return Asked.part(path.dropFirst().map { Int($0) }, of: last?.record.note ?? "")
      default: return nil
      }
    case .packets(let packets): return packets.text(field ?? "", in: simulation)
    }
  }

  /// The whole output, one line of it, or one word of a line, counted from 0 as indices of lists are.
  static func part(_ path: [Int?], of text: String) -> String? {
    guard let first = path.first else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let row = first, lines.indices.contains(row) else { return nil }
    guard path.count > 1 else { return lines[row] }
    let words = lines[row].split(separator: " ").map(String.init)
    return path[1].flatMap { words.indices.contains($0) ? words[$0] : nil }
  }

  /// `pod/web`, `pod/kube-system/x`, `node/node1`.
  private static func key(_ text: String) -> ObjectKey? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 3, let kind = Kind.named(parts[0]), let name = parts.last else {
      return nil
    }
    let namespace = parts.count == 3 ? parts[1] : "default"
    return ObjectKey(kind, kind.isNamespaced ? namespace : "", name)
  }

  /// `spec.containers[0].image`, `.status.podIP`, and `metadata.annotations['a.b/c']` where a key has dots of its own.
  static func path(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var isBracket = false
    for letter in text {
      switch letter {
      case "[", "]",
        "." where !isBracket:
        if !part.isEmpty { parts.append(part) }
        part = ""
        isBracket = letter == "["
      case "'" where isBracket: continue
      default: part.append(letter)
      }
    }
    return part.isEmpty ? parts : parts + [part]
  }
}
