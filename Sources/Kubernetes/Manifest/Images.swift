import Clockwork

/// What one container image does when it runs.
public struct Image: Equatable, Sendable {
  /// An environment variable that holds a length of time after which the process ends.
  public struct Fuse: Equatable, Sendable {
    public var variable: String
    public var exitCode: Int64
    /// What the process writes before it ends.
    public var says: [Line] = []

    public init(variable: String, exitCode: Int64) {
      self.variable = variable
      self.exitCode = exitCode
    }
  }

  /// A line that the process writes, and to which of its two outputs.
  public struct Line: Equatable, Sendable {
    public var text: String
    public var stream = LogStream.stdout
    /// A process that ends in the middle of a line writes no end of the line.
    public var isOpen = false

    public init(_ text: String, _ stream: LogStream = .stdout) {
      self.text = text
      self.stream = stream
    }

    /// With the end of the line.
    var whole: String { isOpen ? text : text + "\n" }
  }

  /// What a request for one path gets.
  public struct Page: Equatable, Sendable {
    public var status: Int64 = 200
    /// The answer as long as the conditions do not hold.
    public var otherwise: Int64 = 503
    /// The file that has to be there; empty for none.
    public var file: String = ""
    /// How long the process has to run first.
    public var after: Time = 0

    public init() {}
  }

  public var name: String
  /// Compressed size in bytes.
  public var size: Int64 = 30_000_000
  /// How long a pull takes; nil for the usual time.
  public var pull: Time? = nil
  /// What the registry answers instead of the image; empty for images that can be had.
  public var refusal: String = ""
  public var listens: [Int64] = []
  /// UDP ports that the process listens on.
  public var datagrams: [Int64] = []
  /// Whether the process is CoreDNS, a component of its own.
  public var servesNames = false
  /// How long the process runs before it listens.
  public var opensAfter: Time = 0
  /// What it answers by path; any other path gets 200.
  public var pages: Table<String, Page> = [:]
  /// What the process writes when it starts.
  public var says: [Line] = []
  /// How a request is logged and answered; `{time}`, `{path}`, `{from}`, `{to}` and `{host}` are filled in.
  public var logs: [Line] = []
  public var answers: String = ""
  /// What the process writes again and again, and how often; `{n}` counts.
  public var tick: Time? = nil
  public var tickSays: [Line] = []
  public var fuses: [Fuse] = []
  /// When the process ends by itself; nil for never.
  public var exitAfter: Time? = nil
  public var exitCode: Int64 = 0
  /// What the process writes before it ends by itself.
  public var exitSays: [Line] = []
  /// Whether the process ends on SIGTERM, and how.
  public var heedsTerm = true
  public var termCode: Int64 = 0
  public var termAfter: Time? = nil
  /// What the process writes when it is told to end.
  public var termSays: [Line] = []
  /// Whether the image holds a shell with echo, sleep, exit, touch, test and cat.
  public var hasShell = false
  /// Quantities that the process uses at rest.
  public var cpu: String = ""
  public var memory: String = ""
  /// Quantities that the process uses for each unit of load that it gets.
  public var loadCPU: String = ""
  public var loadMemory: String = ""

  public init(_ name: String) { self.name = name }

  /// Puts values in the place of their names in braces.
  static func fill(_ text: String, _ values: [(String, String)]) -> String {
    guard text.utf8.contains(123) else { return text }
    var out = ""
    var name: String? = nil
    for character in text {
      if character == "{" {
        if let open = name { out += "{" + open }
        name = ""
      } else if character == "}", let known = name {
        out += values.first { $0.0 == known }?.1 ?? "{\(known)}"
        name = nil
      } else if name != nil {
        name?.append(character)
      } else {
        out.append(character)
      }
    }
    if let open = name { out += "{" + open }
    return out
  }

  /// The 64 hexadecimal digits of the image's digest: they follow from its name, as a real digest from its bytes.
  public static func digest(of name: String) -> String {
    var out = ""
    for part in 0..<4 {
      var digest = Digest()
      digest.add(Int64(part))
      digest.add(name)
      // FNV alone leaves the first digits of similar names alike.
      var random = Random(seed: digest.value)
      out += Digest.hexadecimal(random.next(), digits: 16)
    }
    return out
  }
}

