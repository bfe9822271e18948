import Clockwork

// `create job` and `create cronjob`.
extension WorkloadReader {
  func createJob() throws(Mistake) -> Command.Operation {
    let usage = "kubectl create job NAME --image=IMAGE | --from=cronjob/NAME [-- COMMAND]"
    let name = try name(usage)
    if let from = arguments.value("from") {
      guard let (kind, source) = ScriptText.pair(from.value, at: "/"), Kind.named(kind) == .cronJob, !source.isEmpty
      else { throw Mistake("script.usage", from.word, [("usage", usage)]) }
      return .workload(.createFrom(ObjectKey(.cronJob, namespace, source), name: name))
    }
    var job = BatchJob()
    job.metadata = ObjectMeta(name: name, namespace: namespace)
    job.spec = try spec(name, restart: "Never")
    return .workload(.create(Object(job)))
  }

  func createCronJob() throws(Mistake) -> Command.Operation {
    let usage = "kubectl create cronjob NAME --image=IMAGE --schedule='*/5 * * * *' [-- COMMAND]"
    let name = try name(usage)
    guard let schedule = arguments.value("schedule") else {
      throw Mistake("script.usage", arguments.verb, [("usage", usage)])
    }
    var cron = CronJob()
    cron.metadata = ObjectMeta(name: name, namespace: namespace)
    cron.spec.schedule = schedule.value
    cron.spec.jobTemplate.metadata = ObjectMeta(name: name)
    cron.spec.jobTemplate.spec = try spec(name, restart: arguments.value("restart")?.value ?? "OnFailure")
    return .workload(.create(Object(cron)))
  }

  private func name(_ usage: String) throws(Mistake) -> String {
    guard arguments.plain.count == 2 else { throw Mistake("script.usage", arguments.verb, [("usage", usage)]) }
    return arguments.plain[1].text
  }

  private func spec(_ name: String, restart: String) throws(Mistake) -> JobSpec {
    guard let image = arguments.value("image") else { throw Mistake("script.kubectl.run-image", arguments.verb) }
    var container = Container(name: name, image: image.value)
    container.command = (arguments.command ?? []).map { $0.text }
    var pod = PodSpec()
    pod.containers = [container]
    pod.restartPolicy = restart
    var spec = JobSpec()
    spec.template = PodTemplateSpec(labels: [:], spec: pod)
    return spec
  }
}

extension CronJob {
  /// The Job that somebody starts by hand.
  func instance(named name: String, _ version: Version) -> BatchJob {
    var job = BatchJob()
    job.metadata = ObjectMeta(name: name, namespace: metadata.namespace)
    job.metadata.labels = spec.jobTemplate.metadata.labels
    job.metadata.annotations = spec.jobTemplate.metadata.annotations
    job.metadata.annotations["cronjob.kubernetes.io/instantiate"] = "manual"
    var owner = OwnerReference(controller: Object(self))
    owner.blockOwnerDeletion = nil
    job.metadata.ownerReferences = [owner]
    job.spec = spec.jobTemplate.spec
    return job
  }
}
