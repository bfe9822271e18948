public import Clockwork

/// What kube-apiserver asks a webhook while an object is being admitted (`AdmissionReview`).
public struct AdmissionReview: Sendable {
  public var id: Int64
  /// The object as it would be stored.
  public var object: Object

  public init(id: Int64, object: Object) {
    self.id = id
    self.object = object
  }

  public var subject: ObjectKey { object.key }
}

/// What a webhook answers: a JSON patch, which may be empty.
public struct AdmissionAnswer: Sendable {
  public var id: Int64
  public var patch: Value

  public init(id: Int64, patch: Value) {
    self.id = id
    self.patch = patch
  }

  public var summary: String {
    let count = patch.elements?.count ?? 0
    return count == 0 ? "nothing to change" : "\(count) changes"
  }
}
