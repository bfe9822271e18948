import Clockwork

/// The objects that an administrator applies to have CoreDNS in a cluster (kubernetes: cluster/addons/dns/coredns).
enum CoreDNSManifest {
  static func image(_ version: Version) -> String {
    version == .then ? "k8s.gcr.io/coredns:1.7.0" : "registry.k8s.io/coredns/coredns:v1.13.1"
  }

  static func objects(_ spec: ClusterSpec) -> [Object] {
    guard let naming = spec.addOns.coreDNS else { return [] }
    var problems: [FieldProblem] = []
    let values = [account, configuration(naming), deployment(naming, spec.version), service(spec)]
    return values.compactMap { Object(value: $0, problems: &problems) }
  }

  private static func metadata(_ name: String, labels: Bool = true) -> Value {
    var value = Value.map(("name", .string(name)), ("namespace", "kube-system"))
    if labels { value["labels"] = self.labels }
    return value
  }

  private static var labels: Value { .map(("k8s-app", "kube-dns")) }

  private static var account: Value {
    .map(("apiVersion", "v1"), ("kind", "ServiceAccount"), ("metadata", metadata("coredns", labels: false)))
  }

  private static func configuration(_ naming: AddOns.Naming) -> Value {
    var keeping = "    cache \(naming.cache / 1000)\n"
    if naming.cache == 0 {
      keeping = "    cache 30 {\n       disable success cluster.local\n       disable denial cluster.local\n    }\n"
    }
    let file = """
      .:53 {
          errors
          health
          ready
          kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods insecure
              fallthrough in-addr.arpa ip6.arpa
              ttl \(ClusterZone.ttl)
          }
          prometheus :9153
          forward . /etc/resolv.conf
      \(keeping)    loop
          reload
          loadbalance
      }

      """
    return .map(
      ("apiVersion", "v1"),
      ("kind", "ConfigMap"),
      ("metadata", metadata("coredns", labels: false)),
      ("data", .map(("Corefile", .string(file))))
    )
  }

  private static func deployment(_ naming: AddOns.Naming, _ version: Version) -> Value {
    let template = Value.map(("metadata", .map(("labels", labels))), ("spec", podSpec(version)))
    return .map(
      ("apiVersion", "apps/v1"),
      ("kind", "Deployment"),
      ("metadata", metadata("coredns")),
      (
        "spec",
        .map(
          ("replicas", .integer(naming.replicas)),
          ("strategy", .map(("type", "RollingUpdate"), ("rollingUpdate", .map(("maxUnavailable", 1))))),
          ("selector", .map(("matchLabels", labels))),
          ("template", template)
        )
      )
    )
  }

  private static func podSpec(_ version: Version) -> Value {
    let away = Value.map(
      ("weight", 100),
      (
        "podAffinityTerm",
        .map(
          (
            "labelSelector",
            .map(
              (
                "matchExpressions",
                .list([.map(("key", "k8s-app"), ("operator", "In"), ("values", .list(["kube-dns"])))])
              )
            )
          ),
          ("topologyKey", "kubernetes.io/hostname")
        )
      )
    )
    return .map(
      ("priorityClassName", "system-cluster-critical"),
      ("serviceAccountName", "coredns"),
      ("tolerations", .list([.map(("key", "CriticalAddonsOnly"), ("operator", "Exists"))])),
      (
        "affinity",
        .map(
          ("podAntiAffinity", .map(("preferredDuringSchedulingIgnoredDuringExecution", .list([away]))))
        )
      ),
      ("containers", .list([container(version)])),
      ("dnsPolicy", "Default")
    )
  }

  private static func container(_ version: Version) -> Value {
    func port(_ number: Int64, _ name: String, _ transport: String) -> Value {
      .map(("containerPort", .integer(number)), ("name", .string(name)), ("protocol", .string(transport)))
    }
    func get(_ path: String, _ port: Int64) -> Value {
      .map(("path", .string(path)), ("port", .integer(port)), ("scheme", "HTTP"))
    }
    return .map(
      ("name", "coredns"),
      ("image", .string(image(version))),
      ("imagePullPolicy", "IfNotPresent"),
      ("args", .list(["-conf", "/etc/coredns/Corefile"])),
      (
        "resources",
        .map(
          ("limits", .map(("memory", "170Mi"))),
          ("requests", .map(("cpu", "100m"), ("memory", "70Mi")))
        )
      ),
      ("ports", .list([port(53, "dns", "UDP"), port(53, "dns-tcp", "TCP"), port(9153, "metrics", "TCP")])),
      (
        "livenessProbe",
        .map(
          ("httpGet", get("/health", 8080)),
          ("initialDelaySeconds", 60),
          ("timeoutSeconds", 5),
          ("successThreshold", 1),
          ("failureThreshold", 5)
        )
      ),
      ("readinessProbe", .map(("httpGet", get("/ready", 8181))))
    )
  }

  private static func service(_ spec: ClusterSpec) -> Value {
    func port(_ name: String, _ number: Int64, _ transport: String) -> Value {
      .map(("name", .string(name)), ("port", .integer(number)), ("protocol", .string(transport)))
    }
    return .map(
      ("apiVersion", "v1"),
      ("kind", "Service"),
      ("metadata", metadata("kube-dns")),
      (
        "spec",
        .map(
          ("selector", labels),
          ("clusterIP", .string(spec.dnsAddress)),
          ("ports", .list([port("dns", 53, "UDP"), port("dns-tcp", 53, "TCP"), port("metrics", 9153, "TCP")]))
        )
      )
    )
  }
}