/// What images do: data, read from `Lessons/images.yaml`.
///
/// The file is a map with one key, `images`, a map from image names (with their tag) to what they do. All keys of an
/// image are optional:
///
/// | key       | holds                                                                          | without it      |
/// |-----------|--------------------------------------------------------------------------------|-----------------|
/// | `size`    | bytes                                                                          | 30000000        |
/// | `pull`    | how long a pull takes, such as `2.1s`                                          | 2 s             |
/// | `refusal` | the registry's error text: the image cannot be pulled                          | it can          |
/// | `listens` | list of ports; `53/udp` for one of UDP                                         | none            |
/// | `serves`  | `names`: the process is CoreDNS, which the cluster has as a component          | nothing         |
/// | `opens`   | how long the process runs before it listens                                    | at once         |
/// | `paths`   | map from a path to its status, or to `{status: 200, file: NAME, after: DURATION, otherwise: 503}` | 200 |
/// | `says`    | list of lines that the process writes when it starts                           | none            |
/// | `logs`    | the line written for a request; `{time}`, `{path}`, `{from}`, `{to}`, `{host}` | none            |
/// | `answers` | the text a request gets                                                        | none            |
/// | `every`   | `{period: DURATION, says: [LINE]}`: written again and again; `{n}` counts      | nothing         |
/// | `env`     | map from a variable that holds a duration to `{exits: CODE, says: [LINE]}`     | none            |
/// | `exit`    | `{after: DURATION, code: CODE, says: [LINE]}`: the process ends by itself      | it never ends   |
/// | `sigterm` | `{code: CODE, after: DURATION, says: [LINE]}`, or `ignored`: killed after the grace | ends with 0 |
/// | `shell`   | `true`: `sh -c` and exec work (echo, sleep, exit, touch, test, cat)            | `false`         |
/// | `cpu`, `memory` | what the process uses at rest                                            | nothing         |
/// | `load`    | `{cpu: QUANTITY, memory: QUANTITY}`: what a unit of load costs on top          | nothing         |
///
/// A line is a text, or `{text: TEXT, stream: stderr, times: N, open: true}`: `times` makes one long line of N copies,
/// `open` leaves out the end of the line.
public struct Images: Equatable, Sendable {
  private var known: Table<String, Image> = [:]

  public init() {}

  /// Reads the file's tree; what is wrong in it is listed.
  public init(_ value: Value, problems: inout [FieldProblem]) {
    var reader = SpecReader(value: value, path: [])
    reader.only(["images"])
    problems += reader.problems
    for entry in value["images"]?.entries ?? [] {
      var inner = SpecReader(value: entry.value, path: ["images", entry.key])
      known[entry.key] = Images.image(entry.key, &inner)
      problems += inner.problems
    }
  }

  public mutating func add(_ image: Image) { known[image.name] = image }

  public var names: [String] { known.keys }

  /// What an image does; one that nobody described listens on its declared ports and never ends.
  public subscript(name: String) -> Image { known[name] ?? Image(name) }

  /// True when the data describe the image.
  public func describes(_ name: String) -> Bool { known[name] != nil }

  private static func image(_ name: String, _ reader: inout SpecReader) -> Image {
    reader.only([
      "size", "pull", "refusal", "listens", "serves", "opens", "paths", "says", "logs", "answers", "every", "env",
      "exit",
      "sigterm", "shell", "cpu", "memory", "load",
    ])
    var image = Image(name)
    image.size = reader.number("size", default: image.size)
    image.pull = reader.duration("pull")
    image.refusal = reader.text("refusal", default: "")
    for port in reader.list("listens") {
      if let number = port.integer {
        image.listens.append(number)
      } else if let text = port.text, text.hasSuffix("/udp"), let number = Int64(text.dropLast(4)) {
        image.datagrams.append(number)
      } else {
        let detail = "a port such as 80 or 53/udp is expected here"
        reader.problems.append(
          FieldProblem(.invalid, reader.path + ["listens"], got: "\"\(port.plain)\"", detail: detail)
        )
      }
    }
    if reader.value["serves"] != nil {
      image.servesNames = reader.choice("serves", ["names"], default: "names") == "names"
    }
    image.says = reader.lines("says")
    image.logs = reader.lines("logs")
    image.answers = reader.text("answers", default: "")
    image.hasShell = reader.flag("shell", default: false)
    image.cpu = reader.text("cpu", default: "")
    image.memory = reader.text("memory", default: "")
    image.opensAfter = reader.duration("opens") ?? 0
    readPages(&image, &reader)
    readEnds(&image, &reader)
    readLoad(&image, &reader)
    return image
  }

