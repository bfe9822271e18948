import Clockwork

// kubectl events: like `kubectl get events`, but in the order of time, and about one object where that is wanted.
extension Kubectl {
  mutating func answerEvents(_ response: Response, to job: Job, at now: Time) {
    guard var current = run, case .events(let options) = current.command.operation else { return }
    defer { run = current }
    guard response.isSuccess else {
      current.fail(KubectlText.error(response), about: job.subject)
      return
    }
    var found: [(event: Event, object: Object)] = []
    for object in response.objects {
      guard let event = object.event else { continue }
      let about = event.involvedObject
      if let target = options.target, about.kind != target.kind.name || about.name != target.name { continue }
      if !options.types.isEmpty, !options.types.contains(event.type) { continue }
      found.append((event, object))
    }
    found.sort { left, right in
      let (one, other) = (left.event.moment, right.event.moment)
      return one == other ? left.object.key < right.object.key : one < other
    }
    if found.isEmpty {
      let place = options.allNamespaces ? "." : " in \(current.command.namespace) namespace."
      current.say("No events found\(place)", about: job.subject)
      return
    }
    let objects = found.map { $0.object }
    switch options.output {
    case .yaml: current.say(ObjectText.yaml(objects, isList: true, version), about: job.subject)
    case .json: current.say(ObjectText.json(objects, isList: true, version), about: job.subject)
    default: current.say(Kubectl.table(found.map { $0.event }, options, now), about: job.subject)
    }
  }

  private static func table(_ events: [Event], _ options: Command.EventsOptions, _ now: Time) -> String {
    var writer = TabWriter.table
    let place = options.allNamespaces ? "NAMESPACE\t" : ""
    if !options.noHeaders { writer.line("\(place)LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE") }
    for event in events {
      let seen = EventTimes(event, now: now)
      let last = seen.count > 1 ? "\(seen.last) (x\(seen.count) over \(seen.first))" : seen.first
      let about = "\(event.involvedObject.kind)/\(event.involvedObject.name)"
      var cells = [last, event.type, event.reason, about, EventTimes.trimmed(event.message)]
      if options.allNamespaces { cells.insert(event.metadata.namespace, at: 0) }
      writer.line(cells.joined(separator: "\t"))
    }
    return writer.formatted()
  }
}

extension Event {
  /// When it was last seen, in milliseconds.
  fileprivate var moment: Int64 {
    series?.lastObservedTime?.milliseconds ?? lastTimestamp?.milliseconds ?? eventTime?.milliseconds ?? 0
  }
}
