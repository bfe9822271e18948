import Clockwork

/// A group of containers that runs on one node.
///
/// Its three parts are shared between copies: a cache that keeps a Pod keeps three references.
public struct Pod: Record, Sendable {
  public static var typeName: String { "Pod" }

  private var sharedMetadata: Shared<ObjectMeta>
  private var sharedSpec: Shared<PodSpec>
  private var sharedStatus: Shared<PodStatus>
  public var unknown: [Value.Entry] = []

  public init() {
    self.init(metadata: ObjectMeta())
  }

  public init(metadata: ObjectMeta, spec: PodSpec = PodSpec(), status: PodStatus = PodStatus()) {
    sharedMetadata = Shared(metadata)
    sharedSpec = Shared(spec)
    sharedStatus = Shared(status)
  }

  /// A Pod whose spec is that of a template, stored once for all of them.
  init(metadata: ObjectMeta, sharing spec: Shared<PodSpec>) {
    sharedMetadata = Shared(metadata)
    sharedSpec = spec
    sharedStatus = Shared(PodStatus())
  }

  init(metadata: Shared<ObjectMeta>, content: PodContent) {
    sharedMetadata = metadata
    sharedSpec = content.spec
    sharedStatus = content.status
    unknown = content.unknown
  }

  public var metadata: ObjectMeta {
    _read { yield sharedMetadata.content }
    _modify { yield &sharedMetadata.content }
  }

  public var spec: PodSpec {
    _read { yield sharedSpec.content }
    _modify { yield &sharedSpec.content }
  }

  public var status: PodStatus {
    _read { yield sharedStatus.content }
    _modify { yield &sharedStatus.content }
  }

  public var key: ObjectKey { ObjectKey(.pod, sharedMetadata.content.namespace, sharedMetadata.content.name) }

  var handle: Shared<ObjectMeta> { sharedMetadata }
  var content: PodContent { PodContent(spec: sharedSpec, status: sharedStatus, unknown: unknown) }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &sharedMetadata, .keep)
    field("spec", &sharedSpec, .keep)
    field("status", &sharedStatus, .keep)
    field.rest(&unknown)
  }
}

/// A Pod without its metadata, as an ``Object`` stores it.
public struct PodContent: Equatable, Sendable {
  var spec: Shared<PodSpec>
  var status: Shared<PodStatus>
  var unknown: [Value.Entry] = []
}
