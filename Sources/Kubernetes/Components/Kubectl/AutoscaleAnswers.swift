import Clockwork

extension Kubectl {
  /// `kubectl autoscale` looks whether its target is there, and then makes the autoscaler.
  mutating func answerAutoscale(_ response: Response, to job: Job) {
    guard var current = run, case .autoscale(_, let options) = current.command.operation else { return }
    defer { run = current }
    guard response.isSuccess else { return fail(&current, response, job) }
    guard case .autoscaleRead = job.purpose else {
      current.say("\(job.key.text) autoscaled", about: job.subject)
      return
    }
    var autoscaler = HorizontalPodAutoscaler()
    let name = options.name.isEmpty ? job.key.name : options.name
    autoscaler.metadata = ObjectMeta(name: name, namespace: job.key.namespace)
    autoscaler.spec.scaleTargetRef = ScaleTarget(job.key)
    autoscaler.spec.minReplicas = options.minimum
    autoscaler.spec.maxReplicas = options.maximum
    autoscaler.spec.metrics = options.metrics
    if !options.warning.isEmpty { current.say(options.warning, about: job.subject) }
    let object = Object(autoscaler)
    current.jobs.insert(Job(.autoscale, object.key, .object(object)), at: 0)
  }
}
