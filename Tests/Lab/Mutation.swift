import Clockwork
import Kubernetes

/// Changes one rule of a file, as somebody might by mistake.
enum Mutation {
  enum Operation: CaseIterable {
    case delete
    case reorder
    case invert
    case divert
  }

  /// A rule of a file: its line, and its table and form without names, numbers and addresses.
  struct Place {
    var line: Int
    var table: String
    var kind: String
  }

  /// Every rule of a file, in order.
  static func places(_ text: String) -> [Place] {
    var table = ""
    var found: [Place] = []
    for (number, line) in lines(text).enumerated() {
      if line.hasPrefix("*") { table = String(line.dropFirst()) }
      if line.hasPrefix("-A") {
        found.append(Place(line: number, table: table, kind: "\(table) \(form(line))"))
      }
    }
    return found
  }

  /// A rule without what tells it from others that are written for the same reason.
  private static func form(_ rule: String) -> String {
    var words: [String] = []
    // Comments stand between quotation marks where they have spaces in them.
    for (number, part) in rule.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
    where number % 2 == 0 {
      words += part.split(separator: " ").map { plain(String($0)) }
    }
    return words.joined(separator: " ")
  }

  private static func plain(_ word: String) -> String {
    for family in ["KUBE-SVC-", "KUBE-SEP-", "KUBE-EXT-", "KUBE-SVL-", "KUBE-XLB-", "KUBE-FW-"]
    where word.hasPrefix(family) {
      return family
    }
    guard word.first?.isNumber == true, !word.hasPrefix("0x") else {
      return word.contains("/svc") ? "NAME" : word
    }
    return word.contains(".") ? "ADDRESS" : "NUMBER"
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { String($0) }
  }

  /// The file with one rule deleted, moved, turned round or sent elsewhere, and what was done in words.
  ///
  /// Nothing where the rule cannot be changed in this way.
  static func of(
    _ text: String,
    _ place: Place,
    _ operation: Operation,
    _ random: inout Random
  ) -> (text: String, what: String)? {
    var lines = lines(text)
    let rule = lines[place.line]
    let what: String
    switch operation {
    case .delete:
      lines.remove(at: place.line)
      what = "delete \(rule)"
    case .reorder:
      // Another rule of the same chain of the same table, that is not the same rule.
      let chain = rule.split(separator: " ")[1]
      let others = places(text).filter {
        $0.table == place.table && lines[$0.line].split(separator: " ")[1] == chain
          && lines[$0.line] != rule
      }
      guard !others.isEmpty else { return nil }
      lines.swapAt(place.line, others[random.next(below: others.count)].line)
      what = "swap \(rule)"
    case .invert:
      let options = [
        " -d ", " -s ", " --dport ", " --mark ", " --ctstate ", " --dst-type ", " --src-type ",
        " --rcheck ",
      ]
      var inverted: String?
      for option in options where inverted == nil {
        guard let range = rule.firstRange(of: option), !rule[..<range.lowerBound].hasSuffix(" !")
        else { continue }
        inverted = rule[..<range.lowerBound] + " !" + rule[range.lowerBound...]
      }
      guard let inverted else { return nil }
      lines[place.line] = inverted
      what = "invert \(rule)"
    case .divert:
      guard let range = rule.firstRange(of: " -j ") else { return nil }
      let targets =
        place.table == "nat"
        ? ["RETURN", "ACCEPT"] : ["DROP", "ACCEPT", "RETURN", "REJECT --reject-with tcp-reset"]
      let target = targets[random.next(below: targets.count)]
      var head = String(rule[..<range.lowerBound])
      if target.hasPrefix("REJECT"), !head.contains(" -p tcp") { head += " -p tcp" }
      guard "\(head) -j \(target)" != rule else { return nil }
      lines[place.line] = "\(head) -j \(target)"
      what = "send \(rule) to \(target)"
    }
    return (lines.joined(separator: "\n") + "\n", what)
  }
}
