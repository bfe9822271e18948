import Clockwork

/// `kubectl top`: asks the metrics API, and where that has nothing to say, the Pods.
extension CommandRun {
  /// A Pod younger than this may have no measurements yet.
  private static let metricsDelay: Time = 120_000

  func topJobs(_ options: Command.TopOptions) -> [Job] {
    if options.isNodes { return [Job(.top(options), ObjectKey(.nodeMetrics, "", options.name))] }
    let namespace = options.allNamespaces ? "" : command.namespace
    return [Job(.top(options), ObjectKey(.podMetrics, namespace, options.name))]
  }

  /// The metrics API has answered.
  mutating func answerTop(_ response: Response, to job: Job, _ options: Command.TopOptions, at now: Time) {
    let text = Text(version)
    guard response.isSuccess else {
      let isMissing = response.code == 404 && response.message == "the server could not find the requested resource"
      fail(isMissing ? text.metricsAPIMissing : KubectlText.error(response), about: job.subject)
      return
    }
    found = response.object.map { [$0] } ?? response.objects
    if options.isNodes {
      if found.isEmpty { return fail(text.metricsNotYet, about: job.subject) }
      jobs.append(Job(.topNodes(options), ObjectKey(.node, "", options.name)))
    } else if found.isEmpty {
      // Nothing is known of any of them: are there Pods at all, and how old are they?
      jobs.append(Job(.topPods(options), ObjectKey(.pod, job.key.namespace, options.name)))
    } else {
      say(TopTable(version: version, options: options).pods(found), about: job.subject)
    }
  }

  /// The nodes have answered: their size makes percentages of the amounts.
  mutating func answerTopNodes(_ response: Response, to job: Job, _ options: Command.TopOptions) {
    guard response.isSuccess else { return fail(KubectlText.error(response), about: job.subject) }
    let nodes = response.object.map { [$0] } ?? response.objects
    say(TopTable(version: version, options: options).nodes(found, nodes), about: job.subject)
  }

  /// No Pod has been measured: they are too young, or there is none, or something is wrong.
  mutating func answerTopPods(_ response: Response, to job: Job, _ options: Command.TopOptions, at now: Time) {
    guard response.isSuccess else { return fail(KubectlText.error(response), about: job.subject) }
    let pods = response.object.map { [$0] } ?? response.objects
    if pods.isEmpty {
      let place = options.allNamespaces ? "" : " in \(command.namespace) namespace."
      return say("No resources found\(place)", about: job.subject)
    }
    let text = Text(version)
    for pod in pods {
      let age = now - (pod.metadata.creationTimestamp?.milliseconds ?? now)
      if age > CommandRun.metricsDelay { return fail(text.metricsMissing(pod.key, age: age), about: .object(pod.key)) }
    }
    fail(text.metricsNotYet, about: job.subject)
  }
}
