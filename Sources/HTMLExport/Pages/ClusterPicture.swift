import Curriculum
import Kubernetes
import Tutor

/// The cluster as a drawing: who is there, who acts, and what goes from one to another.
///
/// kube-apiserver is the bar in the middle, since everything goes through it; the control plane stands above it, the
/// nodes below. The drawing is the same at every step, only what acts, carries or hears is lit.
struct ClusterPicture {
  struct Box: Equatable {
    var name: String
    var label: [String]
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var middle: Int { x + width / 2 }
    var center: Int { y + height / 2 }
  }

  private struct Frame {
    var title: String
    var x: Int
    var y: Int
    var width: Int
    var height: Int
  }

  static let width = 400
  private static let boxHeight = 34
  private(set) var boxes: [Box] = []
  private var frames: [Frame] = []
  private(set) var height = 0
  private let cast: Recording.Cast
  private let context: PageContext

  init(_ cast: Recording.Cast, _ context: PageContext) {
    self.cast = cast
    self.context = context
    layOut()
  }

  // MARK: Where things stand

  private mutating func layOut() {
    // The network between the machines is no part of the cluster either.
    let people = cast.members.filter { $0.role == .kubectl || Self.isFabric($0) }
    let hubs = cast.members.filter { $0.role == .apiserver }
    let others = cast.members.filter { member in
      member.role == .etcd || !member.name.contains("@") && member.role != .apiserver && !people.contains(member)
    }
    for (index, member) in people.enumerated() { add(member.name, x: 14 + index * 96, y: 4) }
    let top = people.isEmpty ? 4 : 48
    var y = top + 8
    // Etcd stands last, at the edge: nobody but the bar below it speaks to it.
    let ordered = others.filter { $0.role != .etcd } + others.filter { $0.role == .etcd }
    for (index, member) in ordered.enumerated() {
      add(member.name, x: 106 + index % 3 * 96, y: y + index / 3 * 42)
    }
    y += (ordered.count + 2) / 3 * 42 + 14
    for member in hubs { add(member.name, x: 14, y: y, width: ClusterPicture.width - 28, height: 28) }
    y += hubs.isEmpty ? 0 : 28
    frames.append(Frame(title: context.say("place.control-plane"), x: 6, y: top, width: 388, height: y + 22 - top))
    layOutNodes(from: y + 36)
  }

  private static func isFabric(_ member: Recording.Cast.Member) -> Bool {
    member.role == .kernel && !member.name.contains("@")
  }

  private mutating func layOutNodes(from top: Int) {
    var nodes: [String] = []
    for member in cast.members where member.role != .etcd {
      guard let node = ClusterPicture.node(of: member.name), !nodes.contains(node) else { continue }
      nodes.append(node)
    }
    nodes = nodes.filter { !cast.controlPlane.contains($0) } + nodes.filter { cast.controlPlane.contains($0) }
    var y = top
    var low = top
    for (index, node) in nodes.enumerated() {
      let x = index % 2 == 0 ? 6 : 203
      if index % 2 == 0 { y = index == 0 ? top : low + 10 }
      // One that is left over has the row to itself.
      let isAlone = index % 2 == 0 && index + 1 == nodes.count
      let members = cast.members.filter { $0.role != .etcd && ClusterPicture.node(of: $0.name) == node }
        .sorted { ClusterPicture.rank($0.role) < ClusterPicture.rank($1.role) }
      for (place, member) in members.enumerated() {
        let columns = isAlone ? 4 : 2
        add(member.name, x: x + 8 + place % columns * (isAlone ? 96 : 91), y: y + 8 + place / columns * 50)
      }
      let inner = isAlone ? (members.count + 3) / 4 * 50 : (members.count + 1) / 2 * 50
      frames.append(
        Frame(
          title: context.say("place.node", ["name": node]),
          x: x,
          y: y,
          width: isAlone ? 388 : 191,
          height: inner + 16
        )
      )
      low = max(low, y + inner + 16)
    }
    height = low + 6
  }

  private mutating func add(_ name: String, x: Int, y: Int, width: Int = 84, height: Int = boxHeight) {
    let short = name.hasPrefix("etcd@") ? name : String(name.prefix { $0 != "@" })
    var label = [short]
    if short.count > 12, width < 120 {
      // The last hyphen that leaves a first line which fits.
      var best: String.Index? = nil
      for index in short.indices where short[index] == "-" && short[..<index].count < 14 { best = index }
      if let best { label = [String(short[...best])] + ClusterPicture.rest(short[short.index(after: best)...]) }
    }
    boxes.append(Box(name: name, label: label, x: x, y: y, width: width, height: height))
  }

  /// What follows the first line, in two where one would stand out of its box.
  private static func rest(_ text: Substring) -> [String] {
    guard text.count > 14, let cut = text.firstIndex(of: "-") else { return [String(text)] }
    return [String(text[...cut]), String(text[text.index(after: cut)...])]
  }

  private static func node(of name: String) -> String? {
    name.firstIndex(of: "@").map { String(name[name.index(after: $0)...]) }
  }

  private static func rank(_ role: Kube.Role) -> Int {
    switch role {
    case .kubelet: 0
    case .proxy: 1
    case .runtime: 2
    case .network: 3
    default: 4
    }
  }

  // MARK: Drawing

