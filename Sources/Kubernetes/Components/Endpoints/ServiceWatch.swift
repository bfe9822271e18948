import Clockwork

/// Which Services a change is about: the first half of both endpoint controllers.
enum ServiceWatch {
  /// The keys of the Services that have to be looked at after an event.
  static func keys(_ event: WatchEvent, before: Object?, in core: inout ControllerCore) -> [ObjectKey] {
    switch event.object.kind {
    case .service: return [event.object.key]
    case .pod:
      guard let pod = event.object.pod else { return [] }
      guard event.type == .modified, let old = before?.pod else { return services(of: pod, in: &core) }
      if EndpointRules.movesBetweenServices(old, pod) {
        var keys = services(of: pod, in: &core)
        for key in services(of: old, in: &core) where !keys.contains(key) { keys.append(key) }
        return keys
      }
      return EndpointRules.matters(old, pod) ? services(of: pod, in: &core) : []
    default: return []
    }
  }

  /// Whether an event of a Pod could change the endpoints of a Service that selects it.
  static func matters(_ event: WatchEvent, _ before: Object?) -> Bool {
    guard event.type == .modified, let old = before?.pod, let new = event.object.pod else { return true }
    return EndpointRules.movesBetweenServices(old, new) || EndpointRules.matters(old, new)
  }

  /// The Services whose selector a Pod matches.
  private static func services(of pod: Pod, in core: inout ControllerCore) -> [ObjectKey] {
    var keys: [ObjectKey] = []
    let home = ObjectKey(.service, pod.metadata.namespace, "")
    core.informer(.service).cache.forEach(from: home) { key, object in
      guard key.kind == .service, key.namespace == pod.metadata.namespace else { return false }
      guard let selector = object.as(Service.self)?.spec.selector, !selector.isEmpty else { return true }
      if LabelSelector(matchLabels: selector).matches(pod.metadata.labels) { keys.append(key) }
      return true
    }
    return keys
  }

  /// The Pods behind a Service, in the order in which they were first seen.
  static func pods(_ service: Service, in core: ControllerCore) -> [Pod] {
    let selector = LabelSelector(matchLabels: service.spec.selector)
    var pods: [Pod] = []
    for object in core.informer(.pod).objects where object.namespace == service.metadata.namespace {
      if let pod = object.pod, selector.matches(pod.metadata.labels) { pods.append(pod) }
    }
    return pods
  }
}

extension ControllerCore {
  /// Takes events into the caches that the controller has nothing to decide about: they are no step of their own.
  ///
  /// `isIdle` changes nothing: it is handed the core itself because a copy of all it holds would be made for every event.
  mutating func absorb(_ isIdle: (WatchEvent, Object?, inout ControllerCore) -> Bool) {
    for index in client.informers.indices {
      while let event = client.informers[index].next {
        let before = client.informers[index][event.object.key]
        if !isIdle(event, before, &self) { break }
        _ = client.informers[index].handle()
      }
    }
  }
}
