import Clockwork
import Testing

@testable import Kubernetes

/// Log lines in both formats, and reading them as the options say.
@Suite struct LogFormatTests {
  static func time(_ text: String) throws -> NanoTime { try NanoTime.parse(text) }

  /// The four lines of the flow: two whole, then one in two parts.
  static func flow(_ format: LogFormat) throws -> LogFile {
    var file = LogFile()
    for (moment, stream, text) in [
      ("2026-09-01T09:00:01.000000001Z", LogStream.stdout, "GET / 200\n"),
      ("2026-09-01T09:00:02.500000000Z", .stderr, "upstream timeout\n"),
      ("2026-09-01T09:00:03.000000000Z", .stdout, "part-one-"),
      ("2026-09-01T09:00:03.000000100Z", .stdout, "part-two\n"),
    ] { file.append(format.line(LogEntry(try time(moment), stream, text))) }
    return file
  }

  @Test func linesAndOffsetsAreThoseOfARealFile() throws {
    let file = try Self.flow(.cri)
    #expect(
      file.text == """
        2026-09-01T09:00:01.000000001Z stdout F GET / 200
        2026-09-01T09:00:02.500000000Z stderr F upstream timeout
        2026-09-01T09:00:03.000000000Z stdout P part-one-
        2026-09-01T09:00:03.000000100Z stdout F part-two

        """
    )
    #expect(file.size == 206)
    #expect((0...4).map { file.start(ofLast: Int64($0)) } == [206, 157, 107, 50, 0])
    #expect(file.start(ofLast: 9) == 0)
  }

  @Test func dockerWritesJSON() throws {
    let file = try Self.flow(.docker)
    let lines = file.text.split(separator: "\n")
    #expect(lines[0] == #"{"log":"GET / 200\n","stream":"stdout","time":"2026-09-01T09:00:01.000000001Z"}"#)
    #expect(lines[1].hasSuffix(#""stream":"stderr","time":"2026-09-01T09:00:02.5Z"}"#))
    #expect(lines[2].hasPrefix(#"{"log":"part-one-","stream""#))
    let odd = LogFormat.docker.line(LogEntry(try Self.time("2026-09-01T09:00:03Z"), .stdout, "<a & \"b\">"))
    #expect(odd.hasPrefix(#"{"log":"\u003ca \u0026 \"b\"\u003e","stream""#))
    #expect(try LogFormat.docker.parse(odd).text == "<a & \"b\">")
  }

  static let questions: [(@Sendable (inout LogQuery) -> Void, String)] = [
    ({ _ in }, "GET / 200\nupstream timeout\npart-one-part-two\n"),
    // The file's lines are counted, not those that were written.
    ({ $0.tailLines = 2 }, "part-one-part-two\n"), ({ $0.tailLines = 1 }, "part-two\n"),
    ({ $0.tailLines = 0 }, ""), ({ $0.limitBytes = 12 }, "GET / 200\nup"), ({ $0.limitBytes = 10 }, "GET / 200\n"),
    ({ $0.sinceTime = Timestamp(text: "2026-09-01T09:00:03Z") }, "part-one-part-two\n"),
    ({ $0.sinceSeconds = 2 }, "upstream timeout\npart-one-part-two\n"),
    (
      {
        $0.timestamps = true
        $0.tailLines = 3
      },
      "2026-09-01T09:00:02.500000000Z upstream timeout\n2026-09-01T09:00:03.000000000Z part-one-part-two\n"
    ),
  ]

  @Test(arguments: questions.indices, [LogFormat.cri, .docker])
  func theReaderDoesAsItIsTold(_ index: Int, _ format: LogFormat) throws {
    let file = try Self.flow(format)
    var query = LogQuery()
    Self.questions[index].0(&query)
    let moment = try #require(Timestamp(text: "2026-09-01T09:00:04Z"))
    var reader = LogReader(query, file, .now, now: moment.milliseconds)
    #expect(reader.read(file) == Self.questions[index].1)
    #expect(!reader.isBehind(file))
  }

  @Test func anOldKubeletStampsEveryPart() throws {
    var query = LogQuery()
    query.timestamps = true
    query.tailLines = 2
    let file = try Self.flow(.docker)
    var reader = LogReader(query, file, .then, now: 0)
    let text = reader.read(file)
    #expect(text == "2026-09-01T09:00:03.000000000Z part-one-2026-09-01T09:00:03.000000100Z part-two\n")
  }

  @Test func aReaderGoesOnAlsoAfterRotation() throws {
    var file = try Self.flow(.cri)
    var reader = LogReader(LogQuery(), file, .now, now: 0)
    _ = reader.read(file)
    let entry = LogEntry(try Self.time("2026-09-01T09:00:05Z"), .stdout, "new\n")
    file.append(LogFormat.cri.line(entry))
    #expect(reader.isBehind(file))
    #expect(reader.read(file) == "new\n")
    var fresh = LogFile()
    fresh.append(LogFormat.cri.line(entry))
    #expect(reader.read(fresh) == "new\n")
  }

  @Test func aFileInNeitherFormatIsNotRead() {
    var file = LogFile()
    file.append("not a log line\n")
    var reader = LogReader(LogQuery(), file, .now, now: 0)
    #expect(reader.read(file) == "failed to get parse function: unsupported log format: \"not a log line\\n\"")
    #expect(reader.isOver)
  }

  @Test(arguments: [
    ("2026-13-01T00:00:00Z", ": month out of range"), ("2026-02-30T00:00:00Z", ": day out of range"),
    ("2026-02-03T24:00:00Z", ": hour out of range"), ("2026-02-03T00:00:00Zx", ": extra text: \"x\""),
    (
      "2026-02-03 00:00:00Z",
      " as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse \" 00:00:00Z\" as \"T\""
    ),
    (
      "20x6-02-03T00:00:00Z",
      " as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse \"-02-03T00:00:00Z\" as \"2006\""
    ),
    ("2026-02-03T00:00:00", " as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse \"\" as \"Z07:00\""),
  ])
  func wrongTimesAreNamedAsGoNamesThem(_ text: String, _ tail: String) {
    #expect(throws: TimeProblem.self) { try NanoTime.parse(text) }
    do throws(TimeProblem) {
      _ = try NanoTime.parse(text)
    } catch {
      #expect(error.text == "parsing time \"\(text)\"\(tail)")
    }
  }

  @Test func zonesAreTurnedIntoUTC() throws {
    #expect(try Self.time("2026-09-01T18:00:01.25+09:00").short == "2026-09-01T09:00:01.25Z")
    #expect(try Self.time("2026-09-01T09:00:01Z").fixed == "2026-09-01T09:00:01.000000000Z")
  }

  @Test(arguments: [LogFormat.cri, .docker])
  func longLinesAreCutAndJoinedAgain(_ format: LogFormat) {
    var log = ContainerLog(format)
    let long = String(repeating: "x", count: 40_000)
    log.take(long, from: .stdout, at: 5)
    log.take("y\nlast", from: .stdout, at: 6)
    log.take("oops\n", from: .stderr, at: 6)
    #expect(log.file.count == 4)
    log.close(at: 7)
    var reader = LogReader(LogQuery(), log.file, .now, now: 0)
    #expect(reader.read(log.file) == long + "y\noops\nlast")
  }

  @Test func filesAreKeptAsLongAsThereIsRoom() {
    var log = ContainerLog(.cri)
    for number in 0..<7 {
      log.take("line \(number)\n", from: .stdout, at: Time(number))
      log.rotate("2026112\(number)", keeping: 5)
    }
    #expect(log.rotated.map(\.suffix) == [".20261123", ".20261124", ".20261125", ".20261126"])
    #expect(log.rotated.map(\.isPacked) == [true, true, true, false])
    #expect(log.file.size == 0)
  }

  @Test func aRequestIsLoggedAndAnswered() throws {
    var images = Images()
    var web = Image("demo/web")
    web.logs = [Image.Line("{time} GET {path} from={from} {odd}"), Image.Line("slow", .stderr)]
    web.answers = "hello {from}"
    images.add(web)
    let durations = Durations(.now)
    var store = ContainerStore(
      catalog: images,
      version: .now,
      durations: durations,
      images: [],
      random: Random(seed: 1)
    )
    let pod = ObjectKey(.pod, "default", "web")
    let order = ContainerOrder(
      sandbox: "",
      name: "web",
      image: "demo/web",
      command: [],
      arguments: [],
      environment: [:],
      attempt: 0
    )
    let call = RuntimeCall(id: 1, pod: pod, uid: "u", operation: .createContainer(order))
    let id = store.createContainer(call, order, now: 0)
    store.start(id, now: 0)
    let answer = store.serve(id, [("path", "/x"), ("from", "192.0.2.1")], now: 1500)
    #expect(answer == "hello 192.0.2.1")
    let time = "2026-11-22T08:00:01.500000000Z"
    #expect(store.log(id).text.hasPrefix("\(time) stdout F \(time) GET /x from=192.0.2.1 {odd}\n"))
    let written = store.takeWritten()
    #expect(written.map(\.path) == ["/var/log/pods/default_web_u/web/0.log"])
    let more = store.takeWritten()
    #expect(more.isEmpty)
    store.remove(id)
    let gone = store.takeWritten()
    #expect(gone.map(\.file) == [nil])
  }
}
