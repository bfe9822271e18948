import Clockwork

/// The objects that the manifests of the vertical Pod autoscaler bring: two definitions, a webhook and its Service.
enum VPAManifest {
  static let webhook = "vpa-webhook"

  static func objects(_ spec: ClusterSpec) -> [Object] {
    var objects = [Kind.verticalPodAutoscaler, .verticalPodAutoscalerCheckpoint].map { definition($0, spec.version) }
    objects.append(service(spec))
    objects.append(configuration(spec.version))
    objects.append(VPAAdmissionController.freshLease)
    return objects
  }

  private static func definition(_ kind: Kind, _ version: Version) -> Object {
    let names = Value.map(
      ("kind", .string(kind.name)),
      ("listKind", .string("\(kind.name)List")),
      ("plural", .string(kind.plural)),
      ("shortNames", .list(kind.shortNames.map { .string($0) })),
      ("singular", .string(kind.singular))
    )
    let served = Value.map(("name", .string(kind.version)), ("served", true), ("storage", true))
    let body = Value.Entry(
      "spec",
      .map(
        ("group", .string(kind.group)),
        ("names", names),
        ("scope", "Namespaced"),
        ("versions", .list([served]))
      )
    )
    let metadata = ObjectMeta(name: kind.printedResource)
    return Object(kind: .customResourceDefinition, metadata: metadata, content: .opaque([body]))
  }

  private static func service(_ spec: ClusterSpec) -> Object {
    var service = Service()
    service.metadata = ObjectMeta(name: webhook, namespace: "kube-system")
    if let range = CIDR(spec.serviceCIDR) {
      service.spec.clusterIP = IPv4(range.first.number - range.first.number % 256 + 101).text
    }
    service.spec.selector["app"] = "vpa-admission-controller"
    service.spec.ports = [ServicePort(443, target: PortTarget(8000))]
    Defaulting.apply(to: &service, version: spec.version)
    return Object(service)
  }

  /// Who is asked about what, and that a silent webhook holds nobody up.
  private static func configuration(_ version: Version) -> Object {
    func rule(_ operations: [Value], _ group: String, _ versions: String, _ resource: String) -> Value {
      .map(
        ("apiGroups", .list([.string(group)])),
        ("apiVersions", .list([.string(versions)])),
        ("operations", .list(operations)),
        ("resources", .list([.string(resource)]))
      )
    }
    let autoscalers = Kind.verticalPodAutoscaler
    let entry = Value.map(
      ("admissionReviewVersions", .list(["v1"])),
      ("clientConfig", .map(("service", .map(("name", .string(webhook)), ("namespace", "kube-system"))))),
      ("failurePolicy", "Ignore"),
      ("name", "vpa.k8s.io"),
      (
        "rules",
        .list([
          rule(["CREATE"], "", "v1", "pods"), rule(["CREATE", "UPDATE"], autoscalers.group, "*", autoscalers.plural),
        ])
      ),
      ("sideEffects", "None"),
      ("timeoutSeconds", 30)
    )
    let metadata = ObjectMeta(name: "vpa-webhook-config")
    let body = Value.Entry("webhooks", .list([entry]))
    return Object(kind: .mutatingWebhookConfiguration, metadata: metadata, content: .opaque([body]))
  }
}
