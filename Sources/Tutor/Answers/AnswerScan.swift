/// The fields of an answer, in the order in which they are written.
public enum AnswerField: Int, CaseIterable, Sendable {
  case format
  case course
  case lesson
  case question
  case hash
  case version
  case seed
  case choices
  case learner
  case answer
  case sure
  case attempt
  case hints
  case ms
  case at

  /// The name in the file.
  public var name: String {
    switch self {
    case .format: "v"
    case .course: "course"
    case .lesson: "lesson"
    case .question: "question"
    case .hash: "hash"
    case .version: "version"
    case .seed: "seed"
    case .choices: "choices"
    case .learner: "learner"
    case .answer: "answer"
    case .sure: "sure"
    case .attempt: "attempt"
    case .hints: "hints"
    case .ms: "ms"
    case .at: "at"
    }
  }
}

/// One line of an answers file, cut into its fields without copying anything.
///
/// Make one and scan many lines with it. What it says is about the last line, while that line's bytes live.
public struct AnswerScan {
  private var slices: [Slice]
  private var seen: UInt32 = 0
  private var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private(set) var extras: [(name: Slice, value: Slice)] = []
  private let keepsExtras: Bool

  /// Unknown fields are kept only when they are asked for.
  public init(keepsExtras: Bool = false) {
    self.keepsExtras = keepsExtras
    slices = Array(repeating: .none, count: AnswerField.allCases.count)
  }

  /// Reads a line; nothing is returned when it is a sound answer, and a blank line has no `lesson`.
  public mutating func scan(_ line: UnsafeBufferPointer<UInt8>, mayHoldUnicode: Bool = true) -> AnswerFlaw? {
    seen = 0
    bytes = line
    if keepsExtras { extras.removeAll(keepingCapacity: true) }
    guard let base = line.baseAddress else { return nil }
    var scanner = JSONScanner(line, base: base)
    scanner.skipSpace()
    if scanner.at == line.count { return nil }
    if mayHoldUnicode, let place = Words8.invalidUTF8(base, count: line.count) {
      return .invalidUTF8(column: place + 1)
    }
    do throws(JSONScanner.Failure) {
      if let flaw = try object(&scanner) { return flaw }
    } catch {
      switch error {
      case .end: return .torn
      case .bad(let place): return .notJSON(column: place + 1)
      case .control(let place): return .controlCharacter(column: place + 1)
      case .deep(let place): return .tooDeep(column: place + 1)
      }
    }
    return check()
  }

  /// Whether the last line held nothing at all.
  public var isBlank: Bool { seen == 0 }

