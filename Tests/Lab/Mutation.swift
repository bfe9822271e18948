import Clockwork
import Kubernetes

/// Changes one rule of a file, as somebody might by mistake.
enum Mutation {
  /// The file with one rule deleted, moved, turned round or sent elsewhere, and what was done in words.
  static func of(_ text: String, _ random: inout Random) -> (text: String, what: String) {
    var lines = text.split(separator: "\n").map { String($0) }
    let rules = lines.indices.filter { lines[$0].hasPrefix("-A") }
    let place = rules[random.next(below: rules.count)]
    let rule = lines[place]
    let isNat = lines[..<place].last { $0.hasPrefix("*") } == "*nat"
    switch random.next(below: 4) {
    case 0:
      lines.remove(at: place)
      return (lines.joined(separator: "\n") + "\n", "delete \(rule)")
    case 1:
      // Another rule of the same chain of the same table.
      let chain = rule.split(separator: " ")[1]
      let table = lines[..<place].lastIndex { $0.hasPrefix("*") }
      let others = rules.filter { other in
        other != place && lines[other].split(separator: " ")[1] == chain
          && lines[..<other].lastIndex { $0.hasPrefix("*") } == table
      }
      guard !others.isEmpty else { return of(text, &random) }
      lines.swapAt(place, others[random.next(below: others.count)])
      return (lines.joined(separator: "\n") + "\n", "swap \(rule)")
    case 2:
      for option in [" -d ", " -s ", " --dport ", " --mark ", " --ctstate ", " --dst-type "] {
        guard let range = rule.firstRange(of: option), !rule[..<range.lowerBound].hasSuffix(" !") else { continue }
        lines[place] = rule[..<range.lowerBound] + " !" + rule[range.lowerBound...]
        return (lines.joined(separator: "\n") + "\n", "invert\(option)in \(rule)")
      }
      return of(text, &random)
    default:
      guard let range = rule.firstRange(of: " -j ") else { return of(text, &random) }
      let targets = isNat ? ["RETURN", "ACCEPT"] : ["DROP", "ACCEPT", "RETURN", "REJECT --reject-with tcp-reset"]
      let target = targets[random.next(below: targets.count)]
      var head = String(rule[..<range.lowerBound])
      if target.hasPrefix("REJECT"), !head.contains(" -p tcp") { head += " -p tcp" }
      lines[place] = "\(head) -j \(target)"
      return (lines.joined(separator: "\n") + "\n", "send \(rule) to \(target)")
    }
  }
}
