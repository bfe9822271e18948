import ArgumentParser

/// The command line: the only place that touches files, the environment, the clock and the terminal.
@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orrery",
    abstract: "A clockwork Kubernetes that you crank one step at a time.",
    version: Program.version,
    subcommands: [Learn.self, List.self, Trace.self, Check.self, Grade.self, Export.self, Home.self],
    defaultSubcommand: Home.self
  )

  static let version = "0.1.0"

  /// Runs the command and ends the process with the status that a shell expects.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let stop as Stop {
      if !stop.message.isEmpty { Output.complain(stop.message) }
      stop.status.leave()
    } catch {
      exit(withError: error)
    }
  }
}
