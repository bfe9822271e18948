import Clockwork

/// The admission plugin that keeps a kubelet from writing about other nodes than its own.
enum NodeRestriction {
  /// Why a kubelet may not do what it asks; nothing where it may.
  static func refusal(_ node: String, _ request: Request, _ stored: Object?) -> String? {
    let quoted = LabelText.quoted(request.name)
    let head = "\(request.kind.printedResource) \(quoted) is forbidden:"
    switch request.kind {
    case .node where request.verb != .create:
      if request.name == node { return nil }
      return "\(head) node \(LabelText.quoted(node)) is not allowed to modify node \(quoted)"
    case .pod: return pod(node, request, stored?.pod).map { "\(head) \($0)" }
    case .lease:
      if request.name == node, request.namespace == "kube-node-lease" { return nil }
      return "\(head) can only access node lease with the same name as the requesting node"
    default: return nil
    }
  }

  private static func pod(_ node: String, _ request: Request, _ pod: Pod?) -> String? {
    let name = LabelText.quoted(node)
    switch request.verb {
    case .delete:
      if let pod, pod.spec.nodeName == node { return nil }
      return pod == nil ? nil : "node \(name) can only delete pods with spec.nodeName set to itself"
    case .update, .patch:
      if request.subresource != "status" { return "node \(name) can only update pod status" }
      if let pod, pod.spec.nodeName != node {
        return "node \(name) can only update pod status for pods with spec.nodeName set to itself"
      }
      return nil
    case .create where request.subresource.isEmpty: return "node \(name) can only create mirror pods"
    default: return nil
    }
  }
}
