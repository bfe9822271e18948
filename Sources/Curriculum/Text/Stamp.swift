import Clockwork
import Prose

/// Ties a translation to the text that it was made from.
///
/// The front matter of a translation says `of: ` and the hash of the reference file. Once the reference changes the
/// two differ, and `check` says that the translation is stale until a person has looked and stamped it again.
public enum Stamp {
  /// Eight hexadecimal digits over a text without its front matter; how its lines end makes no difference.
  public static func hash(of text: String) -> String {
    var text = text
    let value = text.withUTF8 { bytes in
      var end = bytes.count
      while end > 0, bytes[end - 1] == 0x0a || (bytes[end - 1] == 0x0d && end < bytes.count) { end -= 1 }
      var digest = Digest()
      for index in min(frontBytes(bytes), end)..<end {
        let isHalfOfABreak = bytes[index] == 0x0d && index + 1 < end && bytes[index + 1] == 0x0a
        if !isHalfOfABreak { digest.add(byte: bytes[index]) }
      }
      return digest.value
    }
    return Digest.hexadecimal(value, digits: 8)
  }

  /// How many bytes the front matter takes, with both of its rules.
  private static func frontBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var start = 0
    var number = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      let length = end - start - (end > start && bytes[end - 1] == 0x0d ? 1 : 0)
      let isRule = length == 3 && (0..<3).allSatisfy { bytes[start + $0] == UInt8(ascii: "-") }
      let isEnd = length == 3 && (0..<3).allSatisfy { bytes[start + $0] == UInt8(ascii: ".") }
      if number == 0, !isRule { return 0 }
      if number > 0, isRule || isEnd { return min(end + 1, bytes.count) }
      number += 1
      start = end + 1
    }
    return 0
  }

  /// The text of a translation with the hash of the reference in its front matter; the rest stays as it is.
  public static func stamped(_ text: String, reference: String) -> String {
    let entry = "of: \(hash(of: reference))"
    let all = allLines(of: text)
    let skipped = frontLines(of: text)
    if skipped == 0 { return "---\n\(entry)\n---\n" + text }
    var front = Array(all.prefix(skipped))
    if let place = front.firstIndex(where: { $0.hasPrefix("of:") }) {
      front[place] = Substring(entry)
    } else {
      front.insert(Substring(entry), at: 1)
    }
    return (front + all.dropFirst(skipped)).joined(separator: "\n")
  }

  /// The files of a course that stamping would change, with their new texts: what `check --stamp` writes.
  public static func changes(in source: CourseSource, course: Course) -> [(path: String, text: String)] {
    guard let reference = course.languages.first else { return [] }
    var changes: [(path: String, text: String)] = []
    for language in course.languages.dropFirst() {
      let files = course.chapters.map { "\($0.id)/index.md" } + course.lessons.map { "\($0.path).md" }
      for file in files {
        let path = "Content/\(language.code)/\(file)"
        guard let text = source[path], let original = source["Content/\(reference.code)/\(file)"] else { continue }
        let stamped = stamped(text, reference: original)
        if stamped != text { changes.append((path, stamped)) }
      }
    }
    return changes
  }

  private static func allLines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  private static func frontLines(of text: String) -> Int {
    let lines = allLines(of: text)
    guard lines.first == "---" else { return 0 }
    for (index, line) in lines.enumerated().dropFirst() where line == "---" || line == "..." { return index + 1 }
    return 0
  }
}
