import Clockwork
import Curriculum
import Kubernetes

/// What an `always` question says of a run, true or false once the run is over.
struct Proposition {
  /// What the field must be.
  enum Wanted: Equatable {
    case text(String)
    /// No two of the objects have the same there.
    case different
    /// All of the objects have the same there.
    case same
  }

  /// The steps it is about: one that comes, or the first of which comes before the second.
  let steps: [ActionPattern]
  let object: String
  let field: String?
  let wanted: Wanted
  private let kind: Kind?

  /// The proposition of a question; nothing where it says none.
  init?(_ question: Question) {
    steps = question.steps
    object = question.object ?? ""
    field = question.field
    switch question.expected {
    case "different"?: wanted = .different
    case "same"?: wanted = .same
    case let text?: wanted = .text(text)
    case nil: wanted = .text("")
    }
    let word = object.prefix { $0 != "/" && $0 != " " }
    kind = object.isEmpty ? nil : Kind.named(String(word))
    if object.isEmpty ? steps.isEmpty || steps.count > 2 : !steps.isEmpty || question.expected == nil { return nil }
  }

  /// Whether an action of kube-apiserver or etcd may change what is asked about.
  func reads(_ subject: Kube.Subject) -> Bool { kind.map { subject.isAbout($0) } ?? false }

  /// What stands where the question looks.
  func texts(_ simulation: Simulation) -> [String]? {
    object.isEmpty ? nil : Asked(object, in: simulation)?.texts(field, in: simulation)
  }

  /// Whether it is so at the end of a run; nothing where what is asked about is not there to be read.
  func holds(_ orders: Orders) -> Bool? { holds(orders.seen, orders.simulation) }

  /// The same of a run in which its steps were seen in this order.
  func holds(_ seen: [Int], _ simulation: Simulation) -> Bool? {
    if !steps.isEmpty {
      guard steps.count == 2 else { return seen == [0] }
      return seen.count == 2 ? seen == [0, 1] : nil
    }
    guard let texts = texts(simulation) else { return nil }
    switch wanted {
    case .text(let text): return !texts.isEmpty && texts.allSatisfy { $0 == text }
    case .different: return Set(texts).count == texts.count
    case .same: return Set(texts).count <= 1
    }
  }
}

extension Asked {
  /// What stands in a field of each of the objects that are asked for.
  func texts(_ field: String?, in simulation: Simulation) -> [String]? {
    guard case .all(let kind, let labels) = self, field != "count" else {
      return text(field, in: simulation).map { [$0] }
    }
    guard let field else { return nil }
    let path = Asked.path(field)
    let found = simulation.etcd.objects.filter { object in
      object.kind == kind && labels.matches(object.metadata.labels)
        && (!kind.isNamespaced || object.metadata.namespace == "default")
    }
    return found.map { $0.value.at(path)?.plain ?? "" }
  }
}
