import Clockwork

/// The tables that `kubectl top` prints.
struct TopTable {
  let version: Version
  let options: Command.TopOptions

  /// `kubectl top pods`: a line for each Pod, or for each container.
  func pods(_ objects: [Object]) -> String {
    var writer = TabWriter.table
    let measured = sorted(objects.compactMap { $0.as(PodMetrics.self) })
    var columns: [String] = []
    if options.allNamespaces { columns.append("NAMESPACE") }
    if options.containers { columns.append("POD") }
    columns += ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    if !options.noHeaders { line(columns, &writer) }
    for pod in measured {
      let place = options.allNamespaces ? [pod.metadata.namespace] : []
      if options.containers {
        for one in sorted(pod.containers) {
          line(place + [pod.metadata.name, one.name] + cells(Amount([one])), &writer)
        }
      } else {
        line(place + [pod.metadata.name] + cells(Amount(pod.containers)), &writer)
      }
    }
    if options.sum {
      var total = Amount([])
      for pod in measured { total.add(Amount(pod.containers)) }
      // Without headers the columns in front are not counted.
      let width = options.noHeaders ? 3 : columns.count
      line([String](repeating: "", count: width - 2) + ["________", "________"], &writer)
      line([String](repeating: "", count: width - 2) + cells(total), &writer)
    }
    return writer.formatted()
  }

  /// `kubectl top nodes`: usage, and what part of the allocatable amount it is.
  func nodes(_ objects: [Object], _ nodes: [Object]) -> String {
    var writer = TabWriter.table
    let percent = version == .then ? ["CPU%", "MEMORY%"] : ["CPU(%)", "MEMORY(%)"]
    if !options.noHeaders { line(["NAME", "CPU(cores)", percent[0], "MEMORY(bytes)", percent[1]], &writer) }
    var rows: [(name: String, amount: Amount)] = []
    for metrics in objects.compactMap({ $0.as(NodeMetrics.self) }) {
      rows.append((name: metrics.metadata.name, amount: Amount([PodMetrics.Usage(name: "", usage: metrics.usage)])))
    }
    rows.sort { isBefore($0.amount, $0.name, $1.amount, $1.name) }
    for row in rows {
      var cells = [row.name]
      let node = nodes.first { $0.name == row.name }?.node
      let all = Amount([PodMetrics.Usage(name: "", usage: node?.status.allocatable ?? ResourceList())])
      cells.append("\(row.amount.cpu.milliValue)m")
      if node != nil { cells.append(part(row.amount.cpu, all.cpu)) }
      cells.append("\(row.amount.memory.value / 1_048_576)Mi")
      if node != nil { cells.append(part(row.amount.memory, all.memory)) }
      line(cells, &writer)
    }
    for node in nodes.sorted(by: { $0.name < $1.name }) where !rows.contains(where: { $0.name == node.name }) {
      line([node.name] + [String](repeating: "<unknown>", count: 4), &writer)
    }
    return writer.formatted()
  }

  private struct Amount {
    var cpu = Quantity.zero
    var memory = Quantity(0, format: .binarySI)

    init(_ parts: [PodMetrics.Usage]) {
      for part in parts {
        if let text = part.usage["cpu"], let quantity = Quantity(text) { cpu.add(quantity) }
        if let text = part.usage["memory"], let quantity = Quantity(text) { memory.add(quantity) }
      }
    }

    mutating func add(_ other: Amount) {
      cpu.add(other.cpu)
      memory.add(other.memory)
    }
  }

  private func cells(_ amount: Amount) -> [String] {
    ["\(amount.cpu.milliValue)m", "\(amount.memory.value / 1_048_576)Mi"]
  }

  /// kubectl divides thousandths and cuts the percentage off.
  private func part(_ quantity: Quantity, _ all: Quantity) -> String {
    let whole = all.milliValue
    return whole == 0 ? "0%" : "\(Int64(Double(quantity.milliValue) / Double(whole) * 100))%"
  }

  /// Every cell ends with a tab, also the last.
  private func line(_ cells: [String], _ writer: inout TabWriter) {
    var text = ""
    for cell in cells { text += "\(cell)\t" }
    writer.line(text)
  }

  private func sorted(_ pods: [PodMetrics]) -> [PodMetrics] {
    pods.sorted { one, other in
      if options.sortBy.isEmpty, options.allNamespaces, one.metadata.namespace != other.metadata.namespace {
        return one.metadata.namespace < other.metadata.namespace
      }
      return isBefore(Amount(one.containers), one.metadata.name, Amount(other.containers), other.metadata.name)
    }
  }

  private func sorted(_ containers: [PodMetrics.Usage]) -> [PodMetrics.Usage] {
    containers.sorted { isBefore(Amount([$0]), $0.name, Amount([$1]), $1.name) }
  }

  /// The greedy ones first where a resource is named, otherwise by name.
  private func isBefore(_ one: Amount, _ name: String, _ other: Amount, _ otherName: String) -> Bool {
    switch options.sortBy {
    case "cpu" where one.cpu.milliValue != other.cpu.milliValue: one.cpu.milliValue > other.cpu.milliValue
    case "memory" where one.memory.value != other.memory.value: one.memory.value > other.memory.value
    default: name < otherName
    }
  }
}
