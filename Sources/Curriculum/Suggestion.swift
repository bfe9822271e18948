/// Finds what an author probably meant.
public enum Suggestion {
  /// The nearest of the known words, or `nil` where none is near: a third of its letters may differ.
  public static func nearest(to word: String, among known: [String]) -> String? {
    let lower = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (word: String, distance: Int)? = nil
    for candidate in known {
      let distance = distance(lower, Array(candidate.lowercased().unicodeScalars.prefix(64)))
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(1, max(lower.count, best.word.count) / 3) else { return nil }
    return best.word
  }

  /// How many letters must be put in, left out, changed or swapped with their neighbour.
  static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...left.count {
      var current = [row] + [Int](repeating: 0, count: right.count)
      for column in 1...right.count {
        let isEqual = left[row - 1] == right[column - 1]
        var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isEqual ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          cost = min(cost, beforeLast[column - 2] + 1)
        }
        current[column] = cost
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
