import Clockwork

/// What `kubectl describe` prints.
public enum Describe {
  // MARK: Parts that many kinds have

  /// Labels or node selectors, one a line, in order.
  static func labels(_ title: String, _ labels: Table<String, String>, _ writer: inout TabWriter) {
    var lines: [String] = []
    labels.forEach { lines.append("\($0)=\($1)") }
    list(title, lines, &writer)
  }

  /// Lines behind a title, or `<none>`.
  static func list(_ title: String, _ lines: [String], _ writer: inout TabWriter) {
    writer.write("\(title):\t")
    if lines.isEmpty { writer.line("<none>") }
    for (index, line) in lines.enumerated() { writer.line((index > 0 ? "\t" : "") + line) }
  }

  /// Annotations; what kubectl itself wrote down for `apply` is left out, and long ones are cut.
  static func annotations(_ annotations: Table<String, String>, _ writer: inout TabWriter) {
    let longest = 140
    var lines: [String] = []
    annotations.forEach { key, value in
      if key == "kubectl.kubernetes.io/last-applied-configuration" { return }
      var parts = value.split(separator: "\n", omittingEmptySubsequences: false)
      if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
      let size = value.utf8.count - (value.hasSuffix("\n") ? 1 : 0)
      if size + key.utf8.count + 2 <= longest, parts.count == 1 {
        lines.append("\(key): \(parts[0])")
        return
      }
      lines.append("\(key):")
      for part in parts {
        let isLong = part.utf8.count > longest - 2
        lines.append("  " + (isLong ? String(part.prefix(longest - 2)) + "..." : String(part)))
      }
    }
    list("Annotations", lines, &writer)
  }

  /// Tolerations by key.
  static func tolerations(_ tolerations: [Toleration], _ writer: inout TabWriter) {
    var lines: [String] = []
    for toleration in stable(tolerations, { $0.key < $1.key }) {
      var line = toleration.key
      if !toleration.value.isEmpty { line += "=\(toleration.value)" }
      if !toleration.effect.isEmpty { line += ":\(toleration.effect)" }
      if toleration.operator == "Exists", toleration.value.isEmpty { line += line.isEmpty ? "op=Exists" : " op=Exists" }
      if let seconds = toleration.tolerationSeconds { line += " for \(seconds)s" }
      lines.append(line)
    }
    list("Tolerations", lines, &writer)
  }

  /// The Events of an object, oldest first.
  static func events(_ events: [Event], _ version: Version, now: Int64, _ writer: inout TabWriter) {
    if events.isEmpty {
      writer.line("Events:\t<none>")
      return
    }
    writer.line("Events:")
    writer.line("Type\tReason\tAge\tFrom\tMessage", level: 1)
    writer.line("----\t------\t----\t----\t-------", level: 1)
    let earliest = Int64.min
    let sorted = stable(events) {
      ($0.lastTimestamp?.milliseconds ?? earliest) < ($1.lastTimestamp?.milliseconds ?? earliest)
    }
    for event in sorted {
      let source = event.source.component.isEmpty ? event.reportingComponent : event.source.component
      var message = EventTimes.trimmed(event.message)
      if version == .now, !event.involvedObject.fieldPath.isEmpty {
        message = "\(event.involvedObject.fieldPath): \(message)"
      }
      let age = interval(event, version, now: now)
      writer.line("\(event.type)\t\(event.reason)\t\(age)\t\(source)\t\(message)", level: 1)
    }
  }

  /// How long ago, and how often over which time: `5s`, `4s (x5 over 90s)`.
  private static func interval(_ event: Event, _ version: Version, now: Int64) -> String {
    var first = TimeText.since(event.firstTimestamp, now: now)
    // Then the old fields come first, now the new ones.
    if event.firstTimestamp == nil || (version == .now && event.eventTime != nil) {
      first = TimeText.since(event.eventTime, now: now)
    }
    if version == .now, let series = event.series {
      return "\(TimeText.since(series.lastObservedTime, now: now)) (x\(series.count) over \(first))"
    }
    if event.count > 1 { return "\(TimeText.since(event.lastTimestamp, now: now)) (x\(event.count) over \(first))" }
    return first
  }

  /// Amounts of resources by name, in their canonical form.
  static func resources(_ title: String, _ list: ResourceList, level: Int, _ writer: inout TabWriter) {
    if list.isEmpty { return }
    writer.line("\(title):", level: level)
    list.amounts.forEach { writer.line("\($0):\t\(Quantity($1)?.text ?? $1)", level: level + 1) }
  }

  /// Sorted, equal elements in the order they had.
  static func stable<Element>(_ elements: [Element], _ isBefore: (Element, Element) -> Bool) -> [Element] {
    var out = elements
    for index in out.indices.dropFirst() {
      var place = index
      while place > 0, isBefore(out[place], out[place - 1]) {
        out.swapAt(place, place - 1)
        place -= 1
      }
    }
    return out
  }
}
