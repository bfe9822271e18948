import Clockwork

/// The roles that every cluster has from its first start, as far as people are given them.
public enum BootstrapRoles {
  private static let reading = ["get", "list", "watch"]
  private static let writing = ["create", "delete", "deletecollection", "patch", "update"]

  /// `cluster-admin`, `admin`, `edit` and `view`, and who is an administrator.
  public static func objects(_ version: Version) -> [Object] {
    var admin = PolicyRule(["*"], ["*"], in: ["*"])
    admin.resourceNames = []
    let objects = [
      role("cluster-admin", [admin]),
      role(
        "admin",
        edit + [PolicyRule(reading + writing, ["rolebindings", "roles"], in: ["rbac.authorization.k8s.io"])]
      ),
      role("edit", edit),
      role("view", view),
      binding("cluster-admin", "system:masters"),
    ]
    // kubeadm writes one more, so that administrators can be taken back.
    return version == .then ? objects : objects + [binding("kubeadm:cluster-admins", "kubeadm:cluster-admins")]
  }

  private static var workloads: [PolicyRule] {
    [
      PolicyRule(
        reading,
        ["deployments", "deployments/scale", "replicasets", "statefulsets", "daemonsets"],
        in: ["apps"]
      ),
      PolicyRule(reading, ["horizontalpodautoscalers"], in: ["autoscaling"]),
      PolicyRule(reading, ["jobs", "cronjobs"], in: ["batch"]),
      PolicyRule(reading, ["ingresses", "networkpolicies"], in: ["networking.k8s.io"]),
      PolicyRule(reading, ["endpointslices"], in: ["discovery.k8s.io"]),
    ]
  }

  private static var view: [PolicyRule] {
    let core = [
      "configmaps", "endpoints", "persistentvolumeclaims", "pods", "services", "serviceaccounts", "events",
      "limitranges",
      "pods/log", "pods/status", "resourcequotas", "namespaces",
    ]
    return [PolicyRule(reading, core)] + workloads
  }

  private static var edit: [PolicyRule] {
    let core = [
      "configmaps", "events", "persistentvolumeclaims", "pods", "pods/exec", "secrets", "serviceaccounts", "services",
    ]
    var rules = view + [PolicyRule(reading, ["secrets"]), PolicyRule(writing, core)]
    for rule in workloads where rule.apiGroups != ["discovery.k8s.io"] {
      rules.append(PolicyRule(writing, rule.resources, in: rule.apiGroups))
    }
    return rules
  }

  private static func role(_ name: String, _ rules: [PolicyRule]) -> Object {
    var role = ClusterRole()
    role.metadata = ObjectMeta(name: name, labels: ["kubernetes.io/bootstrapping": "rbac-defaults"])
    role.rules = rules
    return Object(role)
  }

  private static func binding(_ name: String, _ group: String) -> Object {
    var binding = ClusterRoleBinding()
    binding.metadata = ObjectMeta(name: name)
    binding.roleRef = RoleReference("ClusterRole", "cluster-admin")
    binding.subjects = [RoleSubject("Group", group)]
    return Object(binding)
  }
}
