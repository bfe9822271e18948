/// What is said of etcd and of kube-apiserver's own health, word for word.
extension Text {
  /// The client's error where a connection to etcd broke before the answer came.
  public var connectionLost: String {
    let why = version == .then ? "transport is closing" : "error reading from server: EOF"
    return "rpc error: code = Unavailable desc = \(why)"
  }

  /// client-go's message for an answer that is no Status.
  public func serverError(_ body: String) -> String {
    var quoted = ""
    for character in body {
      switch character {
      case "\n": quoted += "\\n"
      case "\"": quoted += "\\\""
      default: quoted.append(character)
      }
    }
    return "an error on the server (\"\(quoted)\") has prevented the request from succeeding"
  }

  /// The checks behind `/livez`, `/readyz` and `/healthz`, in their order.
  public func healthChecks(_ page: String) -> [String] {
    var checks = ["ping", "log", "etcd"]
    if page == "readyz" { checks += version == .then ? ["informer-sync"] : ["etcd-readiness", "informer-sync"] }
    for hook in version == .then ? Text.hooksThen : Text.hooksNow {
      checks.append(hook == "autoregister-completion" ? hook : "poststarthook/\(hook)")
    }
    return page == "readyz" ? checks + ["shutdown"] : checks
  }

  private static let hooksThen = [
    "start-kube-apiserver-admission-initializer", "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer", "priority-and-fairness-filter", "start-apiextensions-informers",
    "start-apiextensions-controllers", "crd-informer-synced", "bootstrap-controller", "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer",
    "start-cluster-authentication-info-controller", "aggregator-reload-proxy-client-cert",
    "start-kube-aggregator-informers", "apiservice-registration-controller",
    "apiservice-status-available-controller", "kube-apiserver-autoregistration", "autoregister-completion",
    "apiservice-openapi-controller",
  ]

  private static let hooksNow = [
    "start-apiserver-admission-initializer", "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer", "priority-and-fairness-filter", "storage-object-count-tracker-hook",
    "start-apiextensions-informers", "start-apiextensions-controllers", "crd-informer-synced",
    "start-system-namespaces-controller", "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller", "start-kube-apiserver-identity-lease-garbage-collector",
    "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers", "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer", "bootstrap-controller",
    "start-kubernetes-service-cidr-controller", "aggregator-reload-proxy-client-cert",
    "start-kube-aggregator-informers", "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller", "apiservice-registration-controller",
    "apiservice-discovery-controller", "kube-apiserver-autoregistration", "autoregister-completion",
    "apiservice-openapi-controller", "apiservice-openapiv3-controller",
  ]
}
