/// Where everything of a cluster's picture stands; the same for every step.
struct PicturePlan: Equatable, Sendable {
  struct Box: Equatable, Sendable {
    var title: String
    var place: Frame.Place
    var columns: Int
    var rows: Int
  }

  /// The name of a component.
  struct Label: Equatable, Sendable {
    var component: String
    var text: String
    var place: Frame.Place
  }

  /// A word that is no component, such as the name of a machine before its components.
  struct Tag: Equatable, Sendable {
    var text: String
    var place: Frame.Place
  }

  /// The line from a component to the one through which it talks.
  struct Wire: Equatable, Sendable {
    var component: String
    var corners: [Frame.Place]
  }

  let columns: Int
  /// Says that something was cut.
  private let mark: String
  private(set) var rows: Int = 0
  private(set) var boxes: [Box] = []
  private(set) var labels: [Label] = []
  private(set) var tags: [Tag] = []
  private(set) var wires: [Wire] = []

  /// Below this the two halves do not fit beside each other.
  static let narrowest = 78
  private static let leftColumns = 40
  /// Columns of the channel between the halves, in which the line to the nodes runs.
  private static let channel = 3

  func wire(of component: String) -> Wire? { wires.first { $0.component == component } }
  func label(of component: String) -> Label? { labels.first { $0.component == component } }

  init(_ map: ClusterMap, columns: Int, rows limit: Int, titles: ClusterPicture.Titles, mark: String) {
    self.mark = mark
    self.columns = max(columns, Self.narrowest)
    let workers = map.machines.filter { !$0.isControlPlane }
    let wide = self.columns >= 110
    let hub = placeCentre(map, wide: wide)
    var bottom = labels.map(\.place.row).max() ?? 1
    for machine in map.machines where machine.isControlPlane {
      bottom = placeBeside(machine, below: bottom, hub: hub)
    }
    let left = Self.leftColumns + (wide ? 6 : 0)
    let start = left + Self.channel
    // The cable to the network runs at the right edge.
    let right = self.columns - start - (map.network.isEmpty ? 0 : 2)
    let height: Int
    let limit = limit - (map.network.isEmpty ? 0 : 1)
    if workers.count * 4 <= max(limit, 8), workers.count * 4 <= max(limit, bottom + 2) {
      height = max(bottom + 2, workers.count * 4)
      placeBoxes(workers, start: start, right: right, hub: hub)
    } else {
      height = max(bottom + 2, workers.count + 2)
      placeRows(workers, title: titles.nodes, start: start, right: right, rows: height, hub: hub)
    }
    rows = height
    boxes.insert(Box(title: titles.controlPlane, place: .init(column: 0, row: 0), columns: left, rows: height), at: 0)
    placeNetwork(map, title: titles.network, left: left, right: start + right)
  }

  /// What lies between the machines, in a row below them, with a cable to each kernel that is drawn.
  private mutating func placeNetwork(_ map: ClusterMap, title: String, left: Int, right: Int) {
    guard let network = map.network.first else { return }
    tags.append(Tag(text: title, place: .init(column: 2, row: rows)))
    let column = 2 + Width.columns(title) + 2
    labels.append(Label(component: network, text: network, place: .init(column: column, row: rows)))
    let plug = Frame.Place(column: column + Width.columns(network) + 1, row: rows)
    for machine in map.machines {
      for name in machine.components where ClusterMap.short(name) == "kernel" {
        guard let row = label(of: name)?.place.row else { continue }
        let corners: [Frame.Place]
        if machine.isControlPlane {
          let at = max(plug.column, left - 3)
          corners = [.init(column: at, row: rows - 1), .init(column: at, row: rows), plug]
        } else {
          let edge = columns - 1
          corners = [
            .init(column: right - 1, row: row), .init(column: edge, row: row), .init(column: edge, row: rows), plug,
          ]
        }
        wires.append(Wire(component: ClusterMap.cable(of: name), corners: corners))
      }
    }
    rows += 1
  }

  /// kubectl, the hub and etcd in the first row, everybody else below; returns where the hub's lines begin.
  private mutating func placeCentre(_ map: ClusterMap, wide: Bool) -> Frame.Place {
    let gap = wide ? 6 : 4
    let hubColumn = 2 + 7 + 1 + gap + 1
    let hubEnd = hubColumn + Width.columns(map.hub)
    labels.append(Label(component: map.hub, text: map.hub, place: .init(column: hubColumn, row: 1)))
    let trunk = Frame.Place(column: hubEnd - 1, row: 1)
    var row = 2
    var store = 0
    for name in map.central where name != map.hub {
      switch ClusterMap.short(name) {
      case "kubectl":
        labels.append(Label(component: name, text: name, place: .init(column: 2, row: 1)))
        wires.append(Wire(component: name, corners: [.init(column: 10, row: 1), .init(column: hubColumn - 2, row: 1)]))
      case "etcd":
        store += 1
        // The name of one of several members is longer.
        let column = hubEnd + (name == "etcd" || wide ? gap : gap - 1) + 1
        labels.append(Label(component: name, text: name, place: .init(column: column, row: store)))
        var corners = [Frame.Place(column: column - 2, row: store), Frame.Place(column: hubEnd + 1, row: store)]
        if store > 1 { corners.append(Frame.Place(column: hubEnd + 1, row: 1)) }
        wires.append(Wire(component: name, corners: corners))
      default:
        row += 1
        let text = Width.cut(name, to: trunk.column - 4, mark: mark)
        labels.append(Label(component: name, text: text, place: .init(column: 2, row: row)))
        wires.append(Wire(component: name, corners: corners(from: 3 + Width.columns(text), row, to: trunk)))
      }
    }
    return trunk
  }