  private mutating func object(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> AnswerFlaw? {
    guard scanner.base[scanner.at] == 0x7b else {
      _ = try scanner.value()
      return .notAnObject
    }
    var twice: AnswerField? = nil
    scanner.at += 1
    seen = 1 << 31
    scanner.skipSpace()
    if try scanner.peek() == 0x7d {
      scanner.at += 1
    } else {
      while true {
        let name = try scanner.string()
        scanner.skipSpace()
        try scanner.expect(0x3a)
        scanner.skipSpace()
        if let field = field(scanner.base, name) {
          let isList = field == .answer || field == .choices
          let slice = isList ? try texts(&scanner) : try scanner.value()
          if seen & (1 << UInt32(field.rawValue)) != 0 { twice = twice ?? field }
          seen |= 1 << UInt32(field.rawValue)
          slices[field.rawValue] = slice
        } else {
          let value = try scanner.value()
          if keepsExtras { extras.append((name, value)) }
        }
        scanner.skipSpace()
        if try scanner.peek() == 0x2c {
          scanner.at += 1
          scanner.skipSpace()
          continue
        }
        try scanner.expect(0x7d)
        break
      }
    }
    scanner.skipSpace()
    if scanner.at < scanner.count { throw .bad(scanner.at) }
    // Told only now: a line that is torn as well is torn first of all.
    return twice.map { .twice(field: $0.name) }
  }

  /// A list of strings; any other value is taken whole, for `check` to refuse.
  private mutating func texts(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Slice {
    let start = scanner.at
    guard try scanner.peek() == 0x5b else { return try scanner.value() }
    scanner.at += 1
    scanner.skipSpace()
    var kind = Slice.Kind.list
    if try scanner.peek() == 0x5d {
      scanner.at += 1
      return Slice(start: start, end: scanner.at, kind: kind)
    }
    while true {
      guard try scanner.peek() == 0x22 else {
        scanner.at = start
        let whole = try scanner.value()
        return Slice(start: whole.start, end: whole.end, kind: .map)
      }
      if try scanner.string().kind == .escaped { kind = .escapedList }
      scanner.skipSpace()
      if try scanner.peek() == 0x2c {
        scanner.at += 1
        scanner.skipSpace()
        continue
      }
      try scanner.expect(0x5d)
      return Slice(start: start, end: scanner.at, kind: kind)
    }
  }

  /// Which field a name is; a name with escapes in it is decoded first, so that it cannot hide.
  @inline(__always)
  private func field(_ base: UnsafePointer<UInt8>, _ name: Slice) -> AnswerField? {
    if name.kind == .escaped {
      guard let text = text(of: name) else { return nil }
      return AnswerField.allCases.first { $0.name == text }
    }
    let start = base + name.start
    switch (name.count, start[0]) {
    case (1, 0x76): return .format
    case (2, 0x6d): return same(start, "ms") ? .ms : nil
    case (2, 0x61): return same(start, "at") ? .at : nil
    case (4, 0x68): return same(start, "hash") ? .hash : nil
    case (4, 0x73): return same(start, "seed") ? .seed : same(start, "sure") ? .sure : nil
    case (5, 0x68): return same(start, "hints") ? .hints : nil
    case (6, 0x63): return same(start, "course") ? .course : nil
    case (6, 0x6c): return same(start, "lesson") ? .lesson : nil
    case (6, 0x61): return same(start, "answer") ? .answer : nil
    case (7, 0x76): return same(start, "version") ? .version : nil
    case (7, 0x63): return same(start, "choices") ? .choices : nil
    case (7, 0x6c): return same(start, "learner") ? .learner : nil
    case (7, 0x61): return same(start, "attempt") ? .attempt : nil
    case (8, 0x71): return same(start, "question") ? .question : nil
    default: return nil
    }
  }

  @inline(__always)
  private func same(_ start: UnsafePointer<UInt8>, _ text: StaticString) -> Bool {
    for place in 1..<text.utf8CodeUnitCount where start[place] != text.utf8Start[place] { return false }
    return true
  }

  // MARK: Types

  private func check() -> AnswerFlaw? {
    for number in slices.indices {
      guard let field = AnswerField(rawValue: number) else { continue }
      guard has(field) else {
        switch field {
        case .lesson, .question, .answer: return .missing(field: field.name)
        default: continue
        }
      }
      if !fits(field, slices[field.rawValue]) {
        return field == .format ? .format : .wrongType(field: field.name)
      }
    }
    return nil
  }

  private func fits(_ field: AnswerField, _ slice: Slice) -> Bool {
    switch field {
    case .format: slice.kind == .integer && slice.count == 1 && bytes[slice.start] == 0x31
    case .course, .lesson, .question, .hash, .version, .learner, .at: slice.kind == .string || slice.kind == .escaped
    case .answer: isText(slice.kind) || isList(slice.kind)
    case .choices: isList(slice.kind) || slice.kind == .null
    case .seed: slice.kind == .integer && number(slice) != nil
    case .attempt: slice.kind == .integer && (number(slice) ?? 0) > 0
    case .hints, .ms: slice.kind == .null || slice.kind == .integer && number(slice) != nil
    case .sure: slice.kind == .yes || slice.kind == .no || slice.kind == .null
    }
  }

  private func isText(_ kind: Slice.Kind) -> Bool { kind == .string || kind == .escaped }
  private func isList(_ kind: Slice.Kind) -> Bool { kind == .list || kind == .escapedList }

  // MARK: Reading

  public func has(_ field: AnswerField) -> Bool { seen & (1 << UInt32(field.rawValue)) != 0 }

  /// The bytes of a field as they stand: a string without its quotes, everything else whole; empty when it is missing.
  @inline(__always)
  public func raw(_ field: AnswerField) -> UnsafeBufferPointer<UInt8> {
    guard has(field) else { return UnsafeBufferPointer(start: nil, count: 0) }
    let slice = slices[field.rawValue]
    return UnsafeBufferPointer(rebasing: bytes[slice.start..<slice.end])
  }

  /// Whether the raw bytes of a field are not yet what they stand for, since escapes are in them.
  public func hasEscapes(_ field: AnswerField) -> Bool {
    guard has(field) else { return false }
    let kind = slices[field.rawValue].kind
    return kind == .escaped || kind == .escapedList
  }

  /// A string field, decoded; nothing where an escape stands for no character.
  public func text(_ field: AnswerField) -> String? {
    has(field) ? text(of: slices[field.rawValue]) : ""
  }

  public func number(_ field: AnswerField) -> UInt64? {
    has(field) ? number(slices[field.rawValue]) : nil
  }

  public func flag(_ field: AnswerField) -> Bool? {
    guard has(field) else { return nil }
    switch slices[field.rawValue].kind {
    case .yes: return true
    case .no: return false
    default: return nil
    }
  }

  /// A list of strings, decoded; a single string is a list of one.
  public func texts(_ field: AnswerField) -> [String]? {
    guard has(field) else { return [] }
    let slice = slices[field.rawValue]
    if isText(slice.kind) { return text(of: slice).map { [$0] } }
    guard isList(slice.kind), let base = bytes.baseAddress else { return [] }
    var out: [String] = []
    var scanner = JSONScanner(bytes, base: base)
    scanner.at = slice.start
    while scanner.at < slice.end {
      if base[scanner.at] == 0x22 {
        guard let inside = try? scanner.string(), let text = text(of: inside) else { return nil }
        out.append(text)
      } else {
        scanner.at += 1
      }
    }
    return out
  }

  private func number(_ slice: Slice) -> UInt64? {
    guard slice.kind == .integer else { return nil }
    var out: UInt64 = 0
    for place in slice.start..<slice.end {
      let digit = bytes[place] &- 0x30
      guard digit < 10 else { return nil }
      let (tens, tooMany) = out.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = tens.addingReportingOverflow(UInt64(digit))
      if tooMany || tooMuch { return nil }
      out = sum
    }
    return out
  }

  /// Where in a broken line a sound one may begin: two writers met, or one was stopped and another went on.
  public static func resumption(in line: UnsafeBufferPointer<UInt8>) -> Int? {
    let mark: StaticString = "{\"v\":"
    var at = line.count - mark.utf8CodeUnitCount
    while at > 0 {
      var place = 0
      while place < mark.utf8CodeUnitCount, line[at + place] == mark.utf8Start[place] { place += 1 }
      if place == mark.utf8CodeUnitCount { return at }
      at -= 1
    }
    return nil
  }

  /// Unknown fields as they were written.
  var extraTexts: [Answer.Extra] {
    extras.map { name, value in
      let isString = value.kind == .string || value.kind == .escaped
      let inside = String(decoding: bytes[value.start..<value.end], as: UTF8.self)
      return Answer.Extra(
        name: String(decoding: bytes[name.start..<name.end], as: UTF8.self),
        value: isString ? "\"\(inside)\"" : inside
      )
    }
  }

  func text(of slice: Slice) -> String? {
    let inside = UnsafeBufferPointer(rebasing: bytes[slice.start..<slice.end])
    if slice.kind != .escaped { return String(decoding: inside, as: UTF8.self) }
    return JSONText.decode(inside)
  }
}