  private static func readLoad(_ image: inout Image, _ reader: inout SpecReader) {
    if let every = reader.value["every"] {
      var inner = SpecReader(value: every, path: reader.path + ["every"])
      inner.only(["period", "says"])
      // A process that writes without a pause would stop the clock.
      image.tick = max(1, inner.duration("period") ?? 1000)
      image.tickSays = inner.lines("says")
      reader.problems += inner.problems
    }
    guard let load = reader.value["load"] else { return }
    var inner = SpecReader(value: load, path: reader.path + ["load"])
    inner.only(["cpu", "memory"])
    image.loadCPU = inner.text("cpu", default: "")
    image.loadMemory = inner.text("memory", default: "")
    reader.problems += inner.problems
  }

  private static func readPages(_ image: inout Image, _ reader: inout SpecReader) {
    for entry in reader.value["paths"]?.entries ?? [] {
      var page = Image.Page()
      if let status = entry.value.integer {
        page.status = status
      } else {
        var inner = SpecReader(value: entry.value, path: reader.path + ["paths", entry.key])
        inner.only(["status", "otherwise", "file", "after"])
        page.status = inner.number("status", default: page.status)
        page.otherwise = inner.number("otherwise", default: page.otherwise)
        page.file = inner.text("file", default: "")
        page.after = inner.duration("after") ?? 0
        reader.problems += inner.problems
      }
      image.pages[entry.key] = page
    }
  }

  private static func readEnds(_ image: inout Image, _ reader: inout SpecReader) {
    for entry in reader.value["env"]?.entries ?? [] {
      var inner = SpecReader(value: entry.value, path: reader.path + ["env", entry.key])
      inner.only(["exits", "says"])
      var fuse = Image.Fuse(variable: entry.key, exitCode: inner.number("exits", default: 1))
      fuse.says = inner.lines("says")
      image.fuses.append(fuse)
      reader.problems += inner.problems
    }
    if let exit = reader.value["exit"] {
      var inner = SpecReader(value: exit, path: reader.path + ["exit"])
      inner.only(["after", "code", "says"])
      image.exitAfter = inner.duration("after") ?? 0
      image.exitCode = inner.number("code", default: 0)
      image.exitSays = inner.lines("says")
      reader.problems += inner.problems
    }
    guard let term = reader.value["sigterm"] else { return }
    if term.text == "ignored" {
      image.heedsTerm = false
      return
    }
    var inner = SpecReader(value: term, path: reader.path + ["sigterm"])
    inner.only(["after", "code", "says"])
    image.termAfter = inner.duration("after")
    image.termCode = inner.number("code", default: 0)
    image.termSays = inner.lines("says")
    reader.problems += inner.problems
  }
}

extension SpecReader {
  mutating func number(_ key: String, default usual: Int64) -> Int64 {
    guard let found = value[key] else { return usual }
    if let number = found.integer { return number }
    problems.append(FieldProblem(.wrongType, path + [key], detail: "a whole number is expected here"))
    return usual
  }

  mutating func duration(_ key: String) -> Time? {
    guard let found = value[key] else { return nil }
    if let time = GoDuration.parse(found.plain) { return time }
    let detail = "a duration such as 2.1s is expected here"
    problems.append(FieldProblem(.invalid, path + [key], got: "\"\(found.plain)\"", detail: detail))
    return nil
  }

  mutating func list(_ key: String) -> [Value] {
    guard let found = value[key] else { return [] }
    if let elements = found.elements { return elements }
    problems.append(FieldProblem(.wrongType, path + [key], detail: "a list is expected here"))
    return []
  }
  /// Lines that a process writes: one alone, or a list of them.
  fileprivate mutating func lines(_ key: String) -> [Image.Line] {
    guard let found = value[key] else { return [] }
    var lines: [Image.Line] = []
    for element in found.elements ?? [found] {
      guard element.entries != nil else {
        lines.append(Image.Line(element.plain))
        continue
      }
      var inner = SpecReader(value: element, path: path + [key])
      inner.only(["text", "stream", "times", "open"])
      let stream = LogStream(rawValue: inner.choice("stream", ["stdout", "stderr"], default: "stdout"))
      let text = inner.text("text", default: "")
      // A line as long as a disk helps nobody.
      let times = min(max(inner.number("times", default: 1), 1), 100_000)
      var line = Image.Line(String(repeating: text, count: Int(times)), stream ?? .stdout)
      line.isOpen = inner.flag("open", default: false)
      problems += inner.problems
      lines.append(line)
    }
    return lines
  }
}