  /// The drawing with every way that is used in some steps, one step of them lit.
  func node(ways: [Way], lit: Recording.Step?) -> HTMLNode {
    let acting = lit?.explanation.process
    let open = lit.map { Way.all(of: $0) } ?? []
    let title = acting.map { context.say("page.picture", ["actor": $0]) } ?? context.say("learn.cluster")
    var children: [HTMLNode] = [.tag("title", [], title)]
    for frame in frames {
      let with: [With] = [
        .type("frame"), With("x", "\(frame.x)"), With("y", "\(frame.y)"), With("width", "\(frame.width)"),
        With("height", "\(frame.height)"), With("rx", "8"),
      ]
      children.append(.tag("rect", with))
      let place = [With("x", "\(frame.x + frame.width / 2)"), With("y", "\(frame.y + frame.height - 7)")]
      children.append(.tag("text", [.type("place")] + place, frame.title))
    }
    for way in ways where way.from != way.to { children += wire(way, isLit: open.contains(way)) }
    for box in boxes {
      children.append(draw(box, acts: box.name == acting, hears: open.contains { $0.to == box.name }))
    }
    return .tag(
      "svg",
      [With("viewBox", "0 0 \(ClusterPicture.width) \(height)"), With("role", "img"), .label(title)],
      children
    )
  }

  private func draw(_ box: Box, acts: Bool, hears: Bool) -> HTMLNode {
    let isStopped = cast.stopped.contains(box.name)
    var type = "part"
    if acts { type += " acts" }
    if hears { type += " hears" }
    if isStopped { type += " stopped" }
    let rect = HTMLNode.tag(
      "rect",
      [
        With("x", "\(box.x)"), With("y", "\(box.y)"), With("width", "\(box.width)"), With("height", "\(box.height)"),
        With("rx", "5"),
      ]
    )
    let step = box.label.count > 2 ? 10 : 13
    let first = box.center + 4 - (box.label.count - 1) * step / 2
    let lines = box.label.enumerated().map { index, line -> HTMLNode in
      let isLong = box.label.count > 2 || box.label.contains { $0.count > 12 }
      let long = isLong && box.width < 120 ? [With.type("long")] : []
      return HTMLNode.tag("text", long + [With("x", "\(box.middle)"), With("y", "\(first + index * step)")], line)
    }
    // A mark beside the colour, for those who do not see it.
    let mark = HTMLNode.tag("path", [.type("mark"), With("d", "M\(box.x - 4) \(box.center - 6)l9 6l-9 6z")])
    let cross = HTMLNode.tag(
      "path",
      [.type("cross"), With("d", "M\(box.x + 3) \(box.y + 3)L\(box.x + box.width - 3) \(box.y + box.height - 3)")]
    )
    return .tag("g", [.type(type), .data("part", box.name)], [rect] + lines + [mark] + (isStopped ? [cross] : []))
  }

  private func wire(_ way: Way, isLit: Bool) -> [HTMLNode] {
    guard let from = boxes.first(where: { $0.name == way.from }), let to = boxes.first(where: { $0.name == way.to })
    else { return [] }
    let line = ClusterPicture.line(from, to)
    let sense = (Double(line.x2 - line.x1), Double(line.y2 - line.y1))
    let length = max(1, (sense.0 * sense.0 + sense.1 * sense.1).squareRoot())
    let (ux, uy) = (sense.0 / length, sense.1 / length)
    func at(_ back: Double, _ aside: Double) -> String {
      let x = Double(line.x2) - ux * back - uy * aside
      let y = Double(line.y2) - uy * back + ux * aside
      return "\(Int(x.rounded())) \(Int(y.rounded()))"
    }
    let shaft = "M\(line.x1) \(line.y1)L\(at(7, 0))"
    let head = "M\(at(0, 0))L\(at(9, 5))L\(at(9, -5))z"
    return [
      .tag(
        "g",
        [.type(isLit ? "wire lit" : "wire"), .data("way", way.text)],
        [.tag("path", [.type("shaft"), With("d", shaft)]), .tag("path", [.type("head"), With("d", head)])]
      )
    ]
  }

  /// From the edge of one box to the edge of another; there and back run side by side.
  private static func line(_ from: Box, _ to: Box) -> (x1: Int, y1: Int, x2: Int, y2: Int) {
    let left = max(from.x, to.x)
    let right = min(from.x + from.width, to.x + to.width)
    if right - left > 24 {
      let aside = from.y < to.y ? -7 : 7
      // The narrower box says where on the bar the line ends.
      let x = (from.width <= to.width ? from.middle : to.middle) + aside
      return from.y < to.y
        ? (x, from.y + from.height, x, to.y) : (x, from.y, x, to.y + to.height)
    }
    if abs(from.center - to.center) < 12 {
      let y = from.center + (from.x < to.x ? -6 : 6)
      return from.x < to.x ? (from.x + from.width, y, to.x, y) : (from.x, y, to.x + to.width, y)
    }
    return from.y < to.y
      ? (from.middle, from.y + from.height, to.middle, to.y) : (from.middle, from.y, to.middle, to.y + to.height)
  }
}

/// From whom to whom something was said.
struct Way: Equatable {
  var from: String
  var to: String

  var text: String { "\(from)>\(to)" }

  /// What a step sent, each way once.
  static func all(of step: Recording.Step) -> [Way] {
    var ways: [Way] = []
    for said in step.explanation.said {
      let way = Way(from: said.fromProcess, to: said.toProcess)
      if !ways.contains(way) { ways.append(way) }
    }
    return ways
  }

  static func all(of steps: [Recording.Step]) -> [Way] {
    var ways: [Way] = []
    for step in steps { for way in all(of: step) where !ways.contains(way) { ways.append(way) } }
    return ways
  }
}
