/// What an author writes to point at an action: its text form, in which `*` stands for anything.
///
/// `kube-scheduler bind pod/web` is one action; `kubelet@* * pod/web` is whatever any kubelet does to that Pod.
public struct ActionPattern: Equatable, Sendable, CustomStringConvertible {
  public var text: String
  public var place: Place

  public init(_ text: String, place: Place = Place("")) {
    self.text = text
    self.place = place
  }

  public var description: String { text }

  /// Whether the text form of an action fits; `*` matches any run of characters, also none.
  public func matches(_ action: String) -> Bool {
    // Every step of every run is held against every pattern: nothing is copied for it.
    let answer = text.utf8.withContiguousStorageIfAvailable { pattern in
      action.utf8.withContiguousStorageIfAvailable { ActionPattern.matches(pattern, $0) }
    }
    if let answer, let answer { return answer }
    return Array(text.utf8).withUnsafeBufferPointer { pattern in
      Array(action.utf8).withUnsafeBufferPointer { ActionPattern.matches(pattern, $0) }
    }
  }

  private static func matches(_ pattern: UnsafeBufferPointer<UInt8>, _ subject: UnsafeBufferPointer<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    var at = 0
    var read = 0
    var lastStar: Int? = nil
    var resume = 0
    // The classic walk with one point of return: linear for one star, never exponential.
    while read < subject.count {
      if at < pattern.count, pattern[at] == star {
        lastStar = at
        resume = read
        at += 1
      } else if at < pattern.count, pattern[at] == subject[read] {
        at += 1
        read += 1
      } else if let back = lastStar {
        resume += 1
        read = resume
        at = back + 1
      } else {
        return false
      }
    }
    while at < pattern.count, pattern[at] == star { at += 1 }
    return at == pattern.count
  }

  /// The parts: who acts, what it does, and to what (the rest, which may be missing).
  public var words: [String] { text.split(separator: " ").map(String.init) }
  public var component: String { words.first ?? "" }
  public var verb: String { words.count > 1 ? words[1] : "" }
  public var object: String { words.dropFirst(2).joined(separator: " ") }

  /// Why this can be no pattern, or `nil` where it can.
  public var flaw: String? {
    if text.isEmpty { return "the action pattern is empty" }
    if text == "*" { return "`*` alone matches every action" }
    if text != words.joined(separator: " ") { return "the action pattern has stray spaces" }
    if words.count < 2, !text.contains("*") { return "the action pattern `\(text)` names no verb" }
    return nil
  }
}
