import Clockwork

/// Reads `kubectl autoscale KIND NAME --max=N`.
struct AutoscaleReader {
  let version: Version
  let arguments: KubectlArguments

  func operation(_ namespace: String) throws(Mistake) -> Command.Operation {
    let selection = try SelectionReader(arguments, namespace).read(arguments.plain)
    guard !selection.names.isEmpty, let maximum = try number("max") else {
      let usage = "kubectl autoscale KIND NAME --max=N [--min=N] [--cpu\(version == .then ? "-percent=N" : "=N%")]"
      throw Mistake("script.usage", arguments.verb, [("usage", usage)])
    }
    var options = Command.Autoscale()
    options.name = arguments.value("name")?.value ?? ""
    options.maximum = maximum
    // Anything below 1 means that the flag was not given.
    options.minimum = try number("min").flatMap { $0 > 0 ? $0 : nil }
    if maximum < 1 || maximum < options.minimum ?? 1 {
      let both = [("max", "\(maximum)"), ("min", "\(options.minimum ?? 1)")]
      throw Mistake("script.kubectl.autoscale-range", arguments.value("max")?.word ?? arguments.verb, both)
    }
    if let share = try number("cpu-percent"), share >= 0 {
      options.metrics.append(MetricSpec(resource: "cpu", MetricTarget(utilization: share)))
      if version == .now { options.warning = AutoscalerText.shareDeprecated }
    }
    for resource in ["cpu", "memory"] {
      guard let given = arguments.value(resource) else { continue }
      if version == .then {
        let what = [("flag", "--\(resource)"), ("verb", arguments.verb.text)]
        throw Mistake("script.kubectl.unknown-flag", given.word, what)
      }
      options.metrics.append(MetricSpec(resource: resource, try target(given)))
    }
    return .autoscale(selection.names, options)
  }

  private func target(_ given: KubectlArguments.Given) throws(Mistake) -> MetricTarget {
    if given.value.hasSuffix("%"), let share = Int64(given.value.dropLast()), share > 0 {
      return MetricTarget(utilization: share)
    }
    // A bare number is millicores, or mebibytes.
    let isBare = Int64(given.value) != nil
    let text = isBare ? given.value + (given.name == "cpu" ? "m" : "Mi") : given.value
    if let amount = Quantity(text), amount.sign > 0 { return MetricTarget(amount: amount.text) }
    throw Mistake("script.kubectl.flag-value", given.word, [("flag", "--\(given.name)"), ("value", given.value)])
  }

  private func number(_ name: String) throws(Mistake) -> Int64? {
    guard let given = arguments.value(name) else { return nil }
    if let number = Int64(given.value) { return number }
    throw Mistake("script.kubectl.flag-value", given.word, [("flag", "--\(name)"), ("value", given.value)])
  }
}
