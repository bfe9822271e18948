import Clockwork

/// The admission plugin that keeps a kubelet from writing about other nodes than its own.
enum NodeRestriction {
  /// Why a kubelet may not do what it asks; nothing where it may.
  static func refusal(_ node: String, _ request: Request, _ stored: Object?) -> String? {
    switch request.kind {
    case .node where request.verb != .create:
      if request.name == node { return nil }
      let quoted = LabelText.quoted(request.name)
      return "\(head(request)) node \(LabelText.quoted(node)) is not allowed to modify node \(quoted)"
    case .pod: return pod(node, request, stored?.pod).map { "\(head(request)) node \(LabelText.quoted(node)) \($0)" }
    case .lease:
      if request.name == node, request.namespace == "kube-node-lease" { return nil }
      return "\(head(request)) can only access node lease with the same name as the requesting node"
    default: return nil
    }
  }

  private static func head(_ request: Request) -> String {
    "\(request.kind.printedResource) \(LabelText.quoted(request.name)) is forbidden:"
  }

  /// What the node may do instead.
  private static func pod(_ node: String, _ request: Request, _ pod: Pod?) -> String? {
    switch request.verb {
    case .delete:
      if let pod, pod.spec.nodeName == node { return nil }
      return pod == nil ? nil : "can only delete pods with spec.nodeName set to itself"
    case .update, .patch:
      if request.subresource != "status" { return "can only update pod status" }
      if let pod, pod.spec.nodeName != node {
        return "can only update pod status for pods with spec.nodeName set to itself"
      }
      return nil
    case .create where request.subresource.isEmpty: return "can only create mirror pods"
    default: return nil
    }
  }
}
