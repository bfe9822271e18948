import Clockwork

/// What somebody wants to do, as an authorizer sees it: no content, only verb and resource.
public struct Attempt: Equatable, Sendable {
  public var verb: String
  public var group: String
  /// The plural, with the subresource: `pods/log`.
  public var resource: String
  public var name: String
  /// Empty for all namespaces, and for what lives in none.
  public var namespace: String

  public init(_ verb: String, _ resource: String, group: String = "", name: String = "", namespace: String = "") {
    self.verb = verb
    self.resource = resource
    self.group = group
    self.name = name
    self.namespace = namespace
  }

  init(_ request: Request) {
    self.init(
      request.verb.rawValue,
      request.subresource.isEmpty ? request.kind.plural : "\(request.kind.plural)/\(request.subresource)",
      group: request.kind.group,
      name: request.verb == .create && request.subresource.isEmpty ? "" : request.name,
      namespace: request.kind.isNamespaced ? request.namespace : ""
    )
  }

  /// The message of the 403.
  func refusal(_ user: Identity, _ reason: String = "") -> String {
    let plural = resource.split(separator: "/").first.map { String($0) } ?? resource
    let printed = group.isEmpty ? plural : "\(plural).\(group)"
    let about = name.isEmpty ? printed : "\(printed) \(LabelText.quoted(name))"
    let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \(LabelText.quoted(namespace))"
    let head = "\(about) is forbidden: User \(LabelText.quoted(user.name)) cannot \(verb) resource"
    let text = "\(head) \(LabelText.quoted(resource)) in API group \(LabelText.quoted(group)) \(place)"
    return reason.isEmpty ? text : "\(text): \(reason)"
  }
}

/// Decides who may do what: the Node authorizer for kubelets, then the roles and bindings of the cluster.
///
/// There are rules that allow and none that forbid, so one that allows is enough.
struct Authorizer {
  /// The roles and bindings as kube-apiserver's watch cache has them.
  let cache: WatchCache

  /// Why nothing allows an attempt; nothing where something does.
  ///
  /// The text behind the last colon names what a binding points at in vain.
  func objection(_ user: Identity, _ attempt: Attempt) -> String? {
    if user.groups.contains("system:masters") || user.isControlPlane { return nil }
    if let node = user.node { return nodeMay(node, attempt) ? nil : "" }
    var missing: [String] = []
    for object in cache.list(.clusterRoleBinding, namespace: "", .all) {
      guard let binding = object.as(ClusterRoleBinding.self), names(binding.subjects, user, in: "") else { continue }
      guard let rules = rules(binding.roleRef, in: "", &missing) else { continue }
      for rule in rules where rule.allows(attempt) { return nil }
    }
    if !attempt.namespace.isEmpty {
      for object in cache.list(.roleBinding, namespace: attempt.namespace, .all) {
        guard let binding = object.as(RoleBinding.self), names(binding.subjects, user, in: attempt.namespace) else {
          continue
        }
        guard let rules = rules(binding.roleRef, in: attempt.namespace, &missing) else { continue }
        for rule in rules where rule.allows(attempt) { return nil }
      }
    }
    if missing.isEmpty { return "" }
    return missing.count == 1 ? "RBAC: \(missing[0])" : "RBAC: [\(missing.joined(separator: ", "))]"
  }

  // MARK: Roles

  private func names(_ subjects: [RoleSubject], _ user: Identity, in namespace: String) -> Bool {
    for subject in subjects {
      switch subject.kind {
      case "User": if subject.name == user.name { return true }
      case "Group": if user.groups.contains(subject.name) { return true }
      case "ServiceAccount":
        let home = subject.namespace.isEmpty ? namespace : subject.namespace
        if user.name == "system:serviceaccount:\(home):\(subject.name)" { return true }
      default: break
      }
    }
    return false
  }

