import Clockwork

/// A machine that runs Pods.
public struct Node: Record, Sendable {
  public static var typeName: String { "Node" }

  private var sharedMetadata: Shared<ObjectMeta>
  private var sharedSpec: Shared<NodeSpec>
  private var sharedStatus: Shared<NodeStatus>
  public var unknown: [Value.Entry] = []

  public init() {
    self.init(metadata: ObjectMeta())
  }

  public init(metadata: ObjectMeta, spec: NodeSpec = NodeSpec(), status: NodeStatus = NodeStatus()) {
    sharedMetadata = Shared(metadata)
    sharedSpec = Shared(spec)
    sharedStatus = Shared(status)
  }

  init(metadata: Shared<ObjectMeta>, content: NodeContent) {
    sharedMetadata = metadata
    sharedSpec = content.spec
    sharedStatus = content.status
    unknown = content.unknown
  }

  public var metadata: ObjectMeta {
    _read { yield sharedMetadata.content }
    _modify { yield &sharedMetadata.content }
  }

  public var spec: NodeSpec {
    _read { yield sharedSpec.content }
    _modify { yield &sharedSpec.content }
  }

  public var status: NodeStatus {
    _read { yield sharedStatus.content }
    _modify { yield &sharedStatus.content }
  }

  var handle: Shared<ObjectMeta> { sharedMetadata }
  var content: NodeContent { NodeContent(spec: sharedSpec, status: sharedStatus, unknown: unknown) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &sharedMetadata, .keep)
    field("spec", &sharedSpec, .keep)
    field("status", &sharedStatus, .keep)
    field.rest(&unknown)
  }
}

/// A Node without its metadata, as an ``Object`` stores it.
public struct NodeContent: Equatable, Sendable {
  var spec: Shared<NodeSpec>
  var status: Shared<NodeStatus>
  var unknown: [Value.Entry] = []
}

/// What a node should be: its range of Pod addresses, and what keeps Pods away from it.
public struct NodeSpec: Record, Sendable {
  public static var typeName: String { "NodeSpec" }

  public var podCIDR: String = ""
  public var podCIDRs: [String] = []
  public var providerID: String = ""
  public var taints: [Taint] = []
  public var unschedulable: Bool = false
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("podCIDR", &podCIDR)
    field("podCIDRs", &podCIDRs)
    field("providerID", &providerID)
    field("taints", &taints)
    field("unschedulable", &unschedulable)
    field.rest(&unknown)
  }
}
