import Clockwork

/// What a Pod will be when somebody makes one: labels and a spec, without a name.
public struct PodTemplateSpec: Record, Sendable {
  public static var typeName: String { "PodTemplateSpec" }

  private var sharedMetadata: Shared<ObjectMeta>
  private var sharedSpec: Shared<PodSpec>
  public var unknown: [Value.Entry] = []

  public init() {
    self.init(labels: [:], spec: PodSpec())
  }

  public init(labels: Table<String, String>, spec: PodSpec) {
    sharedMetadata = Shared(ObjectMeta(name: "", labels: labels))
    sharedSpec = Shared(spec)
  }

  public var metadata: ObjectMeta {
    _read { yield sharedMetadata.content }
    _modify { yield &sharedMetadata.content }
  }

  /// Shared with every copy of the template: a thousand Pods of one template hold one.
  public var spec: PodSpec {
    _read { yield sharedSpec.content }
    _modify { yield &sharedSpec.content }
  }

  /// A Pod of this template in a namespace; its name is the API server's to make.
  public func pod(namespace: String, generateName: String, owner: OwnerReference) -> Pod {
    var metadata = ObjectMeta(name: "", namespace: namespace, labels: self.metadata.labels)
    metadata.annotations = self.metadata.annotations
    metadata.finalizers = self.metadata.finalizers
    metadata.generateName = generateName
    metadata.ownerReferences = [owner]
    return Pod(metadata: metadata, sharing: sharedSpec)
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &sharedMetadata, .keep)
    field("spec", &sharedSpec, .keep)
    field.rest(&unknown)
  }
}
