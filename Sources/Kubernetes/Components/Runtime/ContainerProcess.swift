import Clockwork

/// What runs in a container: what it writes, when it ends, how it answers a signal, and where its shell stands.
struct ContainerProcess: Equatable, Sendable {
  /// What a process does next by itself.
  enum Next: Equatable, Sendable {
    case end(at: Time)
    case goOn(at: Time)
    case nothing
  }

  private(set) var exitCode: Int64 = 0
  private var endsAt: Time?
  private var wakesAt: Time?
  private var shell: MiniShell?
  private var termCode: Int64?
  private var termAfter: Time
  private var termSays: [Image.Line] = []
  /// What it writes before it ends.
  private(set) var lastWords: [Image.Line] = []
  private var tick: Time?
  private var tickSays: [Image.Line] = []
  private var ticks: Int64 = 0
  /// When SIGKILL follows the SIGTERM that was sent; nothing as long as none was.
  private(set) var killAt: Time?
  /// Whether it found its port taken, so that it listens on none.
  private(set) var isRefused = false

  /// pause: it sleeps until it is told to end.
  init(pauseEndingAfter termAfter: Time) {
    termCode = 0
    self.termAfter = termAfter
  }

  /// `taken` is the first of its ports that another process of the same network namespace listens on already.
  init(_ order: ContainerOrder, _ image: Image, taken: Int64? = nil, now: Time, termAfter: Time) {
    self.termAfter = image.termAfter ?? termAfter
    let command = order.command + order.arguments
    if image.hasShell, !command.isEmpty, let shell = MiniShell.of(command, environment: order.environment) {
      // A process 1 without a handler does not hear SIGTERM.
      self.shell = shell
      wakesAt = now
      return
    }
    if let taken {
      isRefused = true
      endsAt = now + image.opensAfter
      exitCode = 1
      lastWords = [Image.Line("listen tcp :\(taken): bind: address already in use", .stderr)]
      return
    }
    termCode = image.heedsTerm ? image.termCode : nil
    termSays = image.termSays
    tick = image.tick
    tickSays = image.tickSays
    if let tick { wakesAt = now + tick }
    if let after = image.exitAfter {
      endsAt = now + after
      exitCode = image.exitCode
      lastWords = image.exitSays
    }
    for fuse in image.fuses {
      guard let text = order.environment[fuse.variable], let after = GoDuration.parse(text) else { continue }
      if now + after < endsAt ?? .never {
        endsAt = now + after
        exitCode = fuse.exitCode
        lastWords = fuse.says
      }
    }
  }

  /// Whether it does nothing by itself.
  var isIdle: Bool { endsAt == nil && (wakesAt ?? .never) == .never && (killAt ?? .never) == .never }

  /// What comes next; a shell is looked through, so that waking up only to end is one thing.
  func next(_ files: Table<String, String>) -> Next {
    if let endsAt { return .end(at: endsAt) }
    guard let wakesAt, wakesAt != .never, var copy = shell, !copy.isEndless else { return .nothing }
    var scratch = files
    var output: [MiniShell.Output] = []
    if case .ended = copy.run(&scratch, &output, now: wakesAt) { return .end(at: wakesAt) }
    return .goOn(at: wakesAt)
  }

  /// When it writes next what it writes again and again, or its endless shell goes round.
  ///
  /// A world in which only this happens is quiet.
  var tickAt: Time? {
    guard let wakesAt, wakesAt != .never, wakesAt < endsAt ?? .never, shell?.isEndless ?? true else { return nil }
    return wakesAt
  }

  /// Carries the process on to its next sleep, or to the end.
  mutating func goOn(_ files: inout Table<String, String>, _ output: inout [MiniShell.Output], now: Time) {
    guard var shell = self.shell else {
      beat(&output, now)
      return
    }
    guard endsAt == nil else { return }
    switch shell.run(&files, &output, now: now) {
    case .sleeping(let time): wakesAt = time == .never ? .never : now + time
    case .ended(let code):
      exitCode = code
      endsAt = now
      wakesAt = nil
    }
    self.shell = shell
  }

  private mutating func beat(_ output: inout [MiniShell.Output], _ now: Time) {
    guard let tick, let due = wakesAt, due <= now else { return }
    ticks += 1
    for line in tickSays {
      output.append(MiniShell.Output(Image.fill(line.whole, [("n", "\(ticks)")]), line.stream))
    }
    wakesAt = due + tick
  }

  /// Hears SIGTERM.
  ///
  /// Returns what it writes then.
  mutating func terminate(grace: Time, now: Time) -> [Image.Line] {
    killAt = now + grace
    guard let termCode else { return [] }
    let end = now + termAfter
    if end < endsAt ?? .never {
      endsAt = end
      exitCode = termCode
      lastWords = []
    }
    defer { termSays = [] }
    return termSays
  }

  mutating func kill(now: Time) {
    endsAt = now
    wakesAt = nil
    exitCode = 137
    killAt = .never
    lastWords = []
  }
}
