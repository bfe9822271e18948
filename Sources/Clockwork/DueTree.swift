/// The earliest due time of every component, with the first one that is due found in logarithmic time.
struct DueTree {
  private var leaves: Int
  private var nodes: [Time]

  init(count: Int) {
    var size = 1
    while size < max(1, count) { size *= 2 }
    leaves = size
    nodes = Array(repeating: .never, count: size * 2)
  }

  var minimum: Time { nodes[1] }

  subscript(index: Int) -> Time {
    get { nodes[leaves + index] }
    set {
      var place = leaves + index
      if nodes[place] == newValue { return }
      nodes[place] = newValue
      place /= 2
      while place >= 1 {
        let smaller = min(nodes[place * 2], nodes[place * 2 + 1])
        if nodes[place] == smaller { return }
        nodes[place] = smaller
        place /= 2
      }
    }
  }

  /// The lowest index that is due by `time`, not below `start`.
  func first(dueBy time: Time, from start: Int = 0) -> Int? {
    if nodes[1] > time || start >= leaves { return nil }
    var place = leaves + start
    while true {
      if nodes[place] <= time {
        while place < leaves { place = nodes[place * 2] <= time ? place * 2 : place * 2 + 1 }
        return place - leaves
      }
      while place % 2 == 1 {
        if place == 1 { return nil }
        place /= 2
        if place == 1 { return nil }
      }
      place += 1
    }
  }
}
