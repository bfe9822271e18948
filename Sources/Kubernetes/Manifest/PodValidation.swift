import Clockwork

extension Check {
  mutating func pod(_ pod: Pod) {
    let spec = pod.spec
    var volumes: [String] = []
    for (index, volume) in spec.volumes.enumerated() {
      self.volume(["spec", "volumes", "\(index)"], volume, among: volumes)
      volumes.append(volume.name)
    }
    containers(["spec", "containers"], spec.containers, volumes: volumes, others: [])
    if !spec.initContainers.isEmpty {
      let others = spec.containers.map { $0.name }
      containers(["spec", "initContainers"], spec.initContainers, volumes: volumes, others: others)
    }
    choice(["spec", "restartPolicy"], spec.restartPolicy, ["Always", "OnFailure", "Never"])
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
    choice(["spec", "dnsPolicy"], spec.dnsPolicy, policies)
    labels(["spec", "nodeSelector"], spec.nodeSelector)
    for (name, text) in [("serviceAccountName", spec.serviceAccountName), ("nodeName", spec.nodeName)]
    where !text.isEmpty {
      invalid(["spec", name], text, NameRules.subdomain(text))
    }
    if let seconds = spec.activeDeadlineSeconds, seconds < 1 || seconds > 2_147_483_647 {
      invalid(["spec", "activeDeadlineSeconds"], seconds, NameRules.outside(1, 2_147_483_647))
    }
    for (name, text) in [("hostname", spec.hostname), ("subdomain", spec.subdomain)] where !text.isEmpty {
      invalid(["spec", name], text, NameRules.label(text))
    }
    tolerations(spec.tolerations)
    if !spec.priorityClassName.isEmpty {
      invalid(["spec", "priorityClassName"], spec.priorityClassName, NameRules.subdomain(spec.priorityClassName))
    }
    if spec.dnsPolicy == "None" { dnsConfig(spec) }
  }

  private mutating func dnsConfig(_ spec: PodSpec) {
    let config = Value.map(spec.unknown)["dnsConfig"]
    if config == nil {
      required(["spec", "dnsConfig"], "must provide `dnsConfig` when `dnsPolicy` is None")
    } else if (config?["nameservers"]?.elements ?? []).isEmpty {
      let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
      required(["spec", "dnsConfig", "nameservers"], detail)
    }
  }

  private mutating func volume(_ path: [String], _ volume: Volume, among names: [String]) {
    if volume.name.isEmpty {
      required(path + ["name"])
    } else {
      invalid(path + ["name"], volume.name, NameRules.label(volume.name))
    }
    if names.contains(volume.name) { duplicate(path + ["name"], volume.name) }
    if volume.unknown.isEmpty { required(path, "must specify a volume type") }
    for entry in volume.unknown.dropFirst() {
      forbidden(path + [entry.key], "may not specify more than 1 volume type")
    }
    if let secret = volume["secret"], (secret["secretName"]?.text ?? "").isEmpty {
      required(path + ["secret", "secretName"])
    }
    if let map = volume["configMap"], (map["name"]?.text ?? "").isEmpty { required(path + ["configMap", "name"]) }
    if let host = volume["hostPath"], (host["path"]?.text ?? "").isEmpty { required(path + ["hostPath", "path"]) }
  }

  mutating func tolerations(_ tolerations: [Toleration]) {
    for (index, toleration) in tolerations.enumerated() {
      let path = ["spec", "tolerations", "\(index)"]
      if !toleration.key.isEmpty { invalid(path + ["key"], toleration.key, LabelText.keyProblems(toleration.key)) }
      if toleration.key.isEmpty, toleration.operator != "Exists" {
        let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
        invalid(path + ["operator"], toleration.operator, detail)
      }
      if toleration.tolerationSeconds != nil, toleration.effect != "NoExecute" {
        let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        invalid(path + ["effect"], toleration.effect, detail)
      }
      switch toleration.operator {
      case "", "Equal":
        let problems = LabelText.valueProblems(toleration.value)
        if !problems.isEmpty { invalid(path + ["operator"], toleration.value, problems.joined(separator: ";")) }
      case "Exists":
        if !toleration.value.isEmpty {
          invalid(path + ["operator"], value: toleration.tree, "value must be empty when `operator` is 'Exists'")
        }
      default: unsupported(path + ["operator"], toleration.operator, ["Equal", "Exists"])
      }
      if !toleration.effect.isEmpty { effect(path + ["effect"], toleration.effect) }
    }
  }

  mutating func effect(_ path: [String], _ effect: String) {
    choice(path, effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"])
  }
}
