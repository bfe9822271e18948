import Clockwork

/// What `kubectl get --watch` has printed so far: its columns stay where they are.
struct Following: Sendable {
  /// The stream is there; what comes now comes when it happens.
  var isOpen = false
  var hasHeaders = false
  var widths: [Int] = []
}

// kubectl get --watch: prints what is there, then what happens to it, a row each.
extension Kubectl {
  mutating func answerWatch(_ response: Response, to job: Job) {
    guard var current = run else { return }
    defer { run = current }
    if response.isSuccess {
      // What the watch of a single object begins with has been printed.
      current.following?.isOpen = true
    } else {
      current.following = nil
      fail(&current, response, job)
    }
  }
}

extension CommandRun {
  /// The list has come: it is printed, and the watch begins where it was read.
  mutating func beginFollowing(_ options: Command.GetOptions, at now: Time) {
    guard following == nil, failures.isEmpty, exitCode == 0 else { return }
    following = Following()
    if !options.sortBy.isEmpty {
      say("warning: --watch requested, --sort-by will be ignored", about: .named("watch"))
    }
    if !options.isWatchOnly, !found.isEmpty { say(rows(found, "ADDED", options, at: now), about: .named("watch")) }
    if let name = options.selection.names.first {
      jobs.append(Job(.watch(from: 0), name))
    } else if let kind = options.selection.kinds.first {
      let namespace = options.selection.allNamespaces || !kind.isNamespaced ? "" : command.namespace
      jobs.append(Job(.watch(from: revision), ObjectKey(kind, namespace, "")))
    }
  }

  mutating func printChange(_ event: WatchEvent, at now: Time) {
    guard case .get(let options) = command.operation else { return }
    say(rows([event.object], event.type.rawValue, options, at: now), about: .object(event.object.key))
  }

  private mutating func rows(
    _ objects: [Object],
    _ event: String,
    _ options: Command.GetOptions,
    at now: Time
  ) -> String {
    switch options.output {
    case .yaml, .json:
      let isFirst = following?.hasHeaders == false
      following?.hasHeaders = true
      var text = ""
      for object in objects {
        if options.output == .yaml, !isFirst || !text.isEmpty { text += "---\n" }
        text +=
          options.output == .yaml
          ? ObjectText.yaml([object], isList: false, version) : ObjectText.json([object], isList: false, version)
      }
      return text
    case .name: return objects.map { $0.key.text }.joined(separator: "\n")
    case .table, .wide: return table(objects, event, options, at: now)
    }
  }

  private mutating func table(
    _ objects: [Object],
    _ event: String,
    _ options: Command.GetOptions,
    at now: Time
  ) -> String {
    var printing = options.printing
    printing.showsNamespace = options.selection.allNamespaces && objects.first?.kind.isNamespaced == true
    printing.hasHeaders = !options.noHeaders && following?.hasHeaders == false
    following?.hasHeaders = true
    var rows = ObjectTable(objects, version, now: now, printing).rows
    if options.showsEvents {
      for place in rows.indices { rows[place].insert(place == 0 && printing.hasHeaders ? "EVENT" : event, at: 0) }
      // kubectl gives the column the width of MODIFIED before anything was modified.
      if following?.widths.isEmpty == true { following?.widths = ["MODIFIED".utf8.count + ObjectTable.padding] }
    }
    var widths = following?.widths ?? []
    let text = ObjectTable.lines(rows, &widths)
    following?.widths = widths
    return text
  }
}

extension Command.GetOptions {
  var printing: ObjectTable.Options {
    var printing = ObjectTable.Options()
    printing.isWide = output == .wide
    printing.showsNamespace = selection.allNamespaces
    printing.showsKind = selection.printsKind
    printing.showsLabels = showLabels
    printing.hasHeaders = !noHeaders
    return printing
  }
}
