import Clockwork

/// What controllers of a real cluster have made long before the first lesson.
public enum Bootstrap {
  /// A namespace with what it needs before Pods can be created in it: its service account, and
  /// the token (then) or the certificate of the cluster (now).
  public static func namespace(_ name: String, version: Version, random: inout Random) -> [Object] {
    var namespace = Namespace()
    namespace.metadata = ObjectMeta(name: name)
    namespace.spec.finalizers = ["kubernetes"]
    Defaulting.apply(to: &namespace, version: version)
    var account = ServiceAccount()
    account.metadata = ObjectMeta(name: "default", namespace: name)
    var objects: [Object] = [Object(namespace: namespace)]
    switch version {
    case .then:
      let token = "default-token-\(Naming.suffix(&random))"
      var reference = ObjectReference()
      reference.name = token
      account.secrets = [reference]
      var metadata = ObjectMeta(name: token, namespace: name)
      metadata.annotations["kubernetes.io/service-account.name"] = "default"
      let type = Value.Entry("type", "kubernetes.io/service-account-token")
      objects.append(Object(kind: .secret, metadata: metadata, content: .opaque([type])))
    case .now:
      let metadata = ObjectMeta(name: "kube-root-ca.crt", namespace: name)
      objects.append(Object(kind: .configMap, metadata: metadata, content: .opaque([])))
    }
    objects.append(Object(serviceAccount: account))
    return objects
  }
}