  private func corners(from column: Int, _ row: Int, to trunk: Frame.Place) -> [Frame.Place] {
    [
      Frame.Place(column: column, row: row), Frame.Place(column: trunk.column, row: row),
      trunk,
    ]
  }

  /// The components of a machine that is part of the control plane, in two rows of its box.
  private mutating func placeBeside(_ machine: ClusterMap.Machine, below row: Int, hub: Frame.Place) -> Int {
    var column = 2
    if let kubelet = machine.components.first {
      let text = Width.cut(kubelet, to: hub.column - 4, mark: mark)
      labels.append(Label(component: kubelet, text: text, place: .init(column: column, row: row + 1)))
      wires.append(Wire(component: kubelet, corners: corners(from: 3 + Width.columns(text), row + 1, to: hub)))
    }
    for component in machine.components.dropFirst() {
      let text = ClusterMap.short(component)
      labels.append(Label(component: component, text: text, place: .init(column: column, row: row + 2)))
      column += Width.columns(text) + 2
    }
    return row + 2
  }

  // MARK: Nodes

  private mutating func placeBoxes(_ workers: [ClusterMap.Machine], start: Int, right: Int, hub: Frame.Place) {
    for (index, machine) in workers.enumerated() {
      let row = index * 4
      boxes.append(Box(title: machine.name, place: .init(column: start, row: row), columns: right, rows: 4))
      var at = start + 2
      var end = 0
      for (place, component) in machine.components.prefix(3).enumerated() {
        let text = ClusterMap.short(component)
        if place > 0 {
          let wire = [Frame.Place(column: at - 2, row: row + 1), Frame.Place(column: end + 1, row: row + 1)]
          wires.append(Wire(component: component, corners: wire))
        }
        labels.append(Label(component: component, text: text, place: .init(column: at, row: row + 1)))
        end = at + Width.columns(text)
        at = end + 5
      }
      at = start + 2
      for component in machine.components.dropFirst(3) {
        let text = ClusterMap.short(component)
        labels.append(Label(component: component, text: text, place: .init(column: at, row: row + 2)))
        at += Width.columns(text) + 2
      }
      connect(machine, rows: (row + 1, row + 2), start: start, hub: hub)
    }
  }

  /// The lines to a node: its kubelet, and everything else on it that talks to the hub itself.
  private mutating func connect(
    _ machine: ClusterMap.Machine,
    rows: (first: Int, second: Int),
    start: Int,
    hub: Frame.Place
  ) {
    let trunk = start - 2
    for (place, component) in machine.components.enumerated() where place == 0 || place >= 3 {
      let row = place == 0 ? rows.first : rows.second
      let corners = [
        Frame.Place(column: start, row: row), Frame.Place(column: trunk, row: row),
        Frame.Place(column: trunk, row: hub.row + 1), Frame.Place(column: hub.column, row: hub.row + 1), hub,
      ]
      wires.append(Wire(component: component, corners: corners))
    }
  }

  /// One row a node, where boxes would need too much room.
  private mutating func placeRows(
    _ workers: [ClusterMap.Machine],
    title: String,
    start: Int,
    right: Int,
    rows: Int,
    hub: Frame.Place
  ) {
    boxes.append(Box(title: title, place: .init(column: start, row: 0), columns: right, rows: rows))
    let longest = workers.map { Width.columns($0.name) }.max() ?? 4
    let nameRoom = max(4, min(longest, max(8, right - 40)))
    let room = right - 3 - nameRoom - 1
    for (index, machine) in workers.enumerated() {
      let row = index + 1
      tags.append(
        Tag(text: Width.cut(machine.name, to: nameRoom, mark: mark), place: .init(column: start + 2, row: row))
      )
      var at = start + 2 + nameRoom + 1
      let texts = shortened(machine.components, to: room)
      for (component, text) in zip(machine.components, texts) {
        labels.append(Label(component: component, text: text, place: .init(column: at, row: row)))
        at += Width.columns(text) + 1
      }
      connect(machine, rows: (row, row), start: start, hub: hub)
    }
  }

  /// The names of a machine's components in so many columns: the longest give way first.
  private func shortened(_ components: [String], to room: Int) -> [String] {
    var texts = components.map { ClusterMap.short($0) }
    func total() -> Int { texts.reduce(texts.count - 1) { $0 + Width.columns($1) } }
    if total() > room { texts = texts.map { $0.hasPrefix("kube-") ? String($0.dropFirst(5)) : $0 } }
    let full = texts
    var limit = texts.map { Width.columns($0) }.max() ?? 1
    while total() > room, limit > 1 {
      limit -= 1
      texts = full.map { Width.cut($0, to: limit, mark: mark) }
    }
    return texts
  }
}
