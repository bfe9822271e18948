import ArgumentParser

/// The command line: the only place that touches files, the environment, the clock and the terminal.
@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "orrery")
}