  private func rules(_ role: RoleReference, in namespace: String, _ missing: inout [String]) -> [PolicyRule]? {
    if role.kind == "ClusterRole" {
      if let found = cache[ObjectKey(.clusterRole, "", role.name)]?.as(ClusterRole.self) { return found.rules }
      missing.append(Naming.notFound(ObjectKey(.clusterRole, "", role.name)))
    } else {
      let key = ObjectKey(.role, namespace, role.name)
      if let found = cache[key]?.as(Role.self) { return found.rules }
      missing.append(Naming.notFound(key))
    }
    return nil
  }

  // MARK: Nodes

  /// A kubelet reads what its own Pods need, and writes about itself and them.
  private func nodeMay(_ node: String, _ attempt: Attempt) -> Bool {
    let isRead = ["get", "list", "watch"].contains(attempt.verb)
    switch attempt.resource {
    case "secrets", "configmaps", "persistentvolumeclaims":
      return isRead && isUsed(attempt.resource, attempt.name, attempt.namespace, on: node)
    case "serviceaccounts/token":
      return attempt.verb == "create" && isUsed("serviceaccounts", attempt.name, attempt.namespace, on: node)
    case "nodes", "nodes/status", "pods/status", "events", "leases":
      return attempt.verb != "delete" || attempt.resource == "nodes"
    case "pods", "pods/eviction": return isRead || ["create", "delete"].contains(attempt.verb)
    case "services", "endpoints", "runtimeclasses", "csidrivers", "persistentvolumes", "serviceaccounts":
      return isRead
    default: return false
    }
  }

  /// Whether some Pod of the node uses an object.
  private func isUsed(_ resource: String, _ name: String, _ namespace: String, on node: String) -> Bool {
    cache.anyPod(on: node) { pod in
      if pod.metadata.namespace != namespace { return false }
      if resource == "serviceaccounts" { return pod.spec.serviceAccountName == name }
      for volume in pod.spec.volumes where PodReferences.names(volume, resource).contains(name) { return true }
      for container in pod.spec.containers + pod.spec.initContainers
      where PodReferences.names(container, resource).contains(name) {
        return true
      }
      return false
    }
  }
}

/// What a Pod's spec points at by name.
enum PodReferences {
  static func names(_ volume: Volume, _ resource: String) -> [String] {
    switch resource {
    case "secrets": return (volume["secret"]?["secretName"]?.text).map { [$0] } ?? []
    case "persistentvolumeclaims": return (volume["persistentVolumeClaim"]?["claimName"]?.text).map { [$0] } ?? []
    default:
      var names = (volume["configMap"]?["name"]?.text).map { [$0] } ?? []
      for source in volume["projected"]?["sources"]?.elements ?? [] {
        if let name = source["configMap"]?["name"]?.text { names.append(name) }
      }
      return names
    }
  }

  static func names(_ container: Container, _ resource: String) -> [String] {
    let keys = resource == "secrets" ? ("secretKeyRef", "secretRef") : ("configMapKeyRef", "configMapRef")
    var names: [String] = []
    for variable in container.env {
      if let name = variable.valueFrom?[keys.0]?["name"]?.text { names.append(name) }
    }
    for entry in container.unknown where entry.key == "envFrom" {
      for source in entry.value.elements ?? [] { if let name = source[keys.1]?["name"]?.text { names.append(name) } }
    }
    return names
  }
}

extension PolicyRule {
  /// Whether this line allows an attempt.
  func allows(_ attempt: Attempt) -> Bool {
    guard verbs.contains("*") || verbs.contains(attempt.verb) else { return false }
    guard apiGroups.contains("*") || apiGroups.contains(attempt.group) else { return false }
    guard resources.contains(where: { covers($0, attempt.resource) }) else { return false }
    return resourceNames.isEmpty || resourceNames.contains(attempt.name)
  }

  private func covers(_ named: String, _ resource: String) -> Bool {
    if named == "*" || named == resource { return true }
    // `*/scale` stands for that subresource of everything.
    guard named.hasPrefix("*/"), let slash = resource.firstIndex(of: "/") else { return false }
    return named.dropFirst(2) == resource[resource.index(after: slash)...]
  }
}
