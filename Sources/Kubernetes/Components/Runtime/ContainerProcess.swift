import Clockwork

/// What runs in a container: when it ends, how it answers a signal, and where its shell stands.
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
  /// When SIGKILL follows the SIGTERM that was sent; nothing as long as none was.
  private(set) var killAt: Time?

  /// pause: it sleeps until it is told to end.
  init(pauseEndingAfter termAfter: Time) {
    termCode = 0
    self.termAfter = termAfter
  }

  init(_ order: ContainerOrder, _ image: Image, now: Time, termAfter: Time) {
    self.termAfter = image.termAfter ?? termAfter
    let command = order.command + order.arguments
    if image.hasShell, !command.isEmpty, let shell = MiniShell.of(command, environment: order.environment) {
      // A process 1 without a handler does not hear SIGTERM.
      self.shell = shell
      wakesAt = now
      return
    }
    termCode = image.heedsTerm ? image.termCode : nil
    if let after = image.exitAfter {
      endsAt = now + after
      exitCode = image.exitCode
    }
    for fuse in image.fuses {
      guard let text = order.environment[fuse.variable], let after = GoDuration.parse(text) else { continue }
      if now + after < endsAt ?? .never {
        endsAt = now + after
        exitCode = fuse.exitCode
      }
    }
  }

  /// What comes next; a shell is looked through, so that waking up only to end is one thing.
  func next(_ files: Table<String, String>) -> Next {
    if let endsAt { return .end(at: endsAt) }
    guard let wakesAt, wakesAt != .never, var copy = shell else { return .nothing }
    var scratch = files
    var output: [String] = []
    if case .ended = copy.run(&scratch, &output) { return .end(at: wakesAt) }
    return .goOn(at: wakesAt)
  }

  /// Carries the shell on to its next sleep, or to the end.
  mutating func goOn(_ files: inout Table<String, String>, _ output: inout [String], now: Time) {
    guard var shell = self.shell, endsAt == nil else { return }
    switch shell.run(&files, &output) {
    case .sleeping(let time): wakesAt = time == .never ? .never : now + time
    case .ended(let code):
      exitCode = code
      endsAt = now
    }
    self.shell = shell
  }

  mutating func terminate(grace: Time, now: Time) {
    killAt = now + grace
    guard let termCode else { return }
    let end = now + termAfter
    if end < endsAt ?? .never {
      endsAt = end
      exitCode = termCode
    }
  }

  mutating func kill(now: Time) {
    endsAt = now
    exitCode = 137
    killAt = .never
  }
}
