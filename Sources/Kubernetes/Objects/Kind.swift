/// A kind of object, with every name that the API, etcd and kubectl have for it.
///
/// To add a kind, append one row to the table and one static member.
public struct Kind: Sendable {
  let index: UInt8

  public static let pod = Kind(index: 0)
  public static let node = Kind(index: 1)
  public static let event = Kind(index: 2)
  public static let namespace = Kind(index: 3)
  public static let serviceAccount = Kind(index: 4)
  public static let configMap = Kind(index: 5)
  public static let secret = Kind(index: 6)
  public static let binding = Kind(index: 7)
  public static let lease = Kind(index: 8)
  public static let deployment = Kind(index: 9)
  public static let replicaSet = Kind(index: 10)
  public static let service = Kind(index: 11)
  public static let endpoints = Kind(index: 12)
  public static let endpointSlice = Kind(index: 13)
  public static let horizontalPodAutoscaler = Kind(index: 14)
  public static let resourceQuota = Kind(index: 15)
  public static let limitRange = Kind(index: 16)
  public static let role = Kind(index: 17)
  public static let roleBinding = Kind(index: 18)
  public static let clusterRole = Kind(index: 19)
  public static let clusterRoleBinding = Kind(index: 20)
  public static let apiService = Kind(index: 21)
  public static let podMetrics = Kind(index: 22)
  public static let nodeMetrics = Kind(index: 23)
  public static let priorityClass = Kind(index: 24)
  public static let persistentVolumeClaim = Kind(index: 25)
  public static let persistentVolume = Kind(index: 26)
  public static let storageClass = Kind(index: 27)
  public static let ingress = Kind(index: 28)
  public static let networkPolicy = Kind(index: 29)
  public static let selfSubjectAccessReview = Kind(index: 30)
  public static let statefulSet = Kind(index: 31)
  public static let daemonSet = Kind(index: 32)
  public static let controllerRevision = Kind(index: 33)
  public static let job = Kind(index: 34)
  public static let cronJob = Kind(index: 35)
  public static let podDisruptionBudget = Kind(index: 36)
  public static let customResourceDefinition = Kind(index: 37)
  public static let mutatingWebhookConfiguration = Kind(index: 38)
  public static let verticalPodAutoscaler = Kind(index: 39)
  public static let verticalPodAutoscalerCheckpoint = Kind(index: 40)

