import Glibc

/// The terminal as a whole screen: raw keys in, frames out, and always given back as it was.
///
/// Whatever ends the program gives the terminal back: leaving, a signal, a trap of the program itself. Handlers call
/// only what may be called in one, on memory that was made before.
enum Terminal {
  /// What came from the person or from the window.
  enum Event {
    case bytes([UInt8])
    /// The window has another size, or the program is in front again: all must be drawn anew.
    case redraw
    /// Nothing came in the time that was waited.
    case silence
    /// There is nobody at the other end any more.
    case closed
  }

  private static let enterText = "\u{1b}[?1049h\u{1b}[?2004h\u{1b}[?25l\u{1b}[2J"
  private static let leaveText = "\u{1b}[0m\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l"

  /// What ends the program from outside, and what it does to itself.
  private static let deadly = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE]

  static var columnsAndRows: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Takes the terminal over.
  static func enter() throws(Stop) {
    var now = termios()
    guard tcgetattr(STDIN_FILENO, &now) == 0 else {
      throw Stop(.cannotWrite, "the terminal cannot be used: \(systemReason())")
    }
    Held.prepare(saved: now, enter: enterText, leave: leaveText)
    for signal in deadly { handle(signal, flags: Int32(bitPattern: 0x8000_0000) | SA_ONSTACK) { Held.die($0) } }
    handle(SIGTSTP, flags: SA_RESTART) { _ in Held.pause() }
    handle(SIGCONT, flags: SA_RESTART) { _ in Held.resume() }
    handle(SIGWINCH, flags: SA_RESTART) { _ in Held.ring() }
    Held.take()
  }

  /// Gives the terminal back; once is enough, twice does no harm.
  static func leave() {
    Held.release()
    _ = tcflush(STDIN_FILENO, TCIFLUSH)
    for signal in deadly + [SIGTSTP, SIGCONT, SIGWINCH] { Glibc.signal(signal, SIG_DFL) }
  }

  /// Gives the shell back until it lets the program go on.
  static func suspend() { kill(getpid(), SIGTSTP) }

  static func send(_ text: String) { Output.write(text) }

  /// Waits for the next event, at most so many milliseconds.
  static func next(within milliseconds: Int32) -> Event {
    var waits = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: Held.bell, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&waits, 2, milliseconds)
    if count < 0 { return errno == EINTR ? .silence : .closed }
    if waits[1].revents != 0 {
      var rings = [UInt8](repeating: 0, count: 64)
      _ = read(Held.bell, &rings, rings.count)
      return .redraw
    }
    guard count > 0 else { return .silence }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let got = read(STDIN_FILENO, &bytes, bytes.count)
    if got < 0, errno == EINTR || errno == EAGAIN { return .silence }
    return got > 0 ? .bytes(Array(bytes[..<got])) : .closed
  }

  private static func handle(_ number: Int32, flags: Int32, _ body: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = body
    action.sa_flags = flags
    sigaction(number, &action, nil)
  }
}

/// What handlers need, in memory that never moves.
private enum Held {
  nonisolated(unsafe) private static let saved = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) private static let raw = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  nonisolated(unsafe) private static var enter = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  nonisolated(unsafe) private static var leave = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
  nonisolated(unsafe) private static var isTaken = false
  nonisolated(unsafe) private static var pipeEnds: (read: Int32, write: Int32) = (-1, -1)

  static var bell: Int32 { pipeEnds.read }

  static func prepare(saved terminal: termios, enter enterText: String, leave leaveText: String) {
    saved.initialize(to: terminal)
    var changed = terminal
    cfmakeraw(&changed)
    // What is written keeps its line ends: a message of a trap should be readable.
    changed.c_oflag |= tcflag_t(OPOST)
    raw.initialize(to: changed)
    enter = copy(enterText)
    leave = copy(leaveText)
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      pipeEnds = (ends[0], ends[1])
    }
    // A stack that has overflowed cannot run a handler: it gets one of its own.
    let size = 1 << 16
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
  }

  private static func copy(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = bytes.initialize(from: text.utf8)
    return bytes
  }

  static func take() {
    isTaken = true
    tcsetattr(STDIN_FILENO, TCSADRAIN, raw)
    _ = write(STDOUT_FILENO, enter.baseAddress, enter.count)
  }

  static func release() {
    guard isTaken else { return }
    isTaken = false
    _ = write(STDOUT_FILENO, leave.baseAddress, leave.count)
    tcsetattr(STDIN_FILENO, TCSANOW, saved)
  }

  /// The handler stands for one signal only: the second one, or the trap that is run into again, ends the program.
  static func die(_ signal: Int32) {
    release()
    raise(signal)
  }

  static func pause() {
    let old = errno
    let wasTaken = isTaken
    release()
    kill(getpid(), SIGSTOP)
    isTaken = wasTaken
    errno = old
  }

  static func resume() {
    let old = errno
    take()
    ring()
    errno = old
  }

  static func ring() {
    let old = errno
    var byte: UInt8 = 1
    _ = write(pipeEnds.write, &byte, 1)
    errno = old
  }
}
