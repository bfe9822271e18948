import Clockwork
import Kubernetes
import Tutor

/// The cluster, drawn so that everything stays where it is from step to step.
///
/// The places follow from the cluster and the size alone. What differs between two pictures of one cluster is light:
/// who acts, the way of its messages, who is stopped.
public struct ClusterPicture {
  /// What is lit, and what is out of order.
  public struct Light: Equatable, Sendable {
    public var actor: String?
    /// Messages of the step: who said something to whom.
    public var messages: [Message]
    public var stopped: [String]

    public struct Message: Equatable, Sendable {
      public var from: String
      public var to: String

      public init(from: String, to: String) {
        self.from = from
        self.to = to
      }
    }

    public init(actor: String? = nil, messages: [Message] = [], stopped: [String] = []) {
      self.actor = actor
      self.messages = messages
      self.stopped = stopped
    }
  }

  /// The words that stand over and beside its parts.
  public struct Titles: Equatable, Sendable {
    public var controlPlane: String
    public var nodes: String
    public var network: String

    public init(controlPlane: String, nodes: String, network: String) {
      self.controlPlane = controlPlane
      self.nodes = nodes
      self.network = network
    }
  }

  let map: ClusterMap
  let plan: PicturePlan
  let glyphs: Glyphs

  /// The picture of a cluster in so many columns and at most so many rows.
  public init(_ map: ClusterMap, columns: Int, rows: Int, titles: Titles, glyphs: Glyphs) {
    self.map = map
    self.glyphs = glyphs
    plan = PicturePlan(
      map,
      columns: columns,
      rows: rows,
      titles: titles,
      mark: glyphs.isUnicode ? "…" : "."
    )
  }

  public var columns: Int { plan.columns }
  public var rows: Int { plan.rows }

  public func draw(_ light: Light, in frame: inout Frame, column: Int, row: Int) {
    let origin = Frame.Place(column: column, row: row)
    for box in plan.boxes { draw(box, in: &frame, at: origin) }
    var wiring = Wiring()
    for wire in plan.wires { wiring.add(wire.corners) }
    for message in light.messages {
      for component in map.route(from: message.from, to: message.to) {
        if let wire = plan.wire(of: component) { wiring.add(wire.corners, lit: true) }
      }
    }
    wiring.draw(in: &frame, at: origin, glyphs: glyphs)
    for message in light.messages { drawHead(of: message, in: &frame, at: origin) }
    for tag in plan.tags { frame.draw(tag.text, .dim, column: column + tag.place.column, row: row + tag.place.row) }
    for label in plan.labels { draw(label, light, in: &frame, at: origin) }
  }

  private func draw(_ label: PicturePlan.Label, _ light: Light, in frame: inout Frame, at origin: Frame.Place) {
    let isActor = label.component == light.actor
    let isStopped = light.stopped.contains(label.component)
    let column = origin.column + label.place.column
    let row = origin.row + label.place.row
    frame.draw(label.text, isActor ? .lit : isStopped ? .dim : .plain, column: column, row: row)
    if isStopped {
      frame.draw(glyphs.stopped, .strong, column: column + Width.columns(label.text), row: row)
    }
    if isActor { frame.draw(glyphs.acting, .lit, column: column - 1, row: row) }
  }

  /// The head of the arrow, beside whoever is told.
  private func drawHead(of message: Light.Message, in frame: inout Frame, at origin: Frame.Place) {
    let cable = map.cable(from: message.from, to: message.to)
    let isDown =
      cable != nil
      ? map.network.contains(message.from)
      : map.ancestry(message.to).contains(message.from) || !map.ancestry(message.from).contains(message.to)
    let last = cable ?? (isDown ? message.to : map.route(from: message.from, to: message.to).last ?? "")
    guard let corners = plan.wire(of: last)?.corners, corners.count > 1 else { return }
    var end = isDown ? corners[0] : corners[corners.count - 1]
    let before = isDown ? corners[1] : corners[corners.count - 2]
    let sign: Int
    if end.column == before.column {
      sign = end.row < before.row ? 0 : 1
      // The end of an upright line lies under the name that it leads to.
      if end.row < before.row { end.row += 1 } else { end.row -= 1 }
    } else {
      sign = end.column < before.column || (end == before && isDown) ? 2 : 3
    }
    let signs = glyphs.isUnicode ? ["▲", "▼", "◀", "▶"] : ["^", "v", "<", ">"]
    frame.draw(signs[sign], .lit, column: origin.column + end.column, row: origin.row + end.row)
  }

  private func draw(_ box: PicturePlan.Box, in frame: inout Frame, at origin: Frame.Place) {
    let signs = glyphs.isUnicode ? ["╭", "╮", "╰", "╯", "─", "│"] : ["+", "+", "+", "+", "-", "|"]
    let column = origin.column + box.place.column
    let row = origin.row + box.place.row
    let inner = box.columns - 2
    let title = Width.cut(box.title, to: max(0, inner - 4), mark: glyphs.isUnicode ? "…" : ".")
    let rest = max(0, inner - Width.columns(title) - 3)
    let top = StyledLine([
      Span("\(signs[0])\(signs[4])", .dim), Span(" \(title) "),
      Span(String(repeating: signs[4], count: rest) + signs[1], .dim),
    ])
    frame.draw(top, column: column, row: row)
    for line in 1..<max(2, box.rows - 1) {
      frame.draw(signs[5], .dim, column: column, row: row + line)
      frame.draw(signs[5], .dim, column: column + box.columns - 1, row: row + line)
    }
    let bottom = signs[2] + String(repeating: signs[4], count: inner) + signs[3]
    frame.draw(bottom, .dim, column: column, row: row + box.rows - 1)
  }
}

extension ClusterPicture.Light {
  /// What is lit for a step, in a world in which some components may be stopped.
  public init(_ step: Explanation?, in world: KubeWorld) {
    actor = step?.process
    messages = (step?.said ?? []).map { Message(from: $0.fromProcess, to: $0.toProcess) }
    stopped = world.cells.indices.filter { world.isStopped($0) }.map { world.name(of: $0) }
  }
}