  private static let table: [Names] = [
    Names(kind: "Pod", plural: "pods", singular: "pod", short: ["po"]),
    Names(kind: "Node", plural: "nodes", singular: "node", short: ["no"], namespaced: false, stored: "minions"),
    Names(kind: "Event", plural: "events", singular: "event", short: ["ev"]),
    Names(kind: "Namespace", plural: "namespaces", singular: "namespace", short: ["ns"], namespaced: false),
    Names(kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount", short: ["sa"]),
    Names(kind: "ConfigMap", plural: "configmaps", singular: "configmap", short: ["cm"]),
    Names(kind: "Secret", plural: "secrets", singular: "secret"),
    Names(kind: "Binding", plural: "bindings", singular: "binding"),
    Names(kind: "Lease", plural: "leases", singular: "lease", group: "coordination.k8s.io"),
    Names(kind: "Deployment", plural: "deployments", singular: "deployment", short: ["deploy"], group: "apps"),
    Names(kind: "ReplicaSet", plural: "replicasets", singular: "replicaset", short: ["rs"], group: "apps"),
    Names(kind: "Service", plural: "services", singular: "service", short: ["svc"], stored: "services/specs"),
    Names(kind: "Endpoints", plural: "endpoints", singular: "endpoints", short: ["ep"], stored: "services/endpoints"),
    Names(
      kind: "EndpointSlice",
      plural: "endpointslices",
      singular: "endpointslice",
      group: "discovery.k8s.io",
      also: ["v1beta1"]
    ),
    Names(
      kind: "HorizontalPodAutoscaler",
      plural: "horizontalpodautoscalers",
      singular: "horizontalpodautoscaler",
      short: ["hpa"],
      group: "autoscaling",
      version: "v2",
      also: ["v1", "v2beta2", "v2beta1"]
    ),
    Names(kind: "ResourceQuota", plural: "resourcequotas", singular: "resourcequota", short: ["quota"]),
    Names(kind: "LimitRange", plural: "limitranges", singular: "limitrange", short: ["limits"]),
    Names(kind: "Role", plural: "roles", singular: "role", group: Names.rbac),
    Names(kind: "RoleBinding", plural: "rolebindings", singular: "rolebinding", group: Names.rbac),
    Names(kind: "ClusterRole", plural: "clusterroles", singular: "clusterrole", namespaced: false, group: Names.rbac),
    Names(
      kind: "ClusterRoleBinding",
      plural: "clusterrolebindings",
      singular: "clusterrolebinding",
      namespaced: false,
      group: Names.rbac
    ),
    Names(
      kind: "APIService",
      plural: "apiservices",
      singular: "apiservice",
      namespaced: false,
      group: "apiregistration.k8s.io"
    ),
    Names(kind: "PodMetrics", plural: "pods", singular: "pod", group: "metrics.k8s.io", version: "v1beta1"),
    Names(
      kind: "NodeMetrics",
      plural: "nodes",
      singular: "node",
      namespaced: false,
      group: "metrics.k8s.io",
      version: "v1beta1"
    ),
    Names(
      kind: "PriorityClass",
      plural: "priorityclasses",
      singular: "priorityclass",
      short: ["pc"],
      namespaced: false,
      group: "scheduling.k8s.io"
    ),
    Names(
      kind: "PersistentVolumeClaim",
      plural: "persistentvolumeclaims",
      singular: "persistentvolumeclaim",
      short: ["pvc"]
    ),
    Names(
      kind: "PersistentVolume",
      plural: "persistentvolumes",
      singular: "persistentvolume",
      short: ["pv"],
      namespaced: false
    ),
    Names(
      kind: "StorageClass",
      plural: "storageclasses",
      singular: "storageclass",
      short: ["sc"],
      namespaced: false,
      group: "storage.k8s.io"
    ),
    Names(
      kind: "Ingress",
      plural: "ingresses",
      singular: "ingress",
      short: ["ing"],
      group: "networking.k8s.io",
      stored: "ingress"
    ),
    Names(
      kind: "NetworkPolicy",
      plural: "networkpolicies",
      singular: "networkpolicy",
      short: ["netpol"],
      group: "networking.k8s.io"
    ),
    Names(
      kind: "SelfSubjectAccessReview",
      plural: "selfsubjectaccessreviews",
      singular: "selfsubjectaccessreview",
      namespaced: false,
      group: "authorization.k8s.io"
    ),
    Names(kind: "StatefulSet", plural: "statefulsets", singular: "statefulset", short: ["sts"], group: "apps"),
    Names(kind: "DaemonSet", plural: "daemonsets", singular: "daemonset", short: ["ds"], group: "apps"),
    Names(
      kind: "ControllerRevision",
      plural: "controllerrevisions",
      singular: "controllerrevision",
      group: "apps"
    ),
    Names(kind: "Job", plural: "jobs", singular: "job", group: "batch"),
    Names(
      kind: "CronJob",
      plural: "cronjobs",
      singular: "cronjob",
      short: ["cj"],
      group: "batch",
      also: ["v1beta1"]
    ),
    Names(
      kind: "PodDisruptionBudget",
      plural: "poddisruptionbudgets",
      singular: "poddisruptionbudget",
      short: ["pdb"],
      group: "policy",
      also: ["v1beta1"]
    ),
    Names(
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      singular: "customresourcedefinition",
      short: ["crd", "crds"],
      namespaced: false,
      group: "apiextensions.k8s.io",
      stored: "apiextensions.k8s.io/customresourcedefinitions"
    ),
    Names(
      kind: "MutatingWebhookConfiguration",
      plural: "mutatingwebhookconfigurations",
      singular: "mutatingwebhookconfiguration",
      namespaced: false,
      group: "admissionregistration.k8s.io"
    ),
    Names(
      kind: "VerticalPodAutoscaler",
      plural: "verticalpodautoscalers",
      singular: "verticalpodautoscaler",
      short: ["vpa"],
      group: Names.custom,
      also: ["v1beta2"],
      stored: "\(Names.custom)/verticalpodautoscalers"
    ),
    Names(
      kind: "VerticalPodAutoscalerCheckpoint",
      plural: "verticalpodautoscalercheckpoints",
      singular: "verticalpodautoscalercheckpoint",
      short: ["vpacheckpoint"],
      group: Names.custom,
      also: ["v1beta2"],
      stored: "\(Names.custom)/verticalpodautoscalercheckpoints"
    ),
  ]

  /// Every kind, in the order of the table.
  public static var all: [Kind] { table.indices.map { Kind(index: UInt8($0)) } }

  private var names: Names { Kind.table[Int(index)] }

  /// What manifests call the kind: `Pod`.
  public var name: String { names.kind }
  /// Empty for the core group, otherwise such as `coordination.k8s.io`.
  public var group: String { names.group }
  /// The version within the group.
  public var version: String { names.version }
  /// Group and version as manifests write them.
  public var apiVersion: String { names.group.isEmpty ? names.version : "\(names.group)/\(names.version)" }
  /// The name of the resource in URLs: `pods`.
  public var plural: String { names.plural }
  /// The name of one object of the resource: `pod`.
  public var singular: String { names.singular }
  public var shortNames: [String] { names.short }
  public var isNamespaced: Bool { names.namespaced }
  /// Whether the API server knows the kind only where somebody has brought a CustomResourceDefinition.
  public var isCustom: Bool { names.group == Names.custom }
  /// What kubectl prints before the slash, with the group unless it is the core one.
  public var printedName: String { names.group.isEmpty ? names.singular : "\(names.singular).\(names.group)" }
  /// The resource with its group, as error messages quote it.
  public var printedResource: String { names.group.isEmpty ? names.plural : "\(names.plural).\(names.group)" }
  /// Where etcd keeps the objects of the kind, such as `/registry/pods/`.
  public var prefix: String { "/registry/\(names.stored)/" }

  /// The kind that a person means by `pods`, `po`, `pod`, `Pod` or `leases.coordination.k8s.io`.
  public static func named(_ text: String) -> Kind? {
    let lower = text.lowercased()
    for kind in all {
      let names = kind.names
      if lower == names.plural || lower == names.singular || lower == kind.printedName || lower == kind.printedResource
        || lower == names.kind.lowercased()
      {
        return kind
      }
      for short in names.short where short == lower { return kind }
    }
    return nil
  }

  /// The kind that a manifest names by its two first fields.
  public static func of(apiVersion: String, kind name: String) -> Kind? {
    for kind in all where kind.name == name {
      if kind.apiVersion == apiVersion { return kind }
      for version in kind.names.also where "\(kind.group)/\(version)" == apiVersion { return kind }
    }
    return nil
  }
}

extension Kind: Comparable {
  public static func == (left: Kind, right: Kind) -> Bool { left.index == right.index }
  public static func < (left: Kind, right: Kind) -> Bool { left.index < right.index }
}

extension Kind: CustomStringConvertible {
  public var description: String { name }
}

private struct Names: Sendable {
  static let rbac = "rbac.authorization.k8s.io"
  static let custom = "autoscaling.k8s.io"

  var kind: String
  var plural: String
  var singular: String
  var short: [String]
  var namespaced: Bool
  var group: String
  var version: String
  /// Other versions that manifests may name; they are read as the same kind.
  var also: [String]
  /// The directory in etcd, which is not always the plural.
  var stored: String

  init(
    kind: String,
    plural: String,
    singular: String,
    short: [String] = [],
    namespaced: Bool = true,
    group: String = "",
    version: String = "v1",
    also: [String] = [],
    stored: String = ""
  ) {
    self.kind = kind
    self.plural = plural
    self.singular = singular
    self.short = short
    self.namespaced = namespaced
    self.group = group
    self.version = version
    self.also = also
    self.stored = stored.isEmpty ? plural : stored
  }
}
