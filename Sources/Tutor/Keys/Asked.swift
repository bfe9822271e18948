import Clockwork
import Curriculum
import Kubernetes

/// What an author asks for in a question: an object, how many objects there are, or what kubectl said.
///
/// `pod/web`, `pod/kube-system/x`, `node/node1` and `pod/{{pod app=web 1}}` are objects. `pods` and `pods app=web` are
/// the objects that `kubectl get` would list, whose one field is `count`. `kubectl` is the command that came last, with
/// the fields `output` and `exit`.
enum Asked: Equatable {
  case object(ObjectKey)
  case all(Kind, LabelSelector)
  case kubectl

  init?(_ text: String, in simulation: Simulation) {
    guard let text = simulation.expanded(text) else { return nil }
    if text == "kubectl" {
      self = .kubectl
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
      switch field {
      case "exit": return simulation.kubectl.map { "\($0.exitCode)" }
      case "output":
        return simulation.rows.last(where: { $0.record.actor == "kubectl" && $0.record.verb == "print" })?.record.note
          ?? ""
      default: return nil
      }
    }
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

  /// `spec.containers[0].image`, `.status.podIP`.
  private static func path(_ text: String) -> [String] {
    text.split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
  }
}
