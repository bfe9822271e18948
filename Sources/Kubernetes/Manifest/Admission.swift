import Clockwork

/// The admission plugins that change a Pod before it is validated: pure functions, one a plugin.
public enum Admission {
  /// Where the token of the service account appears in every container.
  public static let tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// Why a plugin refuses an object.
  public struct Refusal: Equatable, Sendable {
    public var code: Int64
    /// The reason of the status, such as `Forbidden` or `ServerTimeout`.
    public var reason: String
    public var text: String

    public init(code: Int64, reason: String, text: String) {
      self.code = code
      self.reason = reason
      self.text = text
    }

    /// The refusal that begins `pods "web" is forbidden: `.
    static func forbidden(_ pod: Pod, _ detail: String) -> Refusal {
      let text = "pods \(LabelText.quoted(pod.metadata.name)) is forbidden: \(detail)"
      return Refusal(code: 403, reason: "Forbidden", text: text)
    }
  }

  /// Names the service account, and mounts its token.
  ///
  /// `account` is the one that the Pod names, or `default`; nil when there is none of that name. `suffix` is five
  /// made-up characters for a volume name that must be new.
  public static func serviceAccount(
    _ pod: inout Pod,
    account: ServiceAccount?,
    suffix: String,
    version: Version
  ) -> Refusal? {
    if pod.metadata.annotations["kubernetes.io/config.mirror"] != nil { return nil }
    if pod.spec.serviceAccountName.isEmpty { pod.spec.serviceAccountName = "default" }
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    guard let account else {
      let name = pod.spec.serviceAccountName
      let detail =
        "error looking up service account \(pod.metadata.namespace)/\(name): serviceaccount"
        + " \(LabelText.quoted(name)) not found"
      return .forbidden(pod, detail)
    }
    if pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true {
      let refusal = mountToken(&pod, account: account, suffix: suffix, version: version)
      if let refusal { return refusal }
    }
    if pod.spec.imagePullSecrets.isEmpty { pod.spec.imagePullSecrets = account.imagePullSecrets }
    return nil
  }

  private static func mountToken(
    _ pod: inout Pod,
    account: ServiceAccount,
    suffix: String,
    version: Version
  ) -> Refusal? {
    guard let volume = tokenVolume(pod, account: account, suffix: suffix, version: version) else {
      let text =
        "No API token found for service account \(LabelText.quoted(account.metadata.name)), retry after the token is"
        + " automatically created and added to the service account"
      return Refusal(code: 500, reason: "ServerTimeout", text: text)
    }
    let mount = VolumeMount(name: volume.name, mountPath: tokenPath, readOnly: true)
    var needed = false
    func add(to container: inout Container) {
      for other in container.volumeMounts where other.mountPath == tokenPath { return }
      container.volumeMounts.append(mount)
      needed = true
    }
    for index in pod.spec.initContainers.indices { add(to: &pod.spec.initContainers[index]) }
    for index in pod.spec.containers.indices { add(to: &pod.spec.containers[index]) }
    for other in pod.spec.volumes where other.name == volume.name { return nil }
    if needed { pod.spec.volumes.append(volume) }
    return nil
  }

  /// The secret that holds the token for good (then), or a token made for this Pod with the cluster's certificate (now).
  private static func tokenVolume(
    _ pod: Pod,
    account: ServiceAccount,
    suffix: String,
    version: Version
  ) -> Volume? {
    switch version {
    case .then:
      guard let secret = account.secrets.first?.name else { return nil }
      for volume in pod.spec.volumes where volume["secret"]?["secretName"]?.text == secret { return volume }
      var name = secret
      for volume in pod.spec.volumes where volume.name == secret { name = "\(secret)-\(suffix)" }
      let settings: Value = .map(("defaultMode", Defaulting.fileMode), ("secretName", .string(secret)))
      return Volume(name: name, source: "secret", settings)
    case .now:
      for volume in pod.spec.volumes where volume.name.hasPrefix("kube-api-access-") { return volume }
      return Volume(name: "kube-api-access-\(suffix)", source: "projected", projectedToken)
    }
  }

  private static var projectedToken: Value {
    let certificate: Value = .map(("key", "ca.crt"), ("path", "ca.crt"))
    let reference: Value = .map(("apiVersion", "v1"), ("fieldPath", "metadata.namespace"))
    return .map(
      ("defaultMode", Defaulting.fileMode),
      (
        "sources",
        .list([
          .map(("serviceAccountToken", .map(("expirationSeconds", 3607), ("path", "token")))),
          .map(("configMap", .map(("items", .list([certificate])), ("name", "kube-root-ca.crt")))),
          .map(("downwardAPI", .map(("items", .list([.map(("fieldRef", reference), ("path", "namespace"))]))))),
        ])
      )
    )
  }
}
