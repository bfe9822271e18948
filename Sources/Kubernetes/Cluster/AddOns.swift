public import Clockwork

/// What a cluster has besides Kubernetes itself: `addons` of its spec.
///
/// `CoreDNS: true`, or a map: `replicas` (how many Pods; 2) and `cache` (how long it keeps answers; 30 s, and 0 s where
/// the cluster's own are never kept, as newer installers have it).
///
/// `metrics-server: true`, or a map: `resolution` (how often it asks the kubelets; 60 s "then", 15 s now) and
/// `housekeeping` (how often cAdvisor reads the kernel's counters; 10 s, and up to half as much more).
/// `cluster-autoscaler: true` brings the component that resizes `nodeGroups`.
/// `VPA: true` brings the vertical Pod autoscaler: its kinds, and its three components.
public struct AddOns: Equatable, Sendable {
  /// How metrics-server and the kubelets' cAdvisor are set up.
  public struct Metering: Equatable, Sendable {
    public var resolution: Time
    public var housekeeping: Time = 10_000

    public init(_ version: Version) {
      // The flag's default; the manifests of later releases set 15 s.
      resolution = version == .then ? 60_000 : 15_000
    }
  }

  /// How CoreDNS is set up.
  public struct Naming: Equatable, Sendable {
    public var replicas: Int64 = 2
    public var cache: Time = 30_000

    public init() {}
  }

  public var metricsServer: Metering? = nil
  public var coreDNS: Naming? = nil
  /// The vertical Pod autoscaler.
  public var hasVPA: Bool = false
  public var hasClusterAutoscaler: Bool = false

  public init() {}

  init(_ reader: inout SpecReader, version: Version) {
    guard let value = reader.value["addons"] else { return }
    var inner = SpecReader(value: value, path: ["addons"])
    inner.only(["metrics-server", "CoreDNS", "VPA", "cluster-autoscaler"])
    readNaming(&inner)
    hasClusterAutoscaler = inner.flag("cluster-autoscaler", default: false)
    hasVPA = inner.flag("VPA", default: false)
    if let wanted = value["metrics-server"], wanted.flag != false {
      var metering = Metering(version)
      if wanted.entries != nil {
        var settings = SpecReader(value: wanted, path: ["addons", "metrics-server"])
        settings.only(["resolution", "housekeeping"])
        metering.resolution = max(1000, settings.duration("resolution") ?? metering.resolution)
        metering.housekeeping = max(1000, settings.duration("housekeeping") ?? metering.housekeeping)
        inner.problems += settings.problems
      } else if wanted.flag == nil {
        let detail = "true, false or a map with resolution and housekeeping is expected here"
        inner.problems.append(FieldProblem(.wrongType, ["addons", "metrics-server"], detail: detail))
      }
      metricsServer = metering
    }
    reader.problems += inner.problems
  }

  private mutating func readNaming(_ reader: inout SpecReader) {
    guard let wanted = reader.value["CoreDNS"], wanted.flag != false else { return }
    var naming = Naming()
    if wanted.entries != nil {
      var settings = SpecReader(value: wanted, path: ["addons", "CoreDNS"])
      settings.only(["replicas", "cache"])
      naming.replicas = min(max(settings.number("replicas", default: naming.replicas), 0), 100)
      naming.cache = max(0, settings.duration("cache") ?? naming.cache)
      reader.problems += settings.problems
    } else if wanted.flag == nil {
      let detail = "true, false or a map with replicas and cache is expected here"
      reader.problems.append(FieldProblem(.wrongType, ["addons", "CoreDNS"], detail: detail))
    }
    coreDNS = naming
  }
}

/// The objects that the manifest of metrics-server brings.
enum MetricsServerManifest {
  static func objects(_ spec: ClusterSpec) -> [Object] {
    var problems: [FieldProblem] = []
    var objects: [Object] = []
    for value in [service(spec), endpoints(spec)] {
      if let object = Object(value: value, problems: &problems) { objects.append(object) }
    }
    objects.append(Object(apiService(spec.version)))
    return objects
  }

  private static func service(_ spec: ClusterSpec) -> Value {
    let ip = Value.string(address(spec))
    let port = Value.map(("name", "https"), ("port", 443), ("protocol", "TCP"), ("targetPort", "https"))
    return .map(
      ("apiVersion", "v1"),
      ("kind", "Service"),
      ("metadata", metadata),
      (
        "spec",
        .map(
          ("clusterIP", ip),
          ("clusterIPs", .list([ip])),
          ("ports", .list([port])),
          ("sessionAffinity", "None"),
          ("type", "ClusterIP")
        )
      )
    )
  }

  /// The process shares the network of the control plane's machine.
  private static func endpoints(_ spec: ClusterSpec) -> Value {
    let port = Value.map(("name", "https"), ("port", 4443), ("protocol", "TCP"))
    let subset = Value.map(
      ("addresses", .list([.map(("ip", .string(spec.controlPlaneIP)))])),
      ("ports", .list([port]))
    )
    return .map(
      ("apiVersion", "v1"),
      ("kind", "Endpoints"),
      ("metadata", metadata),
      ("subsets", .list([subset]))
    )
  }

  private static var metadata: Value {
    let labels = Value.map(("k8s-app", "metrics-server"))
    return .map(("labels", labels), ("name", "metrics-server"), ("namespace", "kube-system"))
  }

  /// An address of the range of Services that is not among the first ones.
  private static func address(_ spec: ClusterSpec) -> String {
    CIDR(spec.serviceCIDR).map { IPv4($0.first.number - $0.first.number % 256 + 100).text } ?? ""
  }

  private static func apiService(_ version: Version) -> APIService {
    var service = APIService()
    service.metadata = ObjectMeta(name: "v1beta1.metrics.k8s.io")
    service.metadata.labels["k8s-app"] = "metrics-server"
    service.spec.group = "metrics.k8s.io"
    service.spec.groupPriorityMinimum = 100
    service.spec.insecureSkipTLSVerify = true
    var place = APIService.ServiceReference()
    place.name = "metrics-server"
    place.namespace = "kube-system"
    place.port = 443
    service.spec.service = place
    service.spec.version = "v1beta1"
    service.spec.versionPriority = 100
    let message = Text(version).allChecksPassed
    service.set(
      APIService.Condition(type: "Available", status: "True", reason: "Passed", message: message),
      at: -3_600_000
    )
    return service
  }
}
