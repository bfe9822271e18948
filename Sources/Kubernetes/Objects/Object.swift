import Clockwork

/// Any object of the API: one pointer to a kind, its metadata and its content.
///
/// Copies share their storage, so an object can lie in many caches and messages at the price of a reference each.
public struct Object: Sendable {
  private var box: ObjectBox

  public init(kind: Kind, metadata: ObjectMeta, content: Content) {
    box = ObjectBox(kind, Shared(metadata), content)
  }

  public init(pod: Pod) {
    box = ObjectBox(.pod, pod.handle, .pod(pod.content))
  }

  public init(node: Node) {
    box = ObjectBox(.node, node.handle, .node(node.content))
  }

  public init(event: Event) {
    var rest = event
    rest.metadata = ObjectMeta()
    self.init(kind: .event, metadata: event.metadata, content: .event(Shared(rest)))
  }

  public init(namespace: Namespace) {
    var rest = namespace
    rest.metadata = ObjectMeta()
    self.init(kind: .namespace, metadata: namespace.metadata, content: .namespace(Shared(rest)))
  }

  public init(serviceAccount: ServiceAccount) {
    var rest = serviceAccount
    rest.metadata = ObjectMeta()
    self.init(kind: .serviceAccount, metadata: serviceAccount.metadata, content: .serviceAccount(Shared(rest)))
  }

  public init(binding: Binding) {
    var rest = binding
    rest.metadata = ObjectMeta()
    self.init(kind: .binding, metadata: binding.metadata, content: .binding(Shared(rest)))
  }

  public var kind: Kind { box.kind }

  public var metadata: ObjectMeta {
    // What is read of it is read in its place: it is large, and nearly every step looks at a field or two.
    _read { yield box.metadata.content }
    set { box = ObjectBox(box.kind, Shared(newValue), box.content) }
  }

  public var content: Content {
    _read { yield box.content }
    set { box = ObjectBox(box.kind, box.metadata, newValue) }
  }

  public var key: ObjectKey {
    ObjectKey(box.kind, box.metadata.content.namespace, box.metadata.content.name)
  }

  // The fields that nearly every step looks at, without a copy of all metadata.
  public var name: String { box.metadata.content.name }
  public var namespace: String { box.metadata.content.namespace }
  public var uid: String { box.metadata.content.uid }
  public var resourceVersion: Int64 { box.metadata.content.resourceVersion }

  /// Whether both are the very same storage; false says nothing about their contents.
  public func isSame(as other: Object) -> Bool { box === other.box }

  /// The same content under changed metadata, without copying the content.
  public func with(_ change: (inout ObjectMeta) -> Void) -> Object {
    var copy = self
    change(&copy.metadata)
    return copy
  }
}

extension Object {
  public var pod: Pod? {
    guard case .pod(let content) = box.content else { return nil }
    return Pod(metadata: box.metadata, content: content)
  }

  public var node: Node? {
    guard case .node(let content) = box.content else { return nil }
    return Node(metadata: box.metadata, content: content)
  }

  public var event: Event? {
    guard case .event(let shared) = box.content else { return nil }
    var event = shared.content
    event.metadata = metadata
    return event
  }

  public var asNamespace: Namespace? {
    guard case .namespace(let shared) = box.content else { return nil }
    var namespace = shared.content
    namespace.metadata = metadata
    return namespace
  }

  public var serviceAccount: ServiceAccount? {
    guard case .serviceAccount(let shared) = box.content else { return nil }
    var account = shared.content
    account.metadata = metadata
    return account
  }

  public var binding: Binding? {
    guard case .binding(let shared) = box.content else { return nil }
    var binding = shared.content
    binding.metadata = metadata
    return binding
  }

  /// Changes the Pod in place; does nothing to an object of another kind.
  public mutating func updatePod(_ body: (inout Pod) -> Void) {
    guard var pod = pod else { return }
    body(&pod)
    self = Object(pod: pod)
  }

  /// Changes the Node in place; does nothing to an object of another kind.
  public mutating func updateNode(_ body: (inout Node) -> Void) {
    guard var node = node else { return }
    body(&node)
    self = Object(node: node)
  }

  /// Changes the Event in place; does nothing to an object of another kind.
  public mutating func updateEvent(_ body: (inout Event) -> Void) {
    guard var event = event else { return }
    body(&event)
    self = Object(event: event)
  }
}

extension Object: Equatable {
  public static func == (left: Object, right: Object) -> Bool {
    if left.box === right.box { return true }
    return left.box.kind == right.box.kind && left.box.metadata == right.box.metadata
      && left.box.content == right.box.content
  }
}

private final class ObjectBox: Sendable {
  let kind: Kind
  let metadata: Shared<ObjectMeta>
  let content: Content

  init(_ kind: Kind, _ metadata: Shared<ObjectMeta>, _ content: Content) {
    self.kind = kind
    self.metadata = metadata
    self.content = content
  }
}
