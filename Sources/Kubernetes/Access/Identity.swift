import Clockwork

/// Who sends a request, as authentication finds out: a name and the groups it belongs to.
public struct Identity: Equatable, Sendable {
  public var name: String
  public var groups: [String]

  public init(_ name: String, groups: [String] = []) {
    self.name = name
    self.groups = groups
    if !groups.contains("system:authenticated") { self.groups.append("system:authenticated") }
  }

  /// A service account, whose name and groups follow from its namespace.
  public static func account(_ namespace: String, _ name: String) -> Identity {
    Identity(
      "system:serviceaccount:\(namespace):\(name)",
      groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
    )
  }

  /// The identity behind the name that the audit log has for a client, such as `kubelet@node1`.
  public static func of(client: String, _ version: Version) -> Identity {
    if client == "kubectl" {
      // Since 1.29 the administrator is no member of the group that no rule can bind.
      return Identity("kubernetes-admin", groups: [version == .then ? "system:masters" : "kubeadm:cluster-admins"])
    }
    if client == "kube-scheduler" { return Identity("system:kube-scheduler") }
    if client == "kube-apiserver" { return Identity("system:apiserver", groups: ["system:masters"]) }
    if client == "kube-controller-manager" { return Identity("system:kube-controller-manager") }
    if let node = ScriptText.pair(client, at: "@") {
      switch node.0 {
      case "kubelet": return Identity("system:node:\(node.1)", groups: ["system:nodes"])
      default: return .account("kube-system", node.0)
      }
    }
    return .account("kube-system", ScriptText.pair(client, at: "/")?.1 ?? client)
  }

  /// The node whose kubelet this is.
  public var node: String? {
    let prefix = "system:node:"
    guard groups.contains("system:nodes"), name.hasPrefix(prefix) else { return nil }
    return String(name.dropFirst(prefix.count))
  }

  /// Whether this is a part of the control plane, whose rights come with the cluster.
  var isControlPlane: Bool {
    name.hasPrefix("system:kube-") || name == "system:apiserver"
      || groups.contains("system:serviceaccounts:kube-system")
  }
}
