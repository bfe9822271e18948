import Clockwork

extension Simulation {
  /// The text with names put in for `{{pod app=web 1}}`; nothing where one of them matches no object.
  public func expanded(_ text: String) -> String? {
    guard Placeholders.contains(text) else { return text }
    let (expanded, open) = Placeholders.expand(text) { wanted in name(of: wanted) }
    return open == nil ? expanded : nil
  }

  /// The name that a placeholder stands for now: the objects with these labels count in the order of their creation.
  func name(of wanted: Placeholder) -> String? {
    let found = etcd.objects.filter { $0.kind == wanted.kind && wanted.labels.matches($0.metadata.labels) }
      .sorted { $0.metadata.creationTimestamp ?? Timestamp(0) < $1.metadata.creationTimestamp ?? Timestamp(0) }
    return wanted.index <= found.count ? found[wanted.index - 1].name : nil
  }

  /// The kubectl of the story, with what its last command came to.
  public var kubectl: Kubectl? {
    world.address(of: "kubectl").flatMap { world.component($0, as: Kubectl.self) }
  }
}
