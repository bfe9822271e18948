import Clockwork

/// On which nodes a Pod must run, and on which it would rather run.
public struct NodeAffinity: Equatable, Sendable {
  /// One group of comparisons with a node; all of them must hold.
  public struct Term: Equatable, Sendable {
    /// On labels; nil when an expression makes no sense, and then the term matches nothing.
    public var labels: LabelSelector?
    /// On fields, of which there is one: the name of the node.
    public var fields: LabelSelector?
    /// A term without any comparison matches nothing.
    public var isEmpty: Bool

    func matches(_ node: NodeInfo) -> Bool {
      guard !isEmpty, let labels, let fields else { return false }
      return labels.matches(node.labels) && fields.matches(["metadata.name": node.name])
    }
  }

  /// A term with what it is worth.
  public struct Preference: Equatable, Sendable {
    public var weight: Int64
    public var term: Term
  }

  /// One of the terms must match; nil where nothing is demanded.
  public var required: [Term]? = nil
  public var preferred: [Preference] = []

  public init() {}

  /// The rules of a Pod, ready to be asked of many nodes.
  public init(_ rules: NodeAffinityRules?) {
    if let terms = rules?.required?.nodeSelectorTerms {
      var list: [Term] = []
      for term in terms { list.append(NodeAffinity.term(term)) }
      required = list
    }
    for preference in rules?.preferred ?? [] {
      preferred.append(Preference(weight: preference.weight, term: NodeAffinity.term(preference.preference)))
    }
  }

  private static func term(_ term: NodeSelectorTerm) -> Term {
    func selector(_ requirements: [NodeSelectorRequirement]) -> LabelSelector? {
      var list: [Value] = []
      for requirement in requirements { list.append(requirement.tree) }
      guard case .success(let selector) = LabelSelector.read(.map(("matchExpressions", .list(list)))) else {
        return nil
      }
      return selector
    }
    return Term(
      labels: selector(term.matchExpressions),
      fields: selector(term.matchFields),
      isEmpty: term.matchExpressions.isEmpty && term.matchFields.isEmpty
    )
  }
}

extension SchedulerPlugins {
  /// NodeAffinity as a filter: the node selector and one of the required terms must match.
  public static func nodeAffinity(_ pod: PodDemand, _ node: NodeInfo, _ version: Version) -> Rejection? {
    if LabelSelector(matchLabels: pod.nodeSelector).matches(node.labels) {
      guard let required = pod.nodeAffinity.required else { return nil }
      for term in required where term.matches(node) { return nil }
    }
    let what = version == .then ? "node affinity" : "node affinity/selector"
    return Rejection(reasons: ["node(s) didn't match Pod's \(what)"], isUnresolvable: true, by: .nodeAffinity)
  }

  /// NodeAffinity as a score: the weights of all preferences that the node meets.
  public static func preferredAffinity(_ pod: PodDemand, _ node: NodeInfo) -> Int64 {
    var sum: Int64 = 0
    for preference in pod.nodeAffinity.preferred where preference.weight != 0 && preference.term.matches(node) {
      sum += preference.weight
    }
    return sum
  }
}
