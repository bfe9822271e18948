import Clockwork

extension Defaulting {
  static func apply(to deployment: inout Deployment) {
    if deployment.spec.replicas == nil { deployment.spec.replicas = 1 }
    if deployment.spec.strategy.type.isEmpty { deployment.spec.strategy.type = "RollingUpdate" }
    if deployment.spec.strategy.type == "RollingUpdate" {
      var rolling = deployment.spec.strategy.rollingUpdate ?? RollingUpdateDeployment()
      if rolling.maxSurge == nil { rolling.maxSurge = .percent(25) }
      if rolling.maxUnavailable == nil { rolling.maxUnavailable = .percent(25) }
      deployment.spec.strategy.rollingUpdate = rolling
    }
    if deployment.spec.revisionHistoryLimit == nil { deployment.spec.revisionHistoryLimit = 10 }
    if deployment.spec.progressDeadlineSeconds == nil { deployment.spec.progressDeadlineSeconds = 600 }
    apply(to: &deployment.spec.template)
  }

  static func apply(to set: inout ReplicaSet) {
    if set.spec.replicas == nil { set.spec.replicas = 1 }
    apply(to: &set.spec.template)
    if set.metadata.labels.isEmpty { set.metadata.labels = set.spec.template.metadata.labels }
  }

  /// The defaults of a template are those of a Pod that do not depend on a Pod being made.
  static func apply(to template: inout PodTemplateSpec) {
    var pod = Pod(metadata: ObjectMeta(), spec: template.spec)
    let asked = (template.spec.containers + template.spec.initContainers).map { $0.resources.requests }
    apply(to: &pod)
    pod.spec.enableServiceLinks = template.spec.enableServiceLinks
    let count = pod.spec.containers.count
    for index in pod.spec.containers.indices { pod.spec.containers[index].resources.requests = asked[index] }
    for index in pod.spec.initContainers.indices {
      pod.spec.initContainers[index].resources.requests = asked[count + index]
    }
    if pod.spec != template.spec { template.spec = pod.spec }
  }
}
