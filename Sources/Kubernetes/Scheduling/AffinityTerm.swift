import Clockwork

/// Which other Pods a rule means, and within which kind of place.
public struct AffinityTerm: Equatable, Sendable {
  public var selector: LabelSelector
  /// Names of namespaces; the Pod's own where the rule names none.
  public var namespaces: [String]
  /// Namespaces by their labels, besides those that are named.
  public var namespaceSelector: LabelSelector
  public var topologyKey: String

  /// Reads a term of a Pod; `now` a term may also copy values of the Pod's own labels.
  init(_ term: PodAffinityTerm, of pod: ObjectMeta, _ version: Version) {
    selector = AffinityTerm.selector(term.labelSelector)
    topologyKey = term.topologyKey
    namespaces = term.namespaces
    namespaceSelector = .nothing
    if version == .now {
      namespaceSelector = AffinityTerm.selector(term.namespaceSelector)
      for key in term.matchLabelKeys { selector.require(key, .in, pod.labels[key]) }
      for key in term.mismatchLabelKeys { selector.require(key, .notIn, pod.labels[key]) }
    }
    if namespaces.isEmpty, version == .then || term.namespaceSelector == nil { namespaces = [pod.namespace] }
  }

  static func selector(_ value: Value?) -> LabelSelector {
    guard case .success(let selector) = LabelSelector.read(value) else { return .nothing }
    return selector
  }

  /// Whether a Pod is meant; `home` holds the labels of its namespace.
  func matches(_ pod: PodInfo, home: Table<String, String>) -> Bool {
    guard namespaces.contains(pod.namespace) || namespaceSelector.matches(home) else { return false }
    return selector.matches(pod.labels)
  }
}

/// A term with what it is worth; avoided Pods count against a place.
public struct WeightedTerm: Equatable, Sendable {
  public var weight: Int64
  public var term: AffinityTerm
}

/// The rules of one Pod about the Pods around it.
public struct PodAffinity: Equatable, Sendable {
  public var required: [AffinityTerm] = []
  public var avoided: [AffinityTerm] = []
  /// Preferred terms, and those to be avoided with a negative weight.
  public var preferred: [WeightedTerm] = []

  public init() {}

  init(_ pod: Pod, _ version: Version) {
    guard let affinity = pod.spec.affinity else { return }
    func read(_ terms: [PodAffinityTerm]) -> [AffinityTerm] {
      terms.map { AffinityTerm($0, of: pod.metadata, version) }
    }
    required = read(affinity.podAffinity?.required ?? [])
    avoided = read(affinity.podAntiAffinity?.required ?? [])
    for (rules, sign) in [(affinity.podAffinity, Int64(1)), (affinity.podAntiAffinity, Int64(-1))] {
      for wish in rules?.preferred ?? [] {
        let term = AffinityTerm(wish.podAffinityTerm, of: pod.metadata, version)
        preferred.append(WeightedTerm(weight: sign * wish.weight, term: term))
      }
    }
  }

  public var isEmpty: Bool { required.isEmpty && avoided.isEmpty && preferred.isEmpty }
}

/// A place: all nodes that have this value of this label.
struct Topology: Comparable, Sendable {
  /// Which rule counts here; 0 where rules share their counts.
  var rule: Int = 0
  var key: String
  var value: String

  init(rule: Int = 0, _ key: String, _ value: String) {
    self.rule = rule
    self.key = key
    self.value = value
  }

  static func < (left: Topology, right: Topology) -> Bool {
    if left.rule != right.rule { return left.rule < right.rule }
    return left.key != right.key ? left.key < right.key : left.value < right.value
  }
}
